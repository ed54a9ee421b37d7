/* `pxed check` and `pxed explain`: checks the configuration and shows the offer, without any socket. */
#include "dhcp_ops.h"

#include <stdio.h>
#include <string.h>

#include "boot.h"
#include "class.h"
#include "hostopt.h"
#include "leases.h"
#include "rows.h"
#include "subnet.h"

enum { RANGE_HUGE = 1 << 20 };

/* Where a complaint belongs: [dhcp] or one of the further sections. */
struct place {
    struct pxed_diags *diags;
    const char *file;
    unsigned line;
    char section[64]; /* "[subnet 10.20.0.0/24]" */
};

static void ops_complain(const struct place *at, enum pxed_severity how, const char *what) {
    pxed_diag_add(at->diags, how, at->file, at->line, "%s %s", at->section, what);
}

static void check_range(const struct dhcp_config *c, const struct place *at) {
    uint64_t size = 0;
    char text[96];
    for (size_t i = 0; i < c->range.n; i++) {
        const struct pxed_range *r = &c->range.items[i];
        if (r->first.family != 4 || r->last.family != 4) {
            ops_complain(at, PXED_ERROR, "range: IPv4 addresses are expected: FIRST - LAST");
            return;
        }
        uint32_t first = pxed_addr_u32(&r->first), last = pxed_addr_u32(&r->last);
        if (last < first) {
            ops_complain(at, PXED_ERROR, "range: the last address lies before the first");
            return;
        }
        size += (uint64_t)last - first + 1;
    }
    snprintf(text, sizeof(text), "range: more than %d ranges", DHCP_POOLS);
    if (c->range.n > DHCP_POOLS)
        ops_complain(at, PXED_ERROR, text);
    snprintf(text, sizeof(text), "range: %llu addresses; is the prefix right?", (unsigned long long)size);
    if (size > RANGE_HUGE)
        ops_complain(at, PXED_WARNING, text);
}

static void check_extra(const struct pxed_list *lines, const struct place *at) {
    bool seen[256] = {false};
    for (size_t i = 0; i < lines->n; i++) {
        char bytes[512], wrong[DHCP_EXTRA_WRONG];
        struct pxed_buf out = PXED_BUF(bytes);
        struct dhcp_extra one = {0};
        bool good = dhcp_extra_parse(pxed_slice_of(lines->items[i]), &out, &one, wrong);
        if (good && seen[one.number])
            snprintf(wrong, sizeof(wrong), "this number is set twice");
        good &= !seen[one.number];
        seen[one.number] |= !one.sub;
        if (!good)
            pxed_diag_add(at->diags, PXED_ERROR, at->file, lines->lines ? lines->lines[i] : 0, "%s option: %s",
                          at->section, wrong);
    }
}

/* A range that was inherited is for another net; one that was written here is meant. */
static void check_subnet_range(const struct dhcp_config *c, const struct dhcp_config *main, uint32_t net,
                               uint8_t prefix, const struct place *at) {
    const struct pxed_addr at_net = pxed_addr_v4(net);
    size_t inside = 0, routers = 0;
    for (size_t i = 0; i < c->range.n; i++)
        inside += pxed_addr_in_net(&c->range.items[i].first, &at_net, prefix) &&
                  pxed_addr_in_net(&c->range.items[i].last, &at_net, prefix);
    for (size_t i = 0; i < c->router.n; i++)
        routers += pxed_addr_in_net(&c->router.items[i], &at_net, prefix);
    if (c->range.items != main->range.items && inside < c->range.n)
        ops_complain(at, PXED_ERROR, "range: it does not lie in this net");
    else if (inside == 0)
        ops_complain(at, PXED_WARNING, "has no range: only hosts with ip= get an address");
    if (c->router.items != main->router.items && routers < c->router.n)
        ops_complain(at, PXED_ERROR, "router: it does not lie in this net");
}

static void check_subnet(const struct dhcp_config *main, size_t i, struct pxed_diags *diags) {
    const struct pxed_section *s = &main->subnets.items[i];
    const struct dhcp_config *c = s->config;
    struct place at = {diags, s->file, s->line, ""};
    uint32_t net = 0;
    uint8_t prefix = 0;
    snprintf(at.section, sizeof(at.section), "[subnet %s]", s->name);
    const char *wrong = dhcp_cidr(s->name, &net, &prefix), *wrong_images;
    const struct pxed_section *other = wrong ? NULL : dhcp_subnet_overlap(&main->subnets, i);
    if (wrong)
        ops_complain(&at, PXED_ERROR, wrong);
    if (other)
        pxed_diag_add(diags, PXED_ERROR, s->file, s->line, "%s shares addresses with [subnet %s] of line %u",
                      at.section, other->name, other->line);
    if (c->relay.n > 0 && c->interface)
        ops_complain(&at, PXED_ERROR, "relay: a net on the wire of an interface has none; leave one of the two out");
    wrong_images = c->images ? dhcp_images_wrong(c->images) : NULL;
    if (wrong_images)
        ops_complain(&at, PXED_ERROR, wrong_images);
    if (c->foreign != main->foreign && !c->interface && c->relay.n > 0)
        ops_complain(&at, PXED_WARNING, "foreign: behind a relay no other server is heard: it has no effect there");
    if (c->option.items != main->option.items)
        check_extra(&c->option, &at);
    if (!c->interface && c->relay.n == 0 && c->mode == DHCP_MODE_SERVER)
        ops_complain(&at, PXED_WARNING,
                     "names no relay =: a machine there is not believed and boots its disk (NOT_BELIEVED), unless "
                     "believe = query");
    if (wrong || c->mode != DHCP_MODE_SERVER)
        return;
    if (c->range.items != main->range.items)
        check_range(c, &at);
    check_subnet_range(c, main, net, prefix, &at);
}

static bool ranges_meet(const struct pxed_ranges *a, const struct pxed_ranges *b) {
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < b->n; k++)
            if (pxed_addr_u32(&a->items[i].first) <= pxed_addr_u32(&b->items[k].last) &&
                pxed_addr_u32(&b->items[k].first) <= pxed_addr_u32(&a->items[i].last))
                return true;
    return false;
}

/* An address is for the members of one class, or for all others. */
static void check_class_range(const struct dhcp_config *main, const struct dhcp_config *c, const struct place *at) {
    bool meets = ranges_meet(&c->range, &main->range);
    for (size_t i = 0; i < main->subnets.n; i++)
        meets |= ranges_meet(&c->range, &((const struct dhcp_config *)main->subnets.items[i].config)->range);
    if (meets)
        ops_complain(at, PXED_ERROR,
                     "range: it shares addresses with that of a net; only members of the class get these");
    for (size_t i = 0; i < main->classes.n; i++) {
        const struct dhcp_config *other = main->classes.items[i].config;
        if (other != c && other->range.items != main->range.items && ranges_meet(&c->range, &other->range))
            ops_complain(at, PXED_ERROR, "range: it shares addresses with that of another class");
    }
}

static void check_class(const struct dhcp_config *main, const struct pxed_section *s, struct pxed_diags *diags) {
    const struct dhcp_config *c = s->config;
    struct place at = {diags, s->file, s->line, ""};
    snprintf(at.section, sizeof(at.section), "[class %s]", s->name);
    const char *wrong = dhcp_class_wrong(c);
    if (wrong)
        ops_complain(&at, PXED_ERROR, wrong);
    if (c->range.items != main->range.items) {
        check_range(c, &at);
        check_class_range(main, c, &at);
    }
    if (c->option.items != main->option.items)
        check_extra(&c->option, &at);
}

static void check_quirk(const struct pxed_section *s, struct pxed_diags *diags) {
    struct place at = {diags, s->file, s->line, ""};
    snprintf(at.section, sizeof(at.section), "[quirk %s]", s->name);
    const char *wrong = dhcp_quirk_wrong(s->config);
    if (wrong)
        ops_complain(&at, PXED_ERROR, wrong);
}

void dhcp_check(const void *config, const char *file, struct pxed_diags *diags) {
    const struct dhcp_config *c = config;
    const struct place at = {diags, file, 0, "[dhcp]"};
    bool serves = c->mode == DHCP_MODE_SERVER;
    check_extra(&c->option, &at);
    for (size_t i = 0; i < c->subnets.n; i++) {
        check_subnet(c, i, diags);
        serves |= ((const struct dhcp_config *)c->subnets.items[i].config)->mode == DHCP_MODE_SERVER;
    }
    for (size_t i = 0; i < c->classes.n; i++)
        check_class(c, &c->classes.items[i], diags);
    for (size_t i = 0; i < c->quirks.n; i++)
        check_quirk(&c->quirks.items[i], diags);
    if (serves && c->dns.n == 0)
        ops_complain(&at, PXED_WARNING, "dns is not set: Debian's installer stops without a name server");
    if (c->mode != DHCP_MODE_SERVER)
        return; /* range and the like are unused then, silently */
    check_range(c, &at);
    if (c->range.n == 0 && c->subnets.n == 0)
        ops_complain(&at, PXED_WARNING, "mode = server without range: only hosts with ip= get an address");
}

void dhcp_check_host(const void *config, const struct pxed_host *host, struct pxed_diags *diags) {
    const struct pxed_var *v = pxed_host_var(host, "option");
    char bytes[2][DHCP_MERGED_MAX], wrong[DHCP_EXTRA_WRONG];
    struct pxed_buf out = PXED_BUF(bytes[0]), without = PXED_BUF(bytes[1]);
    (void)config;
    if (v && v->value.len > 0 && !dhcp_host_options(v->value, PXED_NO_SLICE, PXED_NO_SLICE, &out, &without, wrong))
        pxed_diag_add(diags, PXED_HOST_ERROR, v->file ? v->file : host->file, v->file ? v->line : host->line,
                      "option: %s", wrong);
}

bool dhcp_tell_net(const void *config, size_t at, struct pxed_net *ret) {
    const struct dhcp_config *c = config;
    uint32_t net;
    if (at >= c->subnets.n)
        return false;
    const struct pxed_section *s = &c->subnets.items[at];
    const struct dhcp_config *own = s->config;
    *ret = (struct pxed_net){.address = own->address, .declared = own->relay.n > 0, .images = own->images};
    for (size_t row = 0; dhcp_subnet_rows[row].key; row++)
        if (dhcp_subnet_rows[row].offset == offsetof(struct dhcp_config, believe) && (s->set >> row & 1))
            ret->believe = own->believe ? PXED_BELIEVE_QUERY : PXED_BELIEVE_WIRE;
    if (!dhcp_cidr(s->name, &net, &ret->prefix))
        ret->net = pxed_addr_v4(net);
    return true;
}

static void ops_line(struct pxed_buf *out, const char *key, struct pxed_slice value) {
    pxed_buf_str(out, key);
    pxed_buf_add(out, value);
    pxed_buf_byte(out, '\n');
}

static void explain_address(const struct dhcp_config *c, const struct pxed_host *host, struct pxed_buf *out) {
    char text[PXED_ADDR_TEXT];
    pxed_buf_str(out, "  address    ");
    if (c->mode == DHCP_MODE_PROXY) {
        pxed_buf_str(out, "from the other DHCP server (mode = proxy)\n");
    } else if (host && host->ip.family == 4) {
        pxed_buf_str(out, pxed_addr_text(&host->ip, text));
        pxed_buf_str(out, " (reserved by ip=)\n");
    } else if (c->range.n > 0) {
        pxed_buf_str(out, "from range ");
        pxed_buf_str(out, pxed_addr_text(&c->range.items[0].first, text));
        pxed_buf_str(out, " - ");
        pxed_buf_str(out, pxed_addr_text(&c->range.items[0].last, text));
        pxed_buf_str(out, c->range.n > 1 ? ", ...\n" : "\n");
    } else {
        pxed_buf_str(out, "none: no range and no ip=\n");
    }
}

static void explain_ways(const struct dhcp_ways *ways, struct pxed_buf *out) {
    for (size_t i = 0; i < ways->n; i++) {
        pxed_buf_str(out, i == 0 ? "  told as    " : ", then ");
        pxed_buf_str(out, ways->names[i]);
    }
    if (ways->quirk) {
        pxed_buf_str(out, " (quirk ");
        pxed_buf_str(out, ways->quirk);
        pxed_buf_str(out, ")");
    }
    if (ways->n > 0)
        pxed_buf_byte(out, '\n');
}

void dhcp_explain(const void *config, const struct pxed_facts *facts, const struct pxed_verdict *verdict,
                  struct pxed_buf *out) {
    const struct dhcp_config *main = config;
    const struct pxed_section *subnet =
        dhcp_subnet_of(&main->subnets, verdict->host ? pxed_addr_u32(&verdict->host->ip) : 0);
    const struct dhcp_config *c = subnet ? subnet->config : main;
    struct dhcp_facts f = {.seen = *facts};
    struct dhcp_boot boot;
    f.seen.boots = true;
    f.pxe_class = true;
    dhcp_boot(c, c->mode == DHCP_MODE_PROXY, &f, verdict, &boot);
    struct dhcp_ways ways = {.n = 0};
    if (dhcp_boot_has_ways(&boot, &f)) {
        static const struct dhcp_message nothing;
        ways = dhcp_ways_of(&main->quirks, c, c->mode == DHCP_MODE_PROXY, &nothing, &f);
        dhcp_boot_way(&boot, &f, dhcp_way_of(ways.names[0]));
    }
    if (subnet)
        ops_line(out, "  net        ", pxed_slice_of(subnet->name));
    if (subnet && c->images)
        ops_line(out, "  images     ", pxed_slice_of(c->images));
    ops_line(out, "  mode       ",
             pxed_slice_of(c->mode == DHCP_MODE_PROXY ? "proxy"
                           : c->mode == DHCP_MODE_OFF ? "off"
                                                      : "server"));
    if (c->mode == DHCP_MODE_OFF)
        return;
    explain_address(c, verdict->host, out);
    struct pxed_slice own = verdict->host ? pxed_host_value(verdict->host, "option") : PXED_NO_SLICE;
    if (own.len > 0)
        ops_line(out, "  option=    ", own);
    if (!boot.offered) {
        pxed_buf_str(out, "  boot file  none: ");
        pxed_buf_str(out, pxed_reason_name(boot.reason));
        pxed_buf_str(out, ", ");
        ops_line(out, "", pxed_slice_of(pxed_reason_sentence(boot.reason)));
        return;
    }
    ops_line(out, "  boot file  ", boot.file);
    bool tftp = !dhcp_runs_script(&f) && !pxed_firmware_is_http(f.seen.firmware);
    ops_line(out, "  fetched by ", pxed_slice_of(tftp ? "TFTP" : "HTTP"));
    if (boot.class.ptr)
        ops_line(out, "  option 60  ", boot.class);
    if (boot.folder.ptr)
        ops_line(out, "  option 210 ", boot.folder);
    if (boot.use_file)
        ops_line(out, "  option 43  ", PXED_SLICE("6 = 8: use the boot file, ask nobody else"));
    explain_ways(&ways, out);
}
