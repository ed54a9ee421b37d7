/* Helper processes and their messages: what a child begins with, descriptors on their way, and every message that must
 * be refused. */
#include "pxed/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

#define NOW  PXED_HELPER_NOW
#define WAIT PXED_HELPER_WAIT

enum { PATIENCE = 5000 /* ms */ };

static int open_descriptors(void) {
    int n = 0;
    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* A pair without a process: both ends are ours. */
static void make_pair(int pair[2]) {
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

START_TEST(lengths) {
    char bytes[16];
    int pair[2];
    make_pair(pair);
    ck_assert_int_eq(pxed_helper_receive(pair[1], bytes, sizeof(bytes), NULL, 0, NOW), -EAGAIN);
    ck_assert_int_eq(pxed_helper_send(pair[0], "", 0, NULL, 0, WAIT), -EINVAL);
    ck_assert_int_eq(pxed_helper_send(pair[0], "a message too long", 18, NULL, 0, WAIT), 0);
    ck_assert_int_eq(pxed_helper_send(pair[0], "exactly sixteen.", 16, NULL, 0, WAIT), 0);
    ck_assert_int_eq(pxed_helper_send(pair[0], "short", 5, NULL, 0, WAIT), 0);
    ck_assert_int_eq(pxed_helper_receive(pair[1], bytes, sizeof(bytes), NULL, 0, WAIT), -EMSGSIZE);
    ck_assert_int_eq(pxed_helper_receive(pair[1], bytes, sizeof(bytes), NULL, 0, WAIT), 16);
    ck_assert_mem_eq(bytes, "exactly sixteen.", 16);
    ck_assert_int_eq(pxed_helper_receive(pair[1], bytes, sizeof(bytes), NULL, 0, WAIT),
                     5); /* one message, not a stream */
    ck_assert_mem_eq(bytes, "short", 5);
    close(pair[0]);
    close(pair[1]);
}
END_TEST

START_TEST(other_side_gone) {
    char byte = 'x';
    int pair[2];
    make_pair(pair);
    ck_assert_int_eq(pxed_helper_send(pair[0], "last", 4, NULL, 0, WAIT), 0);
    close(pair[0]);
    char last[4];
    ck_assert_int_eq(pxed_helper_receive(pair[1], last, sizeof(last), NULL, 0, WAIT),
                     4); /* what it said still counts */
    ck_assert_int_eq(pxed_helper_receive(pair[1], &byte, 1, NULL, 0, WAIT), 0);
    ck_assert_int_eq(pxed_helper_receive(pair[1], &byte, 1, NULL, 0, NOW), 0);
    ck_assert_int_eq(pxed_helper_send(pair[1], &byte, 1, NULL, 0, WAIT), -EPIPE); /* and no signal */
    close(pair[1]);
    ck_assert_int_eq(pxed_helper_send(-1, &byte, 1, NULL, 0, NOW), -EBADF);
}
END_TEST

START_TEST(full_socket) {
    char message[1024] = {0};
    int pair[2], rc, n = 0;
    make_pair(pair);
    while ((rc = pxed_helper_send(pair[0], message, sizeof(message), NULL, 0, NOW)) == 0)
        n++;
    ck_assert_int_eq(rc, -EAGAIN);
    ck_assert_int_gt(n, 0);
    ck_assert_int_eq(pxed_helper_receive(pair[1], message, sizeof(message), NULL, 0, NOW), sizeof(message));
    close(pair[0]);
    close(pair[1]);
}
END_TEST

START_TEST(descriptors) {
    int pair[2], pipe_ends[2], got[3], before;
    char byte;
    make_pair(pair);
    ck_assert_int_eq(pipe(pipe_ends), 0);
    const int sent[6] = {pipe_ends[1], pipe_ends[1], pipe_ends[1], pipe_ends[1], pipe_ends[1], pipe_ends[1]};
    before = open_descriptors();

    ck_assert_int_eq(pxed_helper_send(pair[0], "3", 1, sent, 3, WAIT), 0);
    ck_assert_int_eq(pxed_helper_receive(pair[1], &byte, 1, got, 3, WAIT), 1);
    for (int i = 0; i < 3; i++)
        ck_assert_int_ne(fcntl(got[i], F_GETFD) & FD_CLOEXEC, 0);
    ck_assert_int_eq(write(got[2], "y", 1), 1);
    ck_assert_int_eq(read(pipe_ends[0], &byte, 1), 1);
    ck_assert_int_eq(byte, 'y');
    for (int i = 0; i < 3; i++)
        close(got[i]);

    ck_assert_int_eq(pxed_helper_send(pair[0], "0", 1, NULL, 0, WAIT), 0);
    ck_assert_int_eq(pxed_helper_receive(pair[1], &byte, 1, got, 3, WAIT), 1);
    ck_assert(got[0] == -1 && got[1] == -1 && got[2] == -1);

    /* Another number than was asked for, or with a message that is too long: refused, and nothing stays open. */
    for (size_t n = 1; n <= PXED_HELPER_FDS_MAX; n++) {
        ck_assert_int_eq(pxed_helper_send(pair[0], "long", n == 3 ? 4 : 1, sent, n, WAIT), 0);
        ck_assert_int_eq(pxed_helper_receive(pair[1], &byte, 1, got, 3, WAIT), n == 3 ? -EMSGSIZE : -EBADMSG);
        ck_assert(got[0] == -1 && got[1] == -1 && got[2] == -1);
    }
    ck_assert_int_eq(pxed_helper_send(pair[0], "1", 1, sent, 1, WAIT), 0);
    ck_assert_int_eq(pxed_helper_receive(pair[1], &byte, 1, NULL, 0, WAIT), -EBADMSG);
    ck_assert_int_eq(pxed_helper_send(pair[0], "5", 1, sent, PXED_HELPER_FDS_MAX + 1, WAIT), -EINVAL);
    ck_assert_int_eq(open_descriptors(), before);
    for (int i = 0; i < 2; i++) {
        close(pair[i]);
        close(pipe_ends[i]);
    }
}
END_TEST

/* More descriptors than pxed_helper_send would take: a daemon that was taken over is not bound to it. */
START_TEST(too_many_descriptors) {
    enum { MANY = 6 };
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * MANY)];
    } control = {.bytes = {0}};
    struct iovec iov = {"x", 1};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    int pair[2], got[PXED_HELPER_FDS_MAX];
    char byte;
    make_pair(pair);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int) * MANY);
    for (int i = 0; i < MANY; i++)
        memcpy(CMSG_DATA(c) + sizeof(int) * (size_t)i, &pair[0], sizeof(int));
    int before = open_descriptors();
    ck_assert_int_eq(sendmsg(pair[0], &msg, 0), 1);
    ck_assert_int_eq(pxed_helper_receive(pair[1], &byte, 1, got, PXED_HELPER_FDS_MAX, WAIT), -EBADMSG);
    ck_assert_int_eq(open_descriptors(), before);
    close(pair[0]);
    close(pair[1]);
}
END_TEST

/* --- a real helper --- */

struct findings {
    char name[16];
    char folder[64];
    int descriptors;
    bool leads_session, cores, dumpable, new_privileges, terminates, blocked, socket_inherited, kept_inherited;
    dev_t kept_device;
    ino_t kept_inode;
};

/* Answers each byte: `?` with what it finds about itself, `!` by returning, others with the byte. */
static void run_findings(const void *arg) {
    struct findings f = {.descriptors = open_descriptors()};
    struct rlimit core;
    struct sigaction term;
    struct stat st;
    sigset_t mask;
    char byte;
    prctl(PR_GET_NAME, f.name);
    f.leads_session = getsid(0) == getpid();
    f.cores = getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0;
    f.dumpable = prctl(PR_GET_DUMPABLE) != 0;
    f.new_privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
    f.terminates = sigaction(SIGTERM, NULL, &term) != 0 || term.sa_handler != SIG_IGN;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    f.blocked = sigismember(&mask, SIGUSR1) != 0;
    f.socket_inherited = !(fcntl(PXED_HELPER_SOCKET, F_GETFD) & FD_CLOEXEC);
    f.kept_inherited = !(fcntl(PXED_HELPER_KEPT, F_GETFD) & FD_CLOEXEC);
    if (fstat(PXED_HELPER_KEPT, &st) == 0) {
        f.kept_device = st.st_dev;
        f.kept_inode = st.st_ino;
    }
    if (!getcwd(f.folder, sizeof(f.folder)) || strcmp(arg, "argument") != 0)
        return;
    while (pxed_helper_receive(PXED_HELPER_SOCKET, &byte, 1, NULL, 0, WAIT) == 1 && byte != '!')
        pxed_helper_send(PXED_HELPER_SOCKET, byte == '?' ? (void *)&f : &byte, byte == '?' ? sizeof(f) : 1, NULL, 0,
                         WAIT);
    if (byte != '!')
        _exit(7); /* the daemon's end was closed */
}

static struct pxed_helper start_findings(int keep) {
    struct pxed_helper h = {.socket = -1};
    struct pxed_helper_setup setup = {.name = "pxed-findings",
                                      .keep = {keep},
                                      .n_keep = 1,
                                      .send_room = 100000,
                                      .run = run_findings,
                                      .arg = "argument"};
    ck_assert_int_eq(pxed_helper_start(&setup, &h), 0);
    ck_assert_int_ge(h.socket, 0);
    return h;
}

START_TEST(a_childs_state) {
    struct findings f;
    struct stat st;
    sigset_t usr1, old;
    int folder = open("/usr", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, &old);
    struct pxed_helper h = start_findings(folder);
    sigprocmask(SIG_SETMASK, &old, NULL);
    ck_assert_int_eq(pxed_helper_send(h.socket, "?", 1, NULL, 0, WAIT), 0);
    ck_assert_int_eq(pxed_helper_receive(h.socket, &f, sizeof(f), NULL, 0, WAIT), sizeof(f));
    ck_assert_str_eq(f.name, "pxed-findings");
    ck_assert_str_eq(f.folder, "/");
    ck_assert_int_eq(f.descriptors, 5);
    ck_assert(f.leads_session && !f.cores && !f.dumpable && !f.new_privileges && !f.terminates && !f.blocked);
    ck_assert(!f.socket_inherited && f.kept_inherited);
    ck_assert_int_eq(fstat(folder, &st), 0);
    ck_assert(f.kept_device == st.st_dev && f.kept_inode == st.st_ino);
    ck_assert_int_ne(fcntl(h.socket, F_GETFD) & FD_CLOEXEC, 0);
    pxed_helper_stop(&h, PATIENCE);
    ck_assert_int_eq(h.socket, -1);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* no zombie */
    pxed_helper_stop(&h, PATIENCE);
    close(folder);
}
END_TEST

START_TEST(its_end) {
    int status, pid;
    char byte;
    struct pxed_helper h = start_findings(0);
    ck_assert_int_eq(pxed_helper_send(h.socket, "!", 1, NULL, 0, WAIT), 0);
    ck_assert_int_eq(pxed_helper_receive(h.socket, &byte, 1, NULL, 0, WAIT), 0);
    ck_assert_int_eq(waitpid(h.pid, &status, 0), h.pid);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1); /* run() has returned */
    pxed_helper_stop(&h, PATIENCE);

    h = start_findings(0);
    pid = h.pid;
    close(h.socket); /* as the daemon's death does */
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);

    int before = open_descriptors();
    struct pxed_helper none = {.socket = -1};
    struct pxed_helper_setup bad = {.name = "bad", .n_keep = PXED_HELPER_KEPT_MAX + 1, .run = run_findings};
    ck_assert_int_eq(pxed_helper_start(&bad, &none), -EINVAL);
    bad = (struct pxed_helper_setup){.name = "bad", .keep = {1000}, .n_keep = 1, .run = run_findings};
    ck_assert_int_eq(pxed_helper_start(&bad, &none), 0); /* only the child can tell */
    ck_assert_int_eq(pxed_helper_receive(none.socket, &byte, 1, NULL, 0, WAIT), 0);
    pxed_helper_stop(&none, PATIENCE);
    ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("helper");
    TCase *messages = tcase_create("messages"), *processes = tcase_create("processes");
    tcase_add_test(messages, lengths);
    tcase_add_test(messages, other_side_gone);
    tcase_add_test(messages, full_socket);
    tcase_add_test(messages, descriptors);
    tcase_add_test(messages, too_many_descriptors);
    tcase_add_test(processes, a_childs_state);
    tcase_add_test(processes, its_end);
    suite_add_tcase(suite, messages);
    suite_add_tcase(suite, processes);
    return suite_run(suite);
}
