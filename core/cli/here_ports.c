/* Finds in /proc who holds the ports that pxed would bind, without binding any. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli.h"
#include "here.h"
#include "pxed/listen.h"

struct holder {
    uint64_t inode;
    long pid; /* 0: not seen */
    char name[32];
};

/* --- which program --- */

static bool ports_holds(const char *fd_folder, uint64_t inode) {
    char want[64], link[64];
    bool found = false;
    DIR *dir = opendir(fd_folder);
    snprintf(want, sizeof(want), "socket:[%" PRIu64 "]", inode);
    for (struct dirent *e; dir && !found && (e = readdir(dir));) {
        ssize_t n = readlinkat(dirfd(dir), e->d_name, link, sizeof(link) - 1);
        link[n > 0 ? n : 0] = '\0';
        found = strcmp(link, want) == 0;
    }
    if (dir)
        closedir(dir);
    return found;
}

static void find_program(struct holder *h) {
    char path[64];
    DIR *dir = opendir("/proc");
    for (struct dirent *e; dir && h->pid == 0 && (e = readdir(dir));) {
        if (!isdigit((unsigned char)e->d_name[0]))
            continue;
        snprintf(path, sizeof(path), "/proc/%.20s/fd", e->d_name);
        if (!ports_holds(path, h->inode))
            continue;
        h->pid = strtol(e->d_name, NULL, 10);
        snprintf(path, sizeof(path), "/proc/%.20s/comm", e->d_name);
        FILE *f = fopen(path, "re");
        if (f && fgets(h->name, sizeof(h->name), f))
            h->name[strcspn(h->name, "\n")] = '\0';
        if (f)
            fclose(f);
    }
    if (dir)
        closedir(dir);
}

/* --- is it the daemon of this ini? Its socket answers, and the process behind the socket holds the port --- */

static long ports_daemon_of(const char *ini_path) {
    const char *path = cli_api_socket(ini_path);
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct ucred peer = {0};
    socklen_t size = sizeof(peer);
    if (!path || strlen(path) >= sizeof(to.sun_path))
        return 0;
    memcpy(to.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answers = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
                   getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    if (fd >= 0)
        close(fd);
    return answers ? peer.pid : 0;
}

/* Without an API: the same program with the same file on its command line. */
static bool is_same_run(long pid, const char *ini_path) {
    char path[64], line[4096], word[PATH_MAX], cwd[PATH_MAX];
    struct stat mine, theirs, ini, own;
    snprintf(path, sizeof(path), "/proc/%ld/exe", pid);
    if (stat(path, &theirs) < 0 || stat("/proc/self/exe", &mine) < 0 || mine.st_ino != theirs.st_ino ||
        mine.st_dev != theirs.st_dev || stat(ini_path, &own) < 0)
        return false;
    snprintf(path, sizeof(path), "/proc/%ld/cmdline", pid);
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(line, 1, sizeof(line) - 1, f) : 0;
    if (f)
        fclose(f);
    line[n] = '\0';
    snprintf(path, sizeof(path), "/proc/%ld/cwd", pid);
    ssize_t length = readlink(path, cwd, sizeof(cwd) - 1);
    cwd[length > 0 ? length : 0] = '\0';
    for (size_t at = 0; at < n; at += strlen(line + at) + 1) {
        int whole =
            snprintf(word, sizeof(word), "%s%s%s", line[at] == '/' ? "" : cwd, line[at] == '/' ? "" : "/", line + at);
        if (whole > 0 && whole < (int)sizeof(word) && stat(word, &ini) == 0 && ini.st_ino == own.st_ino &&
            ini.st_dev == own.st_dev)
            return true;
    }
    return false;
}

/* --- the kernel's tables --- */

/* Would a socket there prevent a bind to `at`, or (NULL) to an interface's address? `text`: 8 or 32 hex digits, words
 * of 32 bits in the machine's order. */
static bool stands_in_the_way(const struct offline *o, const char *text, const struct pxed_addr *at) {
    size_t n = strlen(text);
    uint8_t bytes[16] = {0};
    if (strspn(text, "0") == n)
        return true;
    for (size_t i = 0; i + 8 <= n && i < 32; i += 8) {
        char word[9] = "";
        memcpy(word, text + i, 8);
        uint32_t value = (uint32_t)strtoul(word, NULL, 16);
        memcpy(bytes + i / 2, &value, 4);
    }
    if (at)
        return (at->family == 4 ? n == 8 : n == 32) && memcmp(at->bytes, bytes, n / 2) == 0;
    for (size_t i = 0; i < o->n_ifaces && n == 8; i++)
        if (memcmp(o->ifaces[i].addr.bytes, bytes, 4) == 0)
            return true;
    return false;
}

/* Sockets on this port that would prevent a bind: listening TCP, any bound UDP, on our addresses or on all. */
static size_t find_holders(const struct offline *o, const char *table, bool tcp, unsigned port,
                           const struct pxed_addr *at, struct holder *ret, size_t max) {
    char path[64], line[512], address[33];
    unsigned local, state;
    uint64_t inode;
    size_t n = 0;
    snprintf(path, sizeof(path), "/proc/self/net/%s", table);
    FILE *f = fopen(path, "re");
    while (f && n < max && fgets(line, sizeof(line), f)) {
        if (sscanf(line, "%*d: %32[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*s %*s %" SCNu64, address, &local,
                   &state, &inode) != 4 ||
            local != port || (tcp && state != 0x0a))
            continue;
        if (stands_in_the_way(o, address, at))
            ret[n++] = (struct holder){.inode = inode};
    }
    if (f)
        fclose(f);
    return n;
}

struct want {
    const char *plugin, *protocol;
    unsigned port; /* 0: its option `port` */
    bool dhcp;
    const char *key; /* of the option; NULL: `port` */
};

static unsigned port_of(const struct plugin *p) {
    for (const struct pxed_option *row = p->desc.options; row && row->key; row++)
        if (row->type == PXED_OPT_UINT && strcmp(row->key, "port") == 0)
            return (unsigned)*(const uint64_t *)(const void *)((const char *)p->config + row->offset);
    return 0;
}

static void ports_tell(struct offline *o, const struct want *w, unsigned port, const struct holder *h) {
    const struct ini_entry *e = ini_get(&o->config->ini, w->plugin, w->key ? w->key : "port");
    char by[80] = "another program (root sees which)";
    if (h->pid)
        snprintf(by, sizeof(by), "%s (pid %ld)", h->name, h->pid);
    if (w->dhcp)
        pxed_diag_add(
            &o->diags, PXED_WARNING, o->config->ini.path, 0,
            "here: UDP port %u is held by %s: two DHCP servers on one card answer each other's machines; stop one "
            "of them",
            port, by);
    else
        pxed_diag_add(&o->diags, PXED_WARNING, e ? e->file : o->config->ini.path, e ? e->line : 0,
                      "here: %s port %u of [%s] is held by %s: stop that, or choose another port", w->protocol, port,
                      w->plugin, by);
}

/* `at`: NULL: the interfaces' addresses. */
static void check_port(struct offline *o, const struct want *w, unsigned port, const struct pxed_addr *at,
                       long daemon) {
    bool tcp = strcmp(w->protocol, "TCP") == 0;
    struct holder found[16];
    size_t n = find_holders(o, tcp ? "tcp" : "udp", tcp, port, at, found, 8);
    n += find_holders(o, tcp ? "tcp6" : "udp6", tcp, port, at, found + n, 8);
    for (size_t i = 0; i < n; i++) {
        find_program(&found[i]);
        bool own = found[i].pid ? found[i].pid == daemon || is_same_run(found[i].pid, o->config->ini.path) : daemon > 0;
        bool told = false;
        for (size_t k = 0; k < i; k++)
            told |= found[k].pid == found[i].pid;
        if (!own && !told)
            ports_tell(o, w, port, &found[i]);
    }
}

/* Each ADDRESS:PORT of a plugin's option `listen`. */
static void check_listen(struct offline *o, const struct plugin *p, long daemon) {
    static const char key[] = "listen";
    const struct want w = {p->desc.name, "TCP", 0, false, key};
    for (const struct pxed_option *row = p->desc.options; row && row->key; row++) {
        if ((row->type != PXED_OPT_LIST && row->type != PXED_OPT_LINES) || strcmp(row->key, key) != 0)
            continue;
        const struct pxed_list *list = (const void *)((const char *)p->config + row->offset);
        for (size_t i = 0; i < list->n; i++) {
            struct pxed_listen at;
            if (!pxed_listen_parse(pxed_slice_of(list->items[i]), &at))
                check_port(o, &w, at.port, &at.addr, daemon);
        }
    }
}

void here_ports(struct offline *o) {
    static const struct want wants[] = {{"http", "TCP", 0, false, NULL}, {"tftp", "UDP", 0, false, NULL},
                                        {"dhcp", "UDP", 67, true, NULL}, {"dhcp", "UDP", 4011, true, NULL},
                                        {"dns", "UDP", 53, false, NULL}, {"dns", "TCP", 53, false, NULL}};
    long daemon = ports_daemon_of(o->config->ini.path);
    for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
        const struct plugin *p = plugins_find(&o->plugins, wants[i].plugin);
        unsigned port = p ? (wants[i].port ? wants[i].port : port_of(p)) : 0;
        if (port > 0)
            check_port(o, &wants[i], port, NULL, daemon);
    }
    for (size_t i = 0; i < o->plugins.n; i++)
        check_listen(o, o->plugins.items[i], daemon);
}
