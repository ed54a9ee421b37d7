/* os-linux: Debian (preseed, image mode) and the Red Hat family (kickstart). */
#include "debian.h"
#include "pxed/plugin.h"
#include "redhat.h"

static const struct pxed_profile *const profiles[] = {&linux_debian, &linux_redhat_legacy, &linux_redhat, NULL};

static void linux_look(const struct pxed_image *image, struct pxed_diags *diags) {
    if (pxed_slice_is(image->id->family, "debian") || pxed_slice_is(image->id->family, "ubuntu"))
        linux_debian_look(image, diags);
}

static const struct pxed_os_ops ops = {.size = sizeof(ops), .profiles = profiles, .image = linux_look};

PXED_PLUGIN(os_linux, .kind = PXED_KIND_OS, .name = "os-linux", .version = "1",
            .summary = "Debian by preseed or image, the Red Hat family by kickstart", .ops = &ops)
