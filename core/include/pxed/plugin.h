/* The plugin ABI. A plugin is one .so that exports one function, emitted by PXED_PLUGIN(). It links to nothing of the
 * daemon but libpxed-base; it calls the core through the table in its context. Append-only: fields are added at the
 * end with a new minor number; NULL means "not needed". */
#pragma once

#include <stdarg.h>

#include "pxed/content.h"
#include "pxed/diag.h"
#include "pxed/log.h"
#include "pxed/option.h"
#include "pxed/os.h"
#include "pxed/share.h"
#include "pxed/store.h"

#define PXED_PLUGIN_MAGIC 0x70786564u /* "pxed" */
enum { PXED_ABI_MAJOR = 1, PXED_ABI_MINOR = 3 };

struct uv_loop_s;
struct pxed_core;

enum pxed_kind { PXED_KIND_PROTOCOL = 1, PXED_KIND_OS, PXED_KIND_SERVICE };

/* An interface that pxed serves. */
struct pxed_iface {
    char name[16];
    unsigned index;
    struct pxed_addr addr; /* the server's address on it */
    uint8_t prefix;
    struct pxed_hwaddr mac;
    unsigned mtu;
};

/* What a protocol learned about a machine from one packet. Evidence, not truth. */
struct pxed_facts {
    struct pxed_hwaddr mac;
    uint8_t uuid[16];
    bool has_uuid;
    enum pxed_firmware firmware;
    bool has_firmware; /* option 93 was there */
    enum pxed_loader loader;
    bool boots;               /* it asks for boot data (PXEClient, HTTPClient, iPXE): firmware or loader, not an OS */
    bool opens_boot;          /* a DISCOVER of firmware or loader: perhaps a new power-on; the ladder tells */
    uint16_t arch;            /* as sent */
    struct pxed_slice vendor; /* as sent */
    const struct pxed_iface *iface;
};

/* What this machine shall do. Pointers belong to the catalogue generation and stay valid until the loop turn ends. */
struct pxed_verdict {
    enum pxed_reason reason;      /* why no installer: OK when armed */
    bool offer_boot;              /* give it a loader or the script's URL; false: an address at most */
    bool install;                 /* armed: the script will be an installer */
    const struct pxed_host *host; /* NULL: not declared */
    const char *script_url;       /* http://pxe-server/boot/home.php?mac=08-00-27-4d-4d-aa */
};

/* Steps of a machine as protocols report them. Order is the boot record's ladder; it only moves forward. */
enum pxed_stage {
    PXED_STAGE_NONE,
    PXED_STAGE_DISCOVERED,
    PXED_STAGE_OFFERED,
    PXED_STAGE_LEASED,
    PXED_STAGE_LOADER,
    PXED_STAGE_SCRIPT,
    PXED_STAGE_KERNEL,
    PXED_STAGE_ANSWER,
    PXED_STAGE_INSTALLER,
    PXED_STAGE_LOCAL,
    PXED_STAGE_REFUSED,
    PXED_STAGE_COUNT
};
extern const char *const pxed_stage_names[PXED_STAGE_COUNT + 1];

struct pxed_ctx; /* one per plugin, made by the core; the plugin keeps the pointer from init to fini */

/* The core as a plugin sees it. Append-only. All calls on the loop thread only, unless said otherwise. */
struct pxed_core {
    uint32_t size;
    struct uv_loop_s *(*loop)(struct pxed_ctx *ctx);
    /* Monotonic and wall clock, milliseconds, as of this loop turn. */
    uint64_t (*now)(struct pxed_ctx *ctx);
    uint64_t (*wall)(struct pxed_ctx *ctx);
    /* `event` is a slug [a-z-]+; mac and ip may be NULL. The text is `key=value ...`; wire text must be escaped. */
    void (*log)(struct pxed_ctx *ctx, enum pxed_log_level level, const char *event, const struct pxed_hwaddr *mac,
                const struct pxed_addr *ip, const char *format, va_list args);
    size_t (*ifaces)(struct pxed_ctx *ctx, const struct pxed_iface **ret);

    /* Facts in, verdict out; also teaches the core what was seen. */
    void (*decide)(struct pxed_ctx *ctx, const struct pxed_facts *facts, struct pxed_verdict *ret);
    /* A declared host by MAC, or NULL. */
    const struct pxed_host *(*host)(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac);
    /* The host that reserves this address by ip=, or NULL. */
    const struct pxed_host *(*host_by_ip)(struct pxed_ctx *ctx, const struct pxed_addr *ip);
    /* A step in a machine's journal. `ip`, if set, is remembered as the machine's address (a lease, or what a proxy
     * overheard). `detail` may be NULL. A reason other than OK is a refusal, counted and kept with its name. */
    void (*step)(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac, enum pxed_stage stage, enum pxed_reason reason,
                 const struct pxed_addr *ip, const char *detail);
    /* A refusal that no machine can be named for (a malformed packet): counted, logged at a bounded rate. */
    void (*refuse)(struct pxed_ctx *ctx, enum pxed_reason reason, const struct pxed_addr *peer, const char *detail);

    /* Opens a name. Returns true when done at once: *ret_reason is OK with *ret_content, or a refusal (then
     * *ret_content is NULL). False: pending; `later` will be called exactly once unless `cancel` is called with
     * *ret_ticket. */
    bool (*open)(struct pxed_ctx *ctx, const struct pxed_request *request, enum pxed_reason *ret_reason,
                 struct pxed_content **ret_content, pxed_open_fn *later, void *arg, uint64_t *ret_ticket);
    void (*cancel)(struct pxed_ctx *ctx, uint64_t ticket);
    /* A CGI run for `content` failed: journalled as CGI_FAILED with what it said. */
    void (*cgi_failed)(struct pxed_ctx *ctx, struct pxed_content *content, const char *why);

    /* Services, by name with major version: "store/1". Published in init, found in start or later. */
    void (*publish)(struct pxed_ctx *ctx, const char *name, const void *service);
    const void *(*find)(struct pxed_ctx *ctx, const char *name);
    const char *(*state_dir)(struct pxed_ctx *ctx); /* absolute; exists and is writable after init */
    /* Did this MAC show iPXE or gPXE within the last `within_ms`? */
    bool (*loader_seen)(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac, uint64_t within_ms);
};

struct pxed_ctx {
    const struct pxed_core *core;
    const void *config; /* the plugin's own config struct, bound from its section; constant */
    void *self;         /* the plugin's own */
};

/* What the http plugin tells the core about itself before anything starts (also in `pxed check` and `explain`). */
struct pxed_site {
    uint16_t port;      /* 0: no HTTP */
    const char *script; /* "home.php" */
    bool script_always;
    bool status_all;      /* /status and /metrics for everybody */
    struct pxed_list cgi; /* ".php /usr/bin/php-cgi" each */
};

/* `ops` of a plugin of kind PXED_KIND_PROTOCOL or PXED_KIND_SERVICE; may be NULL. Append-only. */
struct pxed_protocol_ops {
    uint32_t size;
    /* Completes `site`; the http plugin only. */
    void (*site)(const void *config, struct pxed_site *site);
    /* Judges the bound configuration beyond single rows; `file` is the ini. */
    void (*check)(const void *config, const char *file, struct pxed_diags *diags);
    /* Writes for people what it would answer: `pxed explain`. `verdict` as decide() would give it. */
    void (*explain)(const void *config, const struct pxed_facts *facts, const struct pxed_verdict *verdict,
                    struct pxed_buf *out);
    /* Since minor 1. Completes `site`; the plugin that publishes the share only. */
    void (*share_site)(const void *config, struct pxed_share_site *site);
};

struct pxed_plugin {
    uint32_t magic; /* these four never move */
    uint16_t abi_major, abi_minor;
    uint32_t size;

    enum pxed_kind kind;
    const char *name; /* also the file's name and the ini section's */
    const char *version;
    const char *summary;
    const char *const *provides; /* services, NULL-terminated: "store/1" */
    const char *const *needs;
    const struct pxed_option *options; /* ends with a zeroed row */
    uint32_t config_size;
    const void *ops; /* by kind */

    /* 0 or a negative errno with a sentence already logged. */
    int (*init)(struct pxed_ctx *ctx);  /* privileged: bind and open; no threads yet */
    int (*start)(struct pxed_ctx *ctx); /* unprivileged; services can be found */
    /* Take no new work; call done when the running work has ended. NULL: nothing to drain. */
    void (*stop)(struct pxed_ctx *ctx, void (*done)(struct pxed_ctx *ctx));
    void (*fini)(struct pxed_ctx *ctx); /* close every handle; the loop runs once more after it */
};

#ifdef PXED_STATIC_PLUGIN
#define PXED_PLUGIN_SYMBOL_(name) pxed_plugin_query_##name
#define PXED_PLUGIN_SYMBOL(name)  PXED_PLUGIN_SYMBOL_(name)
#else
#define PXED_PLUGIN_SYMBOL(name) pxed_plugin_query
#endif

/* PXED_PLUGIN(os_linux, .kind = PXED_KIND_OS, .name = "os-linux", ...); the first word is the name with `_` for `-`. */
#define PXED_PLUGIN(ident, ...)                                                                                        \
    extern const struct pxed_plugin *PXED_PLUGIN_SYMBOL(ident)(uint16_t host_major);                                   \
    __attribute__((visibility("default"))) const struct pxed_plugin *PXED_PLUGIN_SYMBOL(ident)(uint16_t host_major) {  \
        static const struct pxed_plugin plugin = {.magic = PXED_PLUGIN_MAGIC,                                          \
                                                  .abi_major = PXED_ABI_MAJOR,                                         \
                                                  .abi_minor = PXED_ABI_MINOR,                                         \
                                                  .size = sizeof(struct pxed_plugin),                                  \
                                                  __VA_ARGS__};                                                        \
        (void)host_major;                                                                                              \
        return &plugin;                                                                                                \
    }

/* Calls that read well. */
static inline __attribute__((format(printf, 6, 7))) void pxed_log(struct pxed_ctx *ctx, enum pxed_log_level level,
                                                                  const char *event, const struct pxed_hwaddr *mac,
                                                                  const struct pxed_addr *ip, const char *format, ...) {
    va_list args;
    va_start(args, format);
    ctx->core->log(ctx, level, event, mac, ip, format, args);
    va_end(args);
}
