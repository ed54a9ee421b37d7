/* The table of accounts, and the texts of passwd, group, pdbedit and smbstatus. */
#include "accounts.h"

static void copy_text(char *to, size_t size, struct pxed_slice text) {
    struct pxed_buf b = {to, size, 0};
    pxed_buf_add(&b, text);
    pxed_buf_cstr(&b);
}

struct smb_account *smb_accounts_find(struct smb_accounts *t, struct pxed_slice mac) {
    for (size_t i = 0; i < t->n; i++)
        if (pxed_slice_is(mac, t->items[i].mac))
            return &t->items[i];
    return NULL;
}

struct smb_account *smb_accounts_find_user(struct smb_accounts *t, struct pxed_slice user) {
    for (size_t i = 0; i < t->n; i++)
        if (pxed_slice_is(user, t->items[i].user))
            return &t->items[i];
    return NULL;
}

static bool id_taken(const struct smb_accounts *t, uint32_t id) {
    for (size_t i = 0; i < t->n; i++)
        if (t->items[i].id == id)
            return true;
    return false;
}

static void advance_next_id(struct smb_accounts *t) {
    t->next_id = t->next_id - t->first_id + 1 < SMB_IDS ? t->next_id + 1 : t->first_id;
}

static struct smb_account *append_account(struct smb_accounts *t, struct pxed_slice mac, struct pxed_slice user,
                                          uint32_t id) {
    struct smb_account *a = &t->items[t->n++];
    memset(a, 0, sizeof(*a));
    copy_text(a->mac, sizeof(a->mac), mac);
    copy_text(a->user, sizeof(a->user), user);
    a->id = id;
    return a;
}

struct smb_account *smb_accounts_add(struct smb_accounts *t, struct pxed_slice mac, struct pxed_slice user,
                                     struct pxed_slice password) {
    if (t->n == SMB_ACCOUNTS_MAX || smb_accounts_find_user(t, user))
        return NULL;
    while (id_taken(t, t->next_id)) /* terminates: there are more ids than accounts */
        advance_next_id(t);
    struct smb_account *a = append_account(t, mac, user, t->next_id);
    advance_next_id(t);
    copy_text(a->password, sizeof(a->password), password);
    return a;
}

void smb_accounts_remove(struct smb_accounts *t, struct smb_account *a) {
    *a = t->items[--t->n];
    memset(&t->items[t->n], 0, sizeof(*a));
}

static void passwd_line(const char *user, uint32_t uid, uint32_t gid, const char *gecos, struct pxed_buf *out) {
    pxed_buf_str(out, user);
    pxed_buf_str(out, ":x:");
    pxed_buf_u64(out, uid);
    pxed_buf_byte(out, ':');
    pxed_buf_u64(out, gid);
    pxed_buf_byte(out, ':');
    pxed_buf_str(out, gecos);
    pxed_buf_str(out, ":/:/usr/sbin/nologin\n");
}

static void group_line(const char *group, uint32_t gid, struct pxed_buf *out) {
    pxed_buf_str(out, group);
    pxed_buf_str(out, ":x:");
    pxed_buf_u64(out, gid);
    pxed_buf_str(out, ":\n");
}

/* The next id is stored in root's line: in a file of its own the two could disagree after a crash. */
void smb_accounts_passwd(const struct smb_accounts *t, uint32_t nobody_uid, uint32_t nobody_gid, struct pxed_buf *out) {
    char next[16];
    struct pxed_buf b = PXED_BUF(next);
    pxed_buf_u64(&b, t->next_id);
    passwd_line("root", 0, 0, pxed_buf_cstr(&b), out);
    passwd_line("nobody", nobody_uid, nobody_gid, "", out);
    for (size_t i = 0; i < t->n; i++)
        passwd_line(t->items[i].user, t->items[i].id, t->items[i].id, t->items[i].mac, out);
}

void smb_accounts_group(const struct smb_accounts *t, uint32_t nobody_gid, struct pxed_buf *out) {
    group_line("root", 0, out);
    group_line("nogroup", nobody_gid, out);
    for (size_t i = 0; i < t->n; i++)
        group_line(t->items[i].user, t->items[i].id, out);
}

/* Splits a line into its seven fields. */
static bool passwd_fields(struct pxed_slice line, struct pxed_slice ret[7]) {
    for (size_t i = 0; i < 7; i++) {
        ptrdiff_t end = pxed_slice_find(line, ':', 0);
        if ((end < 0) != (i == 6))
            return false;
        ret[i] = pxed_slice_head(line, end < 0 ? line.len : (size_t)end);
        line = pxed_slice_skip(line, end < 0 ? line.len : (size_t)end + 1);
    }
    return true;
}

static bool id_valid(const struct smb_accounts *t, struct pxed_slice text, uint32_t *ret) {
    uint64_t id;
    if (!pxed_slice_u64(text, UINT32_MAX, &id) || id < t->first_id || id - t->first_id >= SMB_IDS)
        return false;
    *ret = (uint32_t)id;
    return true;
}

static bool read_passwd_line(struct smb_accounts *t, struct pxed_slice line) {
    struct pxed_slice f[7];
    uint32_t id;
    if (!passwd_fields(line, f))
        return false;
    if (pxed_slice_is(f[0], "nobody"))
        return true;
    if (pxed_slice_is(f[0], "root"))
        return id_valid(t, f[4], &t->next_id);
    if (t->n == SMB_ACCOUNTS_MAX || !smb_user_valid(f[0]) || !smb_mac_valid(f[4]) || !pxed_slice_eq(f[2], f[3]) ||
        !id_valid(t, f[2], &id) || id_taken(t, id) || smb_accounts_find_user(t, f[0]) || smb_accounts_find(t, f[4]))
        return false;
    struct smb_account *a = append_account(t, f[4], f[0], id);
    a->made = a->ready = true;
    return true;
}

int smb_accounts_read(struct smb_accounts *t, struct pxed_slice passwd) {
    while (passwd.len > 0) {
        ptrdiff_t end = pxed_slice_find(passwd, '\n', 0);
        if (end < 0 || !read_passwd_line(t, pxed_slice_head(passwd, (size_t)end))) {
            t->n = 0;
            t->next_id = t->first_id;
            return -1;
        }
        passwd = pxed_slice_skip(passwd, (size_t)end + 1);
    }
    return 0;
}

static void upper_hex(const uint8_t *bytes, size_t n, struct pxed_buf *out) {
    for (size_t i = 0; i < 2 * n; i++)
        pxed_buf_byte(out, "0123456789ABCDEF"[bytes[i / 2] >> (i % 2 ? 0 : 4) & 15]);
}

void smb_account_import(const struct smb_account *a, const uint8_t hash[static 16], uint32_t now,
                        struct pxed_buf *out) {
    const uint8_t time_be[4] = {(uint8_t)(now >> 24), (uint8_t)(now >> 16), (uint8_t)(now >> 8), (uint8_t)now};
    pxed_buf_str(out, a->user);
    pxed_buf_byte(out, ':');
    pxed_buf_u64(out, a->id);
    pxed_buf_str(out, ":XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:"); /* no LAN Manager hash */
    upper_hex(hash, 16, out);
    pxed_buf_str(out, ":[U          ]:LCT-");
    upper_hex(time_be, sizeof(time_be), out);
    pxed_buf_str(out, ":\n");
}

bool smb_status_next(struct pxed_slice *rest, uint64_t *ret_pid, struct pxed_slice *ret_user) {
    while (rest->len > 0) {
        ptrdiff_t end = pxed_slice_find(*rest, '\n', 0);
        struct pxed_slice line = pxed_slice_head(*rest, end < 0 ? rest->len : (size_t)end);
        *rest = pxed_slice_skip(*rest, line.len + 1);
        struct pxed_slice pid = pxed_slice_word(&line, " \t"), user = pxed_slice_word(&line, " \t");
        if (user.len > 0 && pxed_slice_u64(pid, INT32_MAX, ret_pid) && *ret_pid > 1) {
            *ret_user = user;
            return true;
        }
    }
    return false;
}
