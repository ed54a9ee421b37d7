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
    X(NET_SILENT, "net-silent", "armed and never heard of, and nothing at all was heard from the net of its ip=",      \
      "the relay (IP helper) of that net must name this server; cable, VLAN and UDP 67 on the way")                    \
    X(MAC_NEAR, "mac-mistyped", "nothing was ever heard of this MAC, but of one that differs in a digit or two",       \
      "compare the MAC of the host line with the machine's")                                                           \
    X(NOT_RESTARTED, "not-restarted", "armed, and it has not asked the network since",                                 \
      "restart it; if it boots its disk first: `efibootmgr -n NNNN && reboot`, or a one-time network boot by its BMC") \
    X(BOOTS_AGAIN, "boots-again", "installed, and it comes back to the network again and again",                       \
      "its disk does not boot: look at its screen; boot order, boot loader on the disk, the controller's mode")        \
    X(OTHER_PORT, "other-port", "the asking port is not the one of its line",                                          \
      "name the other ports with mac= in the host line")                                                               \
    X(ANSWER_REFUSED, "answer-refused",                                                                                \
      "it has its installer, and a card or an address that is not known as its own asked for its answer file",         \
      "name that card with mac= in the host line; behind a router or NAT: tokens = always")                            \
    X(LOADER_CPU, "loader-other-cpu", "it took a loader that is for another processor than its firmware's",            \
      "remove loader= of the host, or name one for its firmware: pxed loaders")                                        \
    X(LOADER_UNSIGNED, "loader-unsigned",                                                                              \
      "it took a loader that nobody has signed and was not heard of again: Secure Boot refuses such a loader",         \
      "pxed loaders: a signed one is given after two silent boots, or loader=shimx64.efi; or Secure Boot off")         \
    X(LOADER_CA, "loader-one-ca",                                                                                      \
      "it took a loader that one of Microsoft's two CAs has signed, 2011 or 2023, and was not heard of again",         \
      "firmware that trusts only the other CA refuses it: bring a loader of that CA (pxed loaders), or enrol it")      \
    X(LOADER_MISSING, "loader-missing", "the first file that it asked for is not there",                               \
      "pxed loaders says what brings loaders; or correct loader= of the host, loader-<firmware> in [dhcp]")            \
    X(OTHER_SERVER, "other-server-first", "it took the offer of another DHCP server",                                  \
      "stop that server (pxed doctor says where it is), or [dhcp] mode = proxy beside it")                             \
    X(OTHER_PXE, "other-server-pxe",                                                                                   \
      "it took the offer of another DHCP server that says PXEClient itself: machines ask that server's port 4011",     \
      "take option 60 away there, or stop that server: pxed doctor says how")                                          \
    X(OTHER_TOO, "other-server-too",                                                                                   \
      "another DHCP server, or boot server, answers it, too, and it fetched nothing from this one",                    \
      "stop that server, or tie it to machines of its own: pxed doctor says what it tells")                            \
    X(OTHER_LATER, "other-server-later",                                                                               \
      "its firmware took this server's offer, and what it booted then took another DHCP server's",                     \
      "stop that server (pxed doctor says where it is): who asks takes whichever answers first")                       \
    X(WRONG_NET, "wrong-net", "it asks in another net than that of its ip=, and gets no further",                      \
      "the VLAN of its switch port, or the relay that names it there; or correct ip= in the host line")                \
    X(PORT_4011, "port-4011-not-asked",                                                                                \
      "it was told to ask UDP port 4011 for its boot file, as it or its model did before, and did not",                \
      "let UDP 4011 through from the machines to this server; another server that it listens to: pxed doctor")         \
    X(LINK_LATE, "link-late", "it had been asking for ten seconds or more when its first request arrived",             \
      "the switch port forwards too late: spanning tree without portfast, LACP without fallback; or this server "      \
      "was not running")                                                                                               \
    X(OFFER_IGNORED, "offer-ignored", "in the boot before it was told a boot file and fetched nothing",                \
      "another server's offer that it took (pxed doctor), UDP 69 or 4011 closed, or firmware that wants to be told "   \
      "otherwise: [quirk NAME] ways =")                                                                                \
    X(SCRIPT_BY_NAME, "script-name-unresolved",                                                                        \
      "its loader runs and never asked for its script, whose URL names this server by name",                           \
      "the name server that machines are told must know that name: [dhcp] dns =, plugin dns, or an address as "        \
      "[pxed] name")                                                                                                   \
    X(SCRIPT_NOT_ASKED, "script-not-asked", "its loader runs and never asked for its script",                          \
      "let TCP through from the machine to the port of [http]; the machine's screen says what it tried")               \
    X(TFTP_NO_ACK, "tftp-blocked", "it asked by TFTP, and nothing that was sent to it was ever acknowledged",          \
      "let UDP through from this server's ports to the machine's, both ways; or [tftp] single-port = yes")             \
    X(TFTP_LARGE, "tftp-large-packets-lost",                                                                           \
      "it acknowledged the options of its TFTP request, and no full-size packet after that",                           \
      "packets of this size are lost on the way (tunnel, VPN, jumbo frames): the net's MTU, or blksize in [tftp]")     \
    X(MEMORY, "memory-too-small", "what it was to keep in its memory, initrd or ISO, is larger than that memory",      \
      "more memory, or a smaller initrd or ISO: a netboot image, or another way to boot it (pxed options os-linux)")   \
    X(CPU_OLD, "cpu-too-old", "its system needs a newer processor than it has, and it never came to its answer file",  \
      "another system, or a variant for older processors (AlmaLinux 10 has one); another machine")                     \
    X(CLOCK, "clock-skew",                                                                                             \
      "its installer failed, and said of signatures, certificates or tickets what a wrong clock makes of them",        \
      "set the machine's clock (its firmware's setup, its BMC); if it is right, the clock of this server or of the "   \
      "mirror is not")                                                                                                 \
    X(ARGS, "wrong-arguments",                                                                                         \
      "its args= has a word with which its installer does not ask for its answer file, and it did not",                \
      "correct args=: pxed check names the line")                                                                      \
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
    int64_t quiet;           /* ms since its last step forward */
    bool net_quiet;          /* nothing was heard from the net of its ip= for as long as an order may take */
    bool heard_since;        /* something was heard of it after the arming */
    bool near;               /* a MAC without line was heard that differs in a digit or two */
    bool other_port;         /* the last that happened: one with another MAC, that has no line, asked in its name */
    unsigned local_again;    /* times that it was sent to its disk within half an hour, after it was installed */
    bool loader_cpu;         /* of the loader that it took: another processor than the firmware's */
    bool loader_unsigned;    /* an EFI program without any signature */
    bool loader_one_ca;      /* signed by one of Microsoft's CAs for others' programs, not by both */
    bool loader_runs;        /* iPXE or gPXE asked for an address in this boot */
    bool by_name;            /* the script's URL has this server's name, not an address */
    bool other_server;       /* it took another DHCP server's offer in this boot */
    bool other_pxe;          /* and that server says PXEClient */
    bool other_too;          /* another server was heard to answer it, which may keep it from what it was told here */
    bool other_later;        /* other_server, and that was after the last step forward */
    bool elsewhere;          /* its ip= belongs to no net of the wire that it asked on in this boot */
    bool answer_refused;     /* the last that happened: who is no host here asked for its answer file in vain */
    bool asks_4011;          /* it was told to, and it or one of its model has done so before */
    bool offer_silent;       /* told in the boot before, it fetched nothing; nor in this one yet */
    unsigned secs;           /* for how long it had asked, as it said in the first request of this boot */
    bool loader_taken;       /* it fetched the whole of its loader in this boot */
    bool clock_said;         /* reason is what its installer failed with, and that spoke of a wrong clock */
    bool cpu_old;            /* by what it told of its processor, its system does not run there */
    bool args_stop;          /* with a word of its args= the installer of its system does not ask for its answer file */
    const char *broken;      /* how its last transfer broke off, in this boot; NULL: none did */
    bool initrd_broken;      /* and that was an initrd */
    bool too_large;          /* and that, or an ISO, is larger than its memory */
    bool missing_last;       /* it asked for a name that is not there, after it had its script if it had one */
};

/* Ten minutes after an order at the earliest somebody may ask why nothing happens. */
enum { CAUSE_PATIENCE = 10 * 60 * 1000, CAUSE_LOCAL_AGAIN = 3, CAUSE_LATE_SECS = 10, CAUSE_QUIET = 60 * 1000 };

enum cause cause_of(const struct cause_facts *f);
/* It waits for somebody to switch it on, for all that is known. */
static inline bool cause_waits(enum cause cause) {
    return cause == CAUSE_NOTHING_HEARD || cause == CAUSE_NET_SILENT || cause == CAUSE_NOT_RESTARTED;
}
/* Its words in docs/causes.md and `cause` of --json. Of CAUSE_REASON: those of the reason. "" for NONE. */
const char *cause_id(enum cause cause, enum pxed_reason reason, char text[static 40]);
const char *cause_sentence(enum cause cause, enum pxed_reason reason);
const char *cause_cure(enum cause cause, enum pxed_reason reason);
