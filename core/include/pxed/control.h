/* The service "control/1", published by the core: what the live commands see and may do. Loop thread only. */
#pragma once

#include "pxed/model.h"

/* One machine, declared or seen. Slices live only during the call. */
struct pxed_machine_view {
    struct pxed_hwaddr mac;
    bool declared;            /* has a line in the host file now */
    struct pxed_slice name;   /* empty if unknown */
    struct pxed_slice os;     /* OS id of the line; empty if undeclared */
    struct pxed_slice arm_os; /* OS id of the last arming; empty: never armed */
    struct pxed_addr ip;      /* last known */
    enum pxed_firmware firmware;
    const char *stage;       /* of the boot record: "discovered" ... "refused"; "" before the first */
    int64_t stage_at;        /* wall clock ms; 0: never */
    enum pxed_reason reason; /* of the last refusal or local boot */
    const char *install;     /* "armed" "installing" "installed" "failed" "unconfirmed" "stalled"; "" never armed */
    int64_t install_at;      /* when it entered that state, wall ms */
    const char *right;       /* "blank" "any"; "" never armed */
    bool held_new;           /* new line that was not armed (arm-limit, arm = command): `pxed arm --new` */
    bool protect;
    unsigned tries_left;        /* of an unused arming */
    int64_t armed_at;           /* wall ms; 0: never */
    struct pxed_slice armed_by; /* "new line", "uid 0 (root)" ... */
    struct pxed_slice step;     /* last word of the installer: "partitioned"; may be empty */
    struct pxed_slice disk;     /* disk= of the line, may be empty */
    struct pxed_slice fail;     /* reason word of the last failed event */
    const char *file;           /* of the line */
    unsigned line;
    /* Since minor 2. */
    enum pxed_reason not_ready;       /* armed, but would get no installer now: why; OK: it would */
    struct pxed_slice not_ready_text; /* what was looked for; may be empty */
    bool disk_cleared;                /* a step that writes the disk came since the last arming was used */
    const char *was_install;          /* before an arming that is not used yet: as `install`; "" none */
    struct pxed_slice was_os;
    int64_t was_at;
    bool unguarded; /* nothing of ours looks at the disk before the line's system is written to it */
};

/* One step of one machine, in order of seq (all machines share the counter). */
struct pxed_journal_view {
    uint64_t seq;
    int64_t at; /* wall clock ms */
    struct pxed_hwaddr mac;
    struct pxed_slice name;
    struct pxed_slice what;  /* "discovered", "leased", "armed", "installing", "event", ... */
    enum pxed_reason reason; /* OK, or a named refusal */
    struct pxed_slice text;  /* key=value details or an event's body, escaped */
};

/* Whether a step begins a new boot of its machine; `before` is the machine's step before it (empty: none). Firmware
 * asks for an address; a loader that comes back after a local boot skipped that (CONTRACT.md, section 1). */
static inline bool pxed_journal_opens(struct pxed_slice what, struct pxed_slice before) {
    return before.len == 0 || pxed_slice_is(what, "discovered") ||
           (pxed_slice_is(what, "script") && pxed_slice_is(before, "local"));
}

struct pxed_transfer_view {
    struct pxed_hwaddr mac; /* len 0: asker unknown */
    struct pxed_slice name;
    struct pxed_addr ip;
    struct pxed_slice path;
    const char *via; /* "tftp" "http" */
    uint64_t sent, size;
    int64_t since; /* wall ms */
};

struct pxed_arm_order {
    const struct pxed_hwaddr *macs;
    size_t n;
    struct pxed_slice os; /* instead of the line's; empty: the line's */
    unsigned tries;       /* 1 */
    bool new_lines;       /* arm every held_new host, with right blank; macs is empty */
    struct pxed_slice who;
    uint64_t valid_ms; /* since minor 2: an unused arming ends then; 0: as arm-for says */
    bool typed;        /* since minor 2: a person has typed the number of hosts: arm-any-limit does not count */
};

struct pxed_control {
    uint32_t size;
    void *self;
    void (*machines)(void *self, void (*row)(void *arg, const struct pxed_machine_view *m), void *arg);
    /* Steps after `since`; of one machine, or of all (mac NULL). */
    void (*journal)(void *self, uint64_t since, const struct pxed_hwaddr *mac,
                    void (*row)(void *arg, const struct pxed_journal_view *j), void *arg);
    void (*transfers)(void *self, void (*row)(void *arg, const struct pxed_transfer_view *t), void *arg);
    /* HOST as on the command line: MAC, name= or ip=, exact. True and *ret_mac, or false. Seen but undeclared machines
     * are found by MAC and by address. */
    bool (*resolve)(void *self, struct pxed_slice host, struct pxed_hwaddr *ret_mac);
    /* Whether each of these may be armed: calls `refusal` for each that may not (protected, OS id local, not declared,
     * unknown OS). Returns how many may not. Changes nothing. */
    size_t (*arm_check)(void *self, const struct pxed_arm_order *order,
                        void (*refusal)(void *arg, const struct pxed_hwaddr *mac, enum pxed_reason reason), void *arg);
    /* All or none; `done` comes later with 0 after everything is on disk, or a negative errno. */
    void (*arm)(void *self, const struct pxed_arm_order *order, void (*done)(void *arg, int result), void *arg);
    void (*disarm)(void *self, const struct pxed_hwaddr *macs, size_t n, struct pxed_slice who,
                   void (*done)(void *arg, int result), void *arg);
    /* Since minor 2. Known, not armed: `macs`, or every held_new host (`macs` NULL). */
    void (*adopt)(void *self, const struct pxed_hwaddr *macs, size_t n, struct pxed_slice who,
                  void (*done)(void *arg, int result), void *arg);
    /* An operator says how an installation ended: "installed" or "failed". OK: `done` comes, later. */
    enum pxed_reason (*event)(void *self, const struct pxed_hwaddr *mac, struct pxed_slice stage,
                              struct pxed_slice reason, struct pxed_slice who, void (*done)(void *arg, int result),
                              void *arg);
};
