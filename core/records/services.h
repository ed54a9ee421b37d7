/* What plugins and the core publish for one another, by name: "store/1", "control/1". */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { SERVICES_MAX = 32 };

struct services {
    struct {
        const char *name;
        const void *service;
    } items[SERVICES_MAX];
    size_t n;
};

/* Both live until the daemon ends. False: there is no room. */
bool services_publish(struct services *s, const char *name, const void *service);
/* NULL: nobody published it. */
const void *services_find(const struct services *s, const char *name);
