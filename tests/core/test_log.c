/* The log: nobody who does not read delays the daemon, what is dropped is counted, and no kind of event fills it. */
#define _GNU_SOURCE
#include "log.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "log_out.h"
#include "suite.h"

static int reader, real_stderr;

/* Standard error becomes one end of a pipe, or of a socket as under journald. */
static void redirect(bool socket) {
    int fds[2];
    ck_assert_int_eq(socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds), 0);
    reader = fds[0];
    fcntl(reader, F_SETFL, O_NONBLOCK);
    real_stderr = dup(STDERR_FILENO);
    dup2(fds[1], STDERR_FILENO);
    close(fds[1]);
    log_init(false);
}

static void put_back(void) {
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    close(reader);
}

/* Reads until nothing comes any more; returns the number of lines that have `word`. */
static unsigned read_lines(const char *word) {
    static char text[4 * 1024 * 1024];
    size_t n = 0;
    for (bool all = false; n < sizeof(text) - 1;) {
        ssize_t k = read(reader, text + n, sizeof(text) - 1 - n);
        if (k > 0)
            n += (size_t)k;
        else if (all)
            break;
        else
            all = log_out_flush();
    }
    text[n] = '\0';
    unsigned lines = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        lines += strstr(line, word) != NULL;
        ck_assert_msg(strlen(line) > 20, "a line is cut: %s", line);
    }
    return lines;
}

START_TEST(a_reader_that_does_not_read) { /* would block for ever, if writing could */
    redirect(_i == 1);
    uint64_t before = log_lost().unread;
    for (int i = 0; i < 20000; i++)
        log_core(PXED_LOG_ERROR, "test", "number=%d %0100d", i, 0);
    log_tick();
    unsigned lines = read_lines("number=");
    ck_assert_uint_ge(lines, LOG_KEPT / 200);
    ck_assert_uint_lt(lines, 20000);
    ck_assert_uint_eq(log_lost().unread - before, 20000 - lines);
    log_tick();
    ck_assert_uint_eq(read_lines("lines were dropped"), 1);
    ck_assert_uint_eq(log_lost().unread - before, 20000 - lines); /* that it was told does not begin it anew */
    log_core(PXED_LOG_INFO, "test", "and it goes on");
    ck_assert_uint_eq(read_lines("and it goes on"), 1);
    put_back();
}
END_TEST

START_TEST(a_flood_of_one_kind) {
    redirect(false);
    struct timespec rest = {.tv_nsec = 20 * 1000 * 1000};
    for (time_t now = time(NULL); time(NULL) == now;) /* begins with a second */
        nanosleep(&rest, NULL);
    uint64_t before = log_lost().crowded;
    for (int i = 0; i < 5000; i++)
        log_core(PXED_LOG_INFO, "flood", "number=%d", i);
    log_core(PXED_LOG_INFO, "quiet", "another kind");
    log_core(PXED_LOG_ERROR, "flood", "an error is always written");
    unsigned lines = read_lines("flood");
    ck_assert_uint_ge(lines, 51);
    ck_assert_uint_le(lines, 102); /* a second may have ended meanwhile */
    ck_assert_uint_eq(log_lost().crowded - before, 5001 - lines);
    log_core(PXED_LOG_INFO, "quiet", "again");
    ck_assert_uint_eq(read_lines("quiet"), 1);
    sleep(1);
    log_core(PXED_LOG_INFO, "flood", "later");
    ck_assert_uint_eq(read_lines("left-out=49"), 1);
    put_back();
}
END_TEST

START_TEST(a_closed_stderr) {
    redirect(true);
    close(reader);
    reader = open("/dev/null", O_RDONLY);
    for (int i = 0; i < 1000; i++)
        log_core(PXED_LOG_ERROR, "test", "nobody hears that");
    ck_assert_uint_eq(log_out_dropped(), 0);
    put_back();
}
END_TEST

int main(void) {
    Suite *s = suite_create("log");
    TCase *t = tcase_create("log");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_reader_that_does_not_read, 0, 2);
    tcase_add_test(t, a_flood_of_one_kind);
    tcase_add_test(t, a_closed_stderr);
    suite_add_tcase(s, t);
    return suite_run(s);
}
