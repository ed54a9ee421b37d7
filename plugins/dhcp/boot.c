/* Which loader or script a client gets, and the PXE options for it. Pure. */
#include "boot.h"

const struct pxed_list *dhcp_loaders(const struct dhcp_config *config, enum pxed_firmware firmware) {
    switch (firmware) {
    case PXED_FW_BIOS:
        return &config->loader_bios;
    case PXED_FW_EFI_IA32:
        return &config->loader_efi_ia32;
    case PXED_FW_EFI_X64:
    case PXED_FW_HTTP_X64:
        return &config->loader_efi_x64;
    case PXED_FW_EFI_ARM64:
    case PXED_FW_HTTP_ARM64:
        return &config->loader_efi_arm64;
    case PXED_FW_EFI_RISCV64:
        return &config->loader_efi_riscv64;
    case PXED_FW_EFI_LOONGARCH64:
        return &config->loader_efi_loongarch64;
    default:
        return NULL;
    }
}

struct pxed_slice dhcp_loader(const struct dhcp_config *config, enum pxed_firmware firmware,
                              const struct pxed_verdict *verdict) {
    const struct pxed_list *list = dhcp_loaders(config, firmware);
    struct pxed_slice own = verdict->host ? pxed_host_value(verdict->host, "loader") : PXED_NO_SLICE;
    bool x64 = firmware == PXED_FW_EFI_X64 || firmware == PXED_FW_HTTP_X64;
    if (own.len > 0)
        return own;
    if (verdict->loader && *verdict->loader)
        return pxed_slice_of(verdict->loader);
    for (size_t i = 0; list && i < list->n; i++)
        if (strcmp(list->items[i], "auto") != 0)
            return pxed_slice_of(list->items[i]);
    /* Nothing is at hand: the name that a file would have if it came now. */
    return list && list->n > 0 && x64 ? PXED_SLICE("snponly.efi") : PXED_NO_SLICE;
}

/* http://SERVER/boot/ of the script's URL; unset when it has no such part. */
static struct pxed_slice boot_folder(struct pxed_slice script) {
    static const char mark[] = "/boot/";
    for (size_t at = 0; at + sizeof(mark) - 1 <= script.len; at++)
        if (memcmp(script.ptr + at, mark, sizeof(mark) - 1) == 0)
            return pxed_slice_head(script, at + sizeof(mark) - 1);
    return PXED_NO_SLICE;
}

/* http://SERVER/boot/LOADER. */
static bool loader_url(struct pxed_slice script, struct pxed_slice loader, struct dhcp_boot *ret) {
    struct pxed_slice folder = boot_folder(script);
    struct pxed_buf url = PXED_BUF(ret->url);
    if (pxed_slice_starts(loader, PXED_SLICE("http://")) || pxed_slice_starts(loader, PXED_SLICE("https://"))) {
        ret->file = loader;
        return true;
    }
    if (folder.len == 0)
        return false;
    pxed_buf_add(&url, folder);
    pxed_buf_add(&url, loader);
    ret->file = pxed_buf_slice(&url);
    return !pxed_buf_full(&url);
}

/* Firmware gets a loader, by TFTP or, if it boots by HTTP, by URL. A Raspberry Pi asks for names of its own, whatever
 * it is told; an offer without a file would be none. */
static bool choose_loader(const struct dhcp_config *config, const struct dhcp_facts *facts,
                          const struct pxed_verdict *verdict, struct dhcp_boot *ret) {
    struct pxed_slice loader = dhcp_loader(config, facts->seen.firmware, verdict);
    ret->raspberry = (facts->quirks & DHCP_QUIRK_RASPBERRY) != 0;
    if (loader.len == 0 && ret->raspberry)
        loader = PXED_SLICE("bootcode.bin");
    if (loader.len == 0)
        return false;
    ret->file = loader;
    return !pxed_firmware_is_http(facts->seen.firmware) || loader_url(pxed_slice_of(verdict->script_url), loader, ret);
}

/* PROTOCOLS.md 5, the safest single policy; 0.4 for server mode: option 60 only together with 43.6 = 8 and a file, or
 * as the mark of HTTP boot. */
static void choose_class(const struct dhcp_config *config, bool proxy, const struct dhcp_facts *facts,
                         struct dhcp_boot *ret) {
    enum pxed_firmware firmware = facts->seen.firmware;
    bool script = dhcp_runs_script(facts);
    if (facts->other_class) /* knows neither option 60 nor 43 */
        return;
    bool uefi = !script && pxed_firmware_is_efi(firmware);
    if (!script && pxed_firmware_is_http(firmware)) {
        ret->class = PXED_SLICE("HTTPClient");
        return;
    }
    ret->use_file = script ? proxy : uefi ? config->uefi_skip_4011 : true;
    if (proxy || ret->use_file)
        ret->class = PXED_SLICE("PXEClient");
}

void dhcp_boot(const struct dhcp_config *config, bool proxy, const struct dhcp_facts *facts,
               const struct pxed_verdict *verdict, struct dhcp_boot *ret) {
    ret->offered = false;
    ret->reason = PXED_WHY_OK;
    ret->file = ret->class = ret->folder = PXED_NO_SLICE;
    ret->use_file = ret->menu = ret->raspberry = false;
    ret->no_proxy = facts->seen.loader == PXED_LOADER_IPXE || facts->seen.loader == PXED_LOADER_GPXE;
    if (!facts->seen.boots)
        return;
    if (!verdict->offer_boot) {
        ret->reason = verdict->reason;
        return;
    }
    if (dhcp_runs_script(facts)) {
        ret->file = pxed_slice_of(verdict->script_url);
        ret->folder = boot_folder(ret->file);
    } else if (!choose_loader(config, facts, verdict, ret)) {
        /* U-Boot and its kin look for their configuration by themselves. */
        ret->reason = facts->other_class ? PXED_WHY_OK : PXED_WHY_LOADER_NONE;
        ret->file = PXED_NO_SLICE;
        return;
    }
    ret->offered = ret->file.len > 0;
    if (ret->offered)
        choose_class(config, proxy, facts, ret);
}

bool dhcp_boot_has_ways(const struct dhcp_boot *boot, const struct dhcp_facts *facts) {
    return boot->offered && !facts->other_class && facts->pxe_class && !dhcp_runs_script(facts) &&
           facts->seen.loader == PXED_LOADER_NONE && !pxed_firmware_is_http(facts->seen.firmware) &&
           pxed_slice_find(boot->file, ':', 0) < 0;
}

void dhcp_boot_way(struct dhcp_boot *boot, const struct dhcp_facts *facts, enum dhcp_way way) {
    if (!dhcp_boot_has_ways(boot, facts))
        return;
    boot->class = way == DHCP_WAY_PLAIN ? PXED_NO_SLICE : PXED_SLICE("PXEClient");
    boot->use_file = way == DHCP_WAY_FILE;
    boot->menu = way == DHCP_WAY_MENU;
}

void dhcp_boot_nonce(struct dhcp_boot *boot, const char *nonce, const struct pxed_verdict *verdict) {
    struct pxed_slice folder = boot_folder(pxed_slice_of(verdict->script_url)), rest = boot->file;
    struct pxed_buf out = PXED_BUF(boot->with_nonce);
    bool url = folder.len > 0 && pxed_slice_starts(boot->file, folder);
    if (!boot->offered || (!url && pxed_slice_find(boot->file, ':', 0) >= 0))
        return;
    if (url) {
        pxed_buf_add(&out, folder);
        rest = pxed_slice_skip(boot->file, folder.len);
    }
    pxed_buf_str(&out, "n/");
    pxed_buf_str(&out, nonce);
    pxed_buf_byte(&out, '/');
    pxed_buf_add(&out, rest);
    if (!pxed_buf_full(&out))
        boot->file = pxed_buf_slice(&out);
}
