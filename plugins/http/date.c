/* HTTP dates (RFC 9110 5.6.7). */
#include "date.h"

#include "pxed/date.h"

static const char days[] = "SunMonTueWedThuFriSat";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

void http_date_format(int64_t seconds, struct pxed_buf *out) {
    const int64_t last = 253402300799; /* 9999-12-31T23:59:59 */
    seconds = seconds < 0 ? 0 : seconds > last ? last : seconds;
    int64_t day = seconds / 86400;
    unsigned rest = (unsigned)(seconds % 86400);
    struct pxed_date date = pxed_date_of_days(day);
    pxed_buf_add(out, pxed_slice(days + (day + 4) % 7 * 3, 3));
    pxed_buf_add(out, PXED_SLICE(", "));
    pxed_buf_digits(out, date.day, 2);
    pxed_buf_byte(out, ' ');
    pxed_buf_add(out, pxed_slice(months + (date.month - 1) * 3, 3));
    pxed_buf_byte(out, ' ');
    pxed_buf_digits(out, (uint64_t)date.year, 4);
    pxed_buf_byte(out, ' ');
    pxed_buf_digits(out, rest / 3600, 2);
    pxed_buf_byte(out, ':');
    pxed_buf_digits(out, rest / 60 % 60, 2);
    pxed_buf_byte(out, ':');
    pxed_buf_digits(out, rest % 60, 2);
    pxed_buf_add(out, PXED_SLICE(" GMT"));
}

struct parts {
    uint64_t year, day, hour, minute, second;
    unsigned month;
};

static bool date_number(struct pxed_slice word, size_t digits, uint64_t max, uint64_t *ret) {
    return word.len == digits && pxed_slice_u64(word, max, ret);
}

static bool month_name(struct pxed_slice word, unsigned *ret) {
    for (unsigned m = 0; word.len == 3 && m < 12; m++)
        if (memcmp(word.ptr, months + m * 3, 3) == 0) {
            *ret = m + 1;
            return true;
        }
    return false;
}

static bool clock_time(struct pxed_slice w, struct parts *p) {
    return w.len == 8 && w.ptr[2] == ':' && w.ptr[5] == ':' && date_number(pxed_slice_head(w, 2), 2, 23, &p->hour) &&
           date_number(pxed_slice(w.ptr + 3, 2), 2, 59, &p->minute) &&
           date_number(pxed_slice(w.ptr + 6, 2), 2, 60, &p->second);
}

/* 06-Nov-94 08:49:37 GMT */
static bool date_rfc850(struct pxed_slice date, struct pxed_slice rest, struct parts *p) {
    if (!date_number(pxed_slice_word(&date, "-"), 2, 31, &p->day) ||
        !month_name(pxed_slice_word(&date, "-"), &p->month) ||
        !date_number(pxed_slice_word(&date, "-"), 2, 99, &p->year))
        return false;
    p->year += p->year < 70 ? 2000 : 1900;
    return clock_time(pxed_slice_word(&rest, " "), p) && pxed_slice_is(pxed_slice_trim(rest), "GMT");
}

bool http_date_parse(struct pxed_slice text, int64_t *ret_seconds) {
    struct parts p = {0};
    struct pxed_slice rest = pxed_slice_trim(text);
    struct pxed_slice weekday = pxed_slice_word(&rest, " ");
    struct pxed_slice second = pxed_slice_word(&rest, " ");
    if (weekday.len == 3) { /* asctime: Sun Nov  6 08:49:37 1994 */
        struct pxed_slice day = pxed_slice_word(&rest, " ");
        if (!month_name(second, &p.month) || day.len > 2 || !pxed_slice_u64(day, 31, &p.day) ||
            !clock_time(pxed_slice_word(&rest, " "), &p) || !date_number(pxed_slice_trim(rest), 4, 9999, &p.year))
            return false;
    } else if (weekday.len > 4) {
        if (!date_rfc850(second, rest, &p))
            return false;
    } else if (!date_number(second, 2, 31, &p.day) || !month_name(pxed_slice_word(&rest, " "), &p.month) ||
               !date_number(pxed_slice_word(&rest, " "), 4, 9999, &p.year) ||
               !clock_time(pxed_slice_word(&rest, " "), &p) || !pxed_slice_is(pxed_slice_trim(rest), "GMT")) {
        return false;
    }
    if (p.day == 0 || p.year < 1970)
        return false;
    *ret_seconds = pxed_date_days((struct pxed_date){(int64_t)p.year, p.month, (unsigned)p.day}) * 86400 +
                   (int64_t)p.hour * 3600 + (int64_t)p.minute * 60 + (int64_t)p.second;
    return true;
}
