/* os-solaris: Solaris 10 by JumpStart, Solaris 11 by the automated installer, OmniOS by kayak, SmartOS from memory. */
#include "illumos.h"
#include "pxed/plugin.h"
#include "solaris10.h"
#include "solaris11.h"

static const struct pxed_profile *const profiles[] = {&solaris_10, &solaris_11, &illumos_omnios, &illumos_live, NULL};

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
}

static const struct pxed_os_ops ops = {
    .size = sizeof(ops), .profiles = profiles, .image = solaris_look, .settings = settings};

PXED_PLUGIN(os_solaris, .kind = PXED_KIND_OS, .name = "os-solaris", .version = "1",
            .summary = "Solaris 10 by JumpStart, Solaris 11 by AI, OmniOS by kayak, SmartOS from memory", .ops = &ops)
