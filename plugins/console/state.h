/* The state that the files of the plugin share. Loop thread only. */
#pragma once

#include "pxed/api.h"
#include "pxed/control.h"
#include "pxed/plugin.h"
#include "rate.h"

enum { CONSOLE_LISTENERS = 8 };

struct console_config {
    struct pxed_list listen;
    uint64_t viewers;
    const char *cert, *key; /* NULL: without TLS */
};

struct console_file;

struct console {
    struct pxed_ctx *ctx;
    const struct console_config *config;
    const struct pxed_http_service *http;
    const struct pxed_api_service *api;
    const struct pxed_control *control;
    int fds[CONSOLE_LISTENERS]; /* until the http plugin has them */
    size_t n_fds;
    struct pxed_http_pair *pair; /* NULL: without TLS */
    struct console_file *files;  /* files.h */
    size_t n_files;
    struct console_rate rate;
};
