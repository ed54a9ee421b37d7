/* Keeps the private smbd running: adopts or starts it, restarts it when it dies, and passes changes on to it. */
#include "helper_run.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf.h"
#include "helper_accounts.h"
#include "helper_say.h"
#include "home.h"
#include "tool.h"

enum { SWEEP_EVERY = 2000 /* ms */, STEADY = 60000 /* ms */, BACKOFF_MAX = 60000 /* ms */, FRESH_MAX = 512 };

void smb_run_begin(struct smb_run *r, const struct smb_setup *setup) {
    r->setup = setup;
    r->share.fd = -1;
    r->again_at = r->sweep_at = UINT64_MAX;
    r->accounts.first_id = r->accounts.next_id = setup->first_id;
}

/* Logs a failure, unless it is the last one logged, and sets the time of the next attempt: 1 s, doubled up to 60 s. */
static __attribute__((format(printf, 2, 3))) void report_trouble(struct smb_run *r, const char *format, ...) {
    char text[sizeof(r->said)];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (strcmp(text, r->said) != 0)
        smb_say(PXED_LOG_ERROR, "smb", NULL, "error=\"%s\"", text);
    snprintf(r->said, sizeof(r->said), "%s", text);
    uint64_t pause = r->failures < 6 ? UINT64_C(1000) << r->failures : BACKOFF_MAX;
    r->failures++;
    r->again_at = smb_now() + pause;
}

static struct pxed_slice share_name(const struct smb_run *r, const char *path) {
    return *r->setup->name ? pxed_slice_of(r->setup->name) : smb_last_part(pxed_slice_of(path));
}

static bool check_share_name(struct smb_run *r, const char *path) {
    struct pxed_slice name = share_name(r, path);
    if (smb_name_valid(name))
        return true;
    report_trouble(r, "'%.*s' is not a valid share name: set [smb] name", PXED_S(name));
    r->again_at = UINT64_MAX;
    return false;
}

static bool open_share_folder(struct smb_run *r) {
    char blocked[1024];
    struct pxed_buf b = PXED_BUF(blocked);
    if (r->share.fd >= 0)
        return true;
    int rc = smb_share_open(r->path, r->setup->guest, &r->share);
    if (rc != 0) {
        report_trouble(r, "cannot publish %s: %s", r->path, strerror(-rc));
        return false;
    }
    if (smb_share_blocked(&r->share, &b))
        smb_say(PXED_LOG_ERROR, "smb", NULL, "error=\"clients cannot reach %s: chmod o+x %s\"", r->share.path,
                pxed_buf_cstr(&b));
    return true;
}

/* If another Samba holds the port, smbd would exit and report it only in its own log. */
static bool check_ports(struct smb_run *r) {
    char text[PXED_ADDR_TEXT];
    for (size_t i = 0; i < r->setup->n_addrs; i++) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(r->setup->port)};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), error = 0;
        memcpy(&in.sin_addr, r->setup->addrs[i].bytes, sizeof(in.sin_addr));
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) != 0 ||
            bind(fd, (struct sockaddr *)&in, sizeof(in)) != 0)
            error = errno;
        if (fd >= 0)
            close(fd);
        if (error == 0)
            continue;
        pxed_addr_text(&r->setup->addrs[i], text);
        if (error == EADDRINUSE)
            report_trouble(r, "port %u of %s is in use by another server: stop it, or [smb] mode = external",
                           r->setup->port, text);
        else
            report_trouble(r, "port %u of %s: %s", r->setup->port, text, strerror(error));
        return false;
    }
    return true;
}

static bool check_tools(struct smb_run *r) {
    const char *const *env;
    if (access(r->setup->program, X_OK) != 0) {
        report_trouble(r, "%s: %s: install samba and samba-common-bin", r->setup->program, strerror(errno));
        return false;
    }
    if (!smb_tool_env(&env)) {
        report_trouble(r, "libnss_wrapper.so is missing: install libnss-wrapper");
        return false;
    }
    return true;
}

/* Writes smb.conf; true if it has changed. *ret_reloadable: a running smbd can apply it on SIGHUP. */
static bool write_conf(struct smb_run *r, int *ret_error, bool *ret_reloadable) {
    char text[SMB_CONF_MAX], before[SMB_CONF_MAX];
    struct pxed_buf b = PXED_BUF(text), old = PXED_BUF(before);
    struct smb_conf conf = {.home = SMB_HOME,
                            .path = pxed_slice_of(r->share.path),
                            .name = share_name(r, r->share.path),
                            .addrs = r->setup->addrs,
                            .n_addrs = r->setup->n_addrs,
                            .port = r->setup->port,
                            .guest = r->setup->guest};
    smb_conf_managed(&conf, &b);
    bool there = smb_home_read(SMB_HOME_FD, "smb.conf", &old);
    *ret_error = pxed_buf_full(&b) ? -ENAMETOOLONG : 0;
    *ret_reloadable = there && smb_conf_reloadable(pxed_buf_slice(&old), pxed_buf_slice(&b));
    if (*ret_error != 0 || (there && pxed_slice_eq(pxed_buf_slice(&old), pxed_buf_slice(&b))))
        return false;
    *ret_error = smb_home_write(SMB_HOME_FD, "smb.conf", pxed_buf_slice(&b), 0644);
    return true;
}

/* Adopts an smbd of an earlier helper with its accounts; if there is none, earlier accounts are dropped. */
static void adopt_running_smbd(struct smb_run *r) {
    if (smb_smbd_find(SMB_HOME_FD, &r->smbd)) {
        if (smb_accounts_load(r)) {
            smb_say(PXED_LOG_INFO, "smb", NULL,
                    "smbd pid=%d of an earlier run still serves the share: it stays, accounts=%zu", (int)r->smbd.pid,
                    r->accounts.n);
            return;
        }
        smb_smbd_stop(&r->smbd);
    }
    unlinkat(SMB_HOME_FD, "private/passdb.tdb", 0);
    r->accounts.n = 0;
}

static bool start_smbd(struct smb_run *r) {
    int rc = smb_smbd_start(SMB_HOME_FD, r->setup->program, &r->smbd);
    if (rc != 0) {
        report_trouble(r, "%s: %s", r->setup->program, strerror(-rc));
        return false;
    }
    r->started_at = smb_now();
    smb_say(PXED_LOG_INFO, "smb", NULL, "smbd pid=%d started, folder=\"%s\"", (int)r->smbd.pid, r->share.path);
    return true;
}

static void make_new_accounts(struct smb_run *r) {
    if (r->written && r->n_fresh > 0 && !smb_accounts_make(r))
        report_trouble(r, "accounts cannot be made");
}

static bool prepare_accounts(struct smb_run *r) {
    bool good = smb_accounts_prepare();
    if (!good)
        report_trouble(r, "the accounts' database cannot be made");
    return good;
}

/* Creates what is missing: configuration, smbd, accounts. Does nothing if all exist. */
static void bring_up(struct smb_run *r) {
    int rc;
    bool reloadable;
    r->again_at = UINT64_MAX;
    if (!check_tools(r) || !open_share_folder(r) || !check_share_name(r, r->share.path))
        return;
    if ((rc = smb_home_tree(SMB_HOME_FD)) != 0) {
        report_trouble(r, "%s: %s", r->setup->shown, strerror(-rc));
        return;
    }
    bool changed = write_conf(r, &rc, &reloadable);
    if (rc != 0 || (rc = smb_accounts_save(r)) != 0) {
        report_trouble(r, "%s: %s", r->setup->shown, strerror(-rc));
        return;
    }
    r->written = true;
    if (changed && r->smbd.pid > 0 && reloadable)
        smb_smbd_reload(&r->smbd);
    else if (changed && r->smbd.pid > 0)
        smb_smbd_stop(&r->smbd);
    make_new_accounts(r);
    if (r->settled)
        smb_share_sweep(&r->share, &r->accounts);
    if (r->smbd.pid == 0 && (!check_ports(r) || !prepare_accounts(r) || !start_smbd(r)))
        return;
    r->said[0] = '\0';
}

static void write_external(struct smb_run *r) {
    char text[4096];
    struct pxed_buf b = PXED_BUF(text);
    int rc = smb_share_open(r->path, true, &r->share);
    if (rc != 0)
        smb_say(PXED_LOG_ERROR, "smb", NULL, "error=\"%s: %s\"", r->path, strerror(-rc));
    else
        smb_share_sweep(&r->share, &r->accounts); /* folders that an earlier mode = managed closed */
    if (!check_share_name(r, r->path))
        return;
    smb_conf_external(pxed_slice_of(r->path), share_name(r, r->path), r->setup->guest, pxed_slice_of(r->setup->user),
                      &b);
    rc = pxed_buf_full(&b) ? -ENAMETOOLONG : smb_home_write(SMB_HOME_FD, "pxed.conf", pxed_buf_slice(&b), 0644);
    if (rc != 0)
        report_trouble(r, "%s/pxed.conf: %s", r->setup->shown, strerror(-rc));
    else
        smb_say(PXED_LOG_INFO, "smb", NULL, "in smb.conf of your Samba: include = %s/pxed.conf", r->setup->shown);
}

void smb_run_serve(struct smb_run *r, const char *path) {
    if (*r->path) { /* one folder until a restart: later orders cannot publish another */
        if (strcmp(path, r->path) != 0)
            smb_say(PXED_LOG_ERROR, "smb", NULL, "error=\"another folder needs a restart\"");
        return;
    }
    snprintf(r->path, sizeof(r->path), "%s", path);
    if (r->setup->mode == SMB_EXTERNAL) {
        write_external(r);
        return;
    }
    adopt_running_smbd(r); /* before the first account is opened */
    bring_up(r);
}

static void end_dead_sessions(struct smb_run *r) {
    smb_accounts_sweep(r);
    uint64_t next = smb_now() + SWEEP_EVERY;
    r->sweep_at = next <= r->sweep_until ? next : UINT64_MAX;
}

void smb_run_open(struct smb_run *r, const struct smb_order *order) {
    const char *mac = order->mac, *user = order->user, *password = order->password;
    struct smb_account *a = smb_accounts_find(&r->accounts, pxed_slice_of(mac));
    uint8_t mark[SMB_MARK];
    if (r->setup->mode != SMB_MANAGED || !*r->path)
        return;
    smb_password_mark(pxed_slice_of(password), mark);
    if (a && (strcmp(a->user, user) != 0 || (a->marked && memcmp(a->mark, mark, SMB_MARK) != 0))) {
        smb_account_end(r, a);
        a = NULL;
    }
    if (!a && r->sweep_at <= smb_now())
        end_dead_sessions(r); /* before a new account gets the old one's name */
    if (!a)
        a = smb_accounts_add(&r->accounts, pxed_slice_of(mac), pxed_slice_of(user), pxed_slice_of(password));
    if (!a) {
        smb_say(PXED_LOG_ERROR, "smb-account", mac, "user=%s error=\"another host's, or too many accounts\"", user);
        return;
    }
    a->named = true;
    a->installs = order->installs;
    a->ready &= a->marked; /* since a restart it may be another */
    memcpy(a->mark, mark, SMB_MARK);
    a->marked = true;
    if (!a->ready)
        snprintf(a->password, sizeof(a->password), "%s", password);
    if (a->ready)
        smb_account_grant(r, a);
    else if (++r->n_fresh >= FRESH_MAX)
        make_new_accounts(r);
}

void smb_run_close(struct smb_run *r, const char *mac) {
    struct smb_account *a = smb_accounts_find(&r->accounts, pxed_slice_of(mac));
    if (a)
        smb_account_end(r, a);
    else if (r->share.fd >= 0)
        smb_share_revoke(&r->share, mac);
}

void smb_run_settled(struct smb_run *r) {
    r->settled = true;
    for (size_t i = r->accounts.n; i > 0; i--)
        if (!r->accounts.items[i - 1].named)
            smb_account_end(r, &r->accounts.items[i - 1]);
    if (r->share.fd >= 0)
        smb_share_sweep(&r->share, &r->accounts);
    r->sweep_at = smb_now(); /* also ends sessions of an earlier run, such as guests of another configuration */
    if (r->sweep_until < r->sweep_at)
        r->sweep_until = r->sweep_at;
}

void smb_run_end(struct smb_run *r) {
    size_t n = 0;
    for (size_t i = 0; i < r->accounts.n; i++)
        n += r->accounts.items[i].installs || !r->accounts.items[i].named; /* not named yet: it may be */
    if (r->smbd.pid == 0)
        return;
    if (n > 0) {
        make_new_accounts(r);
        smb_say(PXED_LOG_WARNING, "smb", NULL,
                "smbd pid=%d still serves %s: %zu of its hosts are being installed; the next start takes it over",
                (int)r->smbd.pid, r->share.path, n);
        return;
    }
    smb_say(PXED_LOG_INFO, "smb", NULL, "smbd pid=%d is stopped: nothing is being installed", (int)r->smbd.pid);
    smb_smbd_stop(&r->smbd);
}

void smb_run_died(struct smb_run *r) {
    pid_t pid = r->smbd.pid;
    uint64_t lived = smb_now() - r->started_at;
    bool child = r->smbd.child;
    smb_smbd_ended(&r->smbd);
    if (!child || lived > STEADY)
        r->failures = 0;
    r->said[0] = '\0';
    report_trouble(r, "smbd pid %d has ended; it is started again; see %s/log/smbd.log", (int)pid, r->setup->shown);
}

void smb_run_tick(struct smb_run *r) {
    if (r->sweep_at <= smb_now())
        end_dead_sessions(r);
    uint64_t now = smb_now();
    if (r->again_at <= now)
        bring_up(r);
    else if (r->again_at == UINT64_MAX)
        make_new_accounts(r);
}

int smb_run_pidfd(const struct smb_run *r) {
    return r->smbd.pid > 0 ? r->smbd.pidfd : -1;
}

uint64_t smb_run_due(const struct smb_run *r) {
    if (r->written && r->n_fresh > 0 && r->again_at == UINT64_MAX)
        return 0; /* at once when no further order is waiting */
    return r->again_at < r->sweep_at ? r->again_at : r->sweep_at;
}
