/* The service "api/1": the routes below /api/v1, for plugins that answer them on a listener of their own, and the
 * tokens that open them. Loop thread only. Since minor 8. */
#pragma once

#include "pxed/http.h"

/* What a token may do. OPERATE and ARM include READ. */
enum pxed_api_scope { PXED_API_READ = 1, PXED_API_OPERATE = 2, PXED_API_ARM = 4 };

/* Who asks. Slices belong to the api plugin and stay valid until the loop turn ends. */
struct pxed_api_caller {
    struct pxed_slice name;   /* of the token */
    unsigned scopes;          /* bits of enum pxed_api_scope */
    struct pxed_slice groups; /* "web db": it sees hosts of these groups alone; empty: everything */
    unsigned viewers;         /* streams of events at once; said by the plugin that calls */
};

struct pxed_api_service {
    uint32_t size;
    void *self;
    /* Whose token is this? False: nobody's. */
    bool (*who)(void *self, struct pxed_slice token, struct pxed_api_caller *ret);
    /* May it see this machine? */
    bool (*sees)(void *self, const struct pxed_api_caller *caller, const struct pxed_hwaddr *mac);
    /* Answers a call whose path begins with /api/v1/, as far as the caller's scopes go. */
    void (*call)(void *self, const struct pxed_api_caller *caller, const struct pxed_http_call *call,
                 struct pxed_http_reply *reply);
};
