/* As much of the core as TFTP needs: one interface (loopback), names from a list, and a memory of what was reported. */
#pragma once

#include <uv.h>

#include "pxed/plugin.h"
#include "tftp.h"

extern const struct pxed_plugin *pxed_plugin_query(uint16_t host_major);

struct fake_name {
    const char *name;
    enum pxed_reason reason;     /* not OK: refused */
    bool file;                   /* from a descriptor, between other bytes; else from memory */
    bool late;                   /* answered a few loop turns later */
    enum pxed_content_kind kind; /* CGI: for the refusal */
    int status;                  /* 0: 200 */
    size_t lie;                  /* the file is shorter than promised, by this */
    struct pxed_slice bytes;
};

enum { FAKE_LATE = 64 };

struct fake_core {
    struct pxed_ctx ctx;
    uv_loop_t loop;
    struct pxed_iface iface;
    struct tftp_config config;
    const struct fake_name *names;
    size_t n_names;

    unsigned opened, released, whole, cancelled;
    uint64_t last_sent;       /* of the content released last */
    struct pxed_request last; /* slices are dead */
    char last_path[2048];
    unsigned refused[PXED_REASON_COUNT];
    unsigned stopped;
    bool log_to_stderr;

    uv_idle_t idle;
    unsigned idle_turns;
    struct {
        pxed_open_fn *later;
        void *arg;
        const struct fake_name *name;
    } late[FAKE_LATE];
};

/* init and start of the plugin on a free port of 127.0.0.1, which is returned. */
uint16_t fake_core_open(struct fake_core *fake, const struct fake_name *names, size_t n_names);
/* stop (without waiting), fini; nothing may be left open or unreleased. */
void fake_core_close(struct fake_core *fake);
/* Calls the plugin's stop; `stopped` counts its answer. */
void fake_core_stop(struct fake_core *fake);

/* Runs `work` in a thread while the loop serves, until it returns. */
void fake_core_serve(struct fake_core *fake, void (*work)(void *arg), void *arg);
/* Serves for so many milliseconds of real time. */
void fake_core_wait(struct fake_core *fake, unsigned ms);

/* Bytes that repeat nowhere near a block boundary; static. */
struct pxed_slice fake_bytes(size_t n);
