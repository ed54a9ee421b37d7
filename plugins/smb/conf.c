/* Writes smb.conf. */
#include "conf.h"

static void write_key(struct pxed_buf *out, const char *key, const char *before, const char *value) {
    pxed_buf_str(out, "    ");
    pxed_buf_str(out, key);
    pxed_buf_str(out, " = ");
    pxed_buf_str(out, before);
    pxed_buf_str(out, value);
    pxed_buf_byte(out, '\n');
}

static void write_sockets(const struct smb_conf *c, struct pxed_buf *out) {
    char text[PXED_ADDR_TEXT];
    pxed_buf_str(out, "    interfaces =");
    for (size_t i = 0; i < c->n_addrs; i++) {
        pxed_buf_byte(out, ' ');
        pxed_buf_str(out, pxed_addr_text(&c->addrs[i], text));
    }
    pxed_buf_str(out, "\n    bind interfaces only = yes\n    smb ports = ");
    pxed_buf_u64(out, c->port);
    pxed_buf_byte(out, '\n');
}

static void write_folders(const struct smb_conf *c, struct pxed_buf *out) {
    static const char *const rows[][2] = {{"private dir", "/private"},   {"lock directory", "/lock"},
                                          {"state directory", "/state"}, {"cache directory", "/cache"},
                                          {"pid directory", "/pid"},     {"ncalrpc dir", "/ncalrpc"},
                                          {"log file", "/log/smbd.log"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        write_key(out, rows[i][0], c->home, rows[i][1]);
    pxed_buf_str(out, "    passdb backend = tdbsam:");
    pxed_buf_str(out, c->home);
    pxed_buf_str(out, "/private/passdb.tdb\n");
}

/* Signing and encryption are the client's choice: both work, and an old WinPE needs neither. RPC over the IPC$ share
 * (for lists of shares) is not needed to use a share, so it is disabled to reduce the attack surface. */
static const char fixed[] = "    server role = standalone server\n"
                            "    workgroup = WORKGROUP\n"
                            "    netbios name = PXED\n"
                            "    server string = pxed\n"
                            "    disable netbios = yes\n"
                            "    server min protocol = SMB2_02\n"
                            "    server signing = auto\n"
                            "    server smb encrypt = if_required\n"
                            "    ntlm auth = ntlmv2-only\n"
                            "    rpc start on demand helpers = no\n"
                            "    multicast dns register = no\n"
                            "    host msdfs = no\n"
                            "    load printers = no\n"
                            "    printing = bsd\n"
                            "    printcap name = /dev/null\n"
                            "    disable spoolss = yes\n"
                            "    usershare max shares = 0\n"
                            "    logging = file\n"
                            "    log level = 1\n"
                            "    max log size = 1024\n"
                            "    deadtime = 15\n"
                            "    keepalive = 60\n"
                            "    enable core files = no\n"
                            "    use sendfile = yes\n"
                            "    kernel share modes = no\n"
                            "    posix locking = no\n"
                            "    store dos attributes = no\n"
                            "    map archive = no\n"
                            "    ea support = no\n"
                            "    nt acl support = no\n";

static void write_share(struct pxed_slice path, struct pxed_slice name, bool guest, struct pxed_buf *out) {
    pxed_buf_byte(out, '[');
    pxed_buf_add(out, name);
    pxed_buf_str(out, "]\n    path = ");
    pxed_buf_add(out, path);
    pxed_buf_str(out, "\n    read only = yes\n"
                      "    printable = no\n"
                      "    follow symlinks = no\n"
                      "    wide links = no\n"
                      "    hide unreadable = yes\n"
                      "    guest ok = ");
    pxed_buf_str(out, guest ? "yes\n" : "no\n");
}

void smb_conf_managed(const struct smb_conf *c, struct pxed_buf *out) {
    pxed_buf_str(out, "# Written by pxed; changes are lost.\n[global]\n");
    write_sockets(c, out);
    write_folders(c, out);
    pxed_buf_str(out, fixed);
    write_key(out, "map to guest", "", c->guest ? "Bad User" : "Never");
    write_key(out, "guest account", "", "nobody");
    write_key(out, "restrict anonymous", "", c->guest ? "0" : "2");
    write_share(c->path, c->name, c->guest, out);
}

void smb_conf_external(struct pxed_slice path, struct pxed_slice name, bool guest, struct pxed_slice user,
                       struct pxed_buf *out) {
    pxed_buf_str(out, "# Written by pxed; changes are lost. Belongs into the Samba that publishes this folder.\n");
    write_share(path, name, guest, out);
    if (user.len > 0 && !guest) {
        pxed_buf_str(out, "    valid users = ");
        pxed_buf_add(out, user);
        pxed_buf_byte(out, '\n');
    }
}

/* The first line that starts with `begin`, without its line end. */
static struct pxed_slice line_with_key(struct pxed_slice text, struct pxed_slice begin) {
    while (text.len > 0) {
        ptrdiff_t end = pxed_slice_find(text, '\n', 0);
        if (pxed_slice_starts(text, begin))
            return pxed_slice_head(text, end < 0 ? text.len : (size_t)end);
        text = pxed_slice_skip(text, end < 0 ? text.len : (size_t)end + 1);
    }
    return PXED_NO_SLICE;
}

bool smb_conf_reloadable(struct pxed_slice before, struct pxed_slice after) {
    static const char *const keys[] = {"    interfaces =", "    smb ports =", "    path ="};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct pxed_slice a = line_with_key(before, pxed_slice_of(keys[i])),
                          b = line_with_key(after, pxed_slice_of(keys[i]));
        if (!a.ptr || !b.ptr || !pxed_slice_eq(a, b))
            return false;
    }
    return true;
}
