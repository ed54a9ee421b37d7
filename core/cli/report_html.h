/* The report as one HTML page without anything from elsewhere. */
#pragma once

#include <stdio.h>

#include "report_count.h"

/* `period`: "since 2026-03-01 12:00". */
void report_html(const struct report *r, const char *period, FILE *out);
