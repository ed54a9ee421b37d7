/* What a disk reports about itself: model, serial number, bus. Pure. */
#include "identity.h"

static uint32_t identity_le32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint16_t identity_le16(const uint8_t *p) {
    return (uint16_t)(p[0] | p[1] << 8);
}

/* The string at `offset`, which is 0 or -1 where there is none. */
static struct pxed_slice string_at(const uint8_t *bytes, size_t len, uint32_t offset) {
    if (offset == 0 || offset >= len)
        return PXED_NO_SLICE;
    size_t n = 0;
    while (n < len - offset && bytes[offset + n] != '\0')
        n++;
    return pxed_slice((const char *)bytes + offset, n);
}

/* IDENTIFY DEVICE stores text as words: some drivers pass its bytes on unchanged, with each pair swapped. */
static void add_swapped(struct guard_ids *ids, struct pxed_slice text) {
    char swapped[GUARD_ID_SIZE];
    if (text.len % 2 != 0 || text.len > sizeof(swapped))
        return;
    for (size_t i = 0; i < text.len; i++)
        swapped[i] = text.ptr[i ^ 1];
    guard_add_serial(ids, pxed_slice(swapped, text.len));
}

/* Windows up to 7 writes the serial number of an ATA disk as hexadecimal digits. */
static void add_hex(struct guard_ids *ids, struct pxed_slice text) {
    char plain[GUARD_ID_SIZE];
    if (text.len % 2 != 0 || text.len < 8 || text.len / 2 > sizeof(plain))
        return;
    for (size_t i = 0; i < text.len; i += 2) {
        int high = pxed_hex_digit(text.ptr[i]), low = pxed_hex_digit(text.ptr[i + 1]);
        int c = high * 16 + low;
        if (high < 0 || low < 0 || c < ' ' || c > '~')
            return;
        plain[i / 2] = (char)c;
    }
    guard_add_serial(ids, pxed_slice(plain, text.len / 2));
    add_swapped(ids, pxed_slice(plain, text.len / 2));
}

/* Vendor and product, which drivers cut at 8 bytes. */
static void set_model(struct guard_disk *disk, struct pxed_slice vendor, struct pxed_slice product) {
    struct guard_ids text = {0};
    char both[GUARD_ID_SIZE];
    size_t n = 0;
    for (size_t i = 0; i < vendor.len && n < sizeof(both) - 1; i++)
        both[n++] = vendor.ptr[i];
    if (n > 0 && vendor.len >= 8)
        both[n++] = ' ';
    for (size_t i = 0; i < product.len && n < sizeof(both); i++)
        both[n++] = product.ptr[i];
    guard_add_serial(&text, pxed_slice(both, n));
    if (text.count > 0)
        memcpy(disk->model, text.text[0], sizeof(disk->model));
}

bool identity_device(struct guard_disk *disk, const uint8_t *bytes, size_t len) {
    if (len < 32)
        return false;
    disk->removable = bytes[10] != 0;
    disk->bus = identity_le32(bytes + 28);
    set_model(disk, string_at(bytes, len, identity_le32(bytes + 12)), string_at(bytes, len, identity_le32(bytes + 16)));
    struct pxed_slice serial = string_at(bytes, len, identity_le32(bytes + 24));
    guard_add_serial(&disk->serials, serial);
    add_hex(&disk->serials, pxed_slice_head(serial, 2 * GUARD_ID_SIZE));
    add_swapped(&disk->serials, serial);
    if (disk->bus == 0x11) /* stornvme gives the EUI-64 for a serial number */
        guard_add_wwn(&disk->wwns, serial);
    return true;
}

static void add_binary(struct guard_ids *ids, const uint8_t *bytes, size_t len) {
    static const char digits[] = "0123456789abcdef";
    char text[GUARD_ID_SIZE];
    bool zero = true;
    if (len > sizeof(text) / 2)
        return;
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
        zero = zero && bytes[i] == 0;
    }
    if (!zero)
        guard_add_wwn(ids, pxed_slice(text, 2 * len));
}

/* One STORAGE_IDENTIFIER: code set, type, size, distance to the next, association, bytes. SPC-4 7.8.6: types 1 T10,
 * 2 EUI-64, 3 NAA, 8 SCSI name; association 0 is the disk, others are its ports. */
static void add_identifier(struct guard_disk *disk, const uint8_t *head, size_t room) {
    uint32_t set = identity_le32(head), type = identity_le32(head + 4), association = identity_le32(head + 12);
    size_t size = identity_le16(head + 8);
    if (association != 0 || size > room)
        return;
    const uint8_t *id = head + 16;
    struct pxed_slice text = pxed_slice((const char *)id, size);
    if ((type == 2 || type == 3) && set == 1)
        add_binary(&disk->wwns, id, size);
    else if (type == 8 || ((type == 2 || type == 3) && set != 1))
        guard_add_wwn(&disk->wwns, text);
    else if (type == 1 && size < GUARD_ID_SIZE - 4) {
        char t10[GUARD_ID_SIZE] = "t10.";
        memcpy(t10 + 4, id, size);
        guard_add_wwn(&disk->wwns, pxed_slice(t10, 4 + size));
    }
}

void identity_vpd83(struct guard_disk *disk, const uint8_t *bytes, size_t len) {
    if (len < 12)
        return;
    uint32_t count = identity_le32(bytes + 8);
    size_t at = 12;
    for (; count > 0 && at <= len && len - at >= 16; count--) {
        add_identifier(disk, bytes + at, len - at - 16);
        size_t next = identity_le16(bytes + at + 10);
        if (next < 16) /* the last one says 0 */
            return;
        at += next;
    }
}

/* NVM Express base specification, figures "Identify Controller" and "Identify Namespace". */
void identity_nvme_controller(struct guard_disk *disk, const uint8_t *bytes, size_t len) {
    if (len >= 24)
        guard_add_serial(&disk->serials, pxed_slice((const char *)bytes + 4, 20));
}

void identity_nvme_namespace(struct guard_disk *disk, const uint8_t *bytes, size_t len) {
    if (len < 128)
        return;
    add_binary(&disk->wwns, bytes + 104, 16);
    add_binary(&disk->wwns, bytes + 120, 8);
}
