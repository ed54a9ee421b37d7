/* os-wrong: a plugin with one fault, -DWRONG=N. 0: none. */
#include <stdbool.h>
#include <stdlib.h>

#include "pxed/plugin.h"

#if WRONG == 2 /* as os-solaris' */
static const struct pxed_claim claims[] = {{"omnios omniosce", NULL, "x86_64 x86", NULL}, {0}};
#else
static const struct pxed_claim claims[] = {
    {WRONG == 1 ? "Wrong OS" : "wrongos", WRONG == 3 ? "" : "1 1.*", "amd64", NULL},
    {0},
};
#endif

static const struct pxed_boot boots[] = {
    {.how = PXED_HOW_LINUX,
     .kernel = WRONG == 4 ? "../linux" : "linux",
     .initrd = {WRONG == 5 ? NULL : "initrd.gz", WRONG == 5 ? "initrd.gz" : NULL},
     .args = WRONG == 6   ? "auto\nquiet"
             : WRONG == 7 ? "auto url={{file.other_sh}}"
             : WRONG == 8 ? "auto url={{file.install_sh"
                          : "auto url={{file.install_sh}}"},
    {0},
};

static const struct pxed_file files[] = {
    {.name = "install.sh",
     .source = WRONG == 9 ? "none.sh" : "install.sh",
     .path = WRONG == 10   ? "hosts/x/y.txt"
             : WRONG == 11 ? "/boot/x"
                           : "hosts/wrong/<mac>.sh",
     .escape = PXED_ESCAPE_SHELL,
     .flags = PXED_FILE_ANSWER | (WRONG == 12 ? PXED_FILE_GUARDED : 0)},
#if WRONG == 13
    {.name = "install.sh", .source = "install.sh", .escape = PXED_ESCAPE_SHELL},
#endif
    {0},
};

static const struct pxed_step steps[] = {
    {WRONG == 14 ? "installed" : "bootable", true},
    {0},
};

static const struct pxed_os_var vars[] = {
    {WRONG == 15 ? "timezone" : "wrong-size", WRONG == 16 ? "" : "how large", NULL, 0},
    {0},
};

static const struct pxed_profile profile = {"wrongos", claims, WRONG == 17 ? NULL : boots, files, steps, vars};
static const struct pxed_profile *const profiles[] = {&profile, NULL};

static void image(const struct pxed_image *i, struct pxed_diags *diags) {
    (void)i, (void)diags;
    if (WRONG == 18)
        abort();
}
static const struct pxed_os_ops ops = {.size = WRONG == 19 ? 0 : sizeof(ops), .profiles = profiles, .image = image};

struct config {
    uint64_t number;
};
static const struct pxed_option options[] = {
    PXED_OPTION(struct config, number, UINT, "number", .fallback = WRONG == 20 ? "many" : "1",
                .help = WRONG == 21 ? "" : "a number"),
    {0},
};

PXED_PLUGIN(os_wrong, .kind = WRONG == 22 ? PXED_KIND_SERVICE : PXED_KIND_OS, .name = "os-wrong", .version = "1",
            .summary = WRONG == 23 ? "" : "one fault", .ops = WRONG == 22 ? NULL : &ops, .options = options,
            .config_size = sizeof(struct config))
