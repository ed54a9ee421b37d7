/* What servers that were heard mean for machines that are to boot from pxed. */
#include "pxed/heard.h"

#include <stdarg.h>
#include <stdio.h>

struct judge {
    struct pxed_heard_fault *faults;
    size_t n;
};

static const char *const kind_words[] = {
    [PXED_HEARD_OTHER_DHCP] = "OTHER_DHCP",     [PXED_HEARD_PXE_CLASS] = "PXE_CLASS",
    [PXED_HEARD_FILE_FOR_ALL] = "FILE_FOR_ALL", [PXED_HEARD_OTHER_BOOT] = "OTHER_BOOT",
    [PXED_HEARD_NO_DHCP] = "NO_DHCP",           [PXED_HEARD_TWO_DHCP] = "TWO_DHCP",
};

static void judge_add(struct judge *j, enum pxed_heard_kind kind, const char *cure, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void judge_add(struct judge *j, enum pxed_heard_kind kind, const char *cure, const char *format, ...) {
    struct pxed_heard_fault *f = &j->faults[j->n++];
    va_list args;
    *f = (struct pxed_heard_fault){.kind = kind, .word = kind_words[kind], .cure = cure};
    va_start(args, format);
    vsnprintf(f->text, sizeof(f->text), format, args);
    va_end(args);
}

static const char *judge_ip(uint32_t ip, char text[static PXED_ADDR_TEXT]) {
    struct pxed_addr addr = pxed_addr_v4(ip);
    return pxed_addr_text(&addr, text);
}

static void judge_one(struct judge *j, const struct pxed_heard_server *s, const struct pxed_heard_site *site) {
    char id[PXED_ADDR_TEXT], next[PXED_ADDR_TEXT];
    judge_ip(s->id, id);
    judge_ip(s->next, next);
    if (s->leases && site->leases)
        judge_add(j, PXED_HEARD_OTHER_DHCP, "stop one of the two, or set [dhcp] mode = proxy",
                  "%s leases addresses, too: machines take whichever answers first", id);
    if (s->calls)
        judge_add(j, PXED_HEARD_PXE_CLASS,
                  s->proxy ? "stop its PXE service, or tie it to another network"
                           : "take option 60 (PXEClient) out of that server's configuration",
                  "%s says PXEClient itself: firmware then asks port 4011 of that server, not pxed's", id);
    if (s->file_for_all)
        judge_add(
            j, PXED_HEARD_FILE_FOR_ALL,
            "tie the boot file to clients that boot from the network (pxed snippet prints such lines), or remove it",
            "%s sends the boot file '%s' to everybody: installers and systems take it for theirs", id, s->file_name);
    if (s->file && !s->file_for_all && s->next != site->own)
        judge_add(j, PXED_HEARD_OTHER_BOOT,
                  "remove next-server and filename (options 66, 67) there, or see pxed snippet",
                  "%s tells firmware to boot '%s' from %s, which is not this server", id, s->file_name, next);
}

static void judge_all(struct judge *j, const struct pxed_heard *h, const struct pxed_heard_site *site) {
    size_t leasing = 0;
    for (size_t i = 0; i < h->n; i++)
        leasing += h->servers[i].leases ? 1 : 0;
    if (!site->leases && leasing == 0)
        judge_add(j, PXED_HEARD_NO_DHCP,
                  "start the DHCP server of this network, or set [dhcp] mode = server with a range",
                  "no server leases addresses here, and pxed does not either");
    if (!site->leases && leasing > 1)
        judge_add(j, PXED_HEARD_TWO_DHCP, "stop all but one, unless they are meant to share the network",
                  "%zu servers lease addresses here: machines take whichever answers first", leasing);
}

size_t pxed_heard_judge(const struct pxed_heard *h, const struct pxed_heard_server *s,
                        const struct pxed_heard_site *site, struct pxed_heard_fault ret[static PXED_HEARD_FAULTS_MAX]) {
    struct judge j = {.faults = ret};
    if (s)
        judge_one(&j, s, site);
    else
        judge_all(&j, h, site);
    return j.n;
}

const char *pxed_heard_describe(const struct pxed_heard_server *s, char line[static PXED_HEARD_TEXT_MAX]) {
    char id[PXED_ADDR_TEXT], address[PXED_ADDR_TEXT], next[PXED_ADDR_TEXT];
    struct pxed_buf out = {line, PXED_HEARD_TEXT_MAX, 0};
    pxed_buf_str(&out, judge_ip(s->id, id));
    pxed_buf_str(&out, s->leases ? " leases addresses (offers " : s->proxy ? " is a boot server" : " answers");
    if (s->leases) {
        pxed_buf_str(&out, judge_ip(s->address, address));
        pxed_buf_byte(&out, ')');
    }
    if (s->file) {
        pxed_buf_str(&out, ", boot file ");
        pxed_buf_str(&out, s->file_name);
        pxed_buf_str(&out, " from ");
        pxed_buf_str(&out, judge_ip(s->next, next));
    }
    if (s->mac.len > 0) {
        char mac[PXED_MAC_TEXT];
        pxed_buf_str(&out, ", MAC ");
        pxed_buf_str(&out, pxed_mac_text(&s->mac, ":", mac));
    }
    return pxed_buf_cstr(&out);
}
