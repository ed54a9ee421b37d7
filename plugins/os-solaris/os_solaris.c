/* os-solaris: Solaris 10 by JumpStart, Solaris 11 by the automated installer, OmniOS by kayak, SmartOS from memory. */
#include <stdio.h>
#include <string.h>

#include "illumos.h"
#include "pxed/diag.h"
#include "pxed/plugin.h"
#include "solaris10.h"
#include "solaris11.h"

static const struct pxed_profile *const profiles[] = {&solaris_10,      &solaris_11,   &illumos_omnios,
                                                      &illumos_smartos, &illumos_live, NULL};

static const char *const settings[] = {"nfs", "media", "live", NULL};

static bool is_of(const struct pxed_image *image, const struct pxed_profile *profile) {
    for (const struct pxed_claim *c = profile->claims; c->family; c++)
        if (c == image->claim)
            return true;
    return false;
}

static void solaris_look(const struct pxed_image *image, struct pxed_diags *diags) {
    if (is_of(image, &solaris_10))
        solaris_10_look(image, diags);
    if (is_of(image, &illumos_omnios))
        illumos_omnios_look(image, diags);
    if (is_of(image, &illumos_smartos))
        illumos_smartos_look(image, diags);
}

/* What each installer cannot, or pxed does not know how to say to it. */
#define NOWHERE " users run ip6 gateway6 bond vlan install-net layout bootorder keyboard ntp"

static const struct {
    const struct pxed_profile *profile;
    const char *keys;
} without[] = {
    {&solaris_10, "proxy repo" NOWHERE},
    {&solaris_11, "ssh-key" NOWHERE},
    {&illumos_omnios, "proxy repo" NOWHERE},
    {&illumos_smartos,
     "root-password-hash ssh-key packages proxy repo timezone locale users run ip6 gateway6 bond vlan "
     "install-net layout bootorder keyboard"},
    {&illumos_live, "root-password-hash ssh-key packages proxy repo timezone locale" NOWHERE},
};

/* A section's value is for many hosts, and may be meant for others of them: what a line says is told. */
static bool stands_in_line(const struct pxed_host *host, const struct pxed_var *v) {
    return v && v->value.len > 0 && v->file && v->line == host->line && strcmp(v->file, host->file) == 0;
}

static void solaris_host(const struct pxed_host *host, const struct pxed_image *image, struct pxed_diags *diags) {
    const struct pxed_var *disks = pxed_host_var(host, "smartos-disks");
    if (disks && disks->value.len > 0 && !pxed_slice_is(disks->value, "all"))
        pxed_diag_add(diags, PXED_ERROR, disks->file, disks->line, "smartos-disks = %.*s: expected all",
                      PXED_S(disks->value));
    for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
        struct pxed_slice keys = pxed_slice_of(is_of(image, without[i].profile) ? without[i].keys : ""), word;
        char key[32];
        while ((word = pxed_slice_word(&keys, " ")).len > 0) {
            snprintf(key, sizeof(key), "%.*s", PXED_S(word));
            const struct pxed_var *v = pxed_host_var(host, key);
            if (stands_in_line(host, v))
                pxed_diag_add(diags, PXED_WARNING, v->file, v->line, "%s= has no effect on '%.*s'", key,
                              PXED_S(image->id->text));
        }
    }
}

static const struct pxed_os_ops ops = {
    .size = sizeof(ops), .profiles = profiles, .image = solaris_look, .host = solaris_host, .settings = settings};

PXED_PLUGIN(os_solaris, .kind = PXED_KIND_OS, .name = "os-solaris", .version = "1",
            .summary = "Solaris 10 by JumpStart, Solaris 11 by AI, OmniOS by kayak, SmartOS from memory", .ops = &ops)
