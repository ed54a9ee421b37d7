/* What would keep machines from booting, and stands in no file: room, time, the cards' MTU, the name in URLs. */
#define _GNU_SOURCE
#include "doctor_here.h"

#include <net/if.h>
#include <netdb.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

/* ROOM_MIB: the store's log grows to a few MiB before it is folded. MTU_LEAST: what firmware sends and expects.
 * AHEAD: a file may be written by a machine whose clock is a little ahead. */
enum { ROOM_MIB = 32, MTU_LEAST = 1500, AHEAD = 300 };

struct found {
    struct offline *o;
    struct doctor_fault *faults;
    size_t n;
};

static struct doctor_fault *add(struct found *f, const char *word, const char *cure) {
    struct doctor_fault *fault = &f->faults[f->n++];
    fault->word = word;
    fault->cure = cure;
    return fault;
}

static void look_at_room(struct found *f) {
    const char *state = f->o->config->settings.state;
    struct statvfs fs;
    if (statvfs(state, &fs) < 0)
        return; /* it is made at the start, and check says if that cannot be */
    unsigned long long mib = (unsigned long long)fs.f_bavail * fs.f_frsize / (1024 * 1024);
    if (mib < ROOM_MIB || (fs.f_files > 0 && fs.f_favail == 0))
        snprintf(add(f, "DISK_SPACE", "make room there: without it nothing that is armed takes effect")->text,
                 DOCTOR_TEXT, "state = %.200s has %llu MiB and %llu files left", state, mib,
                 (unsigned long long)fs.f_favail);
}

/* A file of our own that was changed later than now: one of the two times is wrong. */
static void look_at_time(struct found *f) {
    const struct settings *s = &f->o->config->settings;
    const char *paths[] = {"/proc/self/exe", f->o->config->ini.path, s->hosts.n > 0 ? s->hosts.items[0] : NULL};
    time_t now = time(NULL);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct stat st;
        if (!paths[i] || stat(paths[i], &st) < 0 || st.st_mtime <= now + AHEAD)
            continue;
        snprintf(
            add(f, "CLOCK", "set this machine's clock: certificates and Kerberos depend on it; NTP keeps it")->text,
            DOCTOR_TEXT, "by this machine's clock %.200s was changed %lld seconds from now", paths[i],
            (long long)(st.st_mtime - now));
        return;
    }
}

static void look_at_mtu(struct found *f) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (size_t i = 0; fd >= 0 && i < f->o->n_ifaces; i++) {
        struct ifreq r = {0};
        memcpy(r.ifr_name, f->o->ifaces[i].name, strnlen(f->o->ifaces[i].name, sizeof(r.ifr_name) - 1));
        if (ioctl(fd, SIOCGIFMTU, &r) == 0 && r.ifr_mtu < MTU_LEAST)
            snprintf(add(f, "MTU", "ip link set dev INTERFACE mtu 1500, if the way to the machines carries that")->text,
                     DOCTOR_TEXT, "%.32s has MTU %d: firmware and loaders send and expect packets of %d bytes",
                     f->o->ifaces[i].name, r.ifr_mtu, MTU_LEAST);
    }
    if (fd >= 0)
        close(fd);
}

static bool is_ours(const struct offline *o, const struct addrinfo *a) {
    for (size_t i = 0; i < o->n_ifaces; i++)
        if (((const struct sockaddr_in *)(const void *)a->ai_addr)->sin_addr.s_addr ==
            htonl(pxed_addr_u32(&o->ifaces[i].addr)))
            return true;
    return false;
}

static void look_at_name(struct found *f) {
    const struct settings *s = &f->o->config->settings;
    static const char cure[] = "the name server that machines are told must know it: [dhcp] dns =, plugin dns, or an "
                               "address as [pxed] name";
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *all = NULL;
    struct pxed_addr addr;
    if (!s->name || !*s->name || pxed_addr_parse(pxed_slice_of(s->name), &addr) || plugins_find(&f->o->plugins, "dns"))
        return;
    int rc = getaddrinfo(s->name, NULL, &hints, &all);
    bool ours = false;
    for (const struct addrinfo *a = rc == 0 ? all : NULL; a; a = a->ai_next)
        ours |= is_ours(f->o, a);
    if (rc != 0)
        snprintf(add(f, "NAME", cure)->text, DOCTOR_TEXT, "[pxed] name = %.200s, which stands in URLs: %s (asked here)",
                 s->name, gai_strerror(rc));
    else if (!ours)
        snprintf(add(f, "NAME", cure)->text, DOCTOR_TEXT,
                 "[pxed] name = %.200s, which stands in URLs, leads to no address of a served interface (asked here)",
                 s->name);
    if (rc == 0)
        freeaddrinfo(all);
}

size_t doctor_here(struct offline *o, struct doctor_fault ret[static DOCTOR_FAULTS_MAX]) {
    struct found f = {o, ret, 0};
    look_at_room(&f);
    look_at_time(&f);
    look_at_mtu(&f);
    look_at_name(&f);
    return f.n;
}
