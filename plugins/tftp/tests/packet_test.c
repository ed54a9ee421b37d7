/* Packets as seen on the wire (docs: PROTOCOLS 7) and as nobody should send them (its section 11). */
#include <stdlib.h>

#include "suite.h"
#include "wire/netascii.h"
#include "wire/packet.h"

#define BYTES(literal)                                                                                                 \
    { literal, sizeof(literal) - 1 }

/* A heap copy, so that a sanitizer sees a read past the end. */
static char *copy_of(struct pxed_slice packet) {
    char *copy = malloc(packet.len ? packet.len : 1);
    if (packet.len)
        memcpy(copy, packet.ptr, packet.len);
    return copy;
}

/* --- requests --- */

enum {
    B = TFTP_OPTION_BIT(TFTP_BLKSIZE),
    T = TFTP_OPTION_BIT(TFTP_TIMEOUT),
    S = TFTP_OPTION_BIT(TFTP_TSIZE),
    W = TFTP_OPTION_BIT(TFTP_WINDOWSIZE)
};

static const struct {
    const char *title;
    struct pxed_slice packet;
    const char *name; /* NULL: refused */
    enum tftp_mode mode;
    unsigned asked;
    uint64_t blksize, windowsize;
} requests[] = {
    {"ipxe",
     BYTES("\0\1pxelinux.0\0octet\0blksize\0"
           "1432\0tsize\0"
           "0\0"),
     "pxelinux.0", TFTP_OCTET, B | S, 1432, 0},
    {"pxelinux",
     BYTES("\0\1ldlinux.c32\0octet\0tsize\0"
           "0\0blksize\0"
           "1408\0"),
     "ldlinux.c32", TFTP_OCTET, B | S, 1408, 0},
    {"edk2",
     BYTES("\0\1snponly.efi\0octet\0tsize\0"
           "0\0blksize\0"
           "1468\0windowsize\0"
           "4\0"),
     "snponly.efi", TFTP_OCTET, B | S | W, 1468, 4},
    {"grub",
     BYTES("\0\1/grub/grub.cfg\0octet\0blksize\0"
           "1024\0tsize\0"
           "0\0"),
     "/grub/grub.cfg", TFTP_OCTET, B | S, 1024, 0},
    {"curl",
     BYTES("\0\1exact1024\0octet\0tsize\0"
           "0\0blksize\0"
           "1428\0timeout\0"
           "6\0"),
     "exact1024", TFTP_OCTET, B | S | T, 1428, 0},
    {"atftp",
     BYTES("\0\1three.mb\0octet\0blksize\0"
           "8192\0windowsize\0"
           "16\0"),
     "three.mb", TFTP_OCTET, B | W, 8192, 16},
    {"hpa", BYTES("\0\1small.txt\0octet\0"), "small.txt", TFTP_OCTET, 0, 0, 0},
    {"hpa-netascii", BYTES("\0\1small.txt\0netascii\0"), "small.txt", TFTP_NETASCII, 0, 0, 0},
    {"windows", BYTES("\0\1\\Boot\\BCD\0OcTeT\0"), "\\Boot\\BCD", TFTP_OCTET, 0, 0, 0},
    {"mail", BYTES("\0\1x\0mail\0"), "x", TFTP_MAIL, 0, 0, 0},
    {"other-mode", BYTES("\0\1x\0image\0"), "x", TFTP_OTHER_MODE, 0, 0, 0},
    {"write", BYTES("\0\2up1\0octet\0"), "up1", TFTP_OCTET, 0, 0, 0},
    {"upper-case-options",
     BYTES("\0\1x\0octet\0BLKSIZE\0"
           "512\0WindowSize\0"
           "2\0"),
     "x", TFTP_OCTET, B | W, 512, 2},
    {"unknown-option",
     BYTES("\0\1x\0octet\0multicast\0\0blksize\0"
           "600\0"),
     "x", TFTP_OCTET, B, 600, 0},
    {"option-without-value", BYTES("\0\1x\0octet\0blksize\0"), "x", TFTP_OCTET, 0, 0, 0},
    {"value-cut-off",
     BYTES("\0\1x\0octet\0tsize\0"
           "0\0blksize\0"
           "14"),
     "x", TFTP_OCTET, S, 0, 0},
    {"empty-option",
     BYTES("\0\1x\0octet\0\0\0blksize\0"
           "700\0"),
     "x", TFTP_OCTET, B, 700, 0},
    {"negative-blksize", BYTES("\0\1x\0octet\0blksize\0-1\0"), "x", TFTP_OCTET, 0, 0, 0},
    {"blksize-of-letters",
     BYTES("\0\1x\0octet\0blksize\0"
           "14z\0"),
     "x", TFTP_OCTET, 0, 0, 0},
    {"empty-value", BYTES("\0\1x\0octet\0blksize\0\0"), "x", TFTP_OCTET, 0, 0, 0},
    {"huge-value",
     BYTES("\0\1x\0octet\0blksize\0"
           "99999999999999999999999\0"),
     "x", TFTP_OCTET, 0, 0, 0},
    {"option-twice",
     BYTES("\0\1x\0octet\0blksize\0"
           "600\0blksize\0"
           "900\0"),
     "x", TFTP_OCTET, B, 600, 0},
    {"name-ends-in-ff", BYTES("\0\1boot/undionly.kpxe\xff\0octet\0"), "boot/undionly.kpxe", TFTP_OCTET, 0, 0, 0},
    {"name-ends-in-controls", BYTES("\0\1pxelinux.0\r\n\x01 \xff\0octet\0"), "pxelinux.0", TFTP_OCTET, 0, 0, 0},
    {"whole-url", BYTES("\0\1TFTP://10.0.0.1/boot/x.efi\0octet\0"), "boot/x.efi", TFTP_OCTET, 0, 0, 0},
    {"url-without-path", BYTES("\0\1tftp://10.0.0.1\0octet\0"), "tftp://10.0.0.1", TFTP_OCTET, 0, 0, 0},
    {"empty-name", BYTES("\0\1\0octet\0"), "", TFTP_OCTET, 0, 0, 0},
    {"traversal-is-the-cores", BYTES("\0\1../../etc/passwd\0octet\0"), "../../etc/passwd", TFTP_OCTET, 0, 0, 0},
    {"no-mode", BYTES("\0\1x\0"), NULL, 0, 0, 0, 0},
    {"mode-cut-off", BYTES("\0\1x\0octet"), NULL, 0, 0, 0, 0},
    {"name-cut-off", BYTES("\0\1pxelinux.0"), NULL, 0, 0, 0, 0},
    {"nothing-behind-opcode", BYTES("\0\1"), NULL, 0, 0, 0, 0},
    {"one-byte", BYTES("\0"), NULL, 0, 0, 0, 0},
    {"no-byte", BYTES(""), NULL, 0, 0, 0, 0},
    {"data", BYTES("\0\3\0\1abc"), NULL, 0, 0, 0, 0},
    {"ack", BYTES("\0\4\0\0"), NULL, 0, 0, 0, 0},
    {"error", BYTES("\0\5\0\0x\0"), NULL, 0, 0, 0, 0},
    {"opcode-of-257", BYTES("\1\1x\0octet\0"), NULL, 0, 0, 0, 0},
};

START_TEST(parse_request) {
    struct tftp_request r = {0};
    char *packet = copy_of(requests[_i].packet);
    bool ok = tftp_parse_request(pxed_slice(packet, requests[_i].packet.len), &r);
    ck_assert_msg(ok == (requests[_i].name != NULL), "%s", requests[_i].title);
    if (ok) {
        ck_assert_msg(pxed_slice_is(r.name, requests[_i].name), "%s: %.*s", requests[_i].title, PXED_S(r.name));
        ck_assert_msg(r.mode == requests[_i].mode, "%s", requests[_i].title);
        ck_assert_msg(r.asked == requests[_i].asked, "%s: %x", requests[_i].title, r.asked);
        ck_assert_msg(r.value[TFTP_BLKSIZE] == requests[_i].blksize, "%s", requests[_i].title);
        ck_assert_msg(r.value[TFTP_WINDOWSIZE] == requests[_i].windowsize, "%s", requests[_i].title);
    }
    free(packet);
}
END_TEST

START_TEST(a_hundred_options) {
    char packet[1024] = "\0\1x\0octet";
    size_t n = 10;
    for (int i = 0; i < 100; i++, n += 10)
        memcpy(packet + n, "blksize\0008", 10);
    struct tftp_request r;
    ck_assert(tftp_parse_request(pxed_slice(packet, n), &r));
    ck_assert_uint_eq(r.n_order, 1);
    ck_assert_uint_eq(r.value[TFTP_BLKSIZE], 8);
    memset(packet + 2, 'n', 600);
    ck_assert(tftp_parse_request(pxed_slice(packet, n), &r)); /* who asks judges a long name */
    ck_assert_uint_gt(r.name.len, TFTP_NAME_MAX);
}
END_TEST

/* --- replies --- */

static const struct {
    const char *title;
    struct pxed_slice packet;
    unsigned opcode; /* 0: refused */
    uint16_t number;
    const char *message;
} replies[] = {
    {"ack", BYTES("\0\4\1\2"), TFTP_ACK, 0x102, ""},
    {"ack-65535", BYTES("\0\4\xff\xff"), TFTP_ACK, 65535, ""},
    {"ack-with-more", BYTES("\0\4\0\1xx"), TFTP_ACK, 1, "xx"},
    {"edk2-abort", BYTES("\0\5\0\10User aborted the transfer\0"), TFTP_ERROR, 8, "User aborted the transfer"},
    {"ipxe-abort", BYTES("\0\5\0\0TFTP Aborted\0"), TFTP_ERROR, 0, "TFTP Aborted"},
    {"error-without-nul", BYTES("\0\5\0\1gone"), TFTP_ERROR, 1, "gone"},
    {"error-without-text", BYTES("\0\5\0\1"), TFTP_ERROR, 1, ""},
    {"ack-of-3-bytes", BYTES("\0\4\0"), 0, 0, NULL},
    {"ack-of-2-bytes", BYTES("\0\4"), 0, 0, NULL},
    {"error-of-3-bytes", BYTES("\0\5\0"), 0, 0, NULL},
    {"data", BYTES("\0\3\0\1"), 0, 0, NULL},
    {"request", BYTES("\0\1x\0octet\0"), 0, 0, NULL},
    {"nothing", BYTES(""), 0, 0, NULL},
};

START_TEST(parse_reply) {
    struct tftp_reply r = {0};
    char *packet = copy_of(replies[_i].packet);
    bool ok = tftp_parse_reply(pxed_slice(packet, replies[_i].packet.len), &r);
    ck_assert_msg(ok == (replies[_i].opcode != 0), "%s", replies[_i].title);
    if (ok) {
        ck_assert_msg(r.opcode == replies[_i].opcode && r.number == replies[_i].number, "%s", replies[_i].title);
        ck_assert_msg(pxed_slice_is(r.message, replies[_i].message), "%s", replies[_i].title);
    }
    free(packet);
}
END_TEST

START_TEST(build) {
    char out[32];
    ck_assert_uint_eq(tftp_build_error(out, sizeof(out), TFTP_CODE_NOT_FOUND, PXED_SLICE("gone")), 9);
    ck_assert_mem_eq(out, "\0\5\0\1gone", 9);
    ck_assert_uint_eq(tftp_build_error(out, sizeof(out), TFTP_CODE_ACCESS, PXED_SLICE("")), 5);
    ck_assert_mem_eq(out, "\0\5\0\2", 5);
    ck_assert_uint_eq(tftp_build_error(out, 8, TFTP_CODE_ACCESS, PXED_SLICE("too long")), 8);
    ck_assert_mem_eq(out, "\0\5\0\2too", 8);
    ck_assert_uint_eq(tftp_build_error(out, 4, TFTP_CODE_ACCESS, PXED_SLICE("")), 0);
    tftp_put_data_header(out, 0x1234567);
    ck_assert_mem_eq(out, "\0\3\x45\x67", 4);
}
END_TEST

/* --- netascii --- */

static const struct {
    const char *title;
    struct pxed_slice source, converted;
} texts[] = {
    {"empty", BYTES(""), BYTES("")},
    {"plain", BYTES("abc"), BYTES("abc")},
    {"lines", BYTES("a\nb\n"), BYTES("a\r\nb\r\n")},
    {"carriage-return", BYTES("a\rb"), BYTES("a\r\0b")},
    {"both", BYTES("\r\n\n\r"), BYTES("\r\0\r\n\r\n\r\0")},
    {"nul-and-high", BYTES("\0\xff"), BYTES("\0\xff")},
};

/* Cut into blocks of any size, from a source that is read anew for each block, the result is the same. */
START_TEST(convert) {
    for (size_t blksize = 1; blksize < 10; blksize++) {
        char out[64];
        size_t n = 0, part;
        struct tftp_text_at at = {0};
        do {
            struct pxed_slice rest = pxed_slice_head(pxed_slice_skip(texts[_i].source, (size_t)at.offset), blksize);
            part = tftp_netascii(rest, &at, out + n, blksize);
            n += part;
        } while (part == blksize);
        ck_assert_msg(pxed_slice_eq(pxed_slice(out, n), texts[_i].converted), "%s in %zu", texts[_i].title, blksize);
        ck_assert_uint_eq(at.offset, texts[_i].source.len);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tftp-packet");
    TCase *tests = tcase_create("packet");
    tcase_add_loop_test(tests, parse_request, 0, COUNT(requests));
    tcase_add_test(tests, a_hundred_options);
    tcase_add_loop_test(tests, parse_reply, 0, COUNT(replies));
    tcase_add_test(tests, build);
    tcase_add_loop_test(tests, convert, 0, COUNT(texts));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
