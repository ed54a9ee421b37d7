/* The whole plugin on loopback: clients that repeat, go away, or come by the hundred; the end. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "library.h"
#include "suite.h"
#include "tftp_state.h"
#include "transfer.h"

START_TEST(a_repeated_request_is_not_a_second_transfer) {
    int fd = library_request(client_socket(), "big", "blksize 1428 windowsize 4");
    ck_assert_str_eq(library_heard(fd), "oack ");
    fake_core_run(&fake, TFTP_GAP_MOST);
    library_request(fd, "big", "blksize 1428 windowsize 4");
    ck_assert_str_eq(library_heard(fd), "oack ");
    ck_assert_uint_eq(contents.opened, 1);
    library_request(fd, "small", NULL); /* another one replaces it */
    ck_assert_str_eq(library_heard(fd), "1 ");
    ck_assert_uint_eq(contents.opened, 2);
    ck_assert_uint_eq(contents.released, 1);
    close(fd);
}
END_TEST

/* Two sockets of one host may share a port, and NAT may join two hosts: who acknowledges is not cut off. */
START_TEST(a_transfer_that_progresses_is_kept) {
    int fd = library_request(client_socket(), "big", "blksize 1428");
    char packet[2000];
    uint16_t tid, other;
    fake_core_run(&fake, 20);
    ck_assert_int_gt(client_receive(fd, 100, packet, sizeof(packet), &tid), 4);
    client_send(fd, tid, pxed_slice("\0\4\0\0", 4));
    ck_assert_str_eq(library_heard(fd), "1 ");
    library_request(fd, "small", NULL);
    fake_core_run(&fake, 20);
    ck_assert_int_eq(client_receive(fd, 100, packet, sizeof(packet), &other), 9);
    ck_assert_uint_ne(tid, other);
    ck_assert_uint_eq(contents.released, 0);
    client_send(fd, tid, pxed_slice("\0\4\0\1", 4));
    ck_assert_str_eq(library_heard(fd), "2 ");
    client_send(fd, other, pxed_slice("\0\4\0\1", 4));
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(contents.whole, 1);
    close(fd);
}
END_TEST

START_TEST(a_repeated_request_joins_the_one_that_waits) {
    int fd = library_request(client_socket(), "late", NULL);
    library_request(fd, "late", NULL);
    for (int i = 0; i < 20 && strcmp(library_heard(fd), "1 ") != 0; i++)
        ck_assert_int_lt(i, 19);
    ck_assert_uint_eq(contents.opened, 1);
    library_request(library_request(fd, "late", "blksize 600"), "small", NULL);
    ck_assert_str_eq(library_heard(fd), "1 ");
    ck_assert_uint_eq(contents.cancelled, 1);
    close(fd);
}
END_TEST

START_TEST(one_port_for_all_requests) {
    int fd = client_socket();
    static const char *const asked[] = {"missing", "small", "big", "private", "text", "late"};
    for (int i = 0; i < 6; i++) {
        struct client c = library_get((struct client){.name = asked[i], .fd = fd, .silent_end = i % 2 == 1});
        if (c.error < 0)
            library_expect(&c, library_bytes(asked[i]));
        free(c.bytes);
    }
    close(fd);
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(contents.opened, 4);
}
END_TEST

START_TEST(a_client_that_only_wants_the_size) {
    int fd = library_request(client_socket(), "big", "tsize 0 blksize 1468 windowsize 4");
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
    struct client c = library_get((struct client){
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
    struct client c = library_get((struct client){.name = "small", .silent_end = true});
    library_expect(&c, library_bytes("small"));
    free(c.bytes);
    fake_core_run(&fake, 1200);
    ck_assert_uint_eq(contents.released, 1);
    ck_assert_uint_eq(contents.whole, 0);
    ck_assert_uint_eq(fake.refused[PXED_WHY_TFTP_ABORTED] + fake.refused[PXED_WHY_TFTP_GAVE_UP], 0);
}
END_TEST

START_TEST(a_file_that_shrinks) {
    struct client c = library_get((struct client){.name = "shrunk"});
    ck_assert_int_eq(c.error, 0);
    ck_assert_uint_eq(c.n, 8 * 512);
    ck_assert_uint_eq(fake.refused[PXED_WHY_IO_ERROR], 1);
    free(c.bytes);
}
END_TEST

START_TEST(a_resend_by_the_timer) {
    int fd = library_request(client_socket(), "big", NULL);
    ck_assert_str_eq(library_heard(fd), "1 ");
    fake_core_run(&fake, 1100);
    ck_assert_str_eq(library_heard(fd), "1 ");
    close(fd);
}
END_TEST

/* --- many --- */

START_TEST(too_many_are_not_answered) {
    names_close();
    port = names_open(library, LIBRARY_NAMES, 8, 0); /* two for one address */
    int fds[3];
    for (int i = 0; i < 3; i++) {
        fds[i] = library_request(client_socket(), "big", NULL);
        ck_assert_str_eq(library_heard(fds[i]), i < 2 ? "1 " : "");
    }
    ck_assert_uint_eq(fake.refused[PXED_WHY_BUSY], 1);
    client_send(fds[0], port, PXED_SLICE("\0\1small\0octet\0")); /* replaces its own */
    ck_assert_str_eq(library_heard(fds[0]), "1 ");
    for (int i = 0; i < 3; i++)
        close(fds[i]);
}
END_TEST

/* Requests in others' names: whoever answers is served, and nobody is sent more than two packets that he did not ask
 * for. */
START_TEST(a_flood_that_nobody_answers) {
    enum { FORGED = 64 };
    int fds[FORGED], packets = 0;
    names_close();
    port = names_open(library, LIBRARY_NAMES, 4 * FORGED, 0);
    for (int i = 0; i < FORGED; i++)
        fds[i] = library_request(client_socket(), "big", NULL);
    fake_core_run(&fake, 600); /* all had time to answer, and one address has all its places */
    struct client c = library_get((struct client){.name = "small"});
    library_expect(&c, library_bytes("small"));
    free(c.bytes);
    ck_assert_uint_ge(fake.refused[PXED_WHY_BUSY], FORGED / 2); /* the oldest went, and were counted */
    fake_core_run(&fake, 4000);
    for (int i = 0; i < FORGED; i++) {
        char packet[600];
        uint16_t tid;
        while (client_receive(fds[i], 0, packet, sizeof(packet), &tid) > 0)
            packets++;
        close(fds[i]);
    }
    ck_assert_int_le(packets, 2 * FORGED);
    ck_assert_uint_eq(contents.released, FORGED + 1);
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
        library_request(fds[i].fd, "exact", "blksize 128");
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
    int fd = library_request(client_socket(), "small", NULL), other = client_socket();
    char packet[600];
    uint16_t tid;
    fake_core_run(&fake, 20);
    ck_assert_int_eq(client_receive(fd, 100, packet, sizeof(packet), &tid), 9);
    fake_core_stop(&fake);
    library_request(other, "small", NULL);
    /* The new one hears nothing, so that it asks again: the next daemon answers. */
    fake_core_run(&fake, 20);
    ck_assert_int_eq(client_receive(other, 100, packet, sizeof(packet), &tid), -1);
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
        library_request(client_socket(), i % 4 == 0 ? "late" : "big", "blksize 1000");
    fake_core_run(&fake, 10);
    fake_core_stop(&fake);
    ck_assert_uint_eq(fake.stopped, 0);
}
END_TEST

/* However long the core takes to write: neither the timer nor the client gets anything before. */
START_TEST(what_is_held_stays_held) {
    int fd = library_request(client_socket(), "held", "blksize 1024");
    char packet[600];
    uint16_t tid;
    names_asked = 0;
    fake_core_run(&fake, 20);
    ck_assert_int_gt(client_receive(fd, 100, packet, sizeof(packet), &tid), 4);
    client_send(fd, tid, pxed_slice("\0\4\0\0", 4));
    static const char asked[] = "hs";
    for (int i = 0; i < 2; i++) {
        ck_assert_str_eq(library_heard(fd), "");
        ck_assert_int_eq(names_asked, asked[i]);
        fake_core_run(&fake, 1200); /* the timer passes several times */
        client_send(fd, tid, pxed_slice("\0\4\0\0", 4));
        ck_assert_str_eq(library_heard(fd), "");
        names_answer(true);
    }
    ck_assert_str_eq(library_heard(fd), "1 ");
    client_send(fd, tid, pxed_slice("\0\4\0\1", 4));
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(contents.whole, 1);

    library_request(fd, "held", "blksize 1024");
    fake_core_run(&fake, 20);
    ck_assert_int_gt(client_receive(fd, 100, packet, sizeof(packet), &tid), 4);
    client_send(fd, tid, pxed_slice("\0\4\0\0", 4));
    ck_assert_str_eq(library_heard(fd), "");
    names_answer(true);
    ck_assert_str_eq(library_heard(fd), "");
    names_answer(false);
    ck_assert_str_eq(library_heard(fd), "error0 ");
    close(fd);
}
END_TEST

/* With single-port a client's port has one transfer: another request ends it. */
START_TEST(one_transfer_for_a_port) {
    int fd = library_request(client_socket(), "big", "blksize 1428 windowsize 4");
    ck_assert_str_eq(library_heard(fd), "oack ");
    client_send(fd, port, pxed_slice("\0\4\0\0", 4));
    ck_assert_str_eq(library_heard(fd), "1 2 3 4 ");
    library_request(fd, "small", NULL);
    ck_assert_str_eq(library_heard(fd), "1 ");
    ck_assert_uint_eq(contents.released, 1);
    client_send(fd, port, pxed_slice("\0\4\0\1", 4));
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(contents.whole, 1);
    client_send(fd, port, pxed_slice("\0\4\0\1", 4)); /* too late: to no transfer */
    int other = library_request(client_socket(), "big", NULL);
    ck_assert_str_eq(library_heard(other), "1 ");
    client_send(fd, port, pxed_slice("\0\4\0\1", 4)); /* not the other client's */
    ck_assert_str_eq(library_heard(other), "");
    close(fd);
    close(other);
}
END_TEST

int main(void) {
    Suite *s = suite_create("tftp odd clients");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, library_open, library_close);
    tcase_add_test(t, a_repeated_request_is_not_a_second_transfer);
    tcase_add_test(t, a_transfer_that_progresses_is_kept);
    tcase_add_test(t, a_repeated_request_joins_the_one_that_waits);
    tcase_add_test(t, one_port_for_all_requests);
    tcase_add_test(t, a_client_that_only_wants_the_size);
    tcase_add_test(t, a_client_that_goes_away);
    tcase_add_test(t, no_last_ack_is_no_fault);
    tcase_add_test(t, a_file_that_shrinks);
    tcase_add_test(t, a_resend_by_the_timer);
    tcase_add_test(t, too_many_are_not_answered);
    tcase_add_test(t, a_flood_that_nobody_answers);
    tcase_add_test(t, five_hundred_at_once);
    tcase_add_test(t, stop_waits_for_what_runs);
    tcase_add_test(t, what_is_held_stays_held);
    tcase_add_test(t, fini_ends_everything);
    suite_add_tcase(s, t);
    t = tcase_create("single-port");
    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, library_open_single, library_close);
    tcase_add_test(t, one_transfer_for_a_port);
    tcase_add_test(t, what_is_held_stays_held);
    tcase_add_test(t, a_repeated_request_is_not_a_second_transfer);
    tcase_add_test(t, a_repeated_request_joins_the_one_that_waits);
    tcase_add_test(t, a_file_that_shrinks);
    tcase_add_test(t, a_resend_by_the_timer);
    tcase_add_test(t, too_many_are_not_answered);
    tcase_add_test(t, a_flood_that_nobody_answers);
    tcase_add_test(t, five_hundred_at_once);
    tcase_add_test(t, fini_ends_everything);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
