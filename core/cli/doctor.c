/* `pxed doctor`: asks the served networks as firmware and as a client that does not boot, and says which other servers
 * answer and what of it keeps machines from booting from pxed; then what this machine itself lacks. */
#define _GNU_SOURCE
#include <errno.h>
#include <jansson.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "doctor_here.h"
#include "here.h"
#include "pxed/heard.h"

enum { LISTEN_MS = 5000, AGAIN_MS = 2500, BETWEEN_MS = 200, PACKETS_PER_TURN = 1000 };

/* One interface while it is listened to. */
struct doctor_wire {
    const struct pxed_iface *iface;
    int fd;
    uint8_t mac[6];
    uint32_t xid; /* as firmware; the next number as a plain client */
    struct pxed_heard heard;
};

static int64_t doctor_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the wire ---- */

/* Promiscuous: some servers answer by frames to the MAC that asked, in spite of the broadcast flag. */
static bool wire_open(struct doctor_wire *w) {
    struct packet_mreq all = {.mr_ifindex = (int)w->iface->index, .mr_type = PACKET_MR_PROMISC};
    w->fd = pxed_heard_open(w->iface->index);
    if (w->fd < 0) {
        fprintf(stderr, "pxed doctor: %s: %s%s\n", w->iface->name, strerror(-w->fd),
                w->fd == -EPERM ? ": only root may listen to a network" : "");
        return false;
    }
    setsockopt(w->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all));
    if (getrandom(w->mac, sizeof(w->mac), 0) < 0 || getrandom(&w->xid, sizeof(w->xid), 0) < 0)
        w->xid = (uint32_t)doctor_now();
    w->mac[0] = (uint8_t)((w->mac[0] & 0xfc) | 2); /* locally administered, of one machine */
    w->xid &= ~1u;
    return true;
}

static void wire_ask(const struct doctor_wire *w, enum pxed_heard_asked as) {
    int rc = pxed_heard_send(w->fd, w->iface->index, w->mac, w->xid + (as == PXED_HEARD_PLAIN), as);
    if (rc < 0)
        fprintf(stderr, "pxed doctor: %s: %s\n", w->iface->name, strerror(-rc));
}

static void wire_read(struct doctor_wire *w) {
    char packet[2048];
    struct pxed_heard_reply r;
    for (int i = 0; i < PACKETS_PER_TURN; i++) {
        enum pxed_heard_got got = pxed_heard_receive(w->fd, packet, sizeof(packet), &r);
        if (got == PXED_HEARD_NOTHING)
            return;
        if (got != PXED_HEARD_REPLY || r.source == pxed_addr_u32(&w->iface->addr))
            continue;
        pxed_heard_note(&w->heard, &r,
                        r.xid == w->xid       ? PXED_HEARD_FIRMWARE
                        : r.xid == w->xid + 1 ? PXED_HEARD_PLAIN
                                              : PXED_HEARD_STRANGER);
    }
}

/* dnsmasq and ISC's dhcpd look for three seconds and for one whether an address is in use, before they offer it. */
static void wires_listen(struct doctor_wire *wires, size_t n) {
    static const struct {
        int at;
        enum pxed_heard_asked as;
    } asks[] = {{0, PXED_HEARD_FIRMWARE},
                {BETWEEN_MS, PXED_HEARD_PLAIN},
                {AGAIN_MS, PXED_HEARD_FIRMWARE},
                {AGAIN_MS + BETWEEN_MS, PXED_HEARD_PLAIN}};
    struct pollfd fds[INTERFACES_MAX];
    int64_t begin = doctor_now();
    size_t asked = 0;
    for (int64_t past = 0; past < LISTEN_MS; past = doctor_now() - begin) {
        for (; asked < sizeof(asks) / sizeof(*asks) && past >= asks[asked].at; asked++)
            for (size_t i = 0; i < n; i++)
                wire_ask(&wires[i], asks[asked].as);
        int64_t next = asked < sizeof(asks) / sizeof(*asks) ? asks[asked].at : LISTEN_MS;
        for (size_t i = 0; i < n; i++)
            fds[i] = (struct pollfd){.fd = wires[i].fd, .events = POLLIN};
        if (poll(fds, n, next > past ? (int)(next - past) : 0) > 0)
            for (size_t i = 0; i < n; i++)
                if (fds[i].revents)
                    wire_read(&wires[i]);
    }
}

/* ---- the report ---- */

static void doctor_print(json_t *row) {
    json_dumpf(row, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(row);
}

static unsigned doctor_json(const struct doctor_wire *w, const struct pxed_heard_site *site) {
    struct pxed_heard_fault faults[PXED_HEARD_FAULTS_MAX];
    char id[PXED_ADDR_TEXT], mac[PXED_MAC_TEXT];
    unsigned all = 0;
    for (size_t i = 0; i <= w->heard.n; i++) {
        const struct pxed_heard_server *s = i < w->heard.n ? &w->heard.servers[i] : NULL;
        struct pxed_addr addr = pxed_addr_v4(s ? s->id : 0);
        size_t n = pxed_heard_judge(&w->heard, s, site, faults);
        if (s)
            doctor_print(json_pack("{s:s, s:s, s:b, s:b, s:s, s:s}", "interface", w->iface->name, "server",
                                   pxed_addr_text(&addr, id), "leases", s->leases, "boot_server", s->proxy, "file",
                                   s->file_name, "mac", pxed_mac_text(&s->mac, ":", mac)));
        for (size_t k = 0; k < n; k++, all++) {
            json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "interface", w->iface->name, "fault", faults[k].word,
                                    "text", faults[k].text, "cure", faults[k].cure);
            if (s)
                json_object_set_new(row, "server", json_string(pxed_addr_text(&addr, id)));
            doctor_print(row);
        }
    }
    return all;
}

static unsigned doctor_tell(const struct doctor_wire *w, const struct pxed_heard_site *site) {
    struct pxed_heard_fault faults[PXED_HEARD_FAULTS_MAX];
    char line[PXED_HEARD_TEXT_MAX];
    unsigned all = 0;
    printf("%s, mode = %s:\n", w->iface->name, site->leases ? "server" : "proxy");
    for (size_t i = 0; i <= w->heard.n; i++) {
        const struct pxed_heard_server *s = i < w->heard.n ? &w->heard.servers[i] : NULL;
        if (s)
            printf("  %s\n", pxed_heard_describe(s, line));
        size_t n = pxed_heard_judge(&w->heard, s, site, faults);
        all += (unsigned)n;
        for (size_t k = 0; k < n; k++)
            printf("    FAULT %s: %s\n      cure: %s\n", faults[k].word, faults[k].text, faults[k].cure);
    }
    if (w->heard.n == 0)
        puts("  no other server answers");
    return all;
}

static unsigned doctor_tell_here(struct offline *o, bool json) {
    struct doctor_fault faults[DOCTOR_FAULTS_MAX];
    size_t n = doctor_here(o, faults);
    if (!json)
        puts("this machine:");
    for (size_t i = 0; i < n; i++) {
        const struct doctor_fault *f = &faults[i];
        if (json)
            doctor_print(json_pack("{s:s, s:s, s:s}", "fault", f->word, "text", f->text, "cure", f->cure));
        else
            printf("    FAULT %s: %s\n      cure: %s\n", f->word, f->text, f->cure);
    }
    if (n == 0 && !json)
        puts("  room, time, MTU and name are well");
    return (unsigned)n;
}

/* Ports, loaders, images, accounts, certificates: what check says of them. */
static unsigned doctor_tell_check(struct offline *o, bool json) {
    size_t errors = o->diags.errors + o->diags.host_errors;
    for (size_t i = 0; i < o->diags.n && json; i++) {
        const struct pxed_diag *d = &o->diags.items[i];
        doctor_print(json_pack("{s:s, s:s, s:i, s:s}", "check", d->severity == PXED_WARNING ? "warning" : "error",
                               "file", d->file ? d->file : "", "line", (int)d->line, "text", d->text));
    }
    if (json)
        return (unsigned)errors;
    puts("configuration, ports, loaders, images, rights:");
    cli_print_diags(stdout, &o->diags);
    if (o->diags.n == 0)
        puts("  nothing is wrong");
    return (unsigned)errors;
}

/* ---- the command ---- */

static bool doctor_leases(struct offline *o) {
    const struct plugin *p = plugins_find(&o->plugins, "dhcp");
    for (const struct pxed_option *row = p ? p->desc.options : NULL; row && row->key; row++)
        if (row->type == PXED_OPT_ENUM && strcmp(row->key, "mode") == 0) {
            unsigned at = *(const unsigned *)(const void *)((const char *)p->config + row->offset);
            struct pxed_slice words = pxed_slice_of(row->words), word;
            for (unsigned i = 0; (word = pxed_slice_word(&words, " ")).len > 0; i++)
                if (i == at)
                    return pxed_slice_is(word, "server");
        }
    return false;
}

static int doctor_run(struct offline *o, bool json) {
    static struct doctor_wire wires[INTERFACES_MAX];
    struct pxed_heard_site site = {.leases = doctor_leases(o)};
    unsigned faults = 0;
    if (o->n_ifaces == 0) {
        fputs("pxed doctor: none of the interfaces of [pxed] interface is here\n", stderr);
        return CLI_NO;
    }
    for (size_t i = 0; i < o->n_ifaces; i++) {
        wires[i].iface = &o->ifaces[i];
        if (!wire_open(&wires[i]))
            return CLI_NO;
    }
    if (!json)
        printf("asking as firmware and as a client that does not boot; listening for %d s\n", LISTEN_MS / 1000);
    fflush(stdout);
    wires_listen(wires, o->n_ifaces);
    for (size_t i = 0; i < o->n_ifaces; i++) {
        site.own = pxed_addr_u32(&o->ifaces[i].addr);
        faults += json ? doctor_json(&wires[i], &site) : doctor_tell(&wires[i], &site);
        close(wires[i].fd);
    }
    return faults > 0 ? CLI_NO : CLI_OK;
}

int cli_doctor(int argc, char **argv) {
    const char *ini = cli_default_ini();
    struct offline o;
    bool json = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            ini = argv[++i];
        else if (strcmp(argv[i], "--json") == 0)
            json = true;
        else
            return cli_usage();
    }
    offline_load(&o, ini, CATALOGUE_ALL);
    int rc = CLI_NO;
    if (o.config) {
        here_files(&o);
        here_tls(&o);
        here_ports(&o);
        rc = doctor_run(&o, json);
        if (doctor_tell_here(&o, json) + doctor_tell_check(&o, json) > 0)
            rc = CLI_NO;
    } else {
        cli_print_diags(stderr, &o.diags);
    }
    offline_free(&o);
    return rc;
}
