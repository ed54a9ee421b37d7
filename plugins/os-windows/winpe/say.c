/* Messages for the operator: steps, progress, errors. */
#include "say.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Without a terminal a step's percentage is printed as a separate line, this often. */
enum { PLAIN_SECONDS = 5 };

static bool is_quiet, step_open;
static char step_text[256];
static int step_percent;
static time_t step_shown;
static volatile sig_atomic_t signal_seen;

void say_quiet(bool quiet) {
    is_quiet = quiet;
}

int say_error(const char *format, ...) {
    va_list args;

    say_done();
    fputs("pxed-winpe: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return -1;
}

void say_note(const char *format, ...) {
    va_list args;

    if (is_quiet)
        return;
    say_done();
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void say_step(const char *format, ...) {
    va_list args;

    say_done();
    va_start(args, format);
    vsnprintf(step_text, sizeof(step_text), format, args);
    va_end(args);
    step_percent = -1;
    step_shown = time(NULL);
    step_open = true;
    if (is_quiet)
        return;
    fprintf(stderr, isatty(STDERR_FILENO) ? "%s" : "%s\n", step_text);
    fflush(stderr);
}

void say_progress(uint64_t done, uint64_t total) {
    int percent = total == 0 ? 100 : (int)((double)done * 100 / (double)total);

    if (is_quiet || !step_open || percent == step_percent)
        return;
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%s  %3d%%", step_text, percent);
    } else {
        time_t now = time(NULL);
        if (now - step_shown < PLAIN_SECONDS)
            return;
        step_shown = now;
        fprintf(stderr, "%s: %d%%\n", step_text, percent);
    }
    fflush(stderr);
    step_percent = percent;
}

void say_done(void) {
    if (step_open && !is_quiet && isatty(STDERR_FILENO))
        fputc('\n', stderr);
    step_open = false;
}

static void on_signal(int number) {
    signal_seen = number;
}

void say_catch_signals(void) {
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: read() and waitpid() must return */

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

int say_interrupted(void) {
    return signal_seen;
}
