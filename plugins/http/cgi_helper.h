/* The process that starts scripts, running as another account. */
#pragma once

#include <stdbool.h>

struct http_cgi_account {
    bool change; /* switch to the account below; else keep the current one */
    unsigned uid, gid;
    const unsigned *groups;
    int n_groups;
};

/* Runs in the helper, as pxed_helper_setup.run; `account` is a struct http_cgi_account. Returns only if it cannot
 * start. */
void http_cgi_helper(const void *account);
