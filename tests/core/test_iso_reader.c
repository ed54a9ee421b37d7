/* The process that reads UDF, and the one that asked: what the first may do and say, and what becomes of its lies and
 * its death. */
#define _GNU_SOURCE
#include "iso_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "iso_child.h"
#include "iso_child_calls.h"
#include "iso_wire.h"
#include "isomake.h"
#include "suite.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

static struct tree tree;
static char why[ISO_WHY_MAX];

static void setup(void) {
    tree_open(&tree);
    tree_write(&tree, "d/README.TXT", "read me");
    tree_write(&tree, "d/sources/boot.wim", "image");
    isomake_run(tree.path, "genisoimage -udf -o i.iso d");
    isomake_run(tree.path, "genisoimage -udf -o j.iso d");
}

static void teardown(void) {
    iso_use_reader(&iso_reader_fork);
    tree_close(&tree);
}

/* --- the codec --- */

static struct pxed_slice message(const struct iso_wire *m) {
    static char bytes[ISO_WIRE_MAX];
    struct pxed_buf b = PXED_BUF(bytes);
    iso_wire_write(m, &b);
    return pxed_buf_slice(&b);
}

START_TEST(messages) {
    static const struct iso_wire good[] = {
        {ISO_WIRE_FILE, 1ULL << 40, 77, {"a/b c/d", 7}, {NULL, 0}},
        {ISO_WIRE_BYTED, 0, 3, {"x", 1}, {"\0\1\2", 3}},
        {ISO_WIRE_NOTED, 0, 0, {NULL, 0}, {"x: why", 6}},
        {ISO_WIRE_DONE, 5, 200000, {NULL, 0}, {NULL, 0}},
        {ISO_WIRE_WHY, 0, 0, {NULL, 0}, {"no", 2}},
    };
    for (int i = 0; i < COUNT(good); i++) {
        struct iso_wire got;
        struct pxed_slice all = message(&good[i]), rest = all;
        ck_assert_int_eq(iso_wire_read(&rest, &got), 1);
        ck_assert_uint_eq(rest.len, 0);
        ck_assert(got.kind == good[i].kind && got.offset == good[i].offset && got.size == good[i].size);
        ck_assert(pxed_slice_eq(got.path, good[i].path) && pxed_slice_eq(got.text, good[i].text));
        for (size_t n = 0; n < all.len; n++) { /* every piece of it is not whole yet */
            rest = pxed_slice_head(all, n);
            ck_assert_int_eq(iso_wire_read(&rest, &got), 0);
        }
    }
}
END_TEST

START_TEST(lies) {
    char path[PXED_PATH_MAX + 1];
    memset(path, 'p', sizeof(path));
    const struct iso_wire bad[] = {
        {ISO_WIRE_FILE, 0, 1, {"", 0}, {NULL, 0}},
        {ISO_WIRE_FILE, 0, 1, {"/etc/passwd", 11}, {NULL, 0}},
        {ISO_WIRE_FILE, 0, 1, {"a/../b", 6}, {NULL, 0}},
        {ISO_WIRE_FILE, 0, 1, {"a//b", 4}, {NULL, 0}},
        {ISO_WIRE_FILE, 0, 1, {"a/", 2}, {NULL, 0}},
        {ISO_WIRE_FILE, 0, 1, {"a\nb", 3}, {NULL, 0}},
        {ISO_WIRE_FILE, 0, 1, {path, sizeof(path)}, {NULL, 0}},
        {ISO_WIRE_FILE, 0, 1, {"a", 1}, {"text", 4}},
        {ISO_WIRE_BYTED, 0, 5, {"a", 1}, {"text", 4}},
        {ISO_WIRE_NOTED, 0, 0, {NULL, 0}, {"\x1b[2J", 4}},
        {ISO_WIRE_WHY, 0, 0, {NULL, 0}, {"", 0}},
        {ISO_WIRE_DONE, 0, 0, {NULL, 0}, {"x", 1}},
        {(enum iso_wire_kind)'?', 0, 0, {NULL, 0}, {"x", 1}},
    };
    struct iso_wire got;
    for (int i = 0; i < COUNT(bad); i++) {
        struct pxed_slice rest = message(&bad[i]);
        ck_assert_msg(iso_wire_read(&rest, &got) == -1, "%d", i);
    }
    static const struct pxed_slice raw[] = {{"\0\0\0\0fxxxxxxxxxxxxxxxxxxxxxxxx", 28}, /* no length */
                                            {"\xff\xff\xff\xff"
                                             "f",
                                             5},                                         /* far too long */
                                            {"\5\0\0\0fabcd", 9},                        /* too short for its kind */
                                            {"\23\0\0\0fOOOOOOOOSSSSSSSS\xff\xff", 23}}; /* a path beyond its end */
    for (int i = 0; i < COUNT(raw); i++) {
        struct pxed_slice rest = raw[i];
        ck_assert_msg(iso_wire_read(&rest, &got) == -1, "raw %d", i);
    }
}
END_TEST

/* --- children that are none --- */

static const char *say;
static size_t say_len;
static int die_of;

/* Says what the test wants, then dies of a signal or ends. */
static int false_start(int image_fd, struct iso_child *ret) {
    int ends[2];
    (void)image_fd;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    pid_t pid = fork();
    if (pid == 0) {
        if (say_len > 0 && write(ends[1], say, say_len) != (ssize_t)say_len)
            _exit(2);
        if (die_of > 0) {
            signal(die_of, SIG_DFL);
            raise(die_of);
        }
        _exit(0);
    }
    close(ends[1]);
    *ret = (struct iso_child){.out = ends[0], .pid = pid};
    return 0;
}

static int false_end(struct iso_child *child) {
    int status;
    close(child->out);
    return waitpid(child->pid, &status, 0) == child->pid ? status : -1;
}

static int no_start(int image_fd, struct iso_child *ret) {
    (void)image_fd, (void)ret;
    return -EAGAIN;
}

static const struct iso_reader false_reader = {false_start, false_end}, no_reader = {no_start, false_end};

/* The index after a child's death or lie is that of the ISO 9660 half, with a note; else the whole fails. */
static struct iso *read_with(const struct iso_reader *reader, struct pxed_slice said, int signal_number) {
    enum iso_error error;
    int fd = open(tree_path(&tree, "j.iso"), O_RDONLY | O_CLOEXEC);
    say = said.ptr;
    say_len = said.len;
    die_of = signal_number;
    iso_use_reader(reader);
    struct iso *iso = iso_get(fd, &error, why);
    close(fd);
    return iso;
}

static void expect_note(const struct iso_reader *reader, struct pxed_slice said, int signal_number, const char *note) {
    struct iso *iso = read_with(reader, said, signal_number);
    ck_assert_msg(iso != NULL, "%s", why);
    ck_assert_str_ne(iso->names, "UDF");
    ck_assert_ptr_nonnull(iso_find(iso, PXED_SLICE("readme.txt")));
    ck_assert_msg(iso->n_notes == 1 && strstr(iso->notes[0], note), "%s", iso->notes[0]);
    iso_unref(iso);
}

START_TEST(a_death) {
    const struct iso_wire file = {ISO_WIRE_FILE, 0, 1, {"forged", 6}, {NULL, 0}};
    expect_note(&false_reader, PXED_NO_SLICE, SIGSEGV,
                "the process that reads its UDF died of it (Segmentation fault)");
    expect_note(&false_reader, message(&file), SIGABRT, "died of it (Aborted)");
    expect_note(&false_reader, message(&file), SIGXCPU, "it took too long");
    expect_note(&false_reader, message(&file), 0, "ended without an answer");
    expect_note(&no_reader, PXED_NO_SLICE, 0, "no process could be started");
}
END_TEST

START_TEST(a_lie) {
    const struct iso_wire out = {ISO_WIRE_FILE, 1ULL << 40, 100, {"beyond", 6}, {NULL, 0}};
    const struct iso_wire done = {ISO_WIRE_DONE, UINT64_MAX, UINT64_MAX, {NULL, 0}, {NULL, 0}};
    char both[2 * ISO_WIRE_MAX];
    struct pxed_buf b = PXED_BUF(both);
    expect_note(&false_reader, PXED_SLICE("nonsense of nobody"), 0, "says what no such process may say");
    /* What lies outside the ISO is left out, whoever says it; numbers are bounded. */
    iso_wire_write(&out, &b);
    iso_wire_write(&done, &b);
    struct iso *iso = read_with(&false_reader, pxed_buf_slice(&b), 0);
    ck_assert_msg(iso != NULL, "%s", why);
    ck_assert_ptr_null(iso_find(iso, PXED_SLICE("beyond")));
    ck_assert_uint_le(iso->n_notes, ISO_ENTRIES_MAX);
    ck_assert_uint_le(iso->entries, ISO_ENTRIES_MAX);
    iso_unref(iso);
}
END_TEST

/* --- the true one --- */

START_TEST(as_in_this_process) {
    struct iso *apart, *here;
    enum iso_error error;
    int fd = open(tree_path(&tree, "i.iso"), O_RDONLY | O_CLOEXEC),
        other = open(tree_path(&tree, "j.iso"), O_RDONLY | O_CLOEXEC);
    iso_use_reader(&iso_reader_fork);
    apart = iso_get(fd, &error, why);
    iso_use_reader(NULL);
    here = iso_get(other, &error, why);
    ck_assert(apart && here && apart->n == here->n && apart->entries == here->entries);
    ck_assert_str_eq(apart->names, "UDF");
    for (size_t i = 0; i < apart->n; i++) {
        ck_assert_str_eq(apart->files[i].path, here->files[i].path);
        ck_assert(apart->files[i].offset == here->files[i].offset && apart->files[i].size == here->files[i].size);
    }
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* no zombie */
    iso_unref(apart);
    iso_unref(here);
    close(fd);
    close(other);
}
END_TEST

#ifndef SANITIZED /* its reports need what is refused */
/* What a process that was taken over gets: 0 if the call was made, its errno, or 1000 + the signal that it died of. */
static int confined(int (*attempt)(void)) {
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        int image = open(tree_path(&tree, "i.iso"), O_RDONLY),
            out = open(tree_path(&tree, "out"), O_WRONLY | O_CREAT, 0600);
        if (image < 0 || out < 0 || dup2(image, 30) < 0 || dup2(out, 31) < 0 || !iso_child_calls(30, 31))
            _exit(255);
        _exit(attempt() < 0 ? errno : 0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int try_read(void) {
    char byte;
    return (int)pread(30, &byte, 1, 0);
}
static int try_answer(void) {
    return (int)write(31, "x", 1);
}
static int try_memory(void) {
    return malloc(8 << 20) ? 0 : -1;
}
static int try_open(void) {
    return open("/etc/passwd", O_RDONLY);
}
static int try_network(void) {
    return socket(AF_INET, SOCK_STREAM, 0);
}
static int try_other_output(void) {
    return (int)write(2, "x", 1);
}
static int try_code(void) {
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1
                                                                                                                  : 0;
}
static int try_fork(void) {
    return fork();
}
static int try_kill(void) {
    return kill(getppid(), 0);
}

START_TEST(what_it_may_do) {
    ck_assert_int_eq(confined(try_read), 0);
    ck_assert_int_eq(confined(try_answer), 0);
    ck_assert_int_eq(confined(try_memory), 0);
    ck_assert_int_eq(confined(try_open), 1000 + SIGSYS);
    ck_assert_int_eq(confined(try_network), 1000 + SIGSYS);
    ck_assert_int_eq(confined(try_other_output), EBADF);
    ck_assert_int_eq(confined(try_code), 1000 + SIGSYS);
    ck_assert_int_eq(confined(try_fork), 1000 + SIGSYS);
    ck_assert_int_eq(confined(try_kill), 1000 + SIGSYS);
}
END_TEST
#endif

int main(void) {
    Suite *suite = suite_create("iso_reader");
    TCase *t = tcase_create("iso_reader");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, messages);
    tcase_add_test(t, lies);
    tcase_add_test(t, a_death);
    tcase_add_test(t, a_lie);
    tcase_add_test(t, as_in_this_process);
#ifndef SANITIZED
    tcase_add_test(t, what_it_may_do);
#endif
    suite_add_tcase(suite, t);
    return suite_run(suite);
}
