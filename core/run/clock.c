/* Two clocks. What is decided goes by one that never jumps while the daemon runs; what people read, by the calendar. */
#include <time.h>

#include "daemon.h"

static int64_t read_ms(clockid_t id) {
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t daemon_calendar(const struct daemon *d) {
    (void)d;
    return read_ms(CLOCK_REALTIME_COARSE);
}

/* The calendar as it was at the start, and the time since: a clock that is set ends no installation and no arming. */
int64_t daemon_wall(const struct daemon *d) {
    static int64_t offset;
    (void)d;
    if (offset == 0)
        offset = read_ms(CLOCK_REALTIME) - read_ms(CLOCK_BOOTTIME);
    return read_ms(CLOCK_BOOTTIME) + offset;
}
