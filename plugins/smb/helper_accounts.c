/* Creates accounts of the private smbd with pdbedit, and removes them with their sessions. */
#include "helper_accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "helper_say.h"
#include "home.h"
#include "nthash.h"
#include "pxed/arena.h"
#include "tool.h"

enum { ROOM = SMB_PASSWD_LINE * (SMB_ACCOUNTS_MAX + 2), SWEEP_LAST = 5000 /* ms */ };

int smb_accounts_save(struct smb_run *r) {
    struct pxed_buf b = {pxed_xalloc(ROOM), ROOM, 0};
    smb_accounts_group(&r->accounts, r->setup->nobody_gid, &b);
    int rc = smb_home_write(SMB_HOME_FD, "group", pxed_buf_slice(&b), 0644);
    if (rc == 0) {
        b.len = 0;
        smb_accounts_passwd(&r->accounts, r->setup->nobody_uid, r->setup->nobody_gid, &b);
        rc = smb_home_write(SMB_HOME_FD, "passwd", pxed_buf_slice(&b), 0644);
    }
    free(b.ptr);
    return rc;
}

bool smb_accounts_load(struct smb_run *r) {
    struct pxed_buf b = {pxed_xalloc(ROOM), ROOM, 0};
    bool good = smb_home_read(SMB_HOME_FD, "passwd", &b) && !pxed_buf_full(&b) &&
                smb_accounts_read(&r->accounts, pxed_buf_slice(&b)) == 0;
    free(b.ptr);
    return good;
}

/* The last line that the tool printed, for the log; the tools never print a password. */
static const char *last_line(const struct pxed_buf *out, char *text, size_t size) {
    struct pxed_slice all = pxed_slice_trim(pxed_buf_slice(out));
    for (ptrdiff_t end; (end = pxed_slice_find(all, '\n', 0)) >= 0;)
        all = pxed_slice_skip(all, (size_t)end + 1);
    struct pxed_buf b = {text, size, 0};
    pxed_buf_escaped(&b, all);
    return pxed_buf_cstr(&b);
}

/* Secrets are passed on stdin, because arguments are visible to all. */
static int run_samba_tool(const char *const *argv, struct pxed_slice input, const char *mac) {
    char said[16384], words[256];
    struct pxed_buf out = PXED_BUF(said);
    int rc = smb_tool_run(argv, input, &out);
    if (rc != 0)
        smb_say(PXED_LOG_ERROR, "smb-account", mac, "error=\"%s %s: %s\"", argv[0], argv[3],
                rc < 0 ? strerror(-rc) : last_line(&out, words, sizeof(words)));
    return rc;
}

void smb_account_grant(struct smb_run *r, const struct smb_account *a) {
    int rc = smb_share_grant(&r->share, a->mac, a->id);
    if (rc != 0)
        smb_say(PXED_LOG_ERROR, "smb-account", a->mac, "user=%s error=\"cannot grant %s/%s: %s\"", a->user,
                r->share.path, a->mac, strerror(-rc));
}

/* All accounts in one run of pdbedit: starting it costs more than adding an account. */
static int import_accounts(struct smb_run *r) {
    static const char *const argv[] = {"pdbedit",
                                       "-s",
                                       SMB_HOME "/smb.conf",
                                       "-i",
                                       "smbpasswd:/dev/stdin",
                                       "-e",
                                       "tdbsam:" SMB_HOME "/private/passdb.tdb",
                                       NULL};
    const size_t room = SMB_IMPORT_LINE * SMB_ACCOUNTS_MAX;
    struct pxed_buf b = {pxed_xalloc(room), room, 0};
    uint8_t hash[SMB_NTHASH];
    for (size_t i = 0; i < r->accounts.n; i++) {
        const struct smb_account *a = &r->accounts.items[i];
        if (a->ready)
            continue;
        smb_nthash(pxed_slice_of(a->password), hash);
        smb_account_import(a, hash, (uint32_t)time(NULL), &b);
    }
    int rc = run_samba_tool(argv, pxed_buf_slice(&b), NULL);
    explicit_bzero(hash, sizeof(hash));
    explicit_bzero(b.ptr, b.cap);
    free(b.ptr);
    return rc;
}

bool smb_accounts_prepare(void) {
    static const char *const argv[] = {"pdbedit", "-s", SMB_HOME "/smb.conf", "-L", NULL};
    static const char database[] = "private/passdb.tdb";
    if (faccessat(SMB_HOME_FD, database, F_OK, 0) != 0)
        run_samba_tool(argv, PXED_NO_SLICE, NULL);
    return faccessat(SMB_HOME_FD, database, F_OK, 0) == 0;
}

bool smb_accounts_make(struct smb_run *r) {
    size_t n = 0;
    for (size_t i = 0; i < r->accounts.n; i++)
        n += !r->accounts.items[i].ready;
    r->n_fresh = n;
    if (n == 0)
        return true; /* removed before they were created */
    int rc = smb_accounts_save(r);
    if (rc != 0)
        smb_say(PXED_LOG_ERROR, "smb-account", NULL, "error=\"%s/passwd: %s\"", r->setup->shown, strerror(-rc));
    if (rc != 0 || import_accounts(r) != 0)
        return false;
    for (size_t i = 0; i < r->accounts.n; i++) {
        struct smb_account *a = &r->accounts.items[i];
        if (a->ready)
            continue;
        a->made = a->ready = true;
        explicit_bzero(a->password, sizeof(a->password));
        smb_account_grant(r, a);
        smb_say(PXED_LOG_INFO, "smb-account", a->mac, "user=%s opened", a->user);
    }
    r->n_fresh = 0;
    return true;
}

/* pdbedit looks the user up, so call this while passwd still has its line. */
static void delete_account(const char *user, const char *mac) {
    const char *const argv[] = {"pdbedit", "-s", SMB_HOME "/smb.conf", "-x", "-u", user, NULL};
    run_samba_tool(argv, PXED_NO_SLICE, mac);
}

void smb_account_end(struct smb_run *r, struct smb_account *a) {
    char mac[PXED_MAC_TEXT], user[SMB_USER_MAX + 1];
    bool made = a->made;
    snprintf(mac, sizeof(mac), "%s", a->mac);
    snprintf(user, sizeof(user), "%s", a->user);
    int rc = r->share.fd >= 0 ? smb_share_revoke(&r->share, mac) : 0;
    if (rc != 0)
        smb_say(PXED_LOG_ERROR, "smb-account", mac, "user=%s error=\"cannot revoke %s/%s: %s\"", user, r->share.path,
                mac, strerror(-rc));
    if (made && r->written)
        delete_account(user, mac);
    smb_accounts_remove(&r->accounts, a);
    if (r->written && (rc = smb_accounts_save(r)) != 0)
        smb_say(PXED_LOG_ERROR, "smb-account", mac, "user=%s error=\"%s/passwd: %s\"", user, r->setup->shown,
                strerror(-rc));
    if (!made)
        return;
    smb_say(PXED_LOG_INFO, "smb-account", mac, "user=%s closed", user);
    /* At once and again later: a login in progress may have a session that is not listed yet. */
    r->sweep_at = smb_now();
    r->sweep_until = r->sweep_at + SWEEP_LAST;
}

static bool user_is_valid(void *arg, struct pxed_slice user) {
    struct smb_run *r = arg;
    /* "(auth in progress)": no user yet; a login of a closed account fails, or the next sweep ends it. */
    return pxed_slice_starts(user, PXED_SLICE("(")) || smb_accounts_find_user(&r->accounts, user) ||
           (r->setup->guest && pxed_slice_is(user, "nobody"));
}

void smb_accounts_sweep(struct smb_run *r) {
    int n = r->smbd.pid > 0 ? smb_smbd_end_sessions(&r->smbd, user_is_valid, r) : 0;
    if (n < 0)
        smb_say(PXED_LOG_ERROR, "smb-sessions", NULL, "error=\"smbstatus: %s\"", strerror(-n));
    else if (n > 0)
        smb_say(PXED_LOG_INFO, "smb-sessions", NULL, "ended=%d", n);
}
