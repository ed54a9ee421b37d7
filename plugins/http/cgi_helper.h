/* The process that starts scripts, as another account. */
#pragma once

#include <stdbool.h>

struct http_cgi_account {
    bool change; /* become the account below; else stay who we are */
    unsigned uid, gid;
    const unsigned *groups;
    int n_groups;
};

/* The helper's life, as pxed_helper_setup.run; `account` is a struct http_cgi_account. Returns only if it cannot
 * begin. */
void http_cgi_helper(const void *account);
