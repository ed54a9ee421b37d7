/* Decides what may write a disk: the rules of docs/operators-guide.md, "Armed once", as pure functions over one record.
 * A machine is given an installer only while `lifecycle_wants` says OK. */
#pragma once

#include "exits.h"
#include "hardware.h"
#include "ladder.h"
#include "pxed/model.h"
#include "pxed/plugin.h"
#include "ways.h"

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

/* The outcome of an earlier arming that a later one has replaced. */
struct lifecycle_past {
    enum lifecycle_state state; /* NONE: there was none */
    enum lifecycle_right right;
    char os[64];
    int64_t armed_at, state_at;
    char by[48], step[33], fail[33];
};

/* What is kept about one machine across restarts. Times are milliseconds of clock_wall(). Fields that give or use a
 * right are changed only after the change is on disk; the rest was merely seen (lifecycle_sighted). */
struct lifecycle_record {
    struct pxed_hwaddr mac;
    bool held_new;    /* a new host line that was not armed */
    char line_os[64]; /* OS id of the line when it was last read */
    char names[192];  /* its current and former names: none of them arms anything under another MAC */
    /* the arming and its outcome */
    enum lifecycle_state state;
    enum lifecycle_right right;
    char os[64];
    unsigned tries;      /* attempts left, including an unused one */
    bool reported;       /* an event arrived after it was used up */
    bool on_disk;        /* a step flagged `disk` was reported: the old content of the disk is gone */
    uint8_t token[16];   /* valid only while armed or installing */
    uint8_t account[16]; /* the password of its share account; valid as long */
    int64_t armed_at, state_at, event_at;
    int64_t expires_at; /* when an unused arming ends; 0: never */
    char by[48];
    char step[33], fail[33];
    struct lifecycle_past was; /* the state before the unused arming */
    bool fed;                  /* an image file of a plan of the operator's script was delivered completely */
    /* the boot record */
    enum pxed_stage stage;
    enum pxed_reason reason;
    int64_t boot_at, stage_at, script_at;
    bool judged;     /* the machine itself asked in this boot, and lifecycle_judge has run */
    bool own_script; /* the operator's script answered in this boot, so pxed does not know the plan */
    /* what was last seen */
    struct pxed_addr ip;
    bool ip_leased; /* by this server */
    enum pxed_firmware firmware;
    bool has_firmware;
    struct ladder ladder; /* which loader it is told */
    struct ways ways;     /* and how */
    struct exits exits;   /* and whether it gets to its disk from there */
    struct hardware hardware;
};

/* What arming needs to know of the host's line. */
struct lifecycle_line {
    struct pxed_slice os;
    bool protect;
    bool claimed; /* a profile knows the OS id */
    bool guarded; /* its answer file holds the disk guard */
    bool bare;    /* its profile has no guard at all */
    bool blind;   /* and no disk= says what may be written */
    bool live;    /* its system writes no disk */
};

/* May a line whose MAC is not in the store arm, and with which right? OK and *ret_right, or why not. `over_limit`: this
 * load would arm more hosts than arm-limit. */
enum pxed_reason lifecycle_new_line(const struct lifecycle_line *line, enum lifecycle_mode mode, bool over_limit,
                                    enum lifecycle_right *ret_right);
/* May `pxed arm` arm this host? OK, or why not. */
enum pxed_reason lifecycle_may_arm(const struct lifecycle_line *line);

void lifecycle_arm(struct lifecycle_record *r, enum lifecycle_right right, struct pxed_slice os, unsigned tries,
                   const uint8_t token[16], struct pxed_slice by, int64_t now);
/* Takes back an unused arming; the earlier installation's state is restored. True if anything changed. */
bool lifecycle_disarm(struct lifecycle_record *r, int64_t now);
/* The same if the arming has expired. */
bool lifecycle_expire(struct lifecycle_record *r, int64_t now);
/* The store cannot be trusted: ends every right and everything that could give one again. True if anything changed. */
bool lifecycle_distrust(struct lifecycle_record *r, int64_t now);
/* Records the line's current name. True if it changed. */
bool lifecycle_name(struct lifecycle_record *r, struct pxed_slice name);
/* Did it ever have this name? *ret_now: it is the current one. */
bool lifecycle_had_name(const struct lifecycle_record *r, struct pxed_slice name, bool *ret_now);
/* The line's OS id changed: an unused arming takes it over. True if it did. */
bool lifecycle_follow(struct lifecycle_record *r, struct pxed_slice os, int64_t now);

/* May it be told a loader that sends it to its disk? OK, or why not. */
enum pxed_reason lifecycle_exit(const struct lifecycle_record *r);
/* Should this machine be given its installer now? OK, or why it boots its disk. */
enum pxed_reason lifecycle_wants(const struct lifecycle_record *r, const struct lifecycle_line *line);

/* A presumed power-on: opens the next boot record. Changes no right. */
void lifecycle_power_on(struct lifecycle_record *r, int64_t now);
/* The machine itself asks what to boot, for the first time in this boot: settles a used arming, and may begin another
 * attempt. True if a right changed. */
bool lifecycle_judge(struct lifecycle_record *r, int64_t now);
/* Copies what was merely seen of the machine: all fields but those that give or use a right. */
void lifecycle_sighted(struct lifecycle_record *to, const struct lifecycle_record *from);
/* Does a DISCOVER from `loader` (NONE: firmware), or a script request, belong to a new power-on? */
bool lifecycle_discover_opens(const struct lifecycle_record *r, enum pxed_loader loader, int64_t now);
bool lifecycle_script_opens(const struct lifecycle_record *r, int64_t now);
/* Moves the boot record forward, never back. True if it moved. */
bool lifecycle_stage(struct lifecycle_record *r, enum pxed_stage stage, enum pxed_reason reason, int64_t now);

/* The answer file (or the last image of a plan without one) was delivered to the machine itself. True if this used up
 * the arming. */
bool lifecycle_delivered(struct lifecycle_record *r, int64_t now);

/* An image file was delivered completely to a machine whose plan came from the operator's script. pxed cannot know
 * which file is the last, so retries within this boot are allowed and the next power-on uses up the arming. True if
 * this is new. */
bool lifecycle_fed(struct lifecycle_record *r);

/* A report of the installer. OK (with *ret_changed), or BAD_STAGE. Repeating it is harmless; no event ever arms. */
enum pxed_reason lifecycle_event(struct lifecycle_record *r, struct pxed_slice stage, struct pxed_slice reason,
                                 const struct pxed_step *steps, int64_t now, bool *ret_changed);
/* Applies timeouts; call it regularly. True if the state changed. */
bool lifecycle_tick(struct lifecycle_record *r, int64_t install_timeout_ms, int64_t now);

/* From when on lifecycle_expire or lifecycle_tick changes it, if nothing else does before; INT64_MAX: never. */
int64_t lifecycle_due(const struct lifecycle_record *r, int64_t install_timeout_ms);

/* Are the host's files and its token valid, that is: is it armed or installing? */
bool lifecycle_open(const struct lifecycle_record *r);
