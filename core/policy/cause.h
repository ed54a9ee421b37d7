/* Why a boot or an installation came to nothing: one cause out of a closed list (docs/causes.md), from what is known of
 * the machine. Precise or silent: what the facts do not show is no cause. Pure. */
#pragma once

#include "lifecycle.h"
#include "pxed/reason.h"

/* ID, how the facts show it, sentence, cure. HOST stands for the machine's name. Causes that are a reason already
 * have its sentence and cure. */
/*     name                 id                       sentence                                              cure */
#define CAUSES(X)                                                                                                      \
    X(NOTHING_HEARD, "nothing-heard", "armed, and nothing was ever heard of this MAC in any served net",               \
      "is it switched on, with a link, in a served net (VLAN, relay), and set to boot from the network? Is the MAC "   \
      "right?")                                                                                                        \
    X(MAC_NEAR, "mac-mistyped", "nothing was ever heard of this MAC, but of one that differs in a digit or two",       \
      "compare the MAC of the host line with the machine's")                                                           \
    X(NOT_RESTARTED, "not-restarted", "armed, and it has not asked the network since",                                 \
      "restart it; if it boots its disk first: `efibootmgr -n NNNN && reboot`, or a one-time network boot by its BMC") \
    X(BOOTS_AGAIN, "boots-again", "installed, and it comes back to the network again and again",                       \
      "its disk does not boot: look at its screen; boot order, boot loader on the disk, the controller's mode")        \
    X(OTHER_PORT, "other-port", "the asking port is not the one of its line",                                          \
      "name the other ports with mac= in the host line")                                                               \
    X(LOADER_CPU, "loader-other-cpu", "it took a loader that is for another processor than its firmware's",            \
      "remove loader= of the host, or name one for its firmware: pxed loaders")                                        \
    X(LOADER_UNSIGNED, "loader-unsigned",                                                                              \
      "it took a loader that nobody has signed and was not heard of again: Secure Boot refuses such a loader",         \
      "pxed loaders: a signed one is given after two silent boots, or loader=shimx64.efi; or Secure Boot off")         \
    X(TFTP_NO_ACK, "tftp-blocked", "it asked by TFTP, and nothing that was sent to it was ever acknowledged",          \
      "let UDP through from this server's ports to the machine's, both ways; or [tftp] single-port = yes")             \
    X(TFTP_LARGE, "tftp-large-packets-lost",                                                                           \
      "it acknowledged the options of its TFTP request, and no full-size packet after that",                           \
      "packets of this size are lost on the way (tunnel, VPN, jumbo frames): the net's MTU, or blksize in [tftp]")     \
    X(NAME_ASKED, "name-missing", "it asked for a name that is not there, and then for nothing more",                  \
      "put the file there, or correct the name: pxed log HOST shows all of them")                                      \
    X(INITRD_CUT, "initrd-cut", "the initrd was not taken whole",                                                      \
      "the machine has too little memory for it, or the connection broke: its screen says which")

enum cause {
    CAUSE_NONE,
#define X(name, id, sentence, cure) CAUSE_##name,
    CAUSES(X)
#undef X
        CAUSE_REASON, /* the reason says it all */
};

struct cause_facts {
    bool declared;
    enum lifecycle_state install;
    enum pxed_stage stage;   /* the last one of its last boot; NONE: it was never heard of */
    enum pxed_reason reason; /* the fault that is shown; OK: none */
    int64_t armed_ago;       /* ms since the arming */
    bool heard_since;        /* something was heard of it after the arming */
    bool near;               /* a MAC without line was heard that differs in a digit or two */
    bool other_port;         /* the last that happened: one with another MAC, that has no line, asked in its name */
    unsigned local_again;    /* times that it was sent to its disk within half an hour, after it was installed */
    bool loader_cpu;         /* of the loader that it took: another processor than the firmware's */
    bool loader_unsigned;    /* an EFI program without any signature */
    bool loader_taken;       /* it fetched the whole of its loader in this boot */
    const char *broken;      /* how its last transfer broke off, in this boot; NULL: none did */
    bool initrd_broken;      /* and that was an initrd */
    bool missing_last;       /* it asked for a name that is not there, after it had its script */
};

/* Ten minutes after an order at the earliest somebody may ask why nothing happens. */
enum { CAUSE_PATIENCE = 10 * 60 * 1000, CAUSE_LOCAL_AGAIN = 3 };

enum cause cause_of(const struct cause_facts *f);
/* Its words in docs/causes.md and `cause` of --json. Of CAUSE_REASON: those of the reason. "" for NONE. */
const char *cause_id(enum cause cause, enum pxed_reason reason, char text[static 40]);
const char *cause_sentence(enum cause cause, enum pxed_reason reason);
const char *cause_cure(enum cause cause, enum pxed_reason reason);
