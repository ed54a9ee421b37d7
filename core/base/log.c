/* Log lines for people or for journald, depending on what stderr is. */
#include "log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include "log_out.h"
#include "pxed/slice.h"

/* Lines of one kind in one second; KINDS: slots, which kinds share when there are more. */
enum { LINES_PER_SECOND = 50, KINDS = 128 };

static bool under_journald;
static enum pxed_log_level threshold = PXED_LOG_INFO;
static pthread_mutex_t kinds_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    time_t second;
    unsigned lines, left_out;
} kinds[KINDS];
static uint64_t n_crowded;

void log_init(bool debug) {
    under_journald = getenv("JOURNAL_STREAM") != NULL;
    threshold = debug ? PXED_LOG_DEBUG : PXED_LOG_INFO;
}

bool log_wants(enum pxed_log_level level) {
    return level <= threshold;
}

/* A stranger can cause events as fast as he can send, and each kind may fill only so much of the log. An error is
 * always written. `left_out`: lines of the kind that were not, since the last that was. */
static bool kind_allowed(const char *plugin, const char *event, unsigned *left_out) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    uint64_t hash = pxed_hash(event, strlen(event), pxed_hash(plugin, strlen(plugin), 0));
    pthread_mutex_lock(&kinds_lock);
    typeof(kinds[0]) *kind = &kinds[hash % KINDS];
    if (kind->second != now.tv_sec)
        kind->lines = 0;
    kind->second = now.tv_sec;
    bool ok = kind->lines < LINES_PER_SECOND;
    *left_out = ok ? kind->left_out : 0;
    kind->left_out = ok ? 0 : kind->left_out + 1;
    kind->lines += ok;
    n_crowded += !ok;
    pthread_mutex_unlock(&kinds_lock);
    return ok;
}

static size_t write_head(char *line, size_t size, enum pxed_log_level level) {
    static const char *const names[] = {[PXED_LOG_ERROR] = "error",
                                        [PXED_LOG_WARNING] = "warning",
                                        [PXED_LOG_INFO] = "info",
                                        [PXED_LOG_DEBUG] = "debug"};
    if (under_journald)
        return (size_t)snprintf(line, size, "<%d>", level);
    struct timeval tv;
    struct tm tm;
    gettimeofday(&tv, NULL);
    gmtime_r(&tv.tv_sec, &tm);
    size_t n = strftime(line, size, "%FT%T", &tm);
    return n + (size_t)snprintf(line + n, size - n, ".%03dZ %s ", (int)(tv.tv_usec / 1000), names[level]);
}

void log_write(const char *plugin, enum pxed_log_level level, const char *event, const struct pxed_hwaddr *mac,
               const struct pxed_addr *ip, const char *format, va_list args) {
    unsigned left_out = 0;
    if (!log_wants(level) || (level != PXED_LOG_ERROR && !kind_allowed(plugin, event, &left_out)))
        return;
    char line[LOG_LINE_MAX], mac_text[PXED_MAC_TEXT], ip_text[PXED_ADDR_TEXT];
    size_t n = write_head(line, sizeof(line), level);
    n += (size_t)snprintf(line + n, sizeof(line) - n, "%s %s%s%s%s%s ", plugin, event, mac && mac->len ? " mac=" : "",
                          mac && mac->len ? pxed_mac_text(mac, ":", mac_text) : "", ip && ip->family ? " ip=" : "",
                          ip && ip->family ? pxed_addr_text(ip, ip_text) : "");
    if (left_out > 0)
        n += (size_t)snprintf(line + n, sizeof(line) - n, "left-out=%u ", left_out);
    int rest = vsnprintf(line + n, sizeof(line) - n - 1, format, args);
    n += rest < 0 ? 0 : (size_t)rest;
    if (n > sizeof(line) - 2)
        n = sizeof(line) - 2;
    while (n > 0 && line[n - 1] == ' ')
        n--;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)line[i] < ' ')
            line[i] = ' ';
    line[n++] = '\n';
    log_out(line, n);
}

struct log_lost log_lost(void) {
    pthread_mutex_lock(&kinds_lock);
    struct log_lost lost = {.crowded = n_crowded};
    pthread_mutex_unlock(&kinds_lock);
    lost.unread = log_out_lost();
    return lost;
}

void log_tick(void) {
    if (!log_out_flush())
        return;
    uint64_t dropped = log_out_dropped();
    if (dropped > 0)
        log_core(PXED_LOG_WARNING, "log", "%llu lines were dropped: nobody read them in time",
                 (unsigned long long)dropped);
}

void log_core(enum pxed_log_level level, const char *event, const char *format, ...) {
    va_list args;
    va_start(args, format);
    log_write("core", level, event, NULL, NULL, format, args);
    va_end(args);
}
