/* The whole plugin on loopback, with a client in a thread and a core that answers what the tests say. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client.h"
#include "names.h"
#include "suite.h"
#include "tftp_state.h"
#include "transfer.h"

static uint16_t port;

#define TEXT         "one\ntwo\rthree\r\n\n"
#define TEXT_ON_WIRE "one\r\ntwo\r\0three\r\0\r\n\r\n"

enum { BIG = 3 << 20 };

static struct name names[] = {
    {.name = "small", .bytes = {"hello", 5}},
    {.name = "empty"},
    {.name = "empty-file", .file = true, .bytes = {"", 0}},
    {.name = "text", .bytes = {TEXT, sizeof(TEXT) - 1}},
    {.name = "text-file", .file = true, .bytes = {TEXT, sizeof(TEXT) - 1}},
    {.name = "late", .late = true, .bytes = {"at last", 7}},
    {.name = "late-missing", .late = true, .reason = PXED_WHY_NOT_FOUND},
    {.name = "private", .reason = PXED_WHY_PRIVATE_FILE},
    {.name = "not-yours", .reason = PXED_WHY_NOT_YOUR_FILE},
    {.name = "broken", .reason = PXED_WHY_TEMPLATE_BROKEN},
    {.name = "no-image", .reason = PXED_WHY_NO_IMAGE},
    {.name = "home.sh", .kind = PXED_CONTENT_CGI, .bytes = {"#!/bin/sh", 9}},
    {.name = "four-o-four", .status = 404, .bytes = {"not here", 8}},
    {.name = "shrunk", .file = true, .lie = 600, .bytes = {NULL, 5000}},
    {.name = "big", .bytes = {NULL, BIG}},
    {.name = "big-file", .file = true, .bytes = {NULL, BIG}},
    {.name = "middle", .file = true, .bytes = {NULL, 70000 * 8}}, /* the block number rolls over */
    {.name = "exact", .file = true, .bytes = {NULL, 1024}},
    {.name = "lines", .bytes = {NULL, 200000}},
    {.name = "lines-file", .file = true, .bytes = {NULL, 200000}},
};

static struct pxed_slice bytes_of(const char *name) {
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i].name, name) == 0)
            return names[i].bytes;
    }
    ck_abort_msg("%s", name);
}

static void setup(void) {
    static char lines[200000];
    for (size_t i = 0; i < sizeof(lines); i++)
        lines[i] = i % 3 == 0 ? '\n' : i % 7 == 0 ? '\r' : (char)('a' + i % 26);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!names[i].bytes.ptr && names[i].bytes.len > 0)
            names[i].bytes.ptr = strncmp(names[i].name, "lines", 5) == 0 ? lines : names_bytes(names[i].bytes.len).ptr;
    }
    port = names_open(names, COUNT(names), 0, 0);
}

static void teardown(void) {
    names_close();
}

static struct client get(struct client c) {
    c.port = port;
    fake_core_serve(&fake, client_get, &c);
    return c;
}

static void expect_bytes(const struct client *c, struct pxed_slice expected) {
    ck_assert_msg(c->done, "error %d %s", c->error, c->text);
    ck_assert_uint_eq(c->n, expected.len);
    ck_assert(pxed_slice_eq(pxed_slice(c->bytes, c->n), expected));
}

/* --- delivering --- */

static const struct {
    const char *name, *options;
    unsigned blksize, window;
    const char *oack;
} deliveries[] = {
    {"small", NULL, 0, 0, ""},
    {"small", "tsize 0", 0, 0, "tsize=5 "},
    {"empty", "tsize 0 blksize 1432", 1432, 0, "tsize=0 blksize=1432 "},
    {"empty-file", NULL, 0, 0, ""},
    {"exact", NULL, 0, 0, ""},
    {"exact", "blksize 1024", 1024, 0, "blksize=1024 "},
    {"big", "blksize 1432 tsize 0", 1432, 0, "blksize=1432 tsize=3145728 "},
    {"big-file", "tsize 0 blksize 1408", 1408, 0, "tsize=3145728 blksize=1408 "},
    {"big-file", "tsize 0 blksize 1468 windowsize 4", 1468, 4, "tsize=3145728 blksize=1468 windowsize=4 "},
    {"big", "blksize 1428 windowsize 16", 1428, 16, "blksize=1428 windowsize=16 "},
    {"big-file", "blksize 1428 windowsize 64", 1428, 45, "blksize=1428 windowsize=45 "},
    {"big-file", "windowsize 64", 512, 64, "windowsize=64 "},
    {"middle", "blksize 8 windowsize 64", 8, 64, "blksize=8 windowsize=64 "},
    {"big-file", "blksize 65464", 65464, 0, "blksize=65464 "},
    {"big", "blksize 8192 windowsize 16", 8192, 7, "blksize=8192 windowsize=7 "},
    {"late", "tsize 0", 0, 0, "tsize=7 "},
};

START_TEST(deliver) {
    struct client c = get((struct client){.name = deliveries[_i].name,
                                          .options = deliveries[_i].options,
                                          .blksize = deliveries[_i].blksize,
                                          .window = deliveries[_i].window});
    expect_bytes(&c, bytes_of(deliveries[_i].name));
    ck_assert_str_eq(c.oack, deliveries[_i].oack);
    ck_assert_uint_ne(c.server_port, port);
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
        size_t n = convert(bytes_of(files[f]), expected);
        for (int w = 0; w < 3; w++) {
            struct client c = get((struct client){.name = files[f],
                                                  .mode = "NetASCII",
                                                  .options = ways[w].options,
                                                  .blksize = ways[w].blksize,
                                                  .window = ways[w].window});
            expect_bytes(&c, pxed_slice(expected, n));
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
    port = names_open(names, COUNT(names), 0, 1500);
    struct client c = get(
        (struct client){.name = "big-file", .options = "blksize 65464 windowsize 16", .blksize = 1468, .window = 16});
    expect_bytes(&c, bytes_of("big-file"));
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
    struct client c = get((struct client){.name = refusals[_i].name, .mode = refusals[_i].mode});
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
    struct client c = get((struct client){.name = name});
    ck_assert_int_eq(c.error, 2);
    name[255] = '\0';
    c = get((struct client){.name = name});
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
    ck_assert_uint_eq(fake.refused[PXED_WHY_TFTP_MALFORMED], n + 1);
    ck_assert_uint_eq(contents.opened, 0);
    close(fd);
}
END_TEST

/* --- odd clients --- */

static int request(int fd, const char *name, const char *options) {
    char packet[600];
    client_send(fd, port, pxed_slice(packet, client_request(packet, name, "octet", options)));
    return fd;
}

/* What arrives within a moment of serving: the opcode and number of each packet. */
static const char *heard(int fd) {
    static char text[512];
    char packet[66000];
    uint16_t from;
    int n;
    text[0] = '\0';
    fake_core_run(&fake, 30);
    while ((n = client_receive(fd, 0, packet, sizeof(packet), &from)) >= 4) {
        size_t at = strlen(text);
        int number = (uint8_t)packet[2] << 8 | (uint8_t)packet[3];
        snprintf(text + at, sizeof(text) - at, packet[1] == 6 ? "oack " : packet[1] == 3 ? "%d " : "error%d ", number);
    }
    return text;
}

START_TEST(a_repeated_request_is_not_a_second_transfer) {
    int fd = request(client_socket(), "big", "blksize 1428 windowsize 4");
    ck_assert_str_eq(heard(fd), "oack ");
    fake_core_run(&fake, TFTP_GAP_MOST);
    request(fd, "big", "blksize 1428 windowsize 4");
    ck_assert_str_eq(heard(fd), "oack ");
    ck_assert_uint_eq(contents.opened, 1);
    request(fd, "small", NULL); /* another one replaces it */
    ck_assert_str_eq(heard(fd), "1 ");
    ck_assert_uint_eq(contents.opened, 2);
    ck_assert_uint_eq(contents.released, 1);
    close(fd);
}
END_TEST

/* Two sockets of one host may share a port, and NAT may join two hosts: who acknowledges is not cut off. */
START_TEST(a_transfer_that_progresses_is_kept) {
    int fd = request(client_socket(), "big", "blksize 1428");
    char packet[2000];
    uint16_t tid, other;
    fake_core_run(&fake, 20);
    ck_assert_int_gt(client_receive(fd, 100, packet, sizeof(packet), &tid), 4);
    client_send(fd, tid, pxed_slice("\0\4\0\0", 4));
    ck_assert_str_eq(heard(fd), "1 ");
    request(fd, "small", NULL);
    fake_core_run(&fake, 20);
    ck_assert_int_eq(client_receive(fd, 100, packet, sizeof(packet), &other), 9);
    ck_assert_uint_ne(tid, other);
    ck_assert_uint_eq(contents.released, 0);
    client_send(fd, tid, pxed_slice("\0\4\0\1", 4));
    ck_assert_str_eq(heard(fd), "2 ");
    client_send(fd, other, pxed_slice("\0\4\0\1", 4));
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(contents.whole, 1);
    close(fd);
}
END_TEST

START_TEST(a_repeated_request_joins_the_one_that_waits) {
    int fd = request(client_socket(), "late", NULL);
    request(fd, "late", NULL);
    for (int i = 0; i < 20 && strcmp(heard(fd), "1 ") != 0; i++)
        ck_assert_int_lt(i, 19);
    ck_assert_uint_eq(contents.opened, 1);
    request(request(fd, "late", "blksize 600"), "small", NULL);
    ck_assert_str_eq(heard(fd), "1 ");
    ck_assert_uint_eq(contents.cancelled, 1);
    close(fd);
}
END_TEST

START_TEST(one_port_for_all_requests) {
    int fd = client_socket();
    static const char *const asked[] = {"missing", "small", "big", "private", "text", "late"};
    for (int i = 0; i < 6; i++) {
        struct client c = get((struct client){.name = asked[i], .fd = fd, .silent_end = i % 2 == 1});
        if (c.error < 0)
            expect_bytes(&c, bytes_of(asked[i]));
        free(c.bytes);
    }
    close(fd);
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(contents.opened, 4);
}
END_TEST

START_TEST(a_client_that_only_wants_the_size) {
    int fd = request(client_socket(), "big", "tsize 0 blksize 1468 windowsize 4");
    char packet[600];
    uint16_t tid;
    fake_core_run(&fake, 20);
    ck_assert_int_gt(client_receive(fd, 100, packet, sizeof(packet), &tid), 10);
    client_send(fd, tid, PXED_SLICE("\0\5\0\10User aborted the transfer\0"));
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(contents.released, 1);
    ck_assert_uint_eq(contents.whole, 0);
    for (int i = 0; i < PXED_REASON_COUNT; i++)
        ck_assert_uint_eq(fake.refused[i], 0);
    close(fd);
}
END_TEST

START_TEST(a_client_that_goes_away) {
    struct client c = get((struct client){
        .name = "big", .options = "blksize 1428 windowsize 4", .blksize = 1428, .window = 4, .stop_after = 10});
    free(c.bytes);
    fake_core_run(&fake, 1200); /* a resend finds the port closed */
    ck_assert_uint_eq(contents.released, 1);
    ck_assert_uint_eq(contents.whole, 0);
    ck_assert_uint_eq(fake.refused[PXED_WHY_TFTP_ABORTED], 1);
    ck_assert_uint_eq(contents.last_sent, 8 * 1428);
}
END_TEST

START_TEST(no_last_ack_is_no_fault) {
    struct client c = get((struct client){.name = "small", .silent_end = true});
    expect_bytes(&c, bytes_of("small"));
    free(c.bytes);
    fake_core_run(&fake, 1200);
    ck_assert_uint_eq(contents.released, 1);
    ck_assert_uint_eq(contents.whole, 0);
    ck_assert_uint_eq(fake.refused[PXED_WHY_TFTP_ABORTED] + fake.refused[PXED_WHY_TFTP_GAVE_UP], 0);
}
END_TEST

START_TEST(a_file_that_shrinks) {
    struct client c = get((struct client){.name = "shrunk"});
    ck_assert_int_eq(c.error, 0);
    ck_assert_uint_eq(c.n, 8 * 512);
    ck_assert_uint_eq(fake.refused[PXED_WHY_IO_ERROR], 1);
    free(c.bytes);
}
END_TEST

START_TEST(a_resend_by_the_timer) {
    int fd = request(client_socket(), "big", NULL);
    ck_assert_str_eq(heard(fd), "1 ");
    fake_core_run(&fake, 1100);
    ck_assert_str_eq(heard(fd), "1 ");
    close(fd);
}
END_TEST

/* --- many --- */

START_TEST(too_many_are_not_answered) {
    names_close();
    port = names_open(names, COUNT(names), 8, 0); /* two for one address */
    int fds[3];
    for (int i = 0; i < 3; i++) {
        fds[i] = request(client_socket(), "big", NULL);
        ck_assert_str_eq(heard(fds[i]), i < 2 ? "1 " : "");
    }
    ck_assert_uint_eq(fake.refused[PXED_WHY_BUSY], 1);
    client_send(fds[0], port, PXED_SLICE("\0\1small\0octet\0")); /* replaces its own */
    ck_assert_str_eq(heard(fds[0]), "1 ");
    for (int i = 0; i < 3; i++)
        close(fds[i]);
}
END_TEST

enum { CLIENTS = 512, BLOCKS = 8 };

static unsigned finished;

/* All ask before anybody is answered, then each acknowledges what it gets. */
static void storm(void *arg) {
    static struct pollfd fds[CLIENTS];
    static unsigned next[CLIENTS];
    unsigned quiet = 0;
    (void)arg;
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = (struct pollfd){.fd = client_socket(), .events = POLLIN};
        next[i] = 1;
    }
    for (int i = 0; i < CLIENTS; i++)
        request(fds[i].fd, "exact", "blksize 128");
    while (finished < CLIENTS && quiet < 30) {
        quiet = poll(fds, CLIENTS, 100) > 0 ? 0 : quiet + 1;
        for (int i = 0; i < CLIENTS; i++) {
            char packet[600];
            uint16_t tid;
            if (!(fds[i].revents & POLLIN))
                continue;
            int n = client_receive(fds[i].fd, 0, packet, sizeof(packet), &tid);
            unsigned block = packet[1] == 6 ? 0 : (unsigned)packet[3];
            next[i] += packet[1] == 3 && block == next[i];
            char ack[4] = {0, 4, 0, (char)(next[i] - 1)};
            client_send(fds[i].fd, tid, pxed_slice(ack, 4));
            finished += n == 4 && next[i] == BLOCKS + 2;
        }
    }
    for (int i = 0; i < CLIENTS; i++)
        close(fds[i].fd);
}

START_TEST(five_hundred_at_once) {
    fake_core_serve(&fake, storm, NULL);
    fake_core_run(&fake, 50);
    ck_assert_uint_eq(finished, CLIENTS);
    ck_assert_uint_eq(contents.opened, CLIENTS);
    ck_assert_uint_eq(contents.whole, CLIENTS);
}
END_TEST

/* --- the end --- */

START_TEST(stop_waits_for_what_runs) {
    int fd = request(client_socket(), "small", NULL), other = client_socket();
    char packet[600];
    uint16_t tid;
    fake_core_run(&fake, 20);
    ck_assert_int_eq(client_receive(fd, 100, packet, sizeof(packet), &tid), 9);
    fake_core_stop(&fake);
    request(other, "small", NULL);
    ck_assert_str_eq(heard(other), "error0 ");
    ck_assert_uint_eq(fake.stopped, 0);
    client_send(fd, tid, pxed_slice("\0\4\0\1", 4));
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(fake.stopped, 1);
    ck_assert_uint_eq(contents.whole, 1);
    close(fd);
    close(other);
}
END_TEST

START_TEST(fini_ends_everything) {
    for (int i = 0; i < 40; i++)
        request(client_socket(), i % 4 == 0 ? "late" : "big", "blksize 1000");
    fake_core_run(&fake, 10);
    fake_core_stop(&fake);
    ck_assert_uint_eq(fake.stopped, 0);
}
END_TEST

START_TEST(descriptor) {
    const struct pxed_plugin *plugin = fake.plugin;
    ck_assert_str_eq(plugin->name, "tftp");
    ck_assert_uint_eq(plugin->config_size, sizeof(struct tftp_config));
    for (const struct pxed_option *o = plugin->options; o->key; o++)
        ck_assert_ptr_nonnull(o->help);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tftp-plugin");
    TCase *tests = tcase_create("plugin");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, descriptor);
    tcase_add_loop_test(tests, deliver, 0, COUNT(deliveries));
    tcase_add_test(tests, netascii);
    tcase_add_test(tests, the_interfaces_mtu);
    tcase_add_loop_test(tests, refuse, 0, COUNT(refusals));
    tcase_add_test(tests, a_write_request);
    tcase_add_test(tests, a_long_name);
    tcase_add_test(tests, no_answer_to_what_is_no_request);
    tcase_add_test(tests, a_repeated_request_is_not_a_second_transfer);
    tcase_add_test(tests, a_transfer_that_progresses_is_kept);
    tcase_add_test(tests, a_repeated_request_joins_the_one_that_waits);
    tcase_add_test(tests, one_port_for_all_requests);
    tcase_add_test(tests, a_client_that_only_wants_the_size);
    tcase_add_test(tests, a_client_that_goes_away);
    tcase_add_test(tests, no_last_ack_is_no_fault);
    tcase_add_test(tests, a_file_that_shrinks);
    tcase_add_test(tests, a_resend_by_the_timer);
    tcase_add_test(tests, too_many_are_not_answered);
    tcase_add_test(tests, five_hundred_at_once);
    tcase_add_test(tests, stop_waits_for_what_runs);
    tcase_add_test(tests, fini_ends_everything);
    suite_add_tcase(suite, tests);
    return suite_run_apart(suite);
}
