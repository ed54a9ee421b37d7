/* Severity of a log line. */
#pragma once

/* Numbered as in syslog (RFC 5424, 6.2.1). */
enum pxed_log_level { PXED_LOG_ERROR = 3, PXED_LOG_WARNING = 4, PXED_LOG_INFO = 6, PXED_LOG_DEBUG = 7 };
