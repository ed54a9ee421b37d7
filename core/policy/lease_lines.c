/* What the readers of other servers' leases share: lines, names, times. Pure. */
#include "lease_lines.h"

#include "pxed/date.h"

enum { DAY = 86400, HOUR = 3600, MINUTE = 60, HW_MAX = 20, HW_ETHERNET = 1 };

int lease_wrong(struct lease_row *row, const char *why) {
    row->why = why;
    return -1;
}

bool lease_line(struct lease_reader *r, struct lease_row *ret, struct pxed_slice *line) {
    if (r->rest.len == 0)
        return false;
    ptrdiff_t end = pxed_slice_find(r->rest, '\n', 0);
    *line = end < 0 ? r->rest : pxed_slice_head(r->rest, (size_t)end);
    r->rest = pxed_slice_skip(r->rest, line->len + (end >= 0));
    if (line->len > 0 && line->ptr[line->len - 1] == '\r')
        line->len--;
    *ret = (struct lease_row){.line = r->line++};
    return true;
}

void lease_set_name(struct lease_row *row, struct pxed_slice name) {
    while (name.len > 0 && name.ptr[name.len - 1] == '.')
        name.len--;
    bool good = name.len > 0 && name.len <= LEASE_NAME_MAX;
    for (size_t i = 0; good && i < name.len; i++)
        good = pxed_is_alnum(name.ptr[i]) || strchr("-._", name.ptr[i]);
    row->name[0] = '\0';
    if (!good)
        return;
    memcpy(row->name, name.ptr, name.len);
    row->name[name.len] = '\0';
}

bool lease_set_mac(struct lease_row *row, struct pxed_slice text) {
    struct pxed_hwaddr mac = {.type = HW_ETHERNET};
    int high = -1;
    for (size_t i = 0; i < text.len; i++) {
        int digit = pxed_hex_digit(text.ptr[i]);
        if (digit < 0 && high < 0 && (text.ptr[i] == ':' || text.ptr[i] == '-') && i > 0 && i + 1 < text.len)
            continue;
        if (digit < 0 || mac.len == HW_MAX)
            return false;
        if (high < 0) {
            high = digit;
            continue;
        }
        mac.bytes[mac.len++] = (uint8_t)(high << 4 | digit);
        high = -1;
    }
    if (mac.len != 6 || high >= 0)
        return false;
    row->mac = mac;
    return true;
}

/* ---- times ---- */

/* A number of at most `digits` digits at the front of `rest`, then one of `ends` or the end of the text. */
static bool time_number(struct pxed_slice *rest, size_t digits, const char *ends, unsigned *ret) {
    size_t n = 0;
    *ret = 0;
    while (n < rest->len && n < digits && pxed_is_digit(rest->ptr[n]))
        *ret = *ret * 10 + (unsigned)(rest->ptr[n++] - '0');
    if (n == 0 || (n < rest->len ? !strchr(ends, rest->ptr[n]) || rest->ptr[n] == '\0' : *ends != '\0'))
        return false;
    *rest = pxed_slice_skip(*rest, n + (*ends != '\0'));
    return true;
}

/* What follows the seconds: a fraction, then Z, +HH, +HH:MM or nothing. */
static bool time_zone(struct pxed_slice rest, int64_t *seconds) {
    if (rest.len > 0 && rest.ptr[0] == '.')
        do
            rest = pxed_slice_skip(rest, 1);
        while (rest.len > 0 && pxed_is_digit(rest.ptr[0]));
    if (rest.len == 0 || pxed_slice_is(rest, "Z"))
        return true;
    int64_t sign = rest.ptr[0] == '+' ? 1 : rest.ptr[0] == '-' ? -1 : 0;
    unsigned hours = 0, minutes = 0;
    rest = pxed_slice_skip(rest, 1);
    bool good = rest.len > 2 ? time_number(&rest, 2, ":", &hours) && time_number(&rest, 2, "", &minutes)
                             : time_number(&rest, 2, "", &hours);
    if (sign == 0 || !good || hours > 14 || minutes > 59)
        return false;
    *seconds -= sign * (int64_t)(hours * HOUR + minutes * MINUTE);
    return true;
}

static unsigned days_of(unsigned year, unsigned month) {
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

bool lease_time(struct pxed_slice text, int64_t *ret) {
    unsigned year, month, day, hour, minute, second = 0;
    size_t n = 0;
    if (!time_number(&text, 4, "-/", &year) || !time_number(&text, 2, "-/", &month) ||
        !time_number(&text, 2, " T", &day) || !time_number(&text, 2, ":", &hour) ||
        !time_number(&text, 2, ":", &minute))
        return false;
    for (; n < text.len && n < 2 && pxed_is_digit(text.ptr[n]); n++)
        second = second * 10 + (unsigned)(text.ptr[n] - '0');
    if (n != 2 || year < 1970 || month < 1 || month > 12 || day < 1 || day > days_of(year, month) || hour > 23 ||
        minute > 59 || second > 60)
        return false;
    int64_t seconds =
        pxed_date_days((struct pxed_date){year, month, day}) * DAY + (int64_t)(hour * HOUR + minute * MINUTE + second);
    if (!time_zone(pxed_slice_skip(text, n), &seconds))
        return false;
    *ret = seconds;
    return true;
}
