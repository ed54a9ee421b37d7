/* [pxed]: the core's own keys. */
#pragma once

#include "options.h"

enum { SETTINGS_UNKNOWN_IGNORE, SETTINGS_UNKNOWN_LOCAL, SETTINGS_UNKNOWN_SCRIPT, SETTINGS_UNKNOWN_SCREEN };
enum { SETTINGS_ARM_NEW, SETTINGS_ARM_COMMAND, SETTINGS_ARM_ANY }; /* as enum lifecycle_mode */
enum { SETTINGS_IDLE_AUTO, SETTINGS_IDLE_LOCAL, SETTINGS_IDLE_SILENT };
enum { SETTINGS_SANDBOX_YES, SETTINGS_SANDBOX_LOG, SETTINGS_SANDBOX_NO };
enum { SETTINGS_BELIEVE_WIRE, SETTINGS_BELIEVE_QUERY };
enum { SETTINGS_TOKENS_AUTO, SETTINGS_TOKENS_SECRETS, SETTINGS_TOKENS_ALWAYS };

struct settings {
    struct pxed_list interfaces, plugins, hosts, image_path, loader_path, include;
    struct pxed_addr address;
    const char *name, *root, *state, *user;
    unsigned arm, unknown, idle, believe, tokens, sandbox;
    uint64_t arm_limit, install_timeout, drain, arm_for, screen_wait; /* the times in ms */
    const char *arm_any_limit;                                        /* "25/1h" */
    const char *file;                                                 /* the ini, for complaints about a line of it */
};

extern const struct pxed_option settings_options[];

/* "25/1h": a count and a time in ms; "0" is no limit. False: invalid. */
bool settings_any_limit(struct pxed_slice text, uint64_t *ret_count, uint64_t *ret_ms);
