/* The running daemon: what the rooms of core/run share. One instance, loop thread only. */
#pragma once

#include <limits.h>
#include <uv.h>

#include "catalogue.h"
#include "ledger.h"
#include "pxed/control.h"
#include "store_guard.h"

struct open_content;

struct config { /* one reading of the ini; the generations built from it share it */
    unsigned refs;
    struct ini ini;
    struct settings settings;
    struct pxed_arena arena;
};

struct pending {
    uint64_t ticket;
    pxed_open_fn *later;
    void *arg;
    struct pending *next;
};

enum { DAEMON_IFACES = 16, DAEMON_SERVICES = 32 };

struct daemon {
    uv_loop_t *loop;
    const char *ini_path; /* absolute */
    struct catalogue *catalogue;
    struct config *config;
    struct plugins plugins;
    struct machines machines;
    struct store_guard guard;    /* before the store */
    bool distrusted;             /* STORE_OLD at this start: the lines of its first table are known, not new */
    struct declaring *declaring; /* new lines on their way to the disk; NULL: none */
    bool declare_again;
    struct pxed_iface ifaces[DAEMON_IFACES];
    size_t n_ifaces;
    const char *state_dir;
    int root_fd; /* root, for the namespace */
    int loader_fds[16];
    size_t n_loader_fds;
    uint64_t counters[PXED_REASON_COUNT];
    int64_t refusal_logged[PXED_REASON_COUNT]; /* wall ms of the last log line of this kind */
    struct open_content *transfers;            /* being delivered now */
    struct pending *pending;
    uint64_t tickets;
    struct {
        const char *name;
        const void *service;
    } services[DAEMON_SERVICES];
    size_t n_services;
    struct reload *reload;
    struct stage *stage; /* NULL: nothing is staged */
    struct watch_images *watch_images;
    bool stopping;
};

/* The table that plugins call, and the service control/1. */
extern const struct pxed_core daemon_core;
void control_init(struct daemon *d);

/* clock.c, both ms since 1970: for decisions and records, never jumps in one run; and for people. */
int64_t daemon_wall(const struct daemon *d);
int64_t daemon_calendar(const struct daemon *d);

/* --- the seams between rooms --- */

/* decide.c: facts in, verdict out; steps and refusals. */
void decide_facts(struct daemon *d, const struct pxed_facts *facts, struct pxed_verdict *ret);
void decide_step(struct daemon *d, const struct pxed_hwaddr *mac, enum pxed_stage stage, enum pxed_reason reason,
                 const struct pxed_addr *ip, const char *detail);
void decide_refuse(struct daemon *d, enum pxed_reason reason, const struct pxed_addr *peer, const char *detail);
/* The next power-on, as far as anybody can tell: opens the boot record and changes no right. */
void decide_power_on(struct daemon *d, struct machine *m);
/* The record that stands for this MAC: a host's first MAC, whichever port asks. Makes one: only for a MAC that was seen
 * on the wire itself. */
struct machine *decide_machine(struct daemon *d, const struct pxed_hwaddr *mac, const struct catalogue_host **ret_host);
/* The same for a MAC that somebody only speaks of: NULL if there is no record. */
struct machine *decide_find(struct daemon *d, const struct pxed_hwaddr *mac, const struct catalogue_host **ret_host);
/* Shall this host be given its installer now? OK, or why it boots its disk. `rec`: the machine's. */
enum pxed_reason decide_wants(const struct daemon *d, const struct catalogue_host *host,
                              const struct lifecycle_record *rec);
/* What the law asks of a host's line, with the line's own system or the one that an order names. */
struct lifecycle_line decide_line(const struct catalogue_host *host, const struct catalogue_os *os);
/* The system a machine is to be given: the armed or running installation's, else the line's. */
const struct catalogue_os *decide_os(struct daemon *d, const struct catalogue_host *host,
                                     const struct lifecycle_record *rec, struct pxed_arena *arena);

/* content.c */
bool content_open(struct daemon *d, const struct pxed_request *request, enum pxed_reason *ret_reason,
                  struct pxed_content **ret_content, pxed_open_fn *later, void *arg, uint64_t *ret_ticket);
void content_cancel(struct daemon *d, uint64_t ticket);
void content_cgi_failed(struct daemon *d, struct pxed_content *content, const char *why);

/* declare.c: a new generation comes into force: what it arms, disarms, follows. Later, when it is on disk, its table is
 * kept. Called again when the store writes again. */
void declare_hosts(struct daemon *d, struct catalogue *c);
struct declare_secrets {
    uint8_t token[16], account[16];
};
void declare_secrets(struct declare_secrets *ret);
void declare_arm(struct lifecycle_record *rec, enum lifecycle_right right, struct pxed_slice os, unsigned tries,
                 const struct declare_secrets *secrets, struct pxed_slice by, int64_t now);
/* The step in its journal, when it is on disk. */
void declare_tell_armed(struct daemon *d, struct machine *m);

/* config.c. NULL after errors. Loads and binds the plugins if none is loaded yet, else only judges their sections. */
struct config *config_load(const char *path, struct plugins *plugins, struct pxed_diags *diags);
/* The same, but errors leave what could be read (what is wrong has its default), so that the rest can be judged too.
 * `quick`: @FILEs are not read. NULL only if the file cannot be read. */
struct config *config_read(const char *path, struct plugins *plugins, bool quick, struct pxed_diags *diags);
void config_unref(void *config);
/* Warns about changes that only a restart can bring into force. */
void config_compare(const struct config *before, const struct config *after, struct plugins *plugins,
                    struct pxed_diags *diags);

/* reload.c: the host file watched, SIGHUP obeyed, the last good table kept. */
int reload_init(struct daemon *d);
/* `whole`: SIGHUP: the ini is read again, and hosts may be dropped. */
void reload_now(struct daemon *d, bool whole);
void reload_free(struct daemon *d);
/* Builds a generation of `config`; it shares the configuration. NULL after errors. */
struct catalogue *reload_build(struct daemon *d, struct config *config, const char *hosts_from,
                               struct pxed_diags *diags);
/* reload_log.c. Warnings, and errors of single hosts, that the last load of this stage told are not told again. */
enum reload_stage { RELOAD_CONFIG, RELOAD_HOSTS, RELOAD_STAGES };
void reload_log(const struct pxed_diags *diags, enum reload_stage stage);

/* What is told of a machine in PXELINUX's words, whoever asks: for the copy in root/tftp. */
struct pxed_slice content_loader_text(struct daemon *d, struct machine *m, struct pxed_arena *arena);

/* stage.c: files that lie on disk for machines: the folder of each host in the share, and PXELINUX configurations.
 * Before privileges are dropped: makes the share's folder. 0 or a negative errno. */
int stage_init(struct daemon *d);
/* Records are there: what was staged is known, everything is compared. Whatever changes afterwards is staged anew. */
int stage_start(struct daemon *d);
/* A generation came into force. */
void stage_all(struct daemon *d);
/* A machine's record may have changed. Cheap. */
void stage_mark(struct daemon *d, struct machine *m);
/* Is this file, found in place of a PXELINUX configuration, one that pxed itself wrote? */
bool stage_wrote(struct daemon *d, const struct pxed_hwaddr *mac, int fd);
void stage_stop(struct daemon *d);
void stage_free(struct daemon *d);

/* watch_images.c: a new generation when the images' folders have changed and been quiet. */
void watch_images_start(struct daemon *d);
void watch_images_found(struct daemon *d); /* a generation was built just now */
void watch_images_stop(struct daemon *d);

/* interfaces.c */
size_t interfaces_find(const struct settings *settings, struct pxed_iface ret[DAEMON_IFACES], struct pxed_diags *diags);

/* privileges.c: root's last act. */
int privileges_prepare_state(const struct settings *settings);
int privileges_drop(const struct settings *settings);

/* banner.c */
void banner_say(struct daemon *d);

/* daemon.c */
const void *daemon_find(const struct daemon *d, const char *service);
/* Runs until SIGTERM; returns an exit code. `ini_path` is absolute. */
int daemon_run(const char *ini_path, bool debug);
