/* The plugin ABI. A plugin is one .so that exports one function, defined by PXED_PLUGIN(). Of the daemon it links only
 * libpxed-base; it calls the core through the table in its context. Append-only: fields are added at the end with a new
 * minor number; NULL means "not needed". */
#pragma once

#include <stdarg.h>

#include "pxed/content.h"
#include "pxed/diag.h"
#include "pxed/helper.h"
#include "pxed/log.h"
#include "pxed/metrics.h"
#include "pxed/option.h"
#include "pxed/os.h"
#include "pxed/share.h"
#include "pxed/store.h"
#include "pxed/tls.h"

#define PXED_PLUGIN_MAGIC 0x70786564u /* "pxed" */
enum { PXED_ABI_MAJOR = 1, PXED_ABI_MINOR = 8 };

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

/* What a protocol learned about a machine from one packet: hints, not proven. Slices live only during the call. */
struct pxed_facts {
    struct pxed_hwaddr mac;
    uint8_t uuid[16];
    bool has_uuid;
    enum pxed_firmware firmware;
    bool has_firmware; /* the packet had option 93 */
    enum pxed_loader loader;
    bool boots;      /* it requests boot data (PXEClient, HTTPClient, iPXE): firmware or a loader, not an OS */
    bool opens_boot; /* a DISCOVER from firmware or a loader: possibly a new power-on; the boot record decides */
    uint16_t arch;   /* as sent */
    uint16_t secs;   /* seconds since it began to ask, as it says; in what was padding before minor 8 */
    struct pxed_slice vendor; /* as sent */
    const struct pxed_iface *iface;
};

/* What this machine is to do. Pointers belong to the catalogue generation and stay valid until the loop turn ends. */
struct pxed_verdict {
    enum pxed_reason reason;      /* why no installer: OK when armed */
    bool offer_boot;              /* offer a loader or the script's URL; false: at most an address */
    bool install;                 /* armed: the script will start the installer */
    const struct pxed_host *host; /* NULL: not declared */
    const char *script_url;       /* http://pxe-server/boot/home.php?mac=08-00-27-4d-4d-aa */
    /* Since 1.8; what `loader` below says, in `explain`; `decide` leaves it NULL: ask. */
    const char *loader;
};

/* Stages of a boot as protocols report them, in order: the boot record only moves forward. */
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

struct pxed_ctx; /* one per plugin, owned by the core; valid from init to fini */

/* The core as a plugin sees it. Append-only. All calls on the loop thread only, unless said otherwise. */
struct pxed_core {
    uint32_t size;
    struct uv_loop_s *(*loop)(struct pxed_ctx *ctx);
    /* Monotonic and wall clock, in milliseconds, as of this loop turn. */
    uint64_t (*now)(struct pxed_ctx *ctx);
    uint64_t (*wall)(struct pxed_ctx *ctx);
    /* `event` is a word [a-z-]+; mac and ip may be NULL. The text is `key=value ...`; escape text from the wire
     * first. */
    void (*log)(struct pxed_ctx *ctx, enum pxed_log_level level, const char *event, const struct pxed_hwaddr *mac,
                const struct pxed_addr *ip, const char *format, va_list args);
    size_t (*ifaces)(struct pxed_ctx *ctx, const struct pxed_iface **ret);

    /* Turns facts into a verdict and records what was seen of the machine. */
    void (*decide)(struct pxed_ctx *ctx, const struct pxed_facts *facts, struct pxed_verdict *ret);
    /* A declared host by MAC, or NULL. */
    const struct pxed_host *(*host)(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac);
    /* The host that reserves this address by ip=, or NULL. */
    const struct pxed_host *(*host_by_ip)(struct pxed_ctx *ctx, const struct pxed_addr *ip);
    /* Adds a step to a machine's journal. `ip`, if set, is remembered as the machine's address (a lease, or one that a
     * proxy saw). `detail` may be NULL. A reason other than OK is a refusal: it is counted and kept by name. */
    void (*step)(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac, enum pxed_stage stage, enum pxed_reason reason,
                 const struct pxed_addr *ip, const char *detail);
    /* A refusal that belongs to no known machine (a malformed packet): counted, logged at a limited rate. */
    void (*refuse)(struct pxed_ctx *ctx, enum pxed_reason reason, const struct pxed_addr *peer, const char *detail);

    /* Opens a name. True: answered at once; *ret_reason is OK with *ret_content, which the caller ends with release(),
     * or a refusal with *ret_content NULL. False: pending; `later` is called exactly once, unless `cancel` is called
     * with *ret_ticket. */
    bool (*open)(struct pxed_ctx *ctx, const struct pxed_request *request, enum pxed_reason *ret_reason,
                 struct pxed_content **ret_content, pxed_open_fn *later, void *arg, uint64_t *ret_ticket);
    void (*cancel)(struct pxed_ctx *ctx, uint64_t ticket);
    /* A CGI run for `content` failed: recorded in the journal as CGI_FAILED with `why`. */
    void (*cgi_failed)(struct pxed_ctx *ctx, struct pxed_content *content, const char *why);

    /* Services, by name with major version: "store/1". Published in init, found in start or later, and in init if they
     * are named in `needs`. */
    void (*publish)(struct pxed_ctx *ctx, const char *name, const void *service);
    const void *(*find)(struct pxed_ctx *ctx, const char *name);
    const char *(*state_dir)(struct pxed_ctx *ctx); /* absolute; exists and is writable after init */
    /* Did this MAC use iPXE or gPXE within the last `within_ms`? */
    bool (*loader_seen)(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac, uint64_t within_ms);
    /* How many declared hosts have no ip=, and so need an address of the pool. Since 1.5. */
    size_t (*hosts_without_ip)(struct pxed_ctx *ctx);
    /* Forks a helper (pxed/helper.h), in init; as pxed_helper_start, but one that fails is started again. Since 1.6. */
    int (*helper)(struct pxed_ctx *ctx, const struct pxed_helper_setup *setup, struct pxed_helper *ret);
    /* A socket that systemd has bound for pxed, in init: of `type` (SOCK_STREAM: it listens), to `port` and to `addr`
     * or to every address, on `iface` or, if pxed serves no other, on none (then tie it). Non-blocking, close-on-exec,
     * the caller's; -1: there is none, open one. Since 1.6. */
    int (*socket)(struct pxed_ctx *ctx, int type, const struct pxed_addr *addr, uint16_t port, const char *iface);
    /* 16 hex digits for the names of this host's present boot, `n/DIGITS/NAME`: who asks under them is taken for it, so
     * they may be sent to nobody but its relay. False: the host is not declared. Since 1.7. */
    bool (*nonce)(struct pxed_ctx *ctx, const struct pxed_hwaddr *mac, char ret[static 17]);
    /* Which of these loaders firmware gets now: names, or `auto` for those at hand. The machine may have had one that
     * did not start there: then it is another. NULL: none of `auto` is at hand. Valid until the loop turn ends. Since
     * 1.8. */
    const char *(*loader)(struct pxed_ctx *ctx, const struct pxed_facts *facts, const struct pxed_list *wanted);
    /* In which of these ways firmware is told its boot file now, best first; each shorter than 8 characters, n > 0. The
     * machine may have fetched nothing when it was told otherwise. Its index. Since 1.8. */
    size_t (*way)(struct pxed_ctx *ctx, const struct pxed_facts *facts, const char *const *names, size_t n);
};

struct pxed_ctx {
    const struct pxed_core *core;
    const void *config; /* the plugin's config struct, bound from its section; constant */
    void *self;         /* for the plugin's use */
};

/* What the http plugin tells the core about itself before start (also in `pxed check` and `explain`). */
struct pxed_site {
    uint16_t port;      /* 0: no HTTP */
    const char *script; /* "home.php" */
    bool script_always;
    bool status_all;      /* serve /status and /metrics to everybody */
    struct pxed_list cgi; /* ".php /usr/bin/php-cgi" each */
    /* Since 1.8. Files with secrets are delivered by TLS alone; `tls_port` 0: nothing speaks it. */
    bool answers_https;
    uint16_t tls_port;
    const char *tls_name; /* what URLs name there; NULL: as in the others */
    const char *ca;       /* PEM file for installers; NULL: none */
};

/* Whether naming a machine in the query is enough there. */
enum pxed_believe { PXED_BELIEVE_AS_CORE, PXED_BELIEVE_WIRE, PXED_BELIEVE_QUERY };

/* A net that is served beside those of the interfaces. Since 1.7. */
struct pxed_net {
    struct pxed_addr net;
    uint8_t prefix;
    struct pxed_addr address; /* what URLs name there; unset: the address that was asked */
    bool declared;            /* its relays are listed: an address leased there proves its machine */
    enum pxed_believe believe;
    const char *images; /* image content comes from below this URL instead of http://SERVER/boot/; NULL: from here.
                           Since minor 8 */
};

/* `ops` of a plugin of kind PXED_KIND_PROTOCOL or PXED_KIND_SERVICE; may be NULL. Append-only. */
/* A message of a capture: `pxed replay`. All of it lives during the call. */
struct pxed_replay {
    struct pxed_slice asked, answered; /* payloads; `answered` unset: nobody did */
    struct pxed_addr answerer;
    bool further;                   /* one more answer to the same message, which is not shown again */
    uint16_t port;                  /* that was asked */
    const struct pxed_iface *iface; /* of ours, as if it had come there; NULL: we have none */
    void (*decide)(void *arg, const struct pxed_facts *facts, struct pxed_verdict *ret);
    void *arg;
};

struct pxed_protocol_ops {
    uint32_t size;
    /* Fills in `site`; the http plugin only. */
    void (*site)(const void *config, struct pxed_site *site);
    /* Checks the bound configuration across rows; `file` is the ini, for diagnostics. */
    void (*check)(const void *config, const char *file, struct pxed_diags *diags);
    /* Writes for people what the plugin would answer: `pxed explain`. `verdict` is as decide() would give it. */
    void (*explain)(const void *config, const struct pxed_facts *facts, const struct pxed_verdict *verdict,
                    struct pxed_buf *out);
    /* Since minor 1. Fills in `site`; only the plugin that publishes the share. */
    void (*share_site)(const void *config, struct pxed_share_site *site);
    /* Since minor 7. The nets it serves, for URLs: net `at` of them; false: there is none. */
    bool (*net)(const void *config, size_t at, struct pxed_net *ret);
    /* Since minor 8. Checks the variables of one host that the plugin uses; an error is PXED_HOST_ERROR. */
    void (*host)(const void *config, const struct pxed_host *host, struct pxed_diags *diags);
    /* Since minor 8. Writes what it counts; called while it runs. */
    void (*metrics)(struct pxed_ctx *ctx, const struct pxed_metrics *out);
    /* Since minor 8. Writes for people what the plugin would answer beside what was answered. False: it is no message
     * of its protocol. */
    bool (*replay)(const void *config, const struct pxed_replay *r, struct pxed_buf *out);
    /* Since minor 8. Of a plugin that provides store/1: stores without a daemon. */
    const struct pxed_store_files *store;
    /* Since minor 8. Of a plugin that provides tls/1: certificates without a daemon. */
    const struct pxed_tls_service *tls;
};

struct pxed_plugin {
    uint32_t magic; /* the place of these four never changes */
    uint16_t abi_major, abi_minor;
    uint32_t size;

    enum pxed_kind kind;
    const char *name; /* also the file's name and the ini section's */
    const char *version;
    const char *summary;
    const char *const *provides; /* services, NULL-terminated: "store/1" */
    const char *const
        *needs; /* since minor 8 "?store/1", too: used and inited before, if a loaded plugin provides it */
    const struct pxed_option *options; /* ends with a zeroed row */
    uint32_t config_size;
    const void *ops; /* by kind */

    /* 0 or a negative errno, after the plugin has logged the cause. */
    int (*init)(struct pxed_ctx *ctx);  /* privileged: bind and open; no threads yet */
    int (*start)(struct pxed_ctx *ctx); /* unprivileged; services can be found */
    /* Takes no new work and calls `done` when running work has ended. NULL: nothing to drain. */
    void (*stop)(struct pxed_ctx *ctx, void (*done)(struct pxed_ctx *ctx));
    void (*fini)(struct pxed_ctx *ctx); /* closes every handle; the loop runs once more afterwards */
    /* Sections beside the plugin's own; ends with a zeroed row. NULL: none. Since 1.7. */
    const struct pxed_section_kind *sections;
};

#ifdef PXED_STATIC_PLUGIN
#define PXED_PLUGIN_SYMBOL_(name) pxed_plugin_query_##name
#define PXED_PLUGIN_SYMBOL(name)  PXED_PLUGIN_SYMBOL_(name)
#else
#define PXED_PLUGIN_SYMBOL(name) pxed_plugin_query
#endif

/* PXED_PLUGIN(os_linux, .kind = PXED_KIND_OS, .name = "os-linux", ...): `ident` is the name with `_` for `-`. */
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

/* A shorter form of core->log. */
static inline __attribute__((format(printf, 6, 7))) void pxed_log(struct pxed_ctx *ctx, enum pxed_log_level level,
                                                                  const char *event, const struct pxed_hwaddr *mac,
                                                                  const struct pxed_addr *ip, const char *format, ...) {
    va_list args;
    va_start(args, format);
    ctx->core->log(ctx, level, event, mac, ip, format, args);
    va_end(args);
}
