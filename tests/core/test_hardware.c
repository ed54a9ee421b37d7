/* What machines say of their hardware, in both spellings, and what is not taken. */
#include "hardware.h"

#include "pxed/path.h"
#include "suite.h"

#define MIB (INT64_C(1024) * 1024)

static const struct {
    const char *query;
    struct hardware is;
} queries[] = {
    {"mac=08-00-27-4d-4d-aa", {"", "", 0, 0}},
    {"mac=x&serial=ABC123&product=PowerEdge%20R640&memory=2048", {"PowerEdge R640", "ABC123", 2048 * MIB, 0}},
    {"cpu=x86-64-v3", {"", "", 0, 3}},
    {"cpu=x86-64-v5", {"", "", 0, 0}},
    {"cpu=arm64", {"", "", 0, 0}},
    {"serial=&product=&memory=", {"", "", 0, 0}},
    {"serial=%20%20", {"", "", 0, 0}},
    {"serial=a%0Ab%00c", {"", "a b c", 0, 0}},
    {"serial=%zz&memory=many", {"", "", 0, 0}},
    {"memory=-1", {"", "", 0, 0}},
    {"memory=0", {"", "", 0, 0}},
    {"memory=9223372036854775807", {"", "", 0, 0}},
    {"memory=4194304%20kB", {"", "", 4096 * MIB, 0}},
    {"memory=4%20GB", {"", "", 0, 0}},
    {"serial=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg",
     {"", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg", 0, 0}},
};

static void same(const struct hardware *got, const struct hardware *want) {
    ck_assert_str_eq(got->product, want->product);
    ck_assert_str_eq(got->serial, want->serial);
    ck_assert_int_eq(got->memory, want->memory);
    ck_assert_int_eq(got->cpu, want->cpu);
}

START_TEST(query) {
    struct hardware hw = {0};
    bool changed = hardware_query(&hw, pxed_slice_of(queries[_i].query));
    same(&hw, &queries[_i].is);
    ck_assert(changed == (hw.product[0] || hw.serial[0] || hw.memory > 0 || hw.cpu > 0));
    ck_assert(!hardware_query(&hw, pxed_slice_of(queries[_i].query)));
}
END_TEST

START_TEST(body) {
    struct hardware hw = {.serial = "old", .memory = 7};
    ck_assert(hardware_read(
        &hw,
        PXED_SLICE("a line\nproduct: Standard PC (i440FX)\nmemory: 1015644 kB\n: nothing\nserial:\ncpu: x86-64-v2\n")));
    same(&hw, &(struct hardware){"Standard PC (i440FX)", "old", INT64_C(1015644) * 1024, 2});
    ck_assert(!hardware_read(&hw, PXED_NO_SLICE));
}
END_TEST

/* A body of 64 KiB costs no more than its first lines. */
START_TEST(bounded) {
    static char text[65536];
    struct hardware hw = {0};
    memset(text, '\n', sizeof(text));
    for (size_t i = 0; i < 64; i++)
        memcpy(text + 2 * i, "x\n", 2);
    memcpy(text + 128, "serial: late\n", 13);
    ck_assert(!hardware_read(&hw, pxed_slice(text, sizeof(text))));
}
END_TEST

int main(void) {
    Suite *s = suite_create("hardware");
    TCase *t = tcase_create("hardware");
    tcase_add_loop_test(t, query, 0, COUNT(queries));
    tcase_add_test(t, body);
    tcase_add_test(t, bounded);
    suite_add_tcase(s, t);
    return suite_run(s);
}
