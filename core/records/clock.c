/* The boot-time clock with an offset that makes it calendar time, set once. */
#include "clock.h"

#include <time.h>

static int64_t read_ms(clockid_t id) {
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_calendar(void) {
    return read_ms(CLOCK_REALTIME_COARSE);
}

int64_t clock_wall(void) {
    static int64_t offset;
    if (offset == 0)
        offset = read_ms(CLOCK_REALTIME) - read_ms(CLOCK_BOOTTIME);
    return read_ms(CLOCK_BOOTTIME) + offset;
}
