/* Chooses the dialect for a loader. */
#include "dialect.h"

#include "dialect_gpxe.h"
#include "dialect_grub.h"
#include "dialect_pxegrub.h"
#include "dialect_pxelinux.h"

enum pxed_loader dialect_of_agent(struct pxed_slice user_agent) {
    static const struct {
        const char *starts;
        enum pxed_loader loader;
    } rows[] = {
        {"gPXE", PXED_LOADER_GPXE},
        {"iPXE", PXED_LOADER_IPXE},
        {"GRUB", PXED_LOADER_GRUB},
        {"Syslinux", PXED_LOADER_PXELINUX},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (pxed_slice_starts(user_agent, pxed_slice_of(rows[i].starts)))
            return rows[i].loader;
    return PXED_LOADER_GPXE;
}

enum pxed_reason dialect_write(enum pxed_loader loader, enum pxed_firmware firmware, const struct pxed_plan *plan,
                               struct pxed_slice base, struct pxed_buf *out) {
    switch (loader) {
    case PXED_LOADER_IPXE:
        return dialect_ipxe(firmware, plan, base, out);
    case PXED_LOADER_PXELINUX:
        return dialect_pxelinux(firmware, plan, base, out);
    case PXED_LOADER_GRUB:
        return dialect_grub(firmware, plan, base, out);
    case PXED_LOADER_PXEGRUB:
        return dialect_pxegrub(firmware, plan, base, out);
    default:
        return dialect_gpxe(firmware, plan, base, out);
    }
}
