/* `pxed doctor`: asks the served networks as firmware and as a client that does not boot, and says which other servers
 * answer and what of it keeps machines from booting from pxed. */
#define _GNU_SOURCE
#include <errno.h>
#include <jansson.h>
#include <linux/filter.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "doctor_judge.h"

enum { LISTEN_MS = 5000, AGAIN_MS = 2500, BETWEEN_MS = 200, PACKETS_PER_TURN = 1000 };

/* One interface while it is listened to. */
struct doctor_wire {
    const struct pxed_iface *iface;
    int fd;
    uint8_t mac[6];
    uint32_t xid; /* as firmware; the next number as a plain client */
    struct heard heard;
};

static int64_t doctor_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the wire ---- */

/* Only UDP to port 68, as the kernel's filter says it: a server's card is busy with other things. */
static void wire_filter(int fd) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 4),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 68, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {.len = sizeof(code) / sizeof(*code), .filter = code};
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* Promiscuous: some servers answer by frames to the MAC that asked, in spite of the broadcast flag. */
static bool wire_open(struct doctor_wire *w) {
    struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = (int)w->iface->index};
    struct packet_mreq all = {.mr_ifindex = (int)w->iface->index, .mr_type = PACKET_MR_PROMISC};
    w->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); /* 0: deaf until it is bound */
    if (w->fd >= 0)
        wire_filter(w->fd);
    if (w->fd < 0 || bind(w->fd, (const struct sockaddr *)&at, sizeof(at)) < 0) {
        fprintf(stderr, "pxed doctor: %s: %s%s\n", w->iface->name, strerror(errno),
                errno == EPERM ? ": only root may listen to a network" : "");
        return false;
    }
    setsockopt(w->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all));
    if (getrandom(w->mac, sizeof(w->mac), 0) < 0 || getrandom(&w->xid, sizeof(w->xid), 0) < 0)
        w->xid = (uint32_t)doctor_now();
    w->mac[0] = (uint8_t)((w->mac[0] & 0xfc) | 2); /* locally administered, of one machine */
    w->xid &= ~1u;
    return true;
}

static void wire_ask(const struct doctor_wire *w, enum heard_asked as) {
    uint8_t packet[HEARD_FRAME_MAX];
    struct sockaddr_ll to = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(ETH_P_IP),
                             .sll_ifindex = (int)w->iface->index,
                             .sll_halen = 6,
                             .sll_addr = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    size_t n = heard_ask(packet, w->mac, w->xid + (as == HEARD_PLAIN), as);
    if (sendto(w->fd, packet, n, 0, (const struct sockaddr *)&to, sizeof(to)) < 0)
        fprintf(stderr, "pxed doctor: %s: %s\n", w->iface->name, strerror(errno));
}

static void wire_read(struct doctor_wire *w) {
    char packet[2048];
    struct sockaddr_ll from = {0};
    struct heard_reply r;
    for (int i = 0; i < PACKETS_PER_TURN; i++) {
        socklen_t len = sizeof(from);
        ssize_t n = recvfrom(w->fd, packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&from, &len);
        if (n < 0)
            return;
        if (from.sll_pkttype == PACKET_OUTGOING || !heard_read(pxed_slice(packet, (size_t)n), &r))
            continue;
        enum heard_asked as = r.xid == w->xid ? HEARD_FIRMWARE : r.xid == w->xid + 1 ? HEARD_PLAIN : HEARD_STRANGER;
        if (r.source != pxed_addr_u32(&w->iface->addr))
            heard_note(&w->heard, &r, as);
    }
}

/* dnsmasq and ISC's dhcpd look for three seconds and for one whether an address is in use, before they offer it. */
static void wires_listen(struct doctor_wire *wires, size_t n) {
    static const struct {
        int at;
        enum heard_asked as;
    } asks[] = {{0, HEARD_FIRMWARE},
                {BETWEEN_MS, HEARD_PLAIN},
                {AGAIN_MS, HEARD_FIRMWARE},
                {AGAIN_MS + BETWEEN_MS, HEARD_PLAIN}};
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

static unsigned doctor_json(const struct doctor_wire *w, const struct doctor_site *site) {
    struct doctor_fault faults[DOCTOR_FAULTS_MAX];
    char id[PXED_ADDR_TEXT];
    unsigned all = 0;
    for (size_t i = 0; i <= w->heard.n; i++) {
        const struct heard_server *s = i < w->heard.n ? &w->heard.servers[i] : NULL;
        struct pxed_addr addr = pxed_addr_v4(s ? s->id : 0);
        size_t n = doctor_judge(&w->heard, s, site, faults);
        if (s)
            doctor_print(json_pack("{s:s, s:s, s:b, s:b, s:s}", "interface", w->iface->name, "server",
                                   pxed_addr_text(&addr, id), "leases", s->leases, "boot_server", s->proxy, "file",
                                   s->file_name));
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

static unsigned doctor_tell(const struct doctor_wire *w, const struct doctor_site *site) {
    struct doctor_fault faults[DOCTOR_FAULTS_MAX];
    char line[DOCTOR_TEXT_MAX];
    unsigned all = 0;
    printf("%s, mode = %s:\n", w->iface->name, site->leases ? "server" : "proxy");
    for (size_t i = 0; i <= w->heard.n; i++) {
        const struct heard_server *s = i < w->heard.n ? &w->heard.servers[i] : NULL;
        if (s)
            printf("  %s\n", doctor_describe(s, line));
        size_t n = doctor_judge(&w->heard, s, site, faults);
        all += (unsigned)n;
        for (size_t k = 0; k < n; k++)
            printf("    FAULT %s: %s\n      cure: %s\n", faults[k].word, faults[k].text, faults[k].cure);
    }
    if (w->heard.n == 0)
        puts("  no other server answers");
    return all;
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
    struct doctor_site site = {.leases = doctor_leases(o)};
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
    offline_load(&o, ini, CATALOGUE_SYNTAX);
    int rc = CLI_NO;
    if (o.config) {
        o.n_ifaces = interfaces_find(&o.config->settings, o.ifaces, &o.diags);
        rc = doctor_run(&o, json);
    } else {
        cli_print_diags(stderr, &o.diags);
    }
    offline_free(&o);
    return rc;
}
