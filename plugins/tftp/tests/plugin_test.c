/* The whole plugin on loopback: what is delivered and what is refused. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "library.h"
#include "suite.h"
#include "tftp_state.h"
#include "transfer.h"

START_TEST(descriptor) {
    const struct pxed_plugin *plugin = fake.plugin;
    ck_assert_str_eq(plugin->name, "tftp");
    ck_assert_uint_eq(plugin->config_size, sizeof(struct tftp_config));
    for (const struct pxed_option *o = plugin->options; o->key; o++)
        ck_assert_ptr_nonnull(o->help);
}
END_TEST

/* --- delivering --- */

static const struct {
    const char *name, *options;
    unsigned blksize, window;
    const char *oack;
} deliveries[] = {
    {"small", NULL, 0, 0, ""},
    {"small", "tsize 0", 0, 0, "tsize=5 "},
    {"empty", "tsize 0 blksize 1432", 1432, 0, "blksize=1432 "},
    {"empty", "tsize 0", 0, 0, ""},
    {"empty-file", NULL, 0, 0, ""},
    {"exact", NULL, 0, 0, ""},
    {"exact", "blksize 1024", 1024, 0, "blksize=1024 "},
    {"big", "blksize 1432 tsize 0", 1432, 0, "blksize=1432 tsize=3145728 "},
    {"big-file", "tsize 0 blksize 1408", 1408, 0, "tsize=3145728 blksize=1408 "},
    {"big-file", "tsize 0 blksize 1468 windowsize 4", 1468, 4, "tsize=3145728 blksize=1468 windowsize=4 "},
    {"big", "blksize 1428 windowsize 16", 1428, 16, "blksize=1428 windowsize=16 "},
    {"big-file", "blksize 1428 windowsize 64", 1428, 64, "blksize=1428 windowsize=64 "},
    {"big-file", "windowsize 64", 512, 64, "windowsize=64 "},
    {"middle", "blksize 8 windowsize 64", 8, 64, "blksize=8 windowsize=64 "},
    {"big-file", "blksize 65464", 65464, 0, "blksize=65464 "},
    {"big", "blksize 8192 windowsize 16", 8192, 7, "blksize=8192 windowsize=7 "},
    {"late", "tsize 0", 0, 0, "tsize=7 "},
};

START_TEST(deliver) {
    struct client c = library_get((struct client){.name = deliveries[_i].name,
                                                  .options = deliveries[_i].options,
                                                  .blksize = deliveries[_i].blksize,
                                                  .window = deliveries[_i].window});
    library_expect(&c, library_bytes(deliveries[_i].name));
    ck_assert_str_eq(c.oack, deliveries[_i].oack);
    ck_assert(names_single_port == (c.server_port == port));
    fake_core_run(&fake, 20); /* for the last ACK */
    ck_assert_uint_eq(contents.released, 1);
    ck_assert_uint_eq(contents.whole, 1);
    ck_assert_uint_eq(contents.last_sent, c.n);
    ck_assert_int_eq(contents.last.via, PXED_VIA_TFTP);
    ck_assert_uint_eq(pxed_addr_u32(&contents.last.peer), 0x7f000001);
    ck_assert_uint_eq(pxed_addr_u32(&contents.last.local), 0x7f000001);
    free(c.bytes);
}
END_TEST

static size_t convert(struct pxed_slice source, char *out) {
    size_t n = 0;
    for (size_t i = 0; i < source.len; i++) {
        char c = source.ptr[i];
        if (c == '\n' || c == '\r')
            out[n++] = '\r';
        out[n++] = c == '\r' ? '\0' : c;
    }
    return n;
}

START_TEST(netascii) {
    static const char *const files[] = {"text", "text-file", "lines", "lines-file", "empty"};
    static const struct {
        const char *options;
        unsigned blksize, window;
    } ways[] = {{"tsize 0", 512, 1}, {"blksize 9 windowsize 16", 9, 16}, {"blksize 1428 windowsize 4", 1428, 4}};
    static char expected[400000];
    for (int f = 0; f < 5; f++) {
        size_t n = convert(library_bytes(files[f]), expected);
        for (int w = 0; w < 3; w++) {
            struct client c = library_get((struct client){.name = files[f],
                                                          .mode = "NetASCII",
                                                          .options = ways[w].options,
                                                          .blksize = ways[w].blksize,
                                                          .window = ways[w].window});
            library_expect(&c, pxed_slice(expected, n));
            ck_assert_ptr_null(strstr(c.oack, "tsize")); /* the converted size is not known */
            free(c.bytes);
        }
    }
    ck_assert_uint_eq(convert(PXED_SLICE(TEXT), expected), sizeof(TEXT_ON_WIRE) - 1);
    ck_assert_mem_eq(expected, TEXT_ON_WIRE, sizeof(TEXT_ON_WIRE) - 1);
}
END_TEST

START_TEST(the_interfaces_mtu) {
    names_close();
    port = names_open(library, LIBRARY_NAMES, 0, 1500);
    struct client c = library_get(
        (struct client){.name = "big-file", .options = "blksize 65464 windowsize 16", .blksize = 1468, .window = 16});
    library_expect(&c, library_bytes("big-file"));
    ck_assert_str_eq(c.oack, "blksize=1468 windowsize=16 ");
    free(c.bytes);
}
END_TEST

/* --- refusing --- */

static const struct {
    const char *name, *mode;
    int code;
    enum pxed_reason reported; /* by the plugin itself; OK: the core has counted it */
} refusals[] = {
    {"missing", "octet", 1, PXED_WHY_OK},
    {"late-missing", "octet", 1, PXED_WHY_OK},
    {"no-image", "octet", 1, PXED_WHY_OK},
    {"four-o-four", "octet", 1, PXED_WHY_NOT_FOUND},
    {"private", "octet", 2, PXED_WHY_OK},
    {"not-yours", "octet", 2, PXED_WHY_OK},
    {"home.sh", "octet", 2, PXED_WHY_SCRIPT_SOURCE},
    {"broken", "octet", 0, PXED_WHY_OK},
    {"small", "mail", 4, PXED_WHY_BAD_REQUEST},
    {"small", "image", 4, PXED_WHY_BAD_REQUEST},
    {"", "octet", 2, PXED_WHY_BAD_NAME},
};

START_TEST(refuse) {
    struct client c = library_get((struct client){.name = refusals[_i].name, .mode = refusals[_i].mode});
    ck_assert_msg(c.error == refusals[_i].code, "%s: %d %s", refusals[_i].name, c.error, c.text);
    ck_assert_uint_gt(strlen(c.text), 5);
    if (refusals[_i].name[0])
        ck_assert_ptr_null(strstr(c.text, refusals[_i].name));
    if (refusals[_i].reported != PXED_WHY_OK)
        ck_assert_uint_eq(fake.refused[refusals[_i].reported], 1);
    ck_assert_uint_eq(contents.whole, 0);
}
END_TEST

START_TEST(a_write_request) {
    int fd = client_socket();
    char packet[600];
    uint16_t from;
    client_send(fd, port, PXED_SLICE("\0\2up\0octet\0"));
    fake_core_run(&fake, 20);
    ck_assert_int_gt(client_receive(fd, 100, packet, sizeof(packet), &from), 4);
    ck_assert_mem_eq(packet, "\0\5\0\2", 4);
    ck_assert_uint_eq(fake.refused[PXED_WHY_TFTP_WRITE], 1);
    close(fd);
}
END_TEST

START_TEST(a_long_name) {
    char name[600];
    memset(name, 'n', sizeof(name) - 1);
    name[599] = '\0';
    struct client c = library_get((struct client){.name = name});
    ck_assert_int_eq(c.error, 2);
    name[255] = '\0';
    c = library_get((struct client){.name = name});
    ck_assert_int_eq(c.error, 1);
    ck_assert_str_eq(contents.last_path, name);
}
END_TEST

START_TEST(no_answer_to_what_is_no_request) {
    static const struct pxed_slice packets[] = {{"", 0},          {"\0", 1},        {"\0\5\0\1x\0", 6},
                                                {"\0\4\0\0", 4},  {"\0\3\0\1x", 5}, {"\0\6a\0b\0", 6},
                                                {"\0\1x\0oc", 6}, {"\0\1", 2},      {"\1\1x\0octet\0", 10}};
    unsigned n = sizeof(packets) / sizeof(packets[0]);
    static char huge[1500] = "\0\1x\0octet";
    char packet[600];
    uint16_t from;
    int fd = client_socket();
    for (unsigned i = 0; i < n; i++)
        client_send(fd, port, packets[i]);
    client_send(fd, port, pxed_slice(huge, sizeof(huge)));
    fake_core_run(&fake, 30);
    ck_assert_int_eq(client_receive(fd, 0, packet, sizeof(packet), &from), -1);
    /* An ACK or ERROR is what a client makes of our own ERROR, which came from this port: no fault of anybody's. */
    ck_assert_uint_eq(fake.refused[PXED_WHY_TFTP_MALFORMED], n + 1 - 2);
    ck_assert_uint_eq(contents.opened, 0);
    close(fd);
}
END_TEST

int main(void) {
    Suite *s = suite_create("tftp plugin");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, library_open, library_close);
    tcase_add_test(t, descriptor);
    tcase_add_loop_test(t, deliver, 0, COUNT(deliveries));
    tcase_add_test(t, netascii);
    tcase_add_test(t, the_interfaces_mtu);
    tcase_add_loop_test(t, refuse, 0, COUNT(refusals));
    tcase_add_test(t, a_write_request);
    tcase_add_test(t, a_long_name);
    tcase_add_test(t, no_answer_to_what_is_no_request);
    suite_add_tcase(s, t);
    t = tcase_create("single-port");
    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, library_open_single, library_close);
    tcase_add_loop_test(t, deliver, 0, COUNT(deliveries));
    tcase_add_test(t, netascii);
    tcase_add_loop_test(t, refuse, 0, COUNT(refusals));
    tcase_add_test(t, no_answer_to_what_is_no_request);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
