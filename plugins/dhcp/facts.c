/* Identifies the client: firmware, loader, hardware address, quirks of firmware. Pure. */
#include "facts.h"

enum { HTYPE_INFINIBAND = 32, ARCH_RPIBOOT = 41 };

/* IANA "Processor Architecture Types" that a loader is known for; others are PXED_FW_OTHER. 7 and 9 alike: RFC 4578
 * and its erratum disagree, and so do the boards. */
static enum pxed_firmware firmware_of(uint16_t arch) {
    switch (arch) {
    case 0:
        return PXED_FW_BIOS;
    case 6:
        return PXED_FW_EFI_IA32;
    case 7:
    case 9:
        return PXED_FW_EFI_X64;
    case 11:
        return PXED_FW_EFI_ARM64;
    case 16:
    case 17:
        return PXED_FW_HTTP_X64;
    case 19:
        return PXED_FW_HTTP_ARM64;
    case 27:
        return PXED_FW_EFI_RISCV64;
    case 39:
        return PXED_FW_EFI_LOONGARCH64;
    default:
        return PXED_FW_OTHER;
    }
}

/* "PXEClient:Arch:00007:UNDI:003016": PXE 2.1 wants the number in both places, and some firmware sends only this one,
 * or one byte in option 93. */
static bool arch_in_class(struct pxed_slice class, uint16_t *ret) {
    static const struct pxed_slice mark = {":Arch:", 6};
    enum { DIGITS = 5 };
    ptrdiff_t colon = pxed_slice_find(class, ':', 0);
    struct pxed_slice rest = colon < 0 ? PXED_NO_SLICE : pxed_slice_skip(class, (size_t)colon);
    uint64_t number;
    if (!pxed_slice_starts(rest, mark) || rest.len < mark.len + DIGITS ||
        !pxed_slice_u64(pxed_slice_head(pxed_slice_skip(rest, mark.len), DIGITS), UINT16_MAX, &number))
        return false;
    *ret = (uint16_t)number;
    return true;
}

/* A client may list several architectures: the first known one counts. */
static void read_arch(const struct dhcp_message *m, struct pxed_facts *f) {
    struct pxed_slice list = m->options[DHCP_OPT_ARCH];
    if (list.len < 2 && arch_in_class(m->options[DHCP_OPT_CLASS], &f->arch)) {
        f->firmware = firmware_of(f->arch);
        f->has_firmware = true;
        return;
    }
    f->firmware = PXED_FW_BIOS; /* a client without option 93 is an old x86 one */
    for (size_t at = 0; list.len >= 2 && at <= list.len - 2; at += 2) {
        uint16_t arch = (uint16_t)((uint8_t)list.ptr[at] << 8 | (uint8_t)list.ptr[at + 1]);
        enum pxed_firmware firmware = firmware_of(arch);
        if (f->has_firmware && firmware == PXED_FW_OTHER)
            continue;
        f->firmware = firmware;
        f->arch = arch;
        f->has_firmware = true;
        if (firmware != PXED_FW_OTHER)
            return;
    }
}

bool dhcp_user_class_next(struct pxed_slice *rest, struct pxed_slice *ret) {
    size_t len = rest->len > 0 ? (uint8_t)rest->ptr[0] : 0;
    if (len == 0 || len > rest->len - 1)
        return false;
    *ret = pxed_slice(rest->ptr + 1, len);
    *rest = pxed_slice_skip(*rest, 1 + len);
    return true;
}

/* Raw, as iPXE and gPXE send it, or RFC 3004 (length, text, ...): it is RFC 3004 if the lengths add up exactly. */
static bool user_class_has(struct pxed_slice value, const char *word) {
    struct pxed_slice rest = value, one;
    bool found = false;
    while (dhcp_user_class_next(&rest, &one))
        found |= pxed_slice_is(one, word);
    return rest.len == 0 ? found : pxed_slice_is(value, word);
}

static void read_loader(const struct dhcp_message *m, struct dhcp_facts *f) {
    struct pxed_slice user = m->options[DHCP_OPT_USER_CLASS], own = m->options[DHCP_OPT_IPXE], value;
    /* Option 175 had other uses earlier: it indicates iPXE only with iPXE's version or bus id inside. */
    bool features = own.len > 0 && (dhcp_tlv_find(own, false, DHCP_IPXE_VERSION, &value) ||
                                    dhcp_tlv_find(own, false, DHCP_IPXE_BUS_ID, &value));
    if (user_class_has(user, "gPXE"))
        f->seen.loader = PXED_LOADER_GPXE;
    else if (user_class_has(user, "iPXE") || features)
        f->seen.loader = PXED_LOADER_IPXE;
    else
        return;
    if (features && !dhcp_tlv_find(own, false, DHCP_IPXE_HTTP, &value))
        f->quirks |= DHCP_QUIRK_NO_HTTP;
}

static void read_uuid(const struct dhcp_message *m, struct pxed_facts *f) {
    struct pxed_slice value = m->options[DHCP_OPT_UUID];
    if (value.len != 17 || value.ptr[0] != 0)
        return;
    /* Boards without a UUID send all zeros or all ones. */
    bool same = true;
    for (size_t i = 2; i < value.len; i++)
        same &= value.ptr[i] == value.ptr[1];
    if (same && ((uint8_t)value.ptr[1] == 0 || (uint8_t)value.ptr[1] == 0xff))
        return;
    memcpy(f->uuid, value.ptr + 1, sizeof(f->uuid));
    f->has_uuid = true;
}

/* Identity is the hardware address, whatever option 61 says: the ROM, the loader, the installer and the system send
 * four different ones (PROTOCOLS.md 2.1). InfiniBand has no chaddr, so only option 61 is available (RFC 4390). */
static bool facts_read_mac(const struct dhcp_message *m, struct pxed_hwaddr *ret) {
    memset(ret, 0, sizeof(*ret));
    ret->type = m->htype;
    if (m->hlen > 0 && m->htype != HTYPE_INFINIBAND) {
        ret->len = m->hlen;
        memcpy(ret->bytes, m->chaddr, m->hlen);
        return true;
    }
    struct pxed_slice id = m->options[DHCP_OPT_CLIENT_ID];
    if (m->htype != HTYPE_INFINIBAND || id.len < PXED_GUID_LEN)
        return false;
    /* The last bytes: the port's own address comes after IAID and DUID type. */
    *ret = pxed_hwaddr_infiniband(id.ptr, id.len);
    return true;
}

static bool is_raspberry(const struct pxed_hwaddr *mac) {
    static const uint8_t vendors[][3] = {{0xb8, 0x27, 0xeb}, {0xdc, 0xa6, 0x32}, {0xe4, 0x5f, 0x01},
                                         {0x28, 0xcd, 0xc1}, {0xd8, 0x3a, 0xdd}, {0x2c, 0xcf, 0x67}};
    for (size_t i = 0; mac->len == 6 && i < sizeof(vendors) / sizeof(vendors[0]); i++)
        if (memcmp(mac->bytes, vendors[i], 3) == 0)
            return true;
    return false;
}

/* Boot clients that do not call themselves PXEClient, as they are on the wire; and whoever names an architecture that
 * no PC has (petitboot: 14), because the firmware of PCs always calls itself so. */
static bool is_other_class(const struct dhcp_message *m, const struct pxed_facts *f) {
    static const char *const classes[] = {"U-Boot", "PXE UROOT", "onie_vendor:"};
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (pxed_slice_starts(f->vendor, pxed_slice_of(classes[i])))
            return true;
    return m->type == DHCP_BOOTP || (m->options[DHCP_OPT_ARCH].len >= 2 && f->firmware == PXED_FW_OTHER);
}

bool dhcp_facts(const struct dhcp_message *m, const struct pxed_iface *iface, struct dhcp_facts *ret) {
    memset(ret, 0, sizeof(*ret));
    struct pxed_facts *f = &ret->seen;
    if (!facts_read_mac(m, &f->mac))
        return false;
    f->iface = iface;
    f->secs = m->secs;
    f->vendor = m->options[DHCP_OPT_CLASS];
    ret->pxe_class = pxed_slice_starts(f->vendor, PXED_SLICE("PXEClient"));
    ret->http_class = pxed_slice_starts(f->vendor, PXED_SLICE("HTTPClient"));
    read_uuid(m, f);
    read_arch(m, f);
    read_loader(m, ret);
    if (pxed_slice_starts(f->vendor, PXED_SLICE("AAPLBSDPC")))
        ret->quirks |= DHCP_QUIRK_BSDP;
    /* The ROM and EEPROM of a Pi say 0, newer EEPROMs 41; its UEFI and iPXE what they are. */
    bool plain = f->firmware == PXED_FW_BIOS || f->arch == ARCH_RPIBOOT;
    if (plain && f->loader == PXED_LOADER_NONE && is_raspberry(&f->mac)) {
        ret->quirks |= DHCP_QUIRK_RASPBERRY;
        f->firmware = PXED_FW_OTHER;
    }
    /* HTTP boot that reports the plain architecture. */
    if (ret->http_class && f->firmware == PXED_FW_EFI_X64)
        f->firmware = PXED_FW_HTTP_X64;
    else if (ret->http_class && f->firmware == PXED_FW_EFI_ARM64)
        f->firmware = PXED_FW_HTTP_ARM64;
    f->boots = ret->pxe_class || ret->http_class || f->loader != PXED_LOADER_NONE;
    ret->other_class = !f->boots && is_other_class(m, f);
    f->boots |= ret->other_class;
    if (ret->other_class && !f->has_firmware)
        f->firmware = PXED_FW_OTHER;
    f->opens_boot = f->boots && m->type == DHCP_DISCOVER;
    return true;
}

bool dhcp_runs_script(const struct dhcp_facts *facts) {
    return (facts->seen.loader == PXED_LOADER_IPXE || facts->seen.loader == PXED_LOADER_GPXE) &&
           !(facts->quirks & DHCP_QUIRK_NO_HTTP);
}

struct pxed_slice dhcp_hostname(const struct dhcp_message *m) {
    struct pxed_slice name = m->options[DHCP_OPT_HOSTNAME];
    ptrdiff_t end = pxed_slice_find(name, '\0', 0);
    if (end >= 0)
        name = pxed_slice_head(name, (size_t)end);
    ptrdiff_t dot = pxed_slice_find(name, '.', 0);
    if (dot >= 0)
        name = pxed_slice_head(name, (size_t)dot);
    if (name.len == 0 || name.len > 63)
        return PXED_NO_SLICE;
    for (size_t i = 0; i < name.len; i++)
        if (!pxed_is_alnum(name.ptr[i]) && name.ptr[i] != '-')
            return PXED_NO_SLICE;
    return name;
}
