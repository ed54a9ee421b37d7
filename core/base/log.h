/* One line per event: time level plugin event mac ip key=value. To stderr; under journald with a level prefix instead
 * of the time. Any thread. A reader that does not read delays nobody, and no kind of event fills the log (log_out.h).
 */
#pragma once

#include <stdarg.h>

#include "pxed/addr.h"
#include "pxed/log.h"

void log_init(bool debug);
void log_write(const char *plugin, enum pxed_log_level level, const char *event, const struct pxed_hwaddr *mac,
               const struct pxed_addr *ip, const char *format, va_list args);
__attribute__((format(printf, 3, 4))) void log_core(enum pxed_log_level level, const char *event, const char *format,
                                                    ...);
bool log_wants(enum pxed_log_level level);
/* Now and then: writes what the reader of stderr did not take before, and says how much was dropped. */
void log_tick(void);
/* Lines that were not written since the start: because nobody read stderr, and because too many of one kind came in one
 * second. */
struct log_lost {
    uint64_t unread, crowded;
};
struct log_lost log_lost(void);
