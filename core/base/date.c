/* The civil calendar: converts days since 1970-01-01 to a date and back. */
#include "pxed/date.h"

/* Howard Hinnant's civil-day arithmetic: years begin in March, so that the leap day comes last. */
int64_t pxed_date_days(struct pxed_date date) {
    int64_t y = date.year;
    unsigned m = date.month;
    y -= m <= 2;
    int64_t era = y / 400;
    unsigned yoe = (unsigned)(y - era * 400);
    unsigned doy = (153 * (m + (m > 2 ? -3u : 9u)) + 2) / 5 + date.day - 1;
    unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + (int64_t)doe - 719468;
}

struct pxed_date pxed_date_of_days(int64_t days) {
    int64_t z = days + 719468;
    struct pxed_date date;
    int64_t era = z / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;
    date.day = doy - (153 * mp + 2) / 5 + 1;
    date.month = mp < 10 ? mp + 3 : mp - 9;
    date.year = (int64_t)yoe + era * 400 + (date.month <= 2);
    return date;
}
