/* How a machine's firmware wants to be told its boot file: rows of [quirk NAME], those of the operator first. Pure. */
#pragma once

#include "config.h"
#include "facts.h"
#include "wire/message.h"

/* Of an offer on port 67. What is asked on port 4011 is answered all the same. */
enum dhcp_way {
    DHCP_WAY_PLAIN, /* no option 60: an ordinary lease with a boot file */
    DHCP_WAY_FILE,  /* 60 and 43.6 = 8: use the file of this offer */
    DHCP_WAY_4011,  /* 60 alone: ask port 4011 of this server */
    DHCP_WAY_MENU,  /* 60 and a menu of one entry, to be asked for on port 4011 */
    DHCP_WAY_COUNT
};
extern const char *const dhcp_way_names[DHCP_WAY_COUNT + 1];

struct dhcp_ways {
    const char *names[DHCP_WAY_COUNT]; /* of dhcp_way_names, best first, each once */
    size_t n;                          /* 1 at least */
    const char *quirk;                 /* the section; NULL: none fits */
};

/* The ways for this firmware. `proxy`: we lease no addresses there. */
struct dhcp_ways dhcp_ways_of(const struct pxed_sections *quirks, const struct dhcp_config *config, bool proxy,
                              const struct dhcp_message *m, const struct dhcp_facts *facts);
enum dhcp_way dhcp_way_of(const char *name);
/* What is wrong with a [quirk], or NULL. */
const char *dhcp_quirk_wrong(const struct dhcp_config *quirk);
