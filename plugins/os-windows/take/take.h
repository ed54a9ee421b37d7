/* Reading the folders of other servers for Windows: WDS' RemoteInstall and MDT's DeploymentShare. */
#pragma once

#include "pxed/os.h"
#include "take_text.h"

enum { TAKE_FILE_MAX = 8 << 20, TAKE_NAMES_MAX = 10000 };

struct take {
    struct pxed_taking *out;
    struct pxed_arena *arena;
    int fd; /* of the folder */
};

/* Opens a file or folder below the folder, each part of the path in any case, `\` as `/`; no link is followed and
 * nothing above is reached. The caller closes it. -1: there is none, or the name is ambiguous. *ret_spelled (may be
 * NULL): the path as it is on disk, in the arena. */
int take_open(struct take *t, const char *path, const char **ret_spelled);
/* A file's text as UTF-8; unset if it is missing or too large, which is told only in the second case. */
struct pxed_slice take_read(struct take *t, const char *path);
/* Names in a folder, sorted, without those that begin with a dot; NULL-terminated, never NULL. */
const char **take_names(struct take *t, const char *path);
/* Does the name end so, in any case? */
bool take_ends(const char *name, const char *ending);
void take_left(struct take *t, const char *path, unsigned line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Sets it, or tells why it cannot be written. */
void take_set(struct take *t, const char *section, const char *key, struct pxed_slice value, const char *path,
              unsigned line);
/* Adds `, key=value` to a host line's variables, quoted if it must be; or tells why it cannot be written. */
const char *take_var(struct take *t, const char *vars, const char *key, struct pxed_slice value, const char *path,
                     unsigned line);

/* The OS id of a Windows by its build: "windows-2022-x64"; NULL: not known. `arch`: a word of Windows'. */
const char *take_os_id(struct take *t, unsigned build, bool server, const char *arch);

void take_wds(struct take *t);
/* An answer file: its settings go to the section, the rest is told. */
void take_unattend(struct take *t, const char *path, const char *section);

bool windows_take(const char *kind, struct pxed_taking *out);
