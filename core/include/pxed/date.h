/* The civil calendar: converts days since 1970-01-01 to a date and back. Years from 0 on. Pure. */
#pragma once

#include <stdint.h>

struct pxed_date {
    int64_t year;
    unsigned month, day; /* both start at 1 */
};

struct pxed_date pxed_date_of_days(int64_t days);
int64_t pxed_date_days(struct pxed_date date);
