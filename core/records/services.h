/* Services that plugins and the core publish for each other, by name: "store/1", "control/1". */
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

/* Name and service must live until the daemon ends. False: the table is full. */
bool services_publish(struct services *s, const char *name, const void *service);
/* NULL: not published. */
const void *services_find(const struct services *s, const char *name);
