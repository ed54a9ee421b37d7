/* Formats numbers, times and untrusted text for people. Each function writes into the caller's array and returns it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_SHORT = 32, TEXT_LINE = 512 };

/* for a time of 0 */
const char *text_age(int64_t at_ms, int64_t now_ms, char text[static TEXT_SHORT]);
/* "+0.2s", "+59.9s", "+1m05s", "+2h03m" */
const char *text_elapsed(int64_t ms, char text[static TEXT_SHORT]);
/* "12s", "1m05s", "2h03m": time left */
const char *text_left(double seconds, char text[static TEXT_SHORT]);
/* "999 B", "64.0 kB", "1.3 MB", "4.1 GB": powers of ten, as disks and networks count */
const char *text_bytes(double bytes, char text[static TEXT_SHORT]);
/* Local time "12:00:05", and with the date "2026-03-01 12:00:05". Milliseconds since the epoch. */
const char *text_clock(int64_t at_ms, char text[static TEXT_SHORT]);
const char *text_date(int64_t at_ms, char text[static TEXT_SHORT]);

/* "[====>     ]" of `width` columns in all (3 to TEXT_SHORT - 1); fraction 0..1. */
const char *text_bar(double fraction, int width, char text[static TEXT_SHORT]);

/* A cure with HOST replaced by the host's name. */
const char *text_cure(const char *cure, const char *host, char text[static TEXT_LINE]);

/* Makes text from a socket safe for a terminal: control bytes, C1 codes (U+0080..U+009F) and broken UTF-8 become `?`.
 * Text that does not fit into `size` is cut. */
const char *text_clean(const char *wire, char *text, size_t size);
/* Columns of clean text, one per code point. */
size_t text_columns(const char *clean);
/* Cuts clean text in place to that many columns. */
void text_cut(char *clean, size_t columns);
/* The last `columns` columns of clean text, with ".." before them if something was cut. */
const char *text_tail(const char *clean, size_t columns, char text[static TEXT_LINE]);
