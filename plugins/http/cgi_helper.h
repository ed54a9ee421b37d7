/* The process that starts scripts. If pxed is root, it is root without rights but to change the account and to kill;
 * each script is another account, and can neither trace nor end it. */
#pragma once

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>

#define HTTP_CGI_RIGHTS (UINT64_C(1) << CAP_SETUID | UINT64_C(1) << CAP_SETGID | UINT64_C(1) << CAP_KILL)

struct http_cgi_account {
    bool change; /* scripts switch to the account below; else they keep the current one */
    unsigned uid, gid;
    const unsigned *groups;
    int n_groups;
};

/* Runs in the helper, as pxed_helper_setup.run; `arg` is a struct http_cgi_account. Returns only if it cannot
 * start. */
void http_cgi_helper(const void *arg);
