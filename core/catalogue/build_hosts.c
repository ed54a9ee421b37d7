/* Each line becomes a host or an error; the tables by MAC and address are filled as well. */
#include "build_hosts.h"

#include <stdlib.h>
#include <strings.h>

#include "build_answer.h"
#include "build_system.h"
#include "build_trouble.h"
#include "vars.h"

static bool hosts_insert(uint32_t *table, size_t size, uint64_t hash, uint32_t index) {
    for (uint64_t at = hash;; at++)
        if (table[at & (size - 1)] == 0) {
            table[at & (size - 1)] = index + 1;
            return true;
        }
}

static void take_macs(struct build *b, struct catalogue_host *h, const struct hostfile_line *line, uint32_t index) {
    struct pxed_hwaddr macs[16];
    size_t n = 0;
    macs[n++] = line->mac;
    struct pxed_slice rest = pxed_host_value(&h->pub, "mac"), one;
    while (n < 16 && (one = pxed_slice_word(&rest, " ,")).len > 0)
        if (pxed_mac_parse(one, &macs[n]))
            n++;
    struct pxed_hwaddr *kept = PXED_NEWS(&b->c->arena, struct pxed_hwaddr, n);
    for (size_t i = 0; i < n; i++) {
        const struct catalogue_host *other = catalogue_find(b->c, &macs[i]);
        char text[PXED_MAC_TEXT];
        if (other && other != h)
            pxed_diag_add(b->diags, PXED_ERROR, line->file, line->line, "MAC %s stands twice, first at %s:%u",
                          pxed_mac_text(&macs[i], ":", text), other->pub.file, other->pub.line);
        kept[i] = macs[i];
        h->pub.macs = kept;
        h->pub.n_macs = i + 1;
        if (!other)
            hosts_insert(b->c->by_mac, b->c->table, pxed_hash(macs[i].bytes, macs[i].len, 0), index);
    }
}

static void take_ip(struct build *b, struct catalogue_host *h, uint32_t index) {
    struct pxed_slice text = pxed_host_value(&h->pub, "ip");
    if (text.len == 0 || !pxed_addr_parse_prefix(text, &h->pub.ip, &h->pub.prefix))
        return;
    for (size_t i = 0; i < b->in->n_ifaces && h->pub.prefix == 0; i++)
        if (pxed_addr_in_net(&h->pub.ip, &b->in->ifaces[i].addr, b->in->ifaces[i].prefix))
            h->pub.prefix = b->in->ifaces[i].prefix;
    const struct catalogue_host *other = catalogue_find_ip(b->c, &h->pub.ip);
    if (other)
        pxed_diag_add(b->diags, PXED_ERROR, h->pub.file, h->pub.line, "ip=%.*s stands twice, first at %s:%u",
                      PXED_S(text), other->pub.file, other->pub.line);
    else
        hosts_insert(b->c->by_ip, b->c->table, pxed_hash(h->pub.ip.bytes, 16, h->pub.ip.family), index);
}

static void check_group(struct build *b, struct catalogue_host *h) {
    struct pxed_slice group = pxed_host_value(&h->pub, "group");
    const struct ini *ini = b->in->ini;
    struct pxed_arena scratch = {0};
    size_t n = 0;
    if (group.len == 0)
        return;
    const char **names = PXED_NEWS(&scratch, const char *, ini->n_sections + 1);
    for (size_t i = 0; i < ini->n_sections; i++)
        if (strncmp(ini->sections[i].name, "group ", 6) == 0)
            names[n++] = ini->sections[i].name + 6;
    bool known = false;
    for (size_t i = 0; i < n; i++)
        known |= pxed_slice_is(group, names[i]);
    const char *near = known ? NULL : pxed_nearest(group, names);
    if (!known)
        build_trouble(b, h, PXED_WHY_HOST_BROKEN, h->pub.file, h->pub.line, "there is no [group %.*s]%s%s%s",
                      PXED_S(group), near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    pxed_arena_clear(&scratch);
}

/* Reports an unreadable @FILE of the line itself; those of sections are reported at the section. */
static void tell_unreadable(struct build *b, struct catalogue_host *h, const struct hostfile_line *line) {
    for (size_t i = 0; i < line->n_pairs; i++)
        if (line->pairs[i].wrong)
            build_trouble(b, h, PXED_WHY_VALUE_UNREADABLE, line->file, line->line, "%s", line->pairs[i].wrong);
}

static void take_host(struct build *b, const struct hostfile_line *line) {
    struct catalogue *c = b->c;
    uint32_t index = (uint32_t)c->n_hosts;
    struct catalogue_host *h = &c->hosts[index];
    h->rare = &catalogue_rare_none;
    h->os = build_system(b, line->os, line->file, line->line);
    if (!h->os)
        return;
    for (size_t i = 0; i < line->n_pairs; i++) {
        size_t from = b->diags->n;
        vars_check(line->pairs[i].key, line->pairs[i].value, h->os->profile, true, line->file, line->line, b->diags);
        if (line->pairs[i].from) /* the line is valid; the file's content concerns this host alone */
            build_own_errors(b, h, PXED_WHY_VALUE_UNREADABLE, from);
    }
    h->pub.os = h->os->id;
    h->pub.file = line->file;
    h->pub.line = line->line;
    tell_unreadable(b, h, line);
    const struct ini_entry *unread = vars_resolve(&b->vars, h, line, b->in->ini, &c->arena);
    if (unread)
        build_note_trouble(b, h, PXED_WHY_VALUE_UNREADABLE, unread->file, unread->line, unread->wrong);
    check_group(b, h);
    bool protect = false;
    options_parse_bool(pxed_host_value(&h->pub, "protect"), &protect);
    h->pub.protect = protect;
    h->pub.name = pxed_host_value(&h->pub, "name");
    if (h->pub.name.len == 0)
        h->pub.name = pxed_slice_of(pxed_arena_printf(&c->arena, "pxe-%02x%02x%02x", line->mac.bytes[3],
                                                      line->mac.bytes[4], line->mac.bytes[5]));
    take_macs(b, h, line, index);
    take_ip(b, h, index);
    if (b->in->depth <= CATALOGUE_TEXT)
        build_answer(b, h);
    c->n_hosts++;
    c->n_without_ip += h->pub.ip.family == 0;
}

static int by_host_name(const void *a, const void *b) {
    const struct catalogue_host *x = *(const struct catalogue_host *const *)a,
                                *y = *(const struct catalogue_host *const *)b;
    size_t n = x->pub.name.len < y->pub.name.len ? x->pub.name.len : y->pub.name.len;
    int order = strncasecmp(x->pub.name.ptr, y->pub.name.ptr, n);
    if (order == 0)
        order = (x->pub.name.len > y->pub.name.len) - (x->pub.name.len < y->pub.name.len);
    return order ? order : (x > y) - (x < y);
}

static void refuse_equal_names(struct build *b) {
    size_t n = b->c->n_hosts;
    const struct catalogue_host **order = pxed_xalloc((n + 1) * sizeof(*order));
    for (size_t i = 0; i < n; i++)
        order[i] = &b->c->hosts[i];
    qsort(order, n, sizeof(*order), by_host_name);
    for (size_t i = 1; i < n; i++)
        if (pxed_slice_eq_nocase(order[i]->pub.name, order[i - 1]->pub.name))
            pxed_diag_add(b->diags, PXED_ERROR, order[i]->pub.file, order[i]->pub.line,
                          "name=%.*s stands twice, first at %s:%u", PXED_S(order[i]->pub.name), order[i - 1]->pub.file,
                          order[i - 1]->pub.line);
    free(order);
}

static size_t count_macs(const struct hostfile *file) {
    size_t n = file->n;
    for (size_t i = 0; i < file->n; i++)
        for (size_t k = 0; k < file->lines[i].n_pairs; k++)
            if (pxed_slice_is(file->lines[i].pairs[k].key, "mac"))
                n += 1 + file->lines[i].pairs[k].value.len / 12;
    return n;
}

void build_hosts(struct build *b) {
    struct catalogue *c = b->c;
    for (c->table = 64; c->table < count_macs(&b->file) * 2; c->table *= 2)
        ; /* at most half full, so a look-up always ends at an empty slot */
    c->by_mac = PXED_NEWS(&c->arena, uint32_t, c->table);
    c->by_ip = PXED_NEWS(&c->arena, uint32_t, c->table);
    c->hosts = PXED_NEWS(&c->arena, struct catalogue_host, b->file.n + 1);
    for (size_t i = 0; i < b->file.n; i++)
        take_host(b, &b->file.lines[i]);
    refuse_equal_names(b);
}
