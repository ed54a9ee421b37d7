/* Option rows: one row parses, checks and documents an option. `pxed options` prints the rows; the ini binder fills the
 * plugin's struct from them. */
#pragma once

#include "pxed/addr.h"

enum pxed_option_type {
    PXED_OPT_STR,      /* const char * */
    PXED_OPT_PATH,     /* const char *, relative to the ini file's folder */
    PXED_OPT_LIST,     /* struct pxed_list: blank- or comma-separated, or the key repeated */
    PXED_OPT_PATHS,    /* struct pxed_list of absolute paths; written as LIST */
    PXED_OPT_LINES,    /* struct pxed_list: one item per repetition, blanks kept */
    PXED_OPT_BOOL,     /* bool */
    PXED_OPT_UINT,     /* uint64_t */
    PXED_OPT_DURATION, /* uint64_t, milliseconds; 30s 15m 2h 7d */
    PXED_OPT_SIZE,     /* uint64_t, bytes; 64K 1M */
    PXED_OPT_ENUM,     /* unsigned: index into the blank-separated words of `words` */
    PXED_OPT_ADDR,     /* struct pxed_addr */
    PXED_OPT_ADDRS,    /* struct pxed_addrs */
    PXED_OPT_RANGES,   /* struct pxed_ranges: A - B, repeatable */
};

struct pxed_list {
    const char *const *items;
    const unsigned *lines; /* of the ini file, parallel to items */
    size_t n;
};
struct pxed_addrs {
    const struct pxed_addr *items;
    size_t n;
};
struct pxed_range {
    struct pxed_addr first, last;
};
struct pxed_ranges {
    const struct pxed_range *items;
    size_t n;
};

enum pxed_option_flags {
    PXED_OPT_REQUIRED = 1,
    PXED_OPT_SECRET = 2,
    PXED_OPT_RESTART = 4, /* needs a restart; a reload warns about a changed value */
    /* Of a PATH: a certificate, and the private key beside it in the same section: the core never serves the key, and
     * `pxed check` looks at both. Since 1.8. */
    PXED_OPT_CERT = 8,
    PXED_OPT_KEY = 16,
};

struct pxed_option {
    const char *key;
    enum pxed_option_type type;
    uint32_t offset;
    const char *fallback; /* default as written in the ini; NULL: zero */
    const char *help;
    unsigned flags;
    uint64_t min, max; /* numbers; both 0: no limit */
    const char *words; /* of an ENUM */
};

/* Bytes of the member that a row of this type writes; 0: unknown type. */
size_t pxed_option_size(enum pxed_option_type type);

/* --- further sections of a plugin: [subnet 10.20.0.0/24], [class NAME] --- */

enum { PXED_SECTION_ROWS = 64 }; /* rows of one kind of section, at most: a bit each in `set` */

/* One of them. `config` has the type of the plugin's own: a copy of it, with what this section sets. Lives as long as
 * the plugin's. */
struct pxed_section {
    const char *name; /* what stands behind the word */
    const char *file;
    unsigned line;
    const void *config;
    uint64_t set; /* which rows of its kind the section sets: bit 0 is the first */
};
struct pxed_sections {
    const struct pxed_section *items;
    size_t n;
};
/* A kind of section that a plugin has. The core fills in the struct pxed_sections at `offset` of the plugin's own
 * config. Since 1.7. */
struct pxed_section_kind {
    const char *word, *help;
    const struct pxed_option *options; /* of the plugin's config struct; at most PXED_SECTION_ROWS */
    uint32_t offset;
};
/* Copies the members that `set` names from one config to another: one section on top of another. */
void pxed_option_overlay(const struct pxed_option *rows, uint64_t set, const void *from, void *to);

/* PXED_OPTION(struct dhcp_config, mode, ENUM, "mode", ...): does not compile if the member's type is not that of the
 * row. */
#define PXED_OPT_CTYPE_STR      const char *
#define PXED_OPT_CTYPE_PATH     const char *
#define PXED_OPT_CTYPE_LIST     struct pxed_list
#define PXED_OPT_CTYPE_PATHS    struct pxed_list
#define PXED_OPT_CTYPE_LINES    struct pxed_list
#define PXED_OPT_CTYPE_BOOL     bool
#define PXED_OPT_CTYPE_UINT     uint64_t
#define PXED_OPT_CTYPE_DURATION uint64_t
#define PXED_OPT_CTYPE_SIZE     uint64_t
#define PXED_OPT_CTYPE_ENUM     unsigned
#define PXED_OPT_CTYPE_ADDR     struct pxed_addr
#define PXED_OPT_CTYPE_ADDRS    struct pxed_addrs
#define PXED_OPT_CTYPE_RANGES   struct pxed_ranges
#define PXED_OPTION(config, member, kind, name, ...)                                                                   \
    {                                                                                                                  \
        .key = (name), .type = PXED_OPT_##kind,                                                                        \
        .offset = (uint32_t)(offsetof(config, member) +                                                                \
                             0 * sizeof(char[_Generic(((config *)0)->member, PXED_OPT_CTYPE_##kind : 1)])),            \
        __VA_ARGS__                                                                                                    \
    }
