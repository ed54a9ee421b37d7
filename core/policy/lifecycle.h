/* What may write a disk. The rules of docs/operators-guide.md, "Armed once", as pure functions over one record:
 * facts in, verdict out. A machine is given an installer only while `lifecycle_wants` says OK. */
#pragma once

#include "pxed/model.h"
#include "pxed/plugin.h"

enum lifecycle_state {
    LIFECYCLE_NONE, /* never armed, or disarmed */
    LIFECYCLE_ARMED,
    LIFECYCLE_INSTALLING, /* spent: the answer file was delivered, or an event came */
    LIFECYCLE_INSTALLED,
    LIFECYCLE_FAILED,
    LIFECYCLE_UNCONFIRMED, /* spent, and no event ever came */
    LIFECYCLE_STALLED,     /* events came and stopped */
    LIFECYCLE_STATE_COUNT
};
extern const char *const lifecycle_state_names[LIFECYCLE_STATE_COUNT + 1];

enum lifecycle_right { LIFECYCLE_NO_RIGHT, LIFECYCLE_BLANK, LIFECYCLE_ANY };
extern const char *const lifecycle_right_names[4];

enum lifecycle_mode { LIFECYCLE_MODE_NEW, LIFECYCLE_MODE_COMMAND, LIFECYCLE_MODE_ANY }; /* `arm =` in [pxed] */

/* An arming and what became of it, once a later arming stands in its place. */
struct lifecycle_past {
    enum lifecycle_state state; /* NONE: there was none */
    enum lifecycle_right right;
    char os[64];
    int64_t armed_at, state_at;
    char by[48], step[33], fail[33];
};

/* Everything that survives a restart about one machine. Times are milliseconds of the daemon's clock. What gives or
 * uses a right (the law) is separate from what was merely seen (lifecycle_sighted): the law is on disk before it is
 * here. */
struct lifecycle_record {
    struct pxed_hwaddr mac;
    bool held_new;    /* a new line that was not armed */
    char line_os[64]; /* OS id of the line when it was last read */
    char names[192];  /* its name, and those it had before: none of them arms anything under another MAC */
    /* the arming and what became of it */
    enum lifecycle_state state;
    enum lifecycle_right right;
    char os[64];
    unsigned tries;      /* left, the unspent one included */
    bool reported;       /* an event came since it was spent */
    bool on_disk;        /* a step flagged `disk` came: what was on the disk is gone */
    uint8_t token[16];   /* dead unless armed or installing */
    uint8_t account[16]; /* the password of its account in the share; as long alive */
    int64_t armed_at, state_at, event_at;
    int64_t expires_at; /* an unused arming ends then; 0: never */
    char by[48];
    char step[33], fail[33];
    struct lifecycle_past was; /* before the unused arming */
    bool fed;                  /* an image file was delivered whole for a plan of the operator's script */
    /* the boot record */
    enum pxed_stage stage;
    enum pxed_reason reason;
    int64_t boot_at, stage_at, script_at;
    bool judged;     /* this power-on was the machine's own, and what it means for a spent arming is decided */
    bool own_script; /* the operator's script answered in this boot: pxed does not know the plan */
    /* what was last seen */
    struct pxed_addr ip;
    bool ip_leased; /* by this server */
    enum pxed_firmware firmware;
    bool has_firmware;
};

/* What the host's line says, as far as arming cares. */
struct lifecycle_line {
    struct pxed_slice os;
    bool protect;
    bool claimed; /* a profile knows the OS id */
    bool guarded; /* its answer file holds the disk guard */
    bool bare;    /* its profile has no guard at all */
    bool blind;   /* and no disk= says what may be written */
    bool live;    /* its system writes no disk */
};

/* May a line whose MAC the store has never held arm, and with which right? OK and *ret_right, or why not. `over_limit`:
 * this load would arm more hosts than arm-limit. */
enum pxed_reason lifecycle_new_line(const struct lifecycle_line *line, enum lifecycle_mode mode, bool over_limit,
                                    enum lifecycle_right *ret_right);
/* May `pxed arm` arm it? */
enum pxed_reason lifecycle_may_arm(const struct lifecycle_line *line);

void lifecycle_arm(struct lifecycle_record *r, enum lifecycle_right right, struct pxed_slice os, unsigned tries,
                   const uint8_t token[16], struct pxed_slice by, int64_t now);
/* Takes back what is unused; the installation before it stands again. True if anything changed. */
bool lifecycle_disarm(struct lifecycle_record *r, int64_t now);
/* The same when its time is over. */
bool lifecycle_expire(struct lifecycle_record *r, int64_t now);
/* The store cannot be trusted: whatever gives a right, or may give one again, ends. True if anything changed. */
bool lifecycle_distrust(struct lifecycle_record *r, int64_t now);
/* The line has this name now. True if that is news. */
bool lifecycle_name(struct lifecycle_record *r, struct pxed_slice name);
/* Did it ever have this name? *ret_now: it has it still. */
bool lifecycle_had_name(const struct lifecycle_record *r, struct pxed_slice name, bool *ret_now);
/* The line's OS id changed: an unused arming follows. True if it did. */
bool lifecycle_follow(struct lifecycle_record *r, struct pxed_slice os, int64_t now);

/* Shall this machine be given its installer now? OK, or why it boots its disk. */
enum pxed_reason lifecycle_wants(const struct lifecycle_record *r, const struct lifecycle_line *line);

/* A power-on, as far as anybody can tell: opens the next boot record. Changes no right. */
void lifecycle_power_on(struct lifecycle_record *r, int64_t now);
/* The machine itself asks what to boot, for the first time in this boot: what became of a spent arming, and whether a
 * further try begins. True if the law changed. */
bool lifecycle_judge(struct lifecycle_record *r, int64_t now);
/* What was seen of the machine, from `from` to `to`: everything that is not the law. */
void lifecycle_sighted(struct lifecycle_record *to, const struct lifecycle_record *from);
/* Does a DISCOVER from `loader` (NONE: the firmware itself) belong to a new power-on, and a script request? */
bool lifecycle_discover_opens(const struct lifecycle_record *r, enum pxed_loader loader, int64_t now);
bool lifecycle_script_opens(const struct lifecycle_record *r, int64_t now);
/* Moves the boot record; it never moves back. True if it moved. */
bool lifecycle_stage(struct lifecycle_record *r, enum pxed_stage stage, enum pxed_reason reason, int64_t now);

/* The answer file (or the last image of a plan without one) has been delivered to the machine itself. True if the
 * arming was spent by it. */
bool lifecycle_delivered(struct lifecycle_record *r, int64_t now);

/* An image file has been delivered whole to a machine whose plan came from the operator's script. What its last file is
 * nobody can tell here, so retries within this boot stay free and the next power-on finds the arming spent. True if it
 * is news. */
bool lifecycle_fed(struct lifecycle_record *r);

/* A report of the installer. OK (with *ret_changed), or BAD_STAGE. Repeating is harmless; no event ever arms. */
enum pxed_reason lifecycle_event(struct lifecycle_record *r, struct pxed_slice stage, struct pxed_slice reason,
                                 const struct pxed_step *steps, int64_t now, bool *ret_changed);
/* Time passes. True if the state changed. */
bool lifecycle_tick(struct lifecycle_record *r, int64_t install_timeout_ms, int64_t now);

/* Are the host's files and its token alive? */
bool lifecycle_open(const struct lifecycle_record *r);
