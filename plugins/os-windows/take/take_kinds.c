/* The kinds of folders, and what is read in each. */
#include <fcntl.h>
#include <unistd.h>

#include "take_mdt.h"

static void take_mdt(struct take *t) {
    static const char *const folders[] = {"Applications", "Out-of-Box Drivers", "Packages", "$OEM$"};
    struct mdt m = {.t = t};
    mdt_systems(&m);
    mdt_settings(&m);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (take_names(t, folders[i])[0])
            take_left(t, folders[i], 0, "%s",
                      i == 1 ? "drivers: copy them below drivers/ of the share, and name the folder by drivers= "
                               "(docs/windows.md)"
                             : "not carried over");
}

bool windows_take(const char *kind, struct pxed_taking *out) {
    bool wds = strcmp(kind, "wds") == 0;
    if (!wds && strcmp(kind, "mdt") != 0)
        return false;
    struct take t = {out, out->arena, open(out->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (t.fd < 0) {
        take_left(&t, ".", 0, "the folder cannot be opened");
        return true;
    }
    if (wds)
        take_wds(&t);
    else
        take_mdt(&t);
    close(t.fd);
    return true;
}
