/* The rules of installations: what arms, uses up, ends and stalls one, as pure functions over a record. */
#include "lifecycle.h"

const char *const lifecycle_state_names[LIFECYCLE_STATE_COUNT + 1] = {
    "", "armed", "installing", "installed", "failed", "unconfirmed", "stalled", NULL,
};
const char *const lifecycle_right_names[4] = {"", "blank", "any", NULL};

/* A script requested again within this time belongs to the same power-on (loaders retry); later it is the next one. */
enum { SCRIPT_PAUSE_MS = 30 * 1000, DISCOVER_PAUSE_MS = 120 * 1000 };

static void set_text(char *to, size_t size, struct pxed_slice text) {
    size_t n = text.len < size - 1 ? text.len : size - 1;
    memset(to, 0, size);
    if (n > 0)
        memcpy(to, text.ptr, n);
}

static void life_enter(struct lifecycle_record *r, enum lifecycle_state state, int64_t now) {
    r->state = state;
    r->state_at = now;
}

enum pxed_reason lifecycle_may_arm(const struct lifecycle_line *line) {
    if (line->protect)
        return PXED_WHY_PROTECTED;
    if (pxed_slice_is(line->os, "local"))
        return PXED_WHY_OS_LOCAL;
    if (line->live)
        return PXED_WHY_OS_LIVE;
    if (!line->claimed)
        return PXED_WHY_NO_PROFILE;
    return line->blind ? PXED_WHY_DISK_NOT_NAMED : PXED_WHY_OK;
}

enum pxed_reason lifecycle_new_line(const struct lifecycle_line *line, enum lifecycle_mode mode, bool over_limit,
                                    enum lifecycle_right *ret_right) {
    if (line->protect)
        return PXED_WHY_PROTECTED;
    if (pxed_slice_is(line->os, "local"))
        return PXED_WHY_OS_LOCAL;
    if (line->live)
        return PXED_WHY_OS_LIVE;
    if (mode == LIFECYCLE_MODE_COMMAND)
        return PXED_WHY_ARM_COMMAND;
    if (over_limit)
        return PXED_WHY_ARM_LIMIT;
    /* Without a profile there is no answer file yet whose guard could be missing. */
    if (line->claimed && line->bare)
        return PXED_WHY_ANSWER_UNGUARDED;
    if (mode == LIFECYCLE_MODE_NEW && line->claimed && !line->guarded)
        return PXED_WHY_ANSWER_UNGUARDED;
    *ret_right = mode == LIFECYCLE_MODE_ANY ? LIFECYCLE_ANY : LIFECYCLE_BLANK;
    return PXED_WHY_OK;
}

static void keep_past(struct lifecycle_record *r) {
    if (r->state == LIFECYCLE_ARMED || r->state == LIFECYCLE_NONE) /* an unused arming leaves no trace */
        return;
    r->was = (struct lifecycle_past){.state = r->state == LIFECYCLE_INSTALLING ? LIFECYCLE_UNCONFIRMED : r->state,
                                     .right = r->right,
                                     .armed_at = r->armed_at,
                                     .state_at = r->state_at};
    memcpy(r->was.os, r->os, sizeof(r->os));
    memcpy(r->was.by, r->by, sizeof(r->by));
    memcpy(r->was.step, r->step, sizeof(r->step));
    memcpy(r->was.fail, r->fail, sizeof(r->fail));
}

static void restore_past(struct lifecycle_record *r, int64_t now) {
    const struct lifecycle_past *was = &r->was;
    memset(r->token, 0, sizeof(r->token));
    memset(r->account, 0, sizeof(r->account));
    r->tries = 0;
    r->fed = false;
    r->expires_at = 0;
    if (was->state == LIFECYCLE_NONE) {
        life_enter(r, LIFECYCLE_NONE, now);
        return;
    }
    r->state = was->state;
    r->state_at = was->state_at;
    r->right = was->right;
    r->armed_at = was->armed_at;
    memcpy(r->os, was->os, sizeof(r->os));
    memcpy(r->by, was->by, sizeof(r->by));
    memcpy(r->step, was->step, sizeof(r->step));
    memcpy(r->fail, was->fail, sizeof(r->fail));
    r->was = (struct lifecycle_past){.state = LIFECYCLE_NONE};
}

void lifecycle_arm(struct lifecycle_record *r, enum lifecycle_right right, struct pxed_slice os, unsigned tries,
                   const uint8_t token[16], struct pxed_slice by, int64_t now) {
    keep_past(r);
    r->held_new = false;
    r->fed = false;
    r->expires_at = 0;
    r->right = right;
    set_text(r->os, sizeof(r->os), os);
    r->tries = tries > 0 ? tries : 1;
    r->reported = r->on_disk = false;
    memcpy(r->token, token, sizeof(r->token));
    r->armed_at = now;
    r->event_at = 0;
    set_text(r->by, sizeof(r->by), by);
    r->step[0] = r->fail[0] = '\0';
    life_enter(r, LIFECYCLE_ARMED, now);
}

bool lifecycle_disarm(struct lifecycle_record *r, int64_t now) {
    bool changed = r->tries > 0 || r->state == LIFECYCLE_ARMED || r->held_new;
    r->tries = 0;
    r->held_new = false;
    if (r->state == LIFECYCLE_ARMED)
        restore_past(r, now);
    return changed;
}

bool lifecycle_expire(struct lifecycle_record *r, int64_t now) {
    if (r->state != LIFECYCLE_ARMED || r->expires_at == 0 || now < r->expires_at)
        return false;
    restore_past(r, now);
    return true;
}

bool lifecycle_distrust(struct lifecycle_record *r, int64_t now) {
    bool changed = lifecycle_disarm(r, now);
    if (r->state != LIFECYCLE_INSTALLING)
        return changed;
    life_enter(r, LIFECYCLE_UNCONFIRMED, now);
    return true;
}

bool lifecycle_had_name(const struct lifecycle_record *r, struct pxed_slice name, bool *ret_now) {
    struct pxed_slice rest = pxed_slice_of(r->names), word;
    for (bool first = true; (word = pxed_slice_word(&rest, " ")).len > 0; first = false) {
        if (!pxed_slice_eq_nocase(word, name))
            continue;
        *ret_now = first;
        return true;
    }
    return false;
}

/* Newest first; names that no longer fit are dropped. */
bool lifecycle_name(struct lifecycle_record *r, struct pxed_slice name) {
    char names[sizeof(r->names)] = "";
    struct pxed_buf b = PXED_BUF(names);
    bool now = false;
    if (name.len == 0 || name.len > 63 || (lifecycle_had_name(r, name, &now) && now))
        return false;
    pxed_buf_add(&b, name);
    struct pxed_slice rest = pxed_slice_of(r->names), word;
    while ((word = pxed_slice_word(&rest, " ")).len > 0 && b.len + word.len + 2 < sizeof(names)) {
        if (pxed_slice_eq_nocase(word, name))
            continue;
        pxed_buf_byte(&b, ' ');
        pxed_buf_add(&b, word);
    }
    memset(r->names, 0, sizeof(r->names));
    memcpy(r->names, names, b.len);
    return true;
}

bool lifecycle_follow(struct lifecycle_record *r, struct pxed_slice os, int64_t now) {
    if (r->state != LIFECYCLE_ARMED || pxed_slice_is(os, r->os))
        return false;
    set_text(r->os, sizeof(r->os), os);
    r->state_at = now;
    return true;
}

enum pxed_reason lifecycle_wants(const struct lifecycle_record *r, const struct lifecycle_line *line) {
    if (pxed_slice_is(line->os, "local"))
        return PXED_WHY_OS_LOCAL;
    if (line->live && !lifecycle_open(r)) /* an arming of another system comes first */
        return PXED_WHY_OK;
    if (line->protect) /* protect=yes set after arming takes effect at once */
        return PXED_WHY_PROTECTED;
    switch (r->state) {
    case LIFECYCLE_ARMED:
        return r->tries > 0 ? PXED_WHY_OK : PXED_WHY_NOT_ARMED;
    case LIFECYCLE_INSTALLING:
        return PXED_WHY_ALREADY_SPENT;
    case LIFECYCLE_INSTALLED:
        return PXED_WHY_INSTALLED;
    case LIFECYCLE_FAILED:
        return PXED_WHY_INSTALL_FAILED;
    case LIFECYCLE_UNCONFIRMED:
        return PXED_WHY_INSTALL_UNCONFIRMED;
    case LIFECYCLE_STALLED:
        return PXED_WHY_INSTALL_STALLED;
    default:
        return PXED_WHY_NOT_ARMED;
    }
}

enum pxed_reason lifecycle_exit(const struct lifecycle_record *r) {
    return exits_judge(&r->exits, r->state != LIFECYCLE_NONE, r->tries > 0);
}

/* --tries N: another attempt begins with the next power-on after a failed one. */
static void try_again(struct lifecycle_record *r, int64_t now) {
    if (r->tries == 0)
        return;
    r->reported = r->on_disk = false;
    life_enter(r, LIFECYCLE_ARMED, now);
}

static void life_spend(struct lifecycle_record *r, int64_t now) {
    if (r->tries > 0)
        r->tries--;
    r->reported = r->fed = false;
    r->expires_at = 0;
    life_enter(r, LIFECYCLE_INSTALLING, now);
}

void lifecycle_power_on(struct lifecycle_record *r, int64_t now) {
    r->stage = PXED_STAGE_NONE;
    r->reason = PXED_WHY_OK;
    r->boot_at = r->stage_at = now;
    r->script_at = 0;
    r->judged = r->own_script = false;
}

bool lifecycle_judge(struct lifecycle_record *r, int64_t now) {
    enum lifecycle_state before = r->state;
    bool fed = r->fed;
    if (r->state == LIFECYCLE_ARMED && r->fed)
        life_spend(r, now);
    r->fed = false;
    if (r->state == LIFECYCLE_INSTALLING && !r->reported)
        life_enter(r, LIFECYCLE_UNCONFIRMED, now);
    if (r->state == LIFECYCLE_UNCONFIRMED || r->state == LIFECYCLE_FAILED || r->state == LIFECYCLE_STALLED)
        try_again(r, now);
    return fed || r->state != before;
}

void lifecycle_sighted(struct lifecycle_record *to, const struct lifecycle_record *from) {
    to->stage = from->stage;
    to->reason = from->reason;
    to->boot_at = from->boot_at;
    to->stage_at = from->stage_at;
    to->script_at = from->script_at;
    to->judged = from->judged;
    to->own_script = from->own_script;
    to->ip = from->ip;
    to->ip_leased = from->ip_leased;
    to->firmware = from->firmware;
    to->has_firmware = from->has_firmware;
    to->ladder = from->ladder;
    to->ways = from->ways;
    to->exits = from->exits;
    to->hardware = from->hardware;
}

bool lifecycle_discover_opens(const struct lifecycle_record *r, enum pxed_loader loader, int64_t now) {
    if (r->boot_at == 0)
        return true;
    if (r->stage == PXED_STAGE_NONE)
        return false;
    if (now - r->stage_at > DISCOVER_PAUSE_MS)
        return true;
    /* A chained loader asks DHCP again after it was loaded; firmware does not. */
    enum pxed_stage first_late = loader == PXED_LOADER_NONE ? PXED_STAGE_LOADER : PXED_STAGE_SCRIPT;
    return r->stage >= first_late;
}

bool lifecycle_script_opens(const struct lifecycle_record *r, int64_t now) {
    if (r->boot_at == 0)
        return true;
    return r->stage >= PXED_STAGE_SCRIPT && now - r->script_at > SCRIPT_PAUSE_MS;
}

bool lifecycle_stage(struct lifecycle_record *r, enum pxed_stage stage, enum pxed_reason reason, int64_t now) {
    if (stage == PXED_STAGE_SCRIPT)
        r->script_at = now;
    if (stage <= r->stage) {
        if (reason != PXED_WHY_OK)
            r->reason = reason;
        return false;
    }
    r->reason = reason; /* a step forward leaves an earlier refusal behind */
    r->stage = stage;
    r->stage_at = now;
    return true;
}

bool lifecycle_delivered(struct lifecycle_record *r, int64_t now) {
    if (r->state != LIFECYCLE_ARMED)
        return false;
    life_spend(r, now);
    return true;
}

bool lifecycle_fed(struct lifecycle_record *r) {
    if (r->state != LIFECYCLE_ARMED || r->fed)
        return false;
    r->fed = true;
    return true;
}

static const struct pxed_step *find_step(const struct pxed_step *steps, struct pxed_slice word) {
    for (; steps && steps->name; steps++)
        if (pxed_slice_is(word, steps->name))
            return steps;
    return NULL;
}

/* An end that is reported while armed counts only if this arming's script was requested: an operator's own script may
 * install from elsewhere, but a late report of the previous system must not use up a new arming. */
static bool may_end(const struct lifecycle_record *r) {
    switch (r->state) {
    case LIFECYCLE_ARMED:
        return r->script_at >= r->armed_at && r->script_at > 0;
    case LIFECYCLE_INSTALLING:
    case LIFECYCLE_UNCONFIRMED:
    case LIFECYCLE_STALLED:
        return true;
    default:
        return false;
    }
}

static bool life_end(struct lifecycle_record *r, enum lifecycle_state state, int64_t now) {
    if (!may_end(r))
        return false;
    if (r->state == LIFECYCLE_ARMED)
        life_spend(r, now);
    if (state == LIFECYCLE_INSTALLED)
        r->tries = 0;
    r->reported = true;
    r->event_at = now;
    life_enter(r, state, now);
    return true;
}

/* `installing` or a step: the installer is running. */
static bool life_progress(struct lifecycle_record *r, int64_t now) {
    if (r->state == LIFECYCLE_ARMED)
        life_spend(r, now);
    else if (r->state == LIFECYCLE_UNCONFIRMED || r->state == LIFECYCLE_STALLED)
        life_enter(r, LIFECYCLE_INSTALLING, now);
    else if (r->state != LIFECYCLE_INSTALLING)
        return false;
    r->reported = true;
    r->event_at = now;
    return true;
}

enum pxed_reason lifecycle_event(struct lifecycle_record *r, struct pxed_slice stage, struct pxed_slice reason,
                                 const struct pxed_step *steps, int64_t now, bool *ret_changed) {
    bool changed;
    if (pxed_slice_is(stage, "installing")) {
        changed = life_progress(r, now);
    } else if (pxed_slice_is(stage, "installed")) {
        changed = life_end(r, LIFECYCLE_INSTALLED, now);
    } else if (pxed_slice_is(stage, "failed")) {
        changed = life_end(r, LIFECYCLE_FAILED, now);
        if (changed)
            set_text(r->fail, sizeof(r->fail), reason);
    } else {
        const struct pxed_step *step = find_step(steps, stage);
        if (!step)
            return PXED_WHY_BAD_STAGE;
        changed = life_progress(r, now);
        if (changed) {
            set_text(r->step, sizeof(r->step), stage);
            r->on_disk |= step->disk;
        }
    }
    *ret_changed = changed;
    return PXED_WHY_OK;
}

int64_t lifecycle_due(const struct lifecycle_record *r, int64_t install_timeout_ms) {
    if (r->state == LIFECYCLE_ARMED && r->expires_at != 0)
        return r->expires_at;
    if (r->state != LIFECYCLE_INSTALLING)
        return INT64_MAX;
    int64_t since = r->reported ? r->event_at : r->state_at;
    return since < INT64_MAX - install_timeout_ms ? since + install_timeout_ms : INT64_MAX;
}

bool lifecycle_tick(struct lifecycle_record *r, int64_t install_timeout_ms, int64_t now) {
    if (r->state != LIFECYCLE_INSTALLING || now < lifecycle_due(r, install_timeout_ms))
        return false;
    life_enter(r, r->reported ? LIFECYCLE_STALLED : LIFECYCLE_UNCONFIRMED, now);
    return true;
}

bool lifecycle_open(const struct lifecycle_record *r) {
    return r->state == LIFECYCLE_ARMED || r->state == LIFECYCLE_INSTALLING;
}
