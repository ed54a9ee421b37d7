/* The division into keeper and serving process: what each is left with, a helper that dies, signals, and the end. */
#include "keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

#define WAIT PXED_HELPER_WAIT

enum { PATIENCE = 10000 /* ms */, RIGHT = 7 /* CAP_SETUID */ };

/* Answers its pid; `k`: dies. */
static void run_echo(const void *arg) {
    char byte;
    pid_t self = getpid();
    (void)arg;
    while (pxed_helper_receive(PXED_HELPER_SOCKET, &byte, 1, NULL, 0, WAIT) == 1) {
        if (byte == 'k')
            abort();
        pxed_helper_send(PXED_HELPER_SOCKET, &self, sizeof(self), NULL, 0, WAIT);
    }
    _exit(0);
}

static pid_t ask_pid(int socket) {
    pid_t pid = 0;
    struct pollfd p = {.fd = socket, .events = POLLIN};
    pxed_helper_send(socket, "?", 1, NULL, 0, WAIT);
    if (poll(&p, 1, PATIENCE) != 1)
        return 0;
    return pxed_helper_receive(socket, &pid, sizeof(pid), NULL, 0, WAIT) == sizeof(pid) ? pid : 0;
}

/* What the serving process finds; the test reads it from a pipe. */
struct found {
    pid_t keeper, serving, helper, next;
    enum keeper_word word;
};

/* One line of /proc/PID/status, as a number of the given base. */
static unsigned long long status_of(pid_t pid, const char *key, int base) {
    char path[64], line[256];
    unsigned long long value = ~0ULL;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f))
        if (strncmp(line, key, strlen(key)) == 0)
            value = strtoull(line + strlen(key) + 1, NULL, base);
    if (f)
        fclose(f);
    return value;
}

static enum keeper_word wait_word(const struct keeper *k) {
    struct pollfd p = {.fd = k->channel, .events = POLLIN};
    return poll(&p, 1, PATIENCE) == 1 ? keeper_hear(k->channel) : KEEPER_NOTHING;
}

/* The serving process's life: two helpers, one signal, then the given end. */
static _Noreturn void serve(struct keeper *k, struct pxed_helper *h, int out, char end) {
    struct found f = {.keeper = getppid(), .serving = getpid()};
    keeper_bind(k);
    f.helper = ask_pid(h->socket);
    pxed_helper_send(h->socket, "k", 1, NULL, 0, WAIT);
    f.next = ask_pid(h->socket);
    (void)!write(out, &f, sizeof(f));
    f.word = wait_word(k);
    (void)!write(out, &f, sizeof(f));
    if (end == 'x')
        _exit(42);
    if (end == 's')
        raise(SIGKILL);
    for (;;)
        pause();
}

/* A process that divides; *ret_out: where what is found can be read. */
static pid_t divided(int *ret_out, char end) {
    int out[2], held[2];
    ck_assert_int_eq(pipe(out), 0);
    pid_t pid = fork();
    if (pid > 0) {
        close(out[1]);
        *ret_out = out[0];
        return pid;
    }
    struct keeper k;
    struct pxed_helper h;
    struct pxed_helper_setup setup = {.name = "pxed-echo", .run = run_echo, .rights = UINT64_C(1) << RIGHT};
    keeper_init(&k);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, held) < 0 || keeper_start_helper(&k, &setup, &h) < 0 ||
        keeper_divide(&k) < 0)
        _exit(99);
    serve(&k, &h, out[1], end);
}

static struct found read_found(int out) {
    struct found f = {0};
    struct pollfd p = {.fd = out, .events = POLLIN};
    ck_assert_int_eq(poll(&p, 1, PATIENCE), 1);
    ck_assert_int_eq(read(out, &f, sizeof(f)), sizeof(f));
    return f;
}

static unsigned open_files_of(pid_t pid) {
    char path[64];
    unsigned n = 0;
    for (int fd = 0; fd < 1024; fd++) {
        snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
        char to[64];
        n += readlink(path, to, sizeof(to)) > 0;
    }
    return n;
}

START_TEST(lives) {
    int out, status;
    pid_t keeper = divided(&out, 'x');
    struct found f = read_found(out);
    ck_assert_int_eq(f.keeper, keeper);
    ck_assert_int_ne(f.serving, keeper);
    ck_assert_int_gt(f.helper, 0);
    ck_assert_int_gt(f.next, 0);
    ck_assert_int_ne(f.next, f.helper);
    ck_assert(status_of(f.next, "PPid", 10) == (unsigned long long)keeper);
    ck_assert(status_of(keeper, "CapEff", 16) == 1u << RIGHT);
    ck_assert(status_of(keeper, "CapBnd", 16) == 1u << RIGHT);
    ck_assert(status_of(keeper, "NoNewPrivs", 10) == 1);
    /* 0 to 2, the channel, the signals, the helper's socket: nothing of what was open before, and no pipe of ours */
    ck_assert_uint_eq(open_files_of(keeper), 6);
    kill(keeper, SIGHUP);
    ck_assert_int_eq(read_found(out).word, KEEPER_HANGUP);
    ck_assert_int_eq(waitpid(keeper, &status, 0), keeper);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 42);
    close(out);
}
END_TEST

START_TEST(ends_by_signal) {
    int out, status;
    pid_t keeper = divided(&out, 's');
    read_found(out);
    kill(keeper, SIGTERM);
    ck_assert_int_eq(read_found(out).word, KEEPER_TERMINATE);
    ck_assert_int_eq(waitpid(keeper, &status, 0), keeper);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(out);
}
END_TEST

/* Nobody serves without a keeper, and no helper is left. */
START_TEST(is_killed) {
    int out, status;
    pid_t keeper = divided(&out, '-');
    struct found f = read_found(out);
    ck_assert_int_eq(kill(f.serving, 0), 0);
    kill(keeper, SIGKILL);
    ck_assert_int_eq(waitpid(keeper, &status, 0), keeper);
    struct pollfd p = {.fd = out, .events = POLLIN};
    struct found last;
    do
        ck_assert_int_eq(poll(&p, 1, PATIENCE), 1);
    while (read(out, &last, sizeof(last)) > 0); /* the serving process had the other end */
    for (int i = 0; i < 100 && kill(f.next, 0) == 0; i++)
        usleep(100 * 1000);
    ck_assert_int_eq(kill(f.next, 0), -1);
    close(out);
}
END_TEST

START_TEST(words) {
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
    ck_assert_int_eq(keeper_hear(pair[0]), KEEPER_NOTHING);
    keeper_say(pair[1], KEEPER_READY);
    ck_assert_int_eq(send(pair[1], "RR", 2, 0), 2);
    ck_assert_int_eq(send(pair[1], "", 1, 0), 1);
    keeper_say(pair[1], KEEPER_STOPPING);
    ck_assert_int_eq(keeper_hear(pair[0]), KEEPER_READY);
    ck_assert_int_eq(keeper_hear(pair[0]), KEEPER_NOTHING);
    ck_assert_int_eq(keeper_hear(pair[0]), KEEPER_NOTHING);
    ck_assert_int_eq(keeper_hear(pair[0]), KEEPER_STOPPING);
    close(pair[1]);
    ck_assert_int_eq(keeper_hear(pair[0]), KEEPER_GONE);
    keeper_say(pair[0], KEEPER_READY); /* and no signal */
    close(pair[0]);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("keeper");
    TCase *tc = tcase_create("keeper");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, words);
    if (geteuid() == 0) {
        tcase_add_test(tc, lives);
        tcase_add_test(tc, ends_by_signal);
        tcase_add_test(tc, is_killed);
    } else {
        puts("only words: root is needed to divide");
    }
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
