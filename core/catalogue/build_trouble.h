/* What keeps one host from being installed, while all others are in force. */
#pragma once

#include "build_state.h"

/* This host alone will not be installed, for the first reason that is given. Told as an error of file:line. */
void build_trouble(struct build *b, struct catalogue_host *h, enum pxed_reason why, const char *file, unsigned line,
                   const char *format, ...) __attribute__((format(printf, 6, 7)));
/* The same without telling: somebody told it already. */
void build_note_trouble(struct build *b, struct catalogue_host *h, enum pxed_reason why, const char *file,
                        unsigned line, const char *text);
/* Errors told since `from` are this host's (NULL: of hosts that are found later), whatever line they name. */
void build_own_errors(struct build *b, struct catalogue_host *h, enum pxed_reason why, size_t from);
