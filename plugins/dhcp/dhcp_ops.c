/* `pxed check` and `pxed explain`: checks the configuration and shows the offer, without any socket. */
#include "dhcp_ops.h"

#include <string.h>

#include "boot.h"
#include "extra.h"
#include "leases.h"

enum { RANGE_HUGE = 1 << 20 };

static void check_range(const struct dhcp_config *c, const char *file, struct pxed_diags *diags) {
    uint64_t size = 0;
    for (size_t i = 0; i < c->range.n; i++) {
        const struct pxed_range *r = &c->range.items[i];
        if (r->first.family != 4 || r->last.family != 4) {
            pxed_diag_add(diags, PXED_ERROR, file, 0, "[dhcp] range: IPv4 addresses are expected: FIRST - LAST");
            return;
        }
        uint32_t first = pxed_addr_u32(&r->first), last = pxed_addr_u32(&r->last);
        if (last < first) {
            pxed_diag_add(diags, PXED_ERROR, file, 0, "[dhcp] range: the last address lies before the first");
            return;
        }
        size += (uint64_t)last - first + 1;
    }
    if (c->range.n > DHCP_POOLS)
        pxed_diag_add(diags, PXED_ERROR, file, 0, "[dhcp] range: more than %d ranges", DHCP_POOLS);
    if (size > RANGE_HUGE)
        pxed_diag_add(diags, PXED_WARNING, file, 0, "[dhcp] range: %llu addresses; is the prefix right?",
                      (unsigned long long)size);
}

static void check_extra(const struct dhcp_config *c, const char *file, struct pxed_diags *diags) {
    bool seen[256] = {false};
    for (size_t i = 0; i < c->option.n; i++) {
        char bytes[512];
        struct pxed_buf out = PXED_BUF(bytes);
        unsigned number = 0;
        const char *wrong = dhcp_extra_parse(pxed_slice_of(c->option.items[i]), &out, &number);
        if (!wrong && seen[number])
            wrong = "this number is set twice";
        seen[number] = true;
        if (wrong)
            pxed_diag_add(diags, PXED_ERROR, file, c->option.lines ? c->option.lines[i] : 0, "[dhcp] option: %s",
                          wrong);
    }
}

void dhcp_check(const void *config, const char *file, struct pxed_diags *diags) {
    const struct dhcp_config *c = config;
    check_extra(c, file, diags);
    if (c->mode != DHCP_MODE_SERVER)
        return; /* range and the like are unused then, silently */
    check_range(c, file, diags);
    if (c->range.n == 0)
        pxed_diag_add(diags, PXED_WARNING, file, 0,
                      "[dhcp] mode = server without range: only hosts with ip= get an address");
    if (c->dns.n == 0)
        pxed_diag_add(diags, PXED_WARNING, file, 0,
                      "[dhcp] dns is not set: Debian's installer stops without a name server");
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

void dhcp_explain(const void *config, const struct pxed_facts *facts, const struct pxed_verdict *verdict,
                  struct pxed_buf *out) {
    const struct dhcp_config *c = config;
    struct dhcp_facts f = {.seen = *facts};
    struct dhcp_boot boot;
    f.seen.boots = true;
    f.pxe_class = true;
    dhcp_boot(c, c->mode == DHCP_MODE_PROXY, &f, verdict, &boot);
    ops_line(out, "  mode       ", pxed_slice_of(c->mode == DHCP_MODE_PROXY ? "proxy" : "server"));
    explain_address(c, verdict->host, out);
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
}
