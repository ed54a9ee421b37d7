/* The service "control/1", published by the core: what the live commands read and change. Loop thread only. */
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
    int64_t stage_at;        /* wall clock, ms since the epoch; 0: never */
    enum pxed_reason reason; /* why the machine was last refused or sent to its disk */
    const char *install;     /* "armed" "installing" "installed" "failed" "unconfirmed" "stalled"; "" never armed */
    int64_t install_at;      /* when it entered that state, wall clock ms */
    const char *right;       /* "blank" "any"; "" never armed */
    bool held_new;           /* new host line that was not armed (arm-limit, arm = command): `pxed arm --new` */
    bool protect;
    unsigned tries_left;        /* of an unused arming */
    int64_t armed_at;           /* wall ms; 0: never */
    struct pxed_slice armed_by; /* "new line", "uid 0 (root)" ... */
    struct pxed_slice step;     /* last step that the installer reported: "partitioned"; may be empty */
    struct pxed_slice disk;     /* disk= of the line, may be empty */
    struct pxed_slice fail;     /* reason of the last `failed` event */
    const char *file;           /* of the host line */
    unsigned line;
    /* Since minor 2. */
    enum pxed_reason not_ready;       /* why an armed machine would get no installer now; OK: it would get one */
    struct pxed_slice not_ready_text; /* which file is missing; may be empty */
    bool disk_cleared;                /* the installer has reported a step that writes the disk */
    const char *was_install;          /* the state before an unused arming, as `install`; "" none */
    struct pxed_slice was_os;
    int64_t was_at;
    bool unguarded; /* pxed does not check the disk before this system is written to it */
    /* Since minor 6. */
    const char *busy; /* "installing", "booting" its installer; "": the daemon's end would interrupt no installation */
    /* Since minor 8. */
    struct pxed_slice
        loader;             /* that its firmware is told, of several; empty: it was told none, or its line says which */
    unsigned loader_silent; /* boots in a row in which it took that and was not heard of again */
    bool loader_good;       /* it was, at some time */
    struct pxed_slice loader_was; /* another, with which it had booted before; may be empty */
    /* Why its boot or installation came to nothing, a word of docs/causes.md, what shows it, a sentence, and the cure;
     * "": nothing shows one. */
    const char *cause, *evidence, *cause_sentence, *cause_cure;
    bool disk_good;     /* it came up after a loader had sent it to its disk, and did not come back at once since */
    unsigned disk_back; /* times in a row that it came back at once */
    struct pxed_slice product, serial; /* as the machine itself told; may be empty */
    uint64_t memory;                   /* bytes; 0: not told */
    bool waits;                        /* the cause is no more than that it was not heard of since its order */
};

/* Why its last boot or its installation came to nothing; OK: it did not. A failed event has one of pxed's reasons or a
 * word chosen by the operator. Since minor 8. */
static inline enum pxed_reason pxed_machine_fault(const struct pxed_machine_view *m) {
    struct pxed_slice install = pxed_slice_of(m->install);
    enum pxed_reason bad = PXED_WHY_OK;
    if (pxed_slice_is(install, "armed") && m->not_ready != PXED_WHY_OK)
        return m->not_ready;
    if (pxed_slice_is(install, "failed") && (!pxed_reason_find(m->fail, &bad) || bad == PXED_WHY_OK))
        bad = PXED_WHY_INSTALL_FAILED;
    else if (pxed_slice_is(install, "unconfirmed"))
        bad = PXED_WHY_INSTALL_UNCONFIRMED;
    else if (pxed_slice_is(install, "stalled"))
        bad = PXED_WHY_INSTALL_STALLED;
    bool seen = pxed_reason_is_fault(m->reason);
    if (bad == PXED_WHY_OK)
        return seen ? m->reason : PXED_WHY_OK;
    /* That it is sent to its disk because the installation failed says less than why that failed. */
    return seen && m->stage_at > m->install_at && m->reason != PXED_WHY_INSTALL_FAILED ? m->reason : bad;
}

/* One step of one machine, ordered by seq, which counts the steps of all machines. */
struct pxed_journal_view {
    uint64_t seq;
    int64_t at; /* wall clock ms */
    struct pxed_hwaddr mac;
    struct pxed_slice name;
    struct pxed_slice what;  /* "discovered", "leased", "armed", "installing", "event", ... */
    enum pxed_reason reason; /* OK, or a named refusal */
    struct pxed_slice text;  /* key=value details or an event's body, escaped */
};

/* Does this step begin a new boot of its machine? `before` is the machine's previous step (empty: none). Firmware asks
 * for an address; a loader that comes back after a local boot skips that (CONTRACT.md, section 1). */
static inline bool pxed_journal_opens(struct pxed_slice what, struct pxed_slice before) {
    return before.len == 0 || pxed_slice_is(what, "discovered") ||
           (pxed_slice_is(what, "script") && pxed_slice_is(before, "local"));
}

struct pxed_transfer_view {
    struct pxed_hwaddr mac; /* len 0: client unknown */
    struct pxed_slice name;
    struct pxed_addr ip;
    struct pxed_slice path;
    const char *via; /* "tftp" "http" */
    uint64_t sent, size;
    int64_t since; /* wall ms */
};

/* One system: what is there of its image. Since minor 8. */
struct pxed_image_view {
    struct pxed_slice os;
    size_t hosts;                 /* whose lines name it */
    enum pxed_reason reason;      /* OK: it can be booted; NO_PROFILE, NO_IMAGE */
    const char *text;             /* what was looked for, or "" */
    const char *plugin, *profile; /* that know it; "" */
    bool live;                    /* it writes no disk */
    const char *file;             /* where the id was first named; may be NULL */
    unsigned line;
};

struct pxed_arm_order {
    const struct pxed_hwaddr *macs;
    size_t n;
    struct pxed_slice os; /* instead of the line's; empty: the line's */
    unsigned tries;       /* 1 */
    bool new_lines;       /* arm every held_new host, with right blank; macs is empty */
    struct pxed_slice who;
    uint64_t valid_ms; /* since minor 2: an unused arming ends after that; 0: after arm-for */
    bool typed;        /* since minor 2: a person typed the number of hosts, so arm-any-limit does not apply */
};

struct pxed_control {
    uint32_t size;
    void *self;
    void (*machines)(void *self, void (*row)(void *arg, const struct pxed_machine_view *m), void *arg);
    /* Steps after seq `since`: of one machine, or of all (mac NULL). */
    void (*journal)(void *self, uint64_t since, const struct pxed_hwaddr *mac,
                    void (*row)(void *arg, const struct pxed_journal_view *j), void *arg);
    void (*transfers)(void *self, void (*row)(void *arg, const struct pxed_transfer_view *t), void *arg);
    /* HOST as on the command line: MAC, name= or ip=, exact. True with *ret_mac, or false. Undeclared machines are
     * found by MAC and by address. */
    bool (*resolve)(void *self, struct pxed_slice host, struct pxed_hwaddr *ret_mac);
    /* Checks whether each of these may be armed and calls `refusal` for each that may not (protected, OS id local, not
     * declared, unknown OS). Returns the number of refusals. Changes nothing. */
    size_t (*arm_check)(void *self, const struct pxed_arm_order *order,
                        void (*refusal)(void *arg, const struct pxed_hwaddr *mac, enum pxed_reason reason), void *arg);
    /* All or none; `done` comes later, with 0 once everything is on disk, or with a negative errno:
     * -EACCES HOOK_REFUSED, -ETIMEDOUT HOOK_SILENT. */
    void (*arm)(void *self, const struct pxed_arm_order *order, void (*done)(void *arg, int result), void *arg);
    void (*disarm)(void *self, const struct pxed_hwaddr *macs, size_t n, struct pxed_slice who,
                   void (*done)(void *arg, int result), void *arg);
    /* Since minor 2. Marks hosts as known but not armed: `macs`, or every held_new host (`macs` NULL). */
    void (*adopt)(void *self, const struct pxed_hwaddr *macs, size_t n, struct pxed_slice who,
                  void (*done)(void *arg, int result), void *arg);
    /* An operator reports how an installation ended: "installed" or "failed". OK: `done` comes later; else it never
     * comes. */
    enum pxed_reason (*event)(void *self, const struct pxed_hwaddr *mac, struct pxed_slice stage,
                              struct pxed_slice reason, struct pxed_slice who, void (*done)(void *arg, int result),
                              void *arg);
    /* Since minor 6. Ends the daemon as SIGTERM does, in the loop's next turn: an answer given now still leaves. */
    void (*stop)(void *self, struct pxed_slice who);
    /* Since minor 8. One machine, if there is one of this address. */
    void (*machine)(void *self, const struct pxed_hwaddr *mac,
                    void (*row)(void *arg, const struct pxed_machine_view *m), void *arg);
    /* As `machines`, only those at the places `from` to `from + n`. Returns how many places there are; some of them are
     * empty. */
    size_t (*some)(void *self, size_t from, size_t n, void (*row)(void *arg, const struct pxed_machine_view *m),
                   void *arg);
    /* Every system that a host's line or a section names, as the last load found it. */
    void (*images)(void *self, void (*row)(void *arg, const struct pxed_image_view *i), void *arg);
    /* How often something was refused for this reason since the start. */
    uint64_t (*refused)(void *self, enum pxed_reason reason);
    /* Another number after each load of the configuration: hosts, systems and images may be others. */
    uint64_t (*generation)(void *self);
    /* The URL under which this machine gets its UEFI loader, whatever address it asks from: with its token, so it is
     * for who armed it and for nothing that is kept. False: it is not armed, or `out` is too short. */
    bool (*boot_url)(void *self, const struct pxed_hwaddr *mac, struct pxed_buf *out);
};
