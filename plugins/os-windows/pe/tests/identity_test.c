/* Answers of Windows' storage queries, as documented, and cut short. */
#include <stdlib.h>

#include "identity.h"
#include "suite.h"

static bool knows(const struct guard_ids *ids, const char *text) {
    for (unsigned i = 0; i < ids->count; i++)
        if (strcmp(ids->text[i], text) == 0)
            return true;
    return false;
}

static void le32(uint8_t *at, uint32_t n) {
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(n >> 8 * i);
}

/* A STORAGE_DEVICE_DESCRIPTOR on the heap, exactly as long as it says, so that a sanitizer sees a read past it. */
static uint8_t *descriptor(uint32_t bus, bool removable, const char *product, const char *serial, size_t *ret_len) {
    size_t product_at = 40, serial_at = product_at + strlen(product) + 1, len = serial_at + strlen(serial) + 1;
    uint8_t *d = calloc(1, len);
    le32(d + 4, (uint32_t)len);
    d[10] = removable;
    le32(d + 16, (uint32_t)product_at);
    le32(d + 24, (uint32_t)serial_at);
    le32(d + 28, bus);
    memcpy(d + product_at, product, strlen(product));
    memcpy(d + serial_at, serial, strlen(serial));
    *ret_len = len;
    return d;
}

static const struct {
    const char *title, *raw, *spelling;
} serials[] = {
    {"plain", "WD-WCAV12345678", "WD-WCAV12345678"},
    {"with blanks", "     WD-WCAV12345678", "WD-WCAV12345678"},
    {"the bytes of each word swapped", "DWW-AC1V32547698", "WD-WCAV123456789"},
    {"hexadecimal", "57442d5743415631", "WD-WCAV1"},
    {"hexadecimal and swapped",
     "2020445757"
     "2d4143"
     "3156",
     "WD-WCAV1"},
    {"digits that are no text stay as they are", "000102030405", "000102030405"},
};

START_TEST(serial) {
    struct guard_disk disk = {0};
    size_t len;
    uint8_t *bytes = descriptor(11, false, "DISK", serials[_i].raw, &len);
    ck_assert(identity_device(&disk, bytes, len));
    free(bytes);
    if (serials[_i].spelling[0])
        ck_assert_msg(knows(&disk.serials, serials[_i].spelling), "%s", serials[_i].title);
    ck_assert_uint_eq(disk.wwns.count, 0);
}
END_TEST

START_TEST(device) {
    struct guard_disk disk = {0};
    size_t len;
    uint8_t *bytes = descriptor(17, true, "Fast  SSD ", "0025_385B_A150_009F.", &len);
    ck_assert(identity_device(&disk, bytes, len));
    ck_assert_uint_eq(disk.bus, 17);
    ck_assert(disk.removable);
    ck_assert_str_eq(disk.model, "Fast SSD");
    ck_assert(knows(&disk.serials, "0025_385B_A150_009F."));
    ck_assert(knows(&disk.wwns, "0025385ba150009f"));
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *part = malloc(cut + 1);
        memcpy(part + 1, bytes, cut);
        ck_assert(identity_device(&disk, part + 1, cut) == (cut >= 32));
        free(part);
    }
    for (int at = 12; at <= 24; at += 4) /* offsets out of bounds: no such string */
        le32(bytes + at, 0xffffffff);
    disk = (struct guard_disk){0};
    ck_assert(identity_device(&disk, bytes, len));
    ck_assert_uint_eq(disk.serials.count, 0);
    free(bytes);
}
END_TEST

/* One STORAGE_IDENTIFIER behind `at`; `last`: its distance to the next is 0. */
static size_t identifier(uint8_t *at, uint32_t set, uint32_t type, uint32_t association, const char *id, size_t n,
                         bool last) {
    size_t step = (16 + n + 3) / 4 * 4;
    le32(at, set);
    le32(at + 4, type);
    at[8] = (uint8_t)n;
    at[10] = last ? 0 : (uint8_t)step;
    le32(at + 12, association);
    memcpy(at + 16, id, n);
    return step;
}

START_TEST(vpd83) {
    uint8_t page[512] = {0};
    size_t len = 12;
    le32(page + 8, 5);
    len += identifier(page + len, 2, 1, 0, "ATA     DISK 1", 14, false);
    len += identifier(page + len, 1, 3, 0, "\x50\x00\xc5\x00\xa1\xb2\xc3\xd4", 8, false);
    len += identifier(page + len, 1, 3, 1, "\x50\x00\xc5\x00\xff\xff\xff\xff", 8, false); /* of a port */
    len += identifier(page + len, 2, 8, 0, "naa.60000000000000010000000000000002", 36, false);
    len += identifier(page + len, 1, 2, 0, "\x00\x25\x38\x5b\xa1\x50\x00\x9f", 8, true);
    struct guard_disk disk = {0};
    identity_vpd83(&disk, page, len);
    ck_assert_uint_eq(disk.wwns.count, 4);
    ck_assert(knows(&disk.wwns, "t10atadisk1"));
    ck_assert(knows(&disk.wwns, "5000c500a1b2c3d4"));
    ck_assert(knows(&disk.wwns, "60000000000000010000000000000002"));
    ck_assert(knows(&disk.wwns, "0025385ba150009f"));
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *part = malloc(cut + 1);
        memcpy(part + 1, page, cut);
        disk = (struct guard_disk){0};
        identity_vpd83(&disk, part + 1, cut);
        ck_assert_uint_lt(disk.wwns.count, 4);
        free(part);
    }
    le32(page + 8, 0xffffffff); /* counts more than there are */
    page[12 + 8] = page[12 + 9] = 0xff;
    disk = (struct guard_disk){0};
    identity_vpd83(&disk, page, sizeof(page));
    ck_assert_uint_eq(disk.wwns.count, 3);
}
END_TEST

START_TEST(nvme) {
    uint8_t page[4096] = {0};
    struct guard_disk disk = {0};
    memcpy(page + 4, "S3EVNX0J123456X     ", 20);
    identity_nvme_controller(&disk, page, sizeof(page));
    ck_assert(knows(&disk.serials, "S3EVNX0J123456X"));
    identity_nvme_namespace(&disk, page, sizeof(page)); /* all zero: it has none */
    ck_assert_uint_eq(disk.wwns.count, 0);
    memcpy(page + 120, "\x00\x25\x38\x5b\xa1\x50\x00\x9f", 8);
    identity_nvme_namespace(&disk, page, 127);
    ck_assert_uint_eq(disk.wwns.count, 0);
    identity_nvme_namespace(&disk, page, sizeof(page));
    ck_assert(knows(&disk.wwns, "0025385ba150009f"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("os-windows-pe-identity");
    TCase *tests = tcase_create("identity");
    tcase_add_loop_test(tests, serial, 0, COUNT(serials));
    tcase_add_test(tests, device);
    tcase_add_test(tests, vpd83);
    tcase_add_test(tests, nvme);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
