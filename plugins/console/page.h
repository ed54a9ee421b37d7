/* HTML made by the server: the login form, and the table of machines for browsers without JavaScript. */
#pragma once

#include "state.h"

/* A text that grows; zeroed it is empty. Freed by the caller. */
struct console_text {
    char *ptr;
    size_t len, cap;
};

/* `wrong`: a sentence above the form, or NULL. */
void console_page_login(struct console_text *out, const char *wrong);
/* Machines that contain `q=` of the query, at most CONSOLE_ROWS from place `from=`. */
void console_page_machines(const struct console *c, const struct pxed_api_caller *who, struct pxed_slice query,
                           struct console_text *out);

enum { CONSOLE_ROWS = 500 };
