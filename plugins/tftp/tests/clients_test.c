/* Real clients, where they are installed: curl, atftp and tftp-hpa. */
#define _GNU_SOURCE /* asprintf */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "names.h"
#include "suite.h"

static char port[8], out[64];

static struct name names[] = {
    {.name = "small.txt", .bytes = {"hello\n", 6}},
    {.name = "exact1024", .file = true, .bytes = {NULL, 1024}},
    {.name = "three.mb", .file = true, .bytes = {NULL, (3 << 20) + 17}},
};

/* %P port, %O output file. */
static const struct {
    const char *name;
    const char *command[10];
    bool whole; /* the client sends the last ACK before it ends */
    int exit;
} runs[] = {
    {"three.mb", {"curl", "-s", "-o", "%O", "--tftp-blksize", "1428", "tftp://127.0.0.1:%P/three.mb"}, true, 0},
    {"small.txt", {"curl", "-s", "-o", "%O", "--tftp-no-options", "tftp://127.0.0.1:%P/small.txt"}, true, 0},
    {"exact1024", {"curl", "-s", "-o", "%O", "tftp://127.0.0.1:%P/exact1024"}, true, 0},
    {"missing", {"curl", "-s", "-o", "%O", "tftp://127.0.0.1:%P/missing"}, false, 68},
    {"three.mb", {"atftp", "-g", "-r", "three.mb", "-l", "%O", "127.0.0.1", "%P"}, true, 0},
    {"three.mb", {"atftp", "--option", "blksize 1428", "-g", "-r", "three.mb", "-l", "%O", "127.0.0.1", "%P"}, true, 0},
    {"exact1024",
     {"atftp", "--option", "windowsize 16", "-g", "-r", "exact1024", "-l", "%O", "127.0.0.1", "%P"},
     true,
     0},
    {"three.mb",
     {"atftp", "--option", "windowsize 16", "-g", "-r", "three.mb", "-l", "%O", "127.0.0.1", "%P"},
     true,
     0},
    {"three.mb", {"tftp", "-m", "octet", "127.0.0.1", "%P", "-c", "get", "three.mb", "%O"}, true, 0},
    {"exact1024", {"tftp", "-m", "octet", "127.0.0.1", "%P", "-c", "get", "exact1024", "%O"}, true, 0},
    {"small.txt", {"tftp", "-m", "ascii", "127.0.0.1", "%P", "-c", "get", "small.txt", "%O"}, true, 0},
};

static void setup(void) {
    for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
        names[i].bytes.ptr = names_bytes(names[i].bytes.len).ptr;
    uint16_t number = names_open(names, COUNT(names), 0, 0);
    snprintf(port, sizeof(port), "%u", number);
    snprintf(out, sizeof(out), "/tmp/pxed-tftp-XXXXXX");
    close(mkstemp(out));
}

static void teardown(void) {
    unlink(out);
    names_close();
}

static char *expand(const char *word) {
    char *text = NULL;
    const char *mark = strchr(word, '%');
    if (!mark)
        text = strdup(word);
    else if (asprintf(&text, "%.*s%s%s", (int)(mark - word), word, mark[1] == 'P' ? port : out, mark + 2) < 0)
        abort();
    return text;
}

struct ended {
    bool done;
    int64_t status;
};

static void on_exit_of_client(uv_process_t *process, int64_t status, int signal) {
    struct ended *ended = process->data;
    ended->done = true;
    ended->status = signal ? -signal : status;
    uv_close((uv_handle_t *)process, NULL);
}

/* The client's exit status, or -1 when it is not installed. */
static int64_t run(const char *const *command) {
    char *args[12] = {0};
    struct ended ended = {0};
    uv_process_t process = {.data = &ended};
    for (int i = 0; i < 10 && command[i]; i++)
        args[i] = expand(command[i]);
    uv_process_options_t options = {.file = args[0], .args = args, .exit_cb = on_exit_of_client};
    int rc = uv_spawn(&fake.loop, &process, &options);
    if (rc < 0)
        uv_close((uv_handle_t *)&process, NULL);
    while (rc == 0 && !ended.done)
        uv_run(&fake.loop, UV_RUN_ONCE);
    uv_run(&fake.loop, UV_RUN_NOWAIT);
    for (int i = 0; args[i]; i++)
        free(args[i]);
    return rc < 0 ? -1 : ended.status;
}

START_TEST(client) {
    static char got[4 << 20];
    int64_t status = run(runs[_i].command);
    if (status == -1) {
        fprintf(stderr, "%s is not installed\n", runs[_i].command[0]);
        return;
    }
    ck_assert_int_eq(status, runs[_i].exit);
    fake_core_run(&fake, 20);
    ck_assert_uint_eq(contents.whole, runs[_i].whole);
    FILE *f = fopen(out, "r");
    size_t n = fread(got, 1, sizeof(got), f);
    fclose(f);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i].name, runs[_i].name) == 0)
            ck_assert(pxed_slice_eq(pxed_slice(got, n), names[i].bytes));
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tftp-clients");
    TCase *tests = tcase_create("clients");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 40);
    tcase_add_loop_test(tests, client, 0, COUNT(runs));
    suite_add_tcase(suite, tests);
    return suite_run_apart(suite);
}
