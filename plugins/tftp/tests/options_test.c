/* What is agreed about options, and how it is told. */
#include "options.h"

#include "suite.h"
#include "wire/packet.h"

#define BYTES(literal)                                                                                                 \
    { literal, sizeof(literal) - 1 }

enum {
    B = TFTP_OPTION_BIT(TFTP_BLKSIZE),
    T = TFTP_OPTION_BIT(TFTP_TIMEOUT),
    S = TFTP_OPTION_BIT(TFTP_TSIZE),
    W = TFTP_OPTION_BIT(TFTP_WINDOWSIZE)
};

static const struct {
    const char *title;
    struct pxed_slice packet;
    unsigned mtu;
    uint64_t size;
    struct pxed_slice oack; /* 2 bytes: none is sent */
    size_t blksize;
    unsigned window;
} agreements[] = {
    {"ipxe",
     BYTES("\0\1x\0octet\0blksize\0"
           "1432\0tsize\0"
           "0\0"),
     1500, 69400,
     BYTES("\0\6blksize\0"
           "1432\0tsize\0"
           "69400\0"),
     1432, 1},
    {"edk2",
     BYTES("\0\1x\0octet\0tsize\0"
           "0\0blksize\0"
           "1468\0windowsize\0"
           "4\0"),
     1500, 7,
     BYTES("\0\6tsize\0"
           "7\0blksize\0"
           "1468\0windowsize\0"
           "4\0"),
     1468, 4},
    {"edk2-second",
     BYTES("\0\1x\0octet\0blksize\0"
           "1468\0windowsize\0"
           "4\0"),
     1500, 7,
     BYTES("\0\6blksize\0"
           "1468\0windowsize\0"
           "4\0"),
     1468, 4},
    {"clamped-to-mtu",
     BYTES("\0\1x\0octet\0blksize\0"
           "8192\0"),
     1500, 7,
     BYTES("\0\6blksize\0"
           "1468\0"),
     1468, 1},
    {"above-the-range",
     BYTES("\0\1x\0octet\0blksize\0"
           "70000\0"),
     1500, 7,
     BYTES("\0\6blksize\0"
           "1468\0"),
     1468, 1},
    {"loopback",
     BYTES("\0\1x\0octet\0blksize\0"
           "65464\0windowsize\0"
           "64\0"),
     65536, 7,
     BYTES("\0\6blksize\0"
           "65464\0windowsize\0"
           "1\0"),
     65464, 1},
    {"small-mtu",
     BYTES("\0\1x\0octet\0blksize\0"
           "1432\0"),
     576, 7,
     BYTES("\0\6blksize\0"
           "544\0"),
     544, 1},
    {"mtu-unknown",
     BYTES("\0\1x\0octet\0blksize\0"
           "1432\0"),
     0, 7,
     BYTES("\0\6blksize\0"
           "512\0"),
     512, 1},
    {"smallest",
     BYTES("\0\1x\0octet\0blksize\0"
           "8\0"),
     1500, 7,
     BYTES("\0\6blksize\0"
           "8\0"),
     8, 1},
    {"below-the-range",
     BYTES("\0\1x\0octet\0blksize\0"
           "7\0"),
     1500, 7, BYTES("\0\6"), 512, 1},
    {"zero-windowsize",
     BYTES("\0\1x\0octet\0windowsize\0"
           "0\0"),
     1500, 7, BYTES("\0\6"), 512, 1},
    {"window-capped",
     BYTES("\0\1x\0octet\0windowsize\0"
           "65535\0"),
     1500, 7,
     BYTES("\0\6windowsize\0"
           "64\0"),
     512, 64},
    {"flight-of-frames",
     BYTES("\0\1x\0octet\0blksize\0"
           "1428\0windowsize\0"
           "64\0"),
     1500, 7,
     BYTES("\0\6blksize\0"
           "1428\0windowsize\0"
           "64\0"),
     1428, 64},
    {"flight-capped",
     BYTES("\0\1x\0octet\0blksize\0"
           "1500\0windowsize\0"
           "64\0"),
     9000, 7,
     BYTES("\0\6blksize\0"
           "1500\0windowsize\0"
           "43\0"),
     1500, 43},
    {"timeout-echoed",
     BYTES("\0\1x\0octet\0timeout\0"
           "6\0"),
     1500, 7,
     BYTES("\0\6timeout\0"
           "6\0"),
     512, 1},
    {"timeout-0",
     BYTES("\0\1x\0octet\0timeout\0"
           "0\0"),
     1500, 7, BYTES("\0\6"), 512, 1},
    {"timeout-256",
     BYTES("\0\1x\0octet\0timeout\0"
           "256\0"),
     1500, 7, BYTES("\0\6"), 512, 1},
    {"size-unknown",
     BYTES("\0\1x\0octet\0tsize\0"
           "0\0"),
     1500, UINT64_MAX, BYTES("\0\6"), 512, 1},
    {"empty-file",
     BYTES("\0\1x\0octet\0tsize\0"
           "0\0"),
     1500, 0, BYTES("\0\6"), 512, 1},
    {"spelling-kept",
     BYTES("\0\1x\0octet\0BlkSize\0"
           "600\0"),
     1500, 7,
     BYTES("\0\6BlkSize\0"
           "600\0"),
     600, 1},
    {"unknown-is-omitted", BYTES("\0\1x\0octet\0multicast\0\0"), 1500, 7, BYTES("\0\6"), 512, 1},
    {"nothing-asked", BYTES("\0\1x\0octet\0"), 1500, 7, BYTES("\0\6"), 512, 1},
};

START_TEST(agree) {
    static const struct tftp_limits limits = {.blksize = 65464, .windowsize = 64};
    struct tftp_request r;
    char oack[TFTP_SMALL_PACKET];
    const char *title = agreements[_i].title;
    ck_assert(tftp_parse_request(agreements[_i].packet, &r));
    struct tftp_terms terms = tftp_negotiate(&r, &limits, agreements[_i].mtu, agreements[_i].size);
    size_t n = tftp_build_oack(oack, sizeof(oack), &r, terms.accepted, terms.value);
    ck_assert_msg(pxed_slice_eq(pxed_slice(oack, n), agreements[_i].oack), "%s", title);
    ck_assert_msg((terms.accepted == 0) == (n == 2), "%s", title);
    ck_assert_msg(terms.blksize == agreements[_i].blksize, "%s: %zu", title, terms.blksize);
    ck_assert_msg(terms.window == agreements[_i].window, "%s: %u", title, terms.window);
}
END_TEST

START_TEST(the_operators_limits) {
    static const struct tftp_limits limits = {.blksize = 1024, .windowsize = 2};
    struct tftp_request r;
    ck_assert(tftp_parse_request(PXED_SLICE("\0\1x\0octet\0blksize\0"
                                            "1468\0windowsize\0"
                                            "8\0"),
                                 &r));
    struct tftp_terms terms = tftp_negotiate(&r, &limits, 1500, 1);
    ck_assert_uint_eq(terms.blksize, 1024);
    ck_assert_uint_eq(terms.window, 2);
}
END_TEST

START_TEST(the_largest_oack_fits) {
    char oack[TFTP_SMALL_PACKET];
    struct tftp_request r;
    ck_assert(tftp_parse_request(PXED_SLICE("\0\1x\0octet\0blksize\0"
                                            "65464\0timeout\0"
                                            "255\0tsize\0"
                                            "0\0windowsize\0"
                                            "65535\0"),
                                 &r));
    uint64_t most[TFTP_N_OPTIONS] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    size_t n = tftp_build_oack(oack, sizeof(oack), &r, B | T | S | W, most);
    ck_assert_uint_lt(n, sizeof(oack));
    ck_assert_int_eq(oack[n - 1], 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tftp-options");
    TCase *tests = tcase_create("options");
    tcase_add_loop_test(tests, agree, 0, COUNT(agreements));
    tcase_add_test(tests, the_operators_limits);
    tcase_add_test(tests, the_largest_oack_fits);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
