/* What would be said to a captured message, beside what was said. No socket, no lease: an address of a range is taken
 * to be the one that was given. */
#include "dhcp_replay.h"

#include <stdio.h>
#include <string.h>

#include "class.h"
#include "dhcp_state.h"
#include "proxy.h"
#include "rows.h"
#include "subnet.h"

enum { VALUE_MAX = 96, COLUMN = 40 };

/* The net that it asks in, as the ini has it. */
struct replay_net {
    const struct dhcp_config *config;
    uint32_t net, server;
    uint8_t prefix;
    bool far;
};

static struct replay_net net_of(const struct dhcp_config *main, const struct pxed_iface *iface, uint32_t giaddr) {
    uint32_t server = iface ? pxed_addr_u32(&iface->addr) : 0, from = giaddr ? giaddr : server;
    const struct pxed_section *subnet = dhcp_subnet_of(&main->subnets, from);
    if (!subnet)
        return (struct replay_net){main, server, server, iface ? iface->prefix : 0, false};
    const struct dhcp_config *own = subnet->config;
    uint32_t address = pxed_addr_u32(&own->address);
    struct replay_net n = {.config = own, .server = address ? address : server, .far = giaddr != 0};
    (void)dhcp_cidr(subnet->name, &n.net, &n.prefix); /* it was read a moment ago */
    return n;
}

static enum dhcp_type reply_type(uint8_t asked) {
    return asked == DHCP_DISCOVER ? DHCP_OFFER : asked == DHCP_REQUEST || asked == DHCP_INFORM ? DHCP_ACK : DHCP_BOOTP;
}

/* One message of a capture, and what it gets here. */
struct replayed {
    struct dhcp_message m;
    struct dhcp_facts facts;
    struct pxed_verdict verdict;
    struct dhcp_config config; /* of net and class */
    struct replay_net net;
    struct dhcp_boot boot;
    bool proxy;
};

static void find_boot(struct replayed *p, const struct dhcp_config *main, uint16_t port) {
    int class = dhcp_class_of(main, &p->m, &p->facts);
    p->config = *p->net.config;
    if (class >= 0)
        pxed_option_overlay(dhcp_class_rows, main->classes.items[class].set, main->classes.items[class].config,
                            &p->config);
    p->proxy = p->config.mode == DHCP_MODE_PROXY || port == DHCP_PORT_PXE;
    dhcp_boot(&p->config, p->proxy, &p->facts, &p->verdict, &p->boot);
    if (port != DHCP_PORT_SERVER || !dhcp_boot_has_ways(&p->boot, &p->facts))
        return;
    struct dhcp_ways ways = dhcp_ways_of(&main->quirks, &p->config, p->proxy, &p->m, &p->facts);
    dhcp_boot_way(&p->boot, &p->facts, dhcp_way_of(ways.names[0]));
}

/* The address that it would have: the host's, else the one that was given, asked for, or is its own. */
static uint32_t address_of(const struct replayed *p, const struct dhcp_message *answered) {
    uint32_t ip = p->verdict.host ? pxed_addr_u32(&p->verdict.host->ip) : 0;
    if (ip == 0 && answered)
        ip = answered->yiaddr;
    if (ip == 0 && !dhcp_get_u32(&p->m, DHCP_OPT_REQUESTED, &ip))
        ip = p->m.ciaddr;
    return ip != 0 || p->config.range.n == 0 ? ip : pxed_addr_u32(&p->config.range.items[0].first);
}

/* The reply in `bytes`; 0: silence. */
static size_t build_reply(const struct replayed *p, const struct dhcp_message *answered, uint16_t port,
                          uint8_t bytes[static DHCP_REPLY_MAX]) {
    struct dhcp_site site = {.config = &p->config,
                             .server = p->net.server,
                             .net = p->net.net,
                             .prefix = p->net.prefix,
                             .far = p->net.far,
                             .relay = p->net.far ? p->m.giaddr : 0};
    enum dhcp_type type = reply_type(p->m.type);
    if (type == DHCP_BOOTP || p->config.mode == DHCP_MODE_OFF)
        return 0;
    if (p->proxy)
        return p->boot.offered && (type == DHCP_OFFER || port == DHCP_PORT_PXE)
                   ? dhcp_proxy_reply(&site, &p->m, type, &p->boot, bytes)
                   : 0;
    struct dhcp_action action = {.what = DHCP_SAY,
                                 .type = type,
                                 .yiaddr = p->m.type == DHCP_INFORM ? 0 : address_of(p, answered),
                                 .server_id = dhcp_server_id(&p->m, p->net.server),
                                 .lease_ms = p->m.type == DHCP_INFORM ? 0 : p->config.lease_time};
    return dhcp_reply(&site, &p->m, &p->facts, &action, p->verdict.host, &p->boot, bytes);
}

/* ---- rows: what a message says, as text ---- */

enum row_kind { ROW_TYPE, ROW_FIELD, ROW_TEXT, ROW_ADDRS, ROW_SECONDS, ROW_BYTES };

static const struct {
    const char *name;
    enum row_kind kind;
    uint8_t number; /* the option, or of ROW_FIELD and ROW_TEXT without one: which field */
} rows[] = {
    {"message", ROW_TYPE, 0},
    {"yiaddr", ROW_FIELD, 1},
    {"siaddr", ROW_FIELD, 2},
    {"sname", ROW_TEXT, 1},
    {"file", ROW_TEXT, 2},
    {"server (54)", ROW_ADDRS, DHCP_OPT_SERVER_ID},
    {"router (3)", ROW_ADDRS, DHCP_OPT_ROUTER},
    {"dns (6)", ROW_ADDRS, DHCP_OPT_DNS},
    {"lease time (51)", ROW_SECONDS, DHCP_OPT_LEASE_TIME},
    {"class (60)", ROW_TEXT, DHCP_OPT_CLASS},
    {"vendor (43)", ROW_BYTES, DHCP_OPT_VENDOR},
    {"tftp server (66)", ROW_TEXT, DHCP_OPT_TFTP_NAME},
    {"boot file (67)", ROW_TEXT, DHCP_OPT_BOOT_FILE},
    {"path prefix (210)", ROW_TEXT, DHCP_OPT_PATH_PREFIX},
    {"iPXE (175)", ROW_BYTES, DHCP_OPT_IPXE},
};

static const char *const types[] = {"", "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE", "INFORM"};

static void put_addr(struct pxed_buf *out, struct pxed_addr addr) {
    char text[PXED_ADDR_TEXT];
    if (pxed_addr_u32(&addr) != 0)
        pxed_buf_str(out, pxed_addr_text(&addr, text));
}

static void put_addrs(struct pxed_buf *out, struct pxed_slice bytes) {
    for (size_t i = 0; bytes.len - i >= 4 && i < 16; i += 4) {
        pxed_buf_str(out, i > 0 ? " " : "");
        put_addr(out, pxed_addr_v4_be(bytes.ptr + i));
    }
}

/* Some servers send the end of a C string, too. */
static struct pxed_slice without_nul(struct pxed_slice text) {
    while (text.len > 0 && text.ptr[text.len - 1] == '\0')
        text.len--;
    return text;
}

static void put_row(const struct dhcp_message *m, size_t row, struct pxed_buf *out) {
    uint8_t number = rows[row].number;
    struct pxed_slice option = m->options[number];
    uint32_t seconds;
    switch (rows[row].kind) {
    case ROW_TYPE:
        pxed_buf_str(out, m->type < sizeof(types) / sizeof(*types) ? types[m->type] : "?");
        break;
    case ROW_FIELD:
        put_addr(out, pxed_addr_v4(number == 1 ? m->yiaddr : m->siaddr));
        break;
    case ROW_TEXT:
        pxed_buf_escaped(out, number == 1 ? m->sname : number == 2 ? m->file : without_nul(option));
        break;
    case ROW_ADDRS:
        put_addrs(out, option);
        break;
    case ROW_SECONDS:
        if (dhcp_get_u32(m, number, &seconds))
            pxed_buf_u64(out, seconds);
        break;
    case ROW_BYTES:
        pxed_buf_hex(out, option.ptr, option.len < 24 ? option.len : 24, "");
        pxed_buf_str(out, option.len > 24 ? "..." : "");
        break;
    }
}

static void put_padded(struct pxed_buf *out, const char *text, size_t width) {
    pxed_buf_str(out, text);
    for (size_t n = strlen(text); n < width; n++)
        pxed_buf_byte(out, ' ');
}

/* Rows that neither has are left out; `*` marks those that differ. */
static void compare(const struct dhcp_message *answered, const struct dhcp_message *ours, struct pxed_buf *out) {
    static const struct dhcp_message silence;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char was[VALUE_MAX], is[VALUE_MAX];
        struct pxed_buf a = PXED_BUF(was), b = PXED_BUF(is);
        put_row(answered ? answered : &silence, i, &a);
        put_row(ours ? ours : &silence, i, &b);
        pxed_buf_cstr(&a);
        pxed_buf_cstr(&b);
        if (!*was && !*is)
            continue;
        pxed_buf_str(out, strcmp(was, is) == 0 ? "    " : "  * ");
        put_padded(out, rows[i].name, 18);
        put_padded(out, *was ? was : "-", COLUMN);
        pxed_buf_byte(out, ' ');
        pxed_buf_str(out, *is ? is : "-");
        pxed_buf_byte(out, '\n');
    }
}

static void put_asked(const struct replayed *p, uint16_t port, struct pxed_buf *out) {
    char mac[PXED_MAC_TEXT];
    const struct pxed_facts *f = &p->facts.seen;
    pxed_buf_str(out, types[p->m.type < sizeof(types) / sizeof(*types) ? p->m.type : 0]);
    pxed_buf_byte(out, ' ');
    pxed_buf_str(out, pxed_mac_text(&f->mac, ":", mac));
    pxed_buf_str(out, !f->boots ? ", no boot client" : f->loader != PXED_LOADER_NONE ? ", " : ", firmware ");
    if (f->boots)
        pxed_buf_str(out,
                     f->loader != PXED_LOADER_NONE ? pxed_loader_names[f->loader] : pxed_firmware_names[f->firmware]);
    if (f->secs > 0) {
        pxed_buf_str(out, ", for ");
        pxed_buf_u64(out, f->secs);
        pxed_buf_str(out, " s");
    }
    pxed_buf_str(out, port == DHCP_PORT_PXE ? ", on port 4011" : "");
    pxed_buf_str(out, p->m.giaddr ? ", by the relay " : "");
    put_addr(out, pxed_addr_v4(p->m.giaddr));
    pxed_buf_byte(out, '\n');
}

bool dhcp_replay(const void *config, const struct pxed_replay *r, struct pxed_buf *out) {
    struct replayed p = {0};
    struct dhcp_message answered, ours;
    char who[PXED_ADDR_TEXT + 16], addr[PXED_ADDR_TEXT];
    uint8_t scratch[3][DHCP_RECV_SIZE], bytes[DHCP_REPLY_MAX];
    if (r->asked.len > DHCP_RECV_SIZE || dhcp_parse(r->asked, scratch[0], DHCP_RECV_SIZE, &p.m) != DHCP_PARSED ||
        p.m.op != DHCP_BOOTREQUEST || !dhcp_facts(&p.m, r->iface, &p.facts))
        return false;
    bool has = r->answered.len > 0 && r->answered.len <= DHCP_RECV_SIZE &&
               dhcp_parse(r->answered, scratch[1], DHCP_RECV_SIZE, &answered) == DHCP_PARSED;
    p.net = net_of(config, r->iface, p.m.giaddr);
    r->decide(r->arg, &p.facts.seen, &p.verdict);
    find_boot(&p, config, r->port);
    size_t len = build_reply(&p, has ? &answered : NULL, r->port, bytes);
    bool says = len > 0 && dhcp_parse(pxed_slice((char *)bytes, len), scratch[2], DHCP_RECV_SIZE, &ours) == DHCP_PARSED;
    if (!r->further)
        put_asked(&p, r->port, out);
    if (!has && !says)
        return true;
    snprintf(who, sizeof(who), "%s answered", has ? pxed_addr_text(&r->answerer, addr) : "nobody");
    put_padded(out, "", 22);
    put_padded(out, who, COLUMN);
    pxed_buf_str(out, says ? " pxed would answer\n" : " pxed would be silent\n");
    compare(has ? &answered : NULL, says ? &ours : NULL, out);
    if (!p.boot.offered && p.facts.seen.boots && p.boot.reason != PXED_WHY_OK) {
        pxed_buf_str(out, "    no boot file: ");
        pxed_buf_str(out, pxed_reason_name(p.boot.reason));
        pxed_buf_byte(out, '\n');
    }
    return true;
}
