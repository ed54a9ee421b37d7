/* `pxed stop`: ends the daemon, at once or as soon as no host is in the middle of an installation. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "live.h"
#include "text.h"
#include "values.h"

enum { STOP_POLL_MS = 500 };

struct stop {
    struct live live;
    bool when_idle, dry_run;
    uint64_t timeout_ms; /* 0: none */
    char said[8 * TEXT_LINE];
};

/* Sends the order, or a dry run of it: the hosts that are being installed, or NULL. */
static json_t *stop_order(struct stop *s, bool when_idle) {
    return live_ask(&s->live, "stop", json_pack("{s:b, s:b}", "when_idle", when_idle, "dry_run", s->dry_run));
}

/* "1 host installs", "2 hosts install": packages print it, too. */
static const char *stop_count(size_t n, char text[static TEXT_SHORT]) {
    snprintf(text, TEXT_SHORT, n == 1 ? "%zu host installs" : "%zu hosts install", n);
    return text;
}

/* "web01: debian-12, installing: partitioned, since 2026-03-01 12:00:05" */
static void busy_line(const json_t *m, char text[static TEXT_LINE]) {
    char at[TEXT_SHORT], wire[TEXT_LINE];
    bool booting = strcmp(live_text(m, "busy"), "booting") == 0;
    const char *step = live_text(m, booting ? "stage" : "step");
    snprintf(wire, sizeof(wire), "%s: %s, %s%s%s, since %s", live_host(m), live_text(m, "arm_os"), live_text(m, "busy"),
             *step ? ": " : "", step, text_date(live_number(m, booting ? "stage_at_ms" : "install_at_ms"), at));
    text_clean(wire, text, TEXT_LINE);
}

static void print_busy(const struct stop *s, const json_t *rows, FILE *out) {
    char line[TEXT_LINE];
    if (s->live.json) {
        live_print_json(rows);
        return;
    }
    for (size_t i = 0; i < json_array_size(rows); i++) {
        busy_line(json_array_get(rows, i), line);
        fprintf(out, "%s\n", line);
    }
}

/* The hosts that are waited for, whenever they are others or got further. */
static void say_waiting(struct stop *s, const json_t *rows) {
    char now[sizeof(s->said)] = "", line[TEXT_LINE], count[TEXT_SHORT];
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(rows) && n < sizeof(now) - TEXT_LINE; i++) {
        busy_line(json_array_get(rows, i), line);
        n += (size_t)snprintf(now + n, sizeof(now) - n, "%s\n", line);
    }
    if (strcmp(now, s->said) == 0)
        return;
    memcpy(s->said, now, sizeof(now));
    if (!s->live.json)
        printf("waiting: %s\n", stop_count(json_array_size(rows), count));
    print_busy(s, rows, stdout);
    fflush(stdout);
}

/* Returns when the process that listened on the socket is gone: its transfers have ended, and another may start. */
static int await_end(const struct stop *s) {
    if (!s->live.json) {
        puts("stopping");
        fflush(stdout);
    }
    int fd =
        s->live.daemon > 1 ? (int)syscall(SYS_pidfd_open, s->live.daemon, 0) : -1; /* 1: systemd holds the socket */
    if (fd < 0)
        return CLI_OK;
    struct pollfd end = {.fd = fd, .events = POLLIN};
    while (poll(&end, 1, -1) < 0 && errno == EINTR)
        ;
    close(fd);
    return CLI_OK;
}

/* Gives up: who waits with a limit wants no installation interrupted. */
static int stop_late(const struct stop *s, const json_t *rows) {
    char count[TEXT_SHORT];
    fprintf(stderr, "pxed stop: the time is over and %s: the daemon serves on\n",
            stop_count(json_array_size(rows), count));
    if (!s->live.json)
        print_busy(s, rows, stderr);
    return CLI_NO;
}

/* Each question is an order: it ends the daemon if nobody installs at that time. */
static int stop_when_idle(struct stop *s) {
    int64_t begun = live_now();
    for (;;) {
        json_t *rows = stop_order(s, true);
        if (!rows)
            return s->live.code;
        bool idle = json_array_size(rows) == 0;
        bool late = !idle && s->timeout_ms > 0 && live_now() - begun >= (int64_t)s->timeout_ms;
        if (!idle && !late)
            say_waiting(s, rows);
        int code = late ? stop_late(s, rows) : CLI_OK;
        json_decref(rows);
        if (idle)
            return await_end(s);
        if (late)
            return code;
        poll(NULL, 0, STOP_POLL_MS);
    }
}

static int stop_dry_run(struct stop *s) {
    char count[TEXT_SHORT];
    json_t *rows = stop_order(s, true);
    if (!rows)
        return s->live.code;
    size_t n = json_array_size(rows);
    print_busy(s, rows, stdout);
    if (!s->live.json)
        puts(stop_count(n, count));
    json_decref(rows);
    return n > 0 ? CLI_NO : CLI_OK;
}

static int stop_now(struct stop *s) {
    char count[TEXT_SHORT];
    json_t *rows = stop_order(s, false);
    if (!rows)
        return s->live.code;
    size_t n = json_array_size(rows);
    print_busy(s, rows, stderr);
    json_decref(rows);
    if (n > 0)
        fprintf(stderr, "pxed stop: %s and cannot reach the server until it is started again; --when-idle waits\n",
                stop_count(n, count));
    return await_end(s);
}

int cli_stop(int argc, char **argv) {
    static const struct option options[] = {
        LIVE_OPTIONS,
        {"when-idle", no_argument, NULL, 'w'},
        {"timeout", required_argument, NULL, 't'},
        {"dry-run", no_argument, NULL, 'd'},
        {0},
    };
    struct stop s = {0};
    bool good = true;
    for (int c; (c = live_option(&s.live, argc, argv, options)) != -1;) {
        if (c == '?')
            return CLI_USAGE;
        if (c == 't')
            good &= options_parse_duration(pxed_slice_of(optarg), &s.timeout_ms) && s.timeout_ms > 0;
        s.when_idle |= c == 'w';
        s.dry_run |= c == 'd';
    }
    if (!good || optind != argc || (s.timeout_ms > 0 && !s.when_idle))
        return cli_usage();
    return s.dry_run ? stop_dry_run(&s) : s.when_idle ? stop_when_idle(&s) : stop_now(&s);
}
