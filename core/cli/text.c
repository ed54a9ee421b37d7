/* Formats times, ages and sizes for people. */
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static long long whole(int64_t n) {
    return (long long)n;
}

const char *text_age(int64_t at_ms, int64_t now_ms, char text[static TEXT_SHORT]) {
    int64_t s = at_ms > 0 && now_ms > at_ms ? (now_ms - at_ms) / 1000 : 0;
    if (at_ms <= 0)
        text[0] = '\0';
    else if (s < 60)
        snprintf(text, TEXT_SHORT, "%llds", whole(s));
    else if (s < 3600)
        snprintf(text, TEXT_SHORT, "%lldm", whole(s / 60));
    else if (s < 86400)
        snprintf(text, TEXT_SHORT, "%lldh %lldm", whole(s / 3600), whole(s / 60 % 60));
    else
        snprintf(text, TEXT_SHORT, "%lldd", whole(s / 86400));
    return text;
}

const char *text_left(double seconds, char text[static TEXT_SHORT]) {
    int64_t s = seconds > 0 && seconds < 1e9 ? (int64_t)(seconds + 0.5) : 0;
    if (seconds >= 1e9)
        snprintf(text, TEXT_SHORT, "-");
    else if (s < 60)
        snprintf(text, TEXT_SHORT, "%llds", whole(s));
    else if (s < 3600)
        snprintf(text, TEXT_SHORT, "%lldm%02llds", whole(s / 60), whole(s % 60));
    else
        snprintf(text, TEXT_SHORT, "%lldh%02lldm", whole(s / 3600), whole(s / 60 % 60));
    return text;
}

const char *text_elapsed(int64_t ms, char text[static TEXT_SHORT]) {
    int64_t t = ms < 0 ? 0 : ms; /* the wall clock may have been set back */
    if (t < 60000) {
        snprintf(text, TEXT_SHORT, "+%lld.%llds", whole(t / 1000), whole(t % 1000 / 100));
        return text;
    }
    char left[TEXT_SHORT];
    snprintf(text, TEXT_SHORT, "+%.30s", text_left((double)(t / 1000), left));
    return text;
}

const char *text_bytes(double bytes, char text[static TEXT_SHORT]) {
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    size_t unit = 0;
    while (bytes >= 999.95 && unit + 1 < sizeof(units) / sizeof(*units)) {
        bytes /= 1000;
        unit++;
    }
    snprintf(text, TEXT_SHORT, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
    return text;
}

static const char *local_time(int64_t at_ms, const char *format, char text[static TEXT_SHORT]) {
    time_t t = (time_t)(at_ms / 1000);
    struct tm tm;
    if (at_ms <= 0 || !localtime_r(&t, &tm) || strftime(text, TEXT_SHORT, format, &tm) == 0)
        snprintf(text, TEXT_SHORT, "-");
    return text;
}

const char *text_clock(int64_t at_ms, char text[static TEXT_SHORT]) {
    return local_time(at_ms, "%H:%M:%S", text);
}

const char *text_date(int64_t at_ms, char text[static TEXT_SHORT]) {
    return local_time(at_ms, "%Y-%m-%d %H:%M:%S", text);
}

const char *text_bar(double fraction, int width, char text[static TEXT_SHORT]) {
    int inner = (width < 3 ? 3 : width > TEXT_SHORT - 1 ? TEXT_SHORT - 1 : width) - 2;
    double f = fraction > 1 ? 1 : fraction > 0 ? fraction : 0; /* a NaN is 0 too */
    int done = (int)(f * inner + 0.5);
    text[0] = '[';
    memset(text + 1, ' ', (size_t)inner);
    memset(text + 1, '=', (size_t)done);
    if (done > 0 && done < inner)
        text[done] = '>';
    text[inner + 1] = ']';
    text[inner + 2] = '\0';
    return text;
}

const char *text_cure(const char *cure, const char *host, char text[static TEXT_LINE]) {
    size_t n = 0;
    text[0] = '\0';
    while (*cure && n + 1 < TEXT_LINE) {
        bool word = strncmp(cure, "HOST", 4) == 0;
        int r = word ? snprintf(text + n, TEXT_LINE - n, "%s", host) : snprintf(text + n, TEXT_LINE - n, "%c", *cure);
        cure += word ? 4 : 1;
        n += r > 0 ? (size_t)r : 0;
    }
    return text;
}

/* Number of bytes of the sequence at p that may be printed as they are; 0: none. */
static size_t text_printable(const char *p) {
    const unsigned char *u = (const unsigned char *)p;
    if (u[0] < 0x80)
        return u[0] >= 0x20 && u[0] != 0x7F;
    size_t n = u[0] >= 0xC2 && u[0] <= 0xDF ? 2 : (u[0] & 0xF0) == 0xE0 ? 3 : u[0] >= 0xF0 && u[0] <= 0xF4 ? 4 : 0;
    for (size_t i = 1; i < n; i++)
        if ((u[i] & 0xC0) != 0x80) /* the NUL ends it too */
            return 0;
    return n == 2 && u[0] == 0xC2 && u[1] < 0xA0 ? 0 : n;
}

const char *text_clean(const char *wire, char *text, size_t size) {
    size_t n = 0;
    while (*wire) {
        size_t step = text_printable(wire);
        if (n + (step ? step : 1) >= size)
            break;
        if (step > 0)
            memcpy(text + n, wire, step);
        else
            text[n] = '?';
        n += step ? step : 1;
        wire += step ? step : 1;
    }
    text[n] = '\0';
    return text;
}

static bool text_begins(char c) {
    return ((unsigned char)c & 0xC0) != 0x80;
}

size_t text_columns(const char *clean) {
    size_t n = 0;
    for (; *clean; clean++)
        n += text_begins(*clean);
    return n;
}

void text_cut(char *clean, size_t columns) {
    for (size_t n = 0; *clean; clean++)
        if (text_begins(*clean) && n++ == columns)
            break;
    *clean = '\0';
}

const char *text_tail(const char *clean, size_t columns, char text[static TEXT_LINE]) {
    size_t all = text_columns(clean);
    bool cut = all > columns;
    size_t skip = cut ? all - columns + (columns > 2 ? 2 : 0) : 0;
    for (; *clean && (skip > 0 || !text_begins(*clean)); clean++)
        skip -= text_begins(*clean) && skip > 0;
    snprintf(text, TEXT_LINE, "%s%s", cut && columns > 2 ? ".." : "", clean);
    return text;
}
