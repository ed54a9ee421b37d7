/* What a plugin counts, as it comes into /metrics and /status. Names and units as Prometheus wants them: base units,
 * counters end in `_total`. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Values are words of the plugin or of the configuration, never from the wire. A list ends with key NULL. */
struct pxed_metric_label {
    const char *key, *value;
};

/* Given to a plugin during the call; the texts are copied. */
struct pxed_metrics {
    uint32_t size;
    void *self;
    /* Begins a metric: `name` without `pxed_`, "counter" or "gauge", a sentence. Its values follow. */
    void (*begin)(void *self, const char *name, const char *type, const char *help);
    /* `labels` may be NULL. */
    void (*value)(void *self, const struct pxed_metric_label *labels, uint64_t n);
};
