/* Records what keeps one host from being installed while all others are in force. */
#pragma once

#include "build_state.h"

/* This host alone will not be installed. Its first reason is kept. Reported as an error of file:line. */
void build_trouble(struct build *b, struct catalogue_host *h, enum pxed_reason why, const char *file, unsigned line,
                   const char *format, ...) __attribute__((format(printf, 6, 7)));
/* The same without a report, for a problem that was already reported. */
void build_note_trouble(struct build *b, struct catalogue_host *h, enum pxed_reason why, const char *file,
                        unsigned line, const char *text);
/* Assigns errors reported since index `from` to this host (NULL: to hosts that are found later), whatever line they
 * name. */
void build_own_errors(struct build *b, struct catalogue_host *h, enum pxed_reason why, size_t from);
