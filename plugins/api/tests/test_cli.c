#define _GNU_SOURCE
/* The live commands as a user sees them, against the api plugin's own routes on a real socket. */
#include "cli.h"
#include "fake.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api_socket.h"
#include "api_table.h"
#include "plugins.h"
#include "suite.h"
#include "text.h"

/* No page of screens here. */
const char *plugins_prefix(void) {
    return "/nonexistent";
}

static struct fake f;
static struct api api;
static char output[65536];

/* ---- what main.c and friends give to the commands */

static const char *asked = ""; /* the command that runs */

int cli_usage(void) {
    fprintf(stderr, "usage: pxed %s\n", asked);
    return CLI_USAGE;
}

int cli_no_word(const char *option, const char *value, const char *const *words, const char *unfit) {
    (void)option, (void)value, (void)words, (void)unfit;
    return CLI_USAGE;
}

const char *cli_default_ini(void) {
    return "default.ini";
}

const char *cli_api_socket(const char *ini) {
    static char path[200];
    if (strcmp(ini, "broken.ini") == 0)
        return NULL;
    snprintf(path, sizeof(path), "%s/%s", f.state, strcmp(ini, "absent.ini") == 0 ? "absent.sock" : "pxed.sock");
    return path;
}

static void setup(void) {
    fake_begin(&f);
    api = (struct api){.ctx = &f.core.ctx, .http = &f.http, .control = &f.control, .leases = &f.leases};
    api.path = api_socket_path(f.state, "pxed.sock");
    ck_assert_int_eq(api_socket_open(&api, ""), 0);
    f.http.serve(&f, api.listen_fd, api_handle, &api);
}

static void teardown(void) {
    api_socket_unlink(&api);
    free(api.path);
    fake_end(&f);
}

/* What somebody types at the terminal that is the next command's stdin; NULL: there is no terminal. */
static const char *typed;

static int command_stdin(void) {
    int master = typed ? posix_openpt(O_RDWR | O_NOCTTY) : -1;
    if (master < 0)
        return open("/dev/null", O_RDONLY);
    grantpt(master);
    unlockpt(master);
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    dprintf(master, "%s", typed);
    return terminal; /* the master stays open until the process ends */
}

/* Runs a command line in a process of its own. What it wrote is in `output`. */
static int run(const char *line, void (*turn)(struct fake *fake, const char *target)) {
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {{"machines", cli_machines}, {"watch", cli_watch},   {"why", cli_why}, {"log", cli_log},
                    {"leases", cli_leases},     {"disarm", cli_disarm}, {"arm", cli_arm}, {"stop", cli_stop}};
    char words[512], *argv[20] = {0};
    int argc = 0;
    snprintf(words, sizeof(words), "%s", line);
    for (char *save, *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
        argv[argc++] = w;
    FILE *out = tmpfile();
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(command_stdin(), 0);
        dup2(fileno(out), 1);
        dup2(fileno(out), 2);
        setenv("TZ", "UTC", 1);
        int code = 99;
        for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
            if (strcmp(commands[i].name, asked = argv[0]) == 0)
                code = commands[i].run(argc, argv);
        fflush(stdout);
        _exit(code);
    }
    int code = fake_serve_while(&f, child, turn);
    rewind(out);
    output[fread(output, 1, sizeof(output) - 1, out)] = '\0';
    fclose(out);
    return code;
}

static const struct {
    const char *line;
    int code;
    const char *holds[4], *lacks;
} runs[] = {
    {"machines",
     0,
     {"MAC                NAME", "08:00:27:4d:4d:01  web01", "debian-12, line says rocky-9: pxed arm",
      "failed: DISK_NOT_BLANK"},
     "\033"},
    {"machines --unknown", 0, {"not in the host file", "refused UNKNOWN_MACHINE", ", OS-ID, name="}, "web01"},
    {"machines --failed -c some.ini", 0, {"web02", "new, held: pxed arm --new"}, "web01"},
    {"machines --armed", 0, {"no machine is armed"}, "MAC"},
    {"machines --json", 0, {"{\"mac\":\"08:00:27:4d:4d:01\",\"name\":\"web01\"", "}\n{"}, NULL},
    {"machines extra", 2, {"usage: pxed machines"}, NULL},
    {"machines --nonsense", 2, {"usage: pxed machines"}, NULL},
    {"machines -c", 2, {"usage: pxed machines"}, NULL},
    {"machines -c absent.ini", 3, {"pxed machines: no daemon: nothing answers at /tmp/pxed-api-", "absent.sock"}, NULL},
    {"machines -c broken.ini", 1, {""}, "no daemon"},
    {"log web01",
     0,
     {"2026-03-01 12:00:00  armed", "leased            ", "ALREADY_SPENT", "the arming was used"},
     "web02"},
    {"log web01 --json", 0, {"{\"seq\":100,\"at\":\"2026-03-01T12:00:00.000Z\""}, NULL},
    {"log web04", 0, {"nothing has been heard"}, "TIME"},
    {"log wbe01", 1, {"pxed log: no machine is called 'wbe01'; did you mean 'web01'?"}, "TIME"},
    {"log", 2, {"usage"}, NULL},
    {"why",
     1,
     {"web02", "DISK_NOT_BLANK: the disk is not blank", "cure: pxed arm web02: erases", "ARM_LIMIT"},
     "web01"},
    {"why web01",
     0,
     {"web01 (08:00:27:4d:4d:01): centos-5.5-i386, installed", "last boot:\n  12:00:10    +0.0s  discovered",
      "    +1.5s  local", "cure: pxed arm web01 to install again"},
     "leased"},
    {"why 10.77.0.51", 1, {"failed", "disk=/dev/sda", "cure: pxed arm web02: erases the disk"}, NULL},
    {"why web02 --json", 1, {"\"reason\":\"DISK_NOT_BLANK\",\"fault\":true"}, "last boot"},
    {"why a b", 2, {"usage"}, NULL},
    {"why --all", 1, {"web02", "DISK_NOT_BLANK: the disk is not blank"}, "web01"},
    {"why --all web02", 2, {"usage"}, NULL},
    {"leases",
     0,
     {"10.77.0.50  08:00:27:4d:4d:01  web01", "2026-03-01 12:00:00", "\"bad\xef\xbf\xbd?[2Jname\"", "never"},
     "\033"},
    {"leases --json", 0, {"\"expires\":null,\"expires_ms\":0"}, "ADDRESS"},
    {"arm", 2, {"usage"}, NULL},
    {"arm --new web01", 2, {"usage"}, NULL},
    {"arm --tries 0 web01", 2, {"usage"}, NULL},
    {"arm --os Rocky web01", 2, {"'Rocky' is no OS id"}, NULL},
    {"arm web01 web1x", 1, {"no machine is called 'web1x'"}, "LAST"},
    {"arm --dry-run web01 --os debian-12",
     0,
     {"HOST   MAC", "web01  08:00:27:4d:4d:01  debian-12  10.77.0.50  /dev/sda",
      "centos-5.5-i386 installed 2026-03-01 11:58:20"},
     "armed 1"},
    {"arm web01", 1, {"web01  08:00", "nobody to ask here: nothing was armed"}, "armed 1"},
    {"arm --new --dry-run", 0, {"web04", "the only one, if blank", "never"}, "web01"},
    {"watch a b", 2, {"usage"}, NULL},
    {"watch --timeout soon", 2, {"usage"}, NULL},
    {"watch nobody", 1, {"no machine is called 'nobody'"}, NULL},
    {"watch -c absent.ini", 3, {"no daemon"}, NULL},
    {"watch web01 --until installed", 0, {"   +0.0s  web01     discovered", "   +1.5s  web01     local"}, "leased"},
    {"watch web01 --until local", 0, {"local"}, "leased"},
    {"watch web02 --until installed", 1, {"the installation failed: pxed why web02"}, NULL},
    {"watch web01 --until answer --timeout 1", 1, {"'answer' has not come in 1 s"}, NULL},
    {"watch --timeout 1", 0, {"web02", "50% of 100.0 MB", "initrd.img"}, "discovered"},
    {"watch --json --timeout 1 web01", 0, {"{\"seq\":107,"}, "initrd"},
    {"disarm", 2, {"usage"}, NULL},
    {"stop --timeout 2h", 2, {"usage: pxed stop"}, NULL},
    {"stop --when-idle --timeout soon", 2, {"usage"}, NULL},
    {"stop web01", 2, {"usage"}, NULL},
    {"stop -c absent.ini", 3, {"pxed stop: no daemon"}, NULL},
    {"stop --dry-run", 0, {"0 hosts install"}, "stopping"},
};

START_TEST(command) {
    int code = run(runs[_i].line, NULL);
    ck_assert_msg(code == runs[_i].code, "%s: exit %d\n%s", runs[_i].line, code, output);
    for (int i = 0; i < 4 && runs[_i].holds[i]; i++)
        ck_assert_msg(strstr(output, runs[_i].holds[i]), "%s: lacks `%s`\n%s", runs[_i].line, runs[_i].holds[i],
                      output);
    ck_assert_msg(!runs[_i].lacks || !strstr(output, runs[_i].lacks), "%s: holds `%s`\n%s", runs[_i].line,
                  runs[_i].lacks, output);
    ck_assert_uint_eq(f.arms + f.disarms, 0);
}
END_TEST

/* No line of the table is wider than the terminal; what is left of it names each machine and how it stands. */
START_TEST(a_table_fits) {
    static const char *const widths[] = {"80", "100", "60"};
    size_t width = strtoul(widths[_i], NULL, 10);
    setenv("COLUMNS", widths[_i], 1);
    ck_assert_int_eq(run("machines", NULL), 0);
    unsetenv("COLUMNS");
    ck_assert_msg(strstr(output, "web01") && strstr(output, "INSTALL"), "%s", output);
    ck_assert_msg(strstr(output, " machines: ") || strstr(output, " machines\n"), "no count: %s", output);
    for (char *line = strtok(output, "\n"); line; line = strtok(NULL, "\n"))
        ck_assert_msg(text_columns(line) <= width || strstr(line, " machines"), "wider than %zu: %s", width, line);
}
END_TEST

START_TEST(arm_yes) {
    ck_assert_int_eq(run("arm --yes web01 web02 --tries 2", NULL), 0);
    ck_assert_msg(strstr(output, "armed 2 machines"), "%s", output);
    ck_assert_uint_eq(f.arms, 1);
    ck_assert_uint_eq(f.n_macs, 2);
    ck_assert_uint_eq(f.tries, 2);
    ck_assert(strncmp(f.who, "uid ", 4) == 0);
}
END_TEST

static const struct {
    const char *typed;
    int code;
    unsigned arms;
} answers[] = {{"y\n", 0, 1}, {"yes\n", 0, 1}, {"\n", 1, 0}, {"n\n", 1, 0}, {"\004", 1, 0}};

START_TEST(arm_asks) {
    typed = answers[_i].typed;
    ck_assert_int_eq(run("arm web01", NULL), answers[_i].code);
    ck_assert_msg(strstr(output, "Install 1 machine? What is on the disk will be LOST. [y/N]"), "%s", output);
    ck_assert_uint_eq(f.arms, answers[_i].arms);
}
END_TEST

START_TEST(arm_new_yes) {
    ck_assert_int_eq(run("arm --new --yes --json", NULL), 0);
    ck_assert(f.new_lines);
    ck_assert_msg(strstr(output, "\"order_right\":\"blank\""), "%s", output);
}
END_TEST

START_TEST(arm_refused) {
    f.refusal = PXED_WHY_PROTECTED;
    ck_assert_int_eq(run("arm --yes web01 web02", NULL), 1);
    ck_assert_msg(strstr(output, "web02: PROTECTED: protect=yes"), "%s", output);
    ck_assert_msg(strstr(output, "then pxed arm web02)"), "%s", output);
    ck_assert_msg(strstr(output, "1 of 2 may not be armed; nothing was"), "%s", output);
    ck_assert_uint_eq(f.arms, 0);
}
END_TEST

START_TEST(arm_bad_utf8) {
    ck_assert_int_eq(run("arm --yes web01 web\xff", NULL), 1);
    ck_assert_msg(strstr(output, "no machine is called 'web?'"), "%s", output);
    ck_assert_uint_eq(f.arms, 0);
}
END_TEST

/* The installer reports in the meantime. */
static void installs_until_third(struct fake *fake, const char *target) {
    static int asked_times;
    (void)target;
    if (++asked_times == 3)
        fake->machines[1].busy = "";
}

/* The fake stands for a daemon that ends: a process that the command may wait for. */
static pid_t as_daemon(void) {
    api_socket_unlink(&api);
    free(api.path);
    close(f.listen_fd);
    int ready[2];
    char byte = 0;
    ck_assert_int_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        api.path = api_socket_path(f.state, "pxed.sock");
        api_socket_open(&api, "");
        f.http.serve(&f, api.listen_fd, api_handle, &api);
        if (write(ready[1], "r", 1) != 1)
            _exit(1);
        while (f.stops == 0)
            fake_serve_one(&f, installs_until_third);
        usleep(300 * 1000); /* transfers drain */
        _exit(0);
    }
    close(ready[1]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    api.path = api_socket_path(f.state, "pxed.sock");
    f.listen_fd = -1;
    return child;
}

START_TEST(stop_waits) {
    f.machines[1].busy = "installing";
    f.machines[1].step = PXED_SLICE("partitioned");
    pid_t child = as_daemon();
    ck_assert_int_eq(run(_i == 0 ? "stop --when-idle" : "stop", NULL), 0);
    ck_assert_int_eq(waitpid(child, NULL, WNOHANG), child); /* it has ended before the command did */
    const char *host = "web02: debian-12, installing: partitioned, since 2026-03-01 11:58:20\n";
    ck_assert_msg(strstr(output, host), "%s", output);
    ck_assert_msg(strstr(output, "stopping\n"), "%s", output);
    ck_assert_msg(strstr(output, _i == 0 ? "waiting: 1 host installs\n"
                                         : "1 host installs and cannot reach the server until it is started again"),
                  "%s", output);
    ck_assert_msg(!strstr(strstr(output, host) + 1, host), "said twice:\n%s", output);
}
END_TEST

START_TEST(stop_gives_up) {
    f.machines[0].busy = "booting";
    f.machines[1].busy = "installing";
    ck_assert_int_eq(run("stop --when-idle --timeout 1s", NULL), 1);
    ck_assert_msg(strstr(output, "waiting: 2 hosts install\nweb01: centos-5.5-i386, booting: local, since"), "%s",
                  output);
    ck_assert_msg(strstr(output, "the time is over and 2 hosts install: the daemon serves on\nweb01: "), "%s", output);
    ck_assert_uint_eq(f.stops, 0);
    ck_assert_int_eq(run("stop --when-idle --dry-run", NULL), 1);
    ck_assert_msg(strstr(output, "\n2 hosts install\n"), "%s", output);
    ck_assert_int_eq(run("stop --dry-run --json", NULL), 1);
    ck_assert_msg(strstr(output, "\"busy\":\"booting\"") && !strstr(output, "hosts"), "%s", output);
    ck_assert_uint_eq(f.stops, 0);
}
END_TEST

START_TEST(disarm_hosts) {
    f.machines[0].install = "armed";
    ck_assert_int_eq(run("disarm web01 web02", NULL), 0);
    ck_assert_str_eq(output, "web01: disarmed; boots its disk\nweb02: was not armed (failed)\n");
    ck_assert_uint_eq(f.disarms, 1);
}
END_TEST

/* One more step is there each time the journal is asked for. */
static void happen(struct fake *fake, const char *target) {
    if (strstr(target, "journal") && fake->hidden > 0)
        fake->hidden--;
}

START_TEST(watch_follows) {
    f.machines[0].install = "installing";
    f.machines[0].stage = "script";
    f.hidden = 5; /* seen so far: armed discovered leased, and web02's discovered */
    ck_assert_int_eq(run("watch web01 --until installed --timeout 20", happen), 0);
    ck_assert_msg(strstr(output, "+0.0s  web01     discovered"), "%s", output);
    ck_assert_msg(strstr(output, "+4.5s  web01     installing"), "%s", output);
    ck_assert_msg(strstr(output, "+6.0s  web01     installed"), "%s", output);
    ck_assert_msg(!strstr(output, "web02     "), "%s", output);
    ck_assert_msg(!strstr(output, "local"), "%s", output);
}
END_TEST

/* Met in the middle of a boot: the time since its beginning is right all the same. */
START_TEST(watch_all) {
    f.hidden = 5;
    ck_assert_int_eq(run("watch --until local --timeout 20", happen), 0);
    ck_assert_msg(strstr(output, "+6.0s  web01     installed"), "%s", output);
    ck_assert_msg(strstr(output, "+4.5s  web02     failed"), "%s", output);
    ck_assert_msg(strstr(output, "DISK_NOT_BLANK: the disk is not blank"), "%s", output);
    ck_assert_msg(strstr(output, "(pxed arm web02: erases the disk)"), "%s", output);
    ck_assert_msg(strstr(output, "+1.5s  web01     local"), "%s", output);
}
END_TEST

/* An arming younger than the boot: that boot's steps are not what is waited for. */
START_TEST(watch_armed_again) {
    f.machines[0].install = "armed";
    f.machines[0].armed_at = INT64_C(1772366500000);
    ck_assert_int_eq(run("watch web01 --until local --timeout 1", NULL), 1);
}
END_TEST

/* One answer, byte for byte; then the server is gone. */
static void serve_raw(const char *answer, int code, const char *sentence) {
    pid_t server = fork();
    if (server == 0) {
        char request[4096];
        struct pollfd p = {.fd = f.listen_fd, .events = POLLIN};
        poll(&p, 1, 10000);
        int fd = accept(f.listen_fd, NULL, NULL);
        if (read(fd, request, sizeof(request)) > 0)
            dprintf(fd, "%s", answer);
        _exit(0);
    }
    FILE *out = tmpfile();
    pid_t child = fork();
    if (child == 0) {
        char *argv[] = {(char[]){"machines"}, NULL};
        dup2(fileno(out), 2);
        int r = cli_machines(1, argv);
        _exit(r);
    }
    int status;
    waitpid(child, &status, 0);
    waitpid(server, NULL, 0);
    rewind(out);
    output[fread(output, 1, sizeof(output) - 1, out)] = '\0';
    fclose(out);
    ck_assert_msg(WEXITSTATUS(status) == code, "exit %d: %s", WEXITSTATUS(status), output);
    ck_assert_msg(strstr(output, sentence), "%s", output);
}

static const struct {
    const char *answer;
    int code;
    const char *sentence;
} raws[] = {
    {"", 3, "no daemon: the answer is cut short"},
    {"HTTP/1.1 200 OK\r\n", 3, "cut short"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[]", 3, "cut short"},
    {"SSH-2.0-OpenSSH\r\n\r\n", 3, "cut short"},
    {"HTTP/1.1 200 OK\r\n\r\n{\"not\":\"an array\"}", 1, "cannot be read (status 200)"},
    {"HTTP/1.1 200 OK\r\n\r\n[", 1, "cannot be read"},
    {"HTTP/1.1 503 No\r\ncontent-length:  46\r\n\r\n{\"error\":\"is \\u001b[2J stopping\",\"reason\":\"X\"}x", 1,
     "pxed machines: is ?[2J stopping"},
};

START_TEST(raw_answer) {
    serve_raw(raws[_i].answer, raws[_i].code, raws[_i].sentence);
}
END_TEST

int main(void) {
    Suite *s = suite_create("live commands");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, command, 0, COUNT(runs));
    tcase_add_loop_test(t, a_table_fits, 0, 3);
    tcase_add_test(t, arm_yes);
    tcase_add_loop_test(t, arm_asks, 0, COUNT(answers));
    tcase_add_test(t, arm_new_yes);
    tcase_add_test(t, arm_refused);
    tcase_add_test(t, arm_bad_utf8);
    tcase_add_test(t, disarm_hosts);
    tcase_add_loop_test(t, stop_waits, 0, 2);
    tcase_add_test(t, stop_gives_up);
    tcase_add_test(t, watch_follows);
    tcase_add_test(t, watch_all);
    tcase_add_test(t, watch_armed_again);
    tcase_add_loop_test(t, raw_answer, 0, COUNT(raws));
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
