/* Log lines for people or for journald, depending on what stderr is. */
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static bool under_journald;
static enum pxed_log_level threshold = PXED_LOG_INFO;

void log_init(bool debug) {
    under_journald = getenv("JOURNAL_STREAM") != NULL;
    threshold = debug ? PXED_LOG_DEBUG : PXED_LOG_INFO;
}

bool log_wants(enum pxed_log_level level) {
    return level <= threshold;
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
    if (!log_wants(level))
        return;
    char line[2048], mac_text[PXED_MAC_TEXT], ip_text[PXED_ADDR_TEXT];
    size_t n = write_head(line, sizeof(line), level);
    n += (size_t)snprintf(line + n, sizeof(line) - n, "%s %s%s%s%s%s ", plugin, event, mac && mac->len ? " mac=" : "",
                          mac && mac->len ? pxed_mac_text(mac, ":", mac_text) : "", ip && ip->family ? " ip=" : "",
                          ip && ip->family ? pxed_addr_text(ip, ip_text) : "");
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
    if (write(STDERR_FILENO, line, n) < 0)
        return; /* stderr is closed; there is nowhere to report that */
}

void log_core(enum pxed_log_level level, const char *event, const char *format, ...) {
    va_list args;
    va_start(args, format);
    log_write("core", level, event, NULL, NULL, format, args);
    va_end(args);
}
