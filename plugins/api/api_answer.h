/* Answers that grow, and errors. */
#pragma once

#include "api_state.h"

/* A JSON array of objects that owns its text. A zeroed one is empty. */
struct api_rows {
    char *ptr;
    size_t len, cap, n;
};
typedef void api_write_fn(struct pxed_buf *out, const void *view);
/* Appends one object; returns where it begins. */
size_t api_rows_add(struct api_rows *rows, api_write_fn *write, const void *view);

/* The same without the array around it, and text as it is. */
void api_rows_put(struct api_rows *rows, api_write_fn *write, const void *view);
void api_rows_slice(struct api_rows *rows, struct pxed_slice text);
void api_rows_text(struct api_rows *rows, const char *text);

/* These answer the request; rows are freed. */
void api_answer_rows(const struct api_ask *ask, struct api_rows *rows);
/* With further header lines; NULL: none. */
void api_answer_rows_with(const struct api_ask *ask, struct api_rows *rows, const char *headers);
void api_answer_text(const struct api_ask *ask, const char *type, struct pxed_slice text);
void api_answer_error(const struct api_ask *ask, int status, enum pxed_reason reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Reports a refusal to the core, with the peer. */
void api_refuse(const struct api_ask *ask, enum pxed_reason reason, const char *detail);

/* Resolves HOST to its MAC; false: the request has been answered with the nearest known name. */
bool api_resolve(const struct api_ask *ask, struct pxed_slice host, struct pxed_hwaddr *ret_mac);
