/* People type a URL into a BMC, the same for all machines; firmware fetches it without asking for a boot file by DHCP,
 * and follows no redirection (EDK2 HttpDxe). */
#include "content_efi.h"

#include "content_who.h"
#include "loaders.h"
#include "straight.h"

/* Such firmware may never have told its processor: then it is the usual one. */
static enum pxed_firmware firmware_of(const struct machine *m) {
    enum pxed_firmware f = machine_rec(m)->has_firmware ? machine_rec(m)->firmware : PXED_FW_EFI_X64;
    return f == PXED_FW_EFI_ARM64 || f == PXED_FW_HTTP_ARM64 ? PXED_FW_HTTP_ARM64 : PXED_FW_HTTP_X64;
}

/* The rung that the machine stands on, if its ladder for HTTP boot has it. */
static struct pxed_slice rung_of(const struct catalogue *c, const struct machine *m, const char *const *names,
                                 size_t n) {
    size_t at = ladder_find(&machine_rec(m)->ladder, names, n);
    return n > 0 ? pxed_slice_of(loaders_by_http(c->loaders, names[at < n ? at : 0])) : PXED_NO_SLICE;
}

enum pxed_reason content_efi_name(struct lookup *l, struct pxed_slice *ret) {
    const char *names[LOADERS_NAMES_MAX];
    const struct plugin *plugin;
    const struct catalogue *c = l->d->catalogue;
    content_find_asker(l);
    if (l->wait)
        return PXED_WHY_OK;
    const struct catalogue_host *host = l->asker ? catalogue_find(c, &l->asker->mac) : NULL;
    if (!host)
        return PXED_WHY_NOT_FOUND;
    enum pxed_firmware firmware = firmware_of(l->asker);
    const struct pxed_list *key = loaders_key(&l->d->plugins, firmware, &plugin);
    *ret = straight_name(l->d, &l->asker->mac, firmware);
    if (ret->len > 0)
        return PXED_WHY_OK;
    *ret = pxed_host_value(&host->pub, "loader");
    if ((ret->len == 0 || pxed_slice_find(*ret, ':', 0) >= 0) && key) /* a URL is for firmware that asks DHCP */
        *ret = rung_of(c, l->asker, names, loaders_names(c->loaders, firmware, key, names));
    return ret->len > 0 ? PXED_WHY_OK : PXED_WHY_LOADER_NONE;
}
