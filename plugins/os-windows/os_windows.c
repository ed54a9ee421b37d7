/* os-windows: every Windows from 2000 to Server 2025, by an image that WinPE applies or by its own setup.exe. */
#include "answers.h"
#include "image.h"
#include "judge.h"
#include "profiles.h"
#include "pxed/plugin.h"
#include "take/take.h"

struct windows_config {
    const char *share;
    bool write_pxelinux_cfg;
};

static const struct pxed_option options[] = {
    PXED_OPTION(struct windows_config, share, PATH, "share", .fallback = "/srv/pxed/windows-media",
                .help = "folder that machines see as J:, one folder below it for each host"),
    PXED_OPTION(struct windows_config, write_pxelinux_cfg, BOOL, "write-pxelinux-cfg", .fallback = "no",
                .help = "also write root/tftp/pxelinux.cfg/01-<mac>, for a TFTP folder that others serve"),
    {0},
};

static const char *windows_share(const void *config) {
    const struct windows_config *c = config;
    return c ? c->share : NULL; /* not configured: no files are staged */
}

static bool writes_pxelinux_cfg(const void *config) {
    const struct windows_config *c = config;
    return c && c->write_pxelinux_cfg;
}

static void judge_host(const struct pxed_host *host, const struct pxed_image *image, struct pxed_diags *diags) {
    const struct pxed_var *drivers = pxed_host_var(host, "drivers");
    const char *wrong = drivers ? windows_drivers_wrong(drivers->value) : NULL;
    if (wrong)
        pxed_diag_add(diags, PXED_ERROR, drivers->file ? drivers->file : host->file,
                      drivers->file ? drivers->line : host->line, "drivers=%.*s: %s", PXED_S(drivers->value), wrong);
    windows_host(host, image, diags);
}

static const struct pxed_profile *const profiles[] = {
    &windows_nt5, &windows_nt6_bios, &windows_nt6_x64, &windows_nt6_x86, &windows_nt6_arm64, NULL,
};

static const char *const settings[] = {"boot", "wim", "index", "edition", NULL};

static const struct pxed_os_ops ops = {
    .size = sizeof(ops),
    .profiles = profiles,
    .share = windows_share,
    .writes_pxelinux_cfg = writes_pxelinux_cfg,
    .image = windows_image,
    .host = judge_host,
    .value = windows_value,
    .settings = settings,
    .prefix = "win-",
    .take = windows_take,
};

PXED_PLUGIN(os_windows, .kind = PXED_KIND_OS, .name = "os-windows", .version = "1",
            .summary = "Windows 2000 to Server 2025: an image applied by WinPE, or setup.exe, with an answer file",
            .options = options, .config_size = sizeof(struct windows_config), .ops = &ops)
