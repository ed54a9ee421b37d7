/* What uses up a right: its end leaves only when that is on disk. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_state.h"
#include "suite.h"
#include "web.h"

/* Sends the request, reads until the end; returns how many bytes of body came, -1 without a head. */
static ssize_t body_of(const char *request, int *ret_status) {
    static char text[BIG + 1000];
    int fd = web_tcp();
    size_t n = 0;
    web_say(fd, request);
    for (ssize_t r = 1; n < sizeof(text) - 1 && r > 0; n += r > 0 ? (size_t)r : 0)
        r = recv(fd, text + n, sizeof(text) - 1 - n, 0);
    close(fd);
    text[n] = '\0';
    const char *end = strstr(text, "\r\n\r\n");
    *ret_status = end ? atoi(text + 9) : 0;
    return end ? (ssize_t)(n - (size_t)(end + 4 - text)) : -1;
}

static const struct {
    const char *request;
    int status;
    ssize_t body;
    long settled, whole;
} held[] = {
    {"GET /held/go/ks600 HTTP/1.0\r\n\r\n", 200, 600, 1, 1},
    {"GET /held/ok/ks600 HTTP/1.0\r\n\r\n", 200, 600, 1, 1},
    {"GET /held/go/large HTTP/1.0\r\n\r\n", 200, 100000, 1, 1},
    {"GET /held/ok/large HTTP/1.0\r\n\r\n", 200, 100000, 1, 1},
    /* a small one is held whole, of a large one the last 16 KiB */
    {"GET /held/no/ks600 HTTP/1.0\r\n\r\n", 503, -2, 1, 0},
    {"GET /held/refuse/ks600 HTTP/1.0\r\n\r\n", 503, -2, 1, 0},
    {"GET /held/no/large HTTP/1.0\r\n\r\n", 200, 100000 - 16384, 1, 0},
    {"GET /held/refuse/large HTTP/1.0\r\n\r\n", 200, 100000 - 16384, 1, 0},
    {"GET /held/ok/big HTTP/1.0\r\n\r\n", 200, BIG, 1, 1},
    {"GET /held/no/big HTTP/1.0\r\n\r\n", 200, BIG - 16384, 1, 0},
    /* what does not give the last byte settles nothing */
    {"HEAD /held/no/ks600 HTTP/1.0\r\n\r\n", 200, 0, 0, 0},
    {"GET /held/no/ks600 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=0-598\r\n\r\n", 206, 599, 0, 0},
    {"GET /held/no/large HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=0-99998\r\n\r\n", 206, 99999, 0, 0},
    {"GET /held/no/large HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIf-None-Match: *\r\n\r\n", 304, 0, 0, 0},
    /* the range that ends it does */
    {"GET /held/ok/large HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=99999-\r\n\r\n", 206, 1, 1, 1},
    {"GET /held/no/large HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=50000-\r\n\r\n", 206, 50000 - 16384,
     1, 0},
};

START_TEST(ends_are_held_back) {
    int status;
    long settled = web_stat("settled"), whole = web_stat("whole");
    ssize_t n = body_of(held[_i].request, &status);
    ck_assert_msg(status == held[_i].status, "%s: status %d", held[_i].request, status);
    ck_assert_msg(held[_i].body == -2 || n == held[_i].body, "%s: %zd bytes", held[_i].request, n);
    ck_assert_int_eq(web_stat("settled") - settled, held[_i].settled);
    ck_assert_int_eq(web_stat("whole") - whole - 2, held[_i].whole); /* both questions are whole, too */
}
END_TEST

START_TEST(a_client_that_leaves_while_held) {
    char byte;
    for (int i = 0; i < 2; i++) {
        int fd = web_tcp();
        web_say(fd, i ? "GET /held/ok/large HTTP/1.0\r\n\r\n" : "GET /held/ok/ks600 HTTP/1.0\r\n\r\n");
        if (i)
            ck_assert_int_eq(recv(fd, &byte, 1, 0), 1);
        usleep(5000);
        close(fd);
    }
    long opened = 0, released = -1;
    for (int i = 0; i < 50 && released != opened + 1; i++) { /* the first question, too */
        usleep(20000);
        opened = web_stat("opened");
        released = web_stat("released");
    }
    ck_assert_int_eq(released, opened + 1);
}
END_TEST

int main(void) {
    Suite *s = suite_create("http held");
    TCase *t = tcase_create("loop"), *w = tcase_create("workers");
    tcase_add_checked_fixture(t, web_start, web_stop);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, ends_are_held_back, 0, COUNT(held));
    tcase_add_test(t, a_client_that_leaves_while_held);
    suite_add_tcase(s, t);
    tcase_add_checked_fixture(w, web_start_workers, web_stop);
    tcase_set_timeout(w, 60);
    tcase_add_loop_test(w, ends_are_held_back, 0, COUNT(held));
    tcase_add_test(w, a_client_that_leaves_while_held);
    suite_add_tcase(s, w);
    return suite_run_apart(s);
}
