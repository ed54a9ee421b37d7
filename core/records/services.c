/* A short list, searched by name. */
#include "services.h"

#include <string.h>

bool services_publish(struct services *s, const char *name, const void *service) {
    if (s->n == SERVICES_MAX)
        return false;
    s->items[s->n].name = name;
    s->items[s->n++].service = service;
    return true;
}

const void *services_find(const struct services *s, const char *name) {
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->items[i].name, name) == 0)
            return s->items[i].service;
    return NULL;
}
