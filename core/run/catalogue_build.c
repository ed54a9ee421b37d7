/* From ini and host file to a generation. Errors are collected; nothing outside the new generation is touched. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "catalogue_build.h"
#include "eyes.h"
#include "vars.h"

void build_private(struct build *b, const char *path) {
    struct catalogue *c = b->c;
    char *real = realpath(path, NULL);
    if (!real && !(real = strdup(path))) /* not there yet: the share of a first start */
        return;
    if (c->n_private == b->private_cap) {
        size_t cap = b->private_cap ? b->private_cap * 2 : 16;
        const char **grown = PXED_NEWS(&c->arena, const char *, cap);
        if (c->n_private > 0)
            memcpy(grown, c->private_files, c->n_private * sizeof(*grown));
        c->private_files = grown;
        b->private_cap = cap;
    }
    for (size_t i = 0; i < c->n_private; i++)
        if (strcmp(c->private_files[i], real) == 0) {
            free(real);
            return;
        }
    c->private_files[c->n_private++] = pxed_arena_dup(&c->arena, pxed_slice_of(real)).ptr;
    free(real);
}

/* --- templates --- */

void build_template(struct build *b, const char *path, struct pxed_slice text) {
    struct catalogue *c = b->c;
    if (c->n_templates == b->templates_cap) {
        size_t cap = b->templates_cap ? b->templates_cap * 2 : 32;
        struct catalogue_template *grown = PXED_NEWS(&c->arena, struct catalogue_template, cap);
        if (c->n_templates > 0)
            memcpy(grown, c->templates, c->n_templates * sizeof(*grown));
        c->templates = grown;
        b->templates_cap = cap;
    }
    c->templates[c->n_templates++] = (struct catalogue_template){path, text};
}

/* Every file of share/pxed/PLUGIN: answer files and the partials that operators' own files include. */
static void load_templates(struct build *b, const char *plugin) {
    const char *folder = pxed_arena_printf(&b->c->arena, "%s/share/pxed/%s", plugins_prefix(), plugin);
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (e->d_name[0] == '.')
            continue;
        const char *path = pxed_arena_printf(&b->c->arena, "%s/%s", folder, e->d_name);
        struct pxed_slice text = hostfile_slurp(path, TEMPLATE_MAX, &b->c->arena);
        if (text.ptr)
            build_template(b, path, text);
    }
    if (dir)
        closedir(dir);
}

/* --- images --- */

/* Has any machine a way to boot this? NO_PLAN of all firmware is the profile's matter, not a missing file. */
static bool lacks_image(struct build *b, const struct catalogue_os *os) {
    struct catalogue_image image = {b->c, os->id.text};
    bool missing = false;
    if (os->iso)
        return !catalogue_iso(b->c, os, &b->c->arena).ptr;
    if (os->kernel)
        return !catalogue_image_has(&image, os->kernel) || (os->initrd && !catalogue_image_has(&image, os->initrd));
    for (unsigned fw = 0; fw < PXED_FW_OTHER; fw++)
        for (unsigned loader = PXED_LOADER_GPXE; loader < PXED_LOADER_COUNT; loader++) {
            struct profile_client client = {(enum pxed_firmware)fw, (enum pxed_loader)loader, os->via};
            enum pxed_reason why;
            bool handover;
            if (profile_boot(os->profile, &client, catalogue_image_has, &image, &handover, &why) ||
                why == PXED_WHY_NO_BOOT_PROGRAM) /* that has a warning of its own */
                return false;
            missing |= why == PXED_WHY_NO_IMAGE;
        }
    return missing;
}

static void warn_images(struct build *b) {
    for (size_t i = 0; i < b->c->n_systems; i++) {
        const struct catalogue_os *os = b->c->systems[i];
        if (os->profile && lacks_image(b, os))
            pxed_diag_add(b->diags, PXED_WARNING, os->file, os->line,
                          "no image for '%.*s': its hosts boot their disks (NO_IMAGE); looked for %s",
                          PXED_S(os->id.text), catalogue_missing(b->c, os, &b->c->arena));
    }
}

/* --- hosts --- */

static bool insert(uint32_t *table, size_t size, uint64_t hash, uint32_t index) {
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
            insert(b->c->by_mac, b->c->table, pxed_hash(macs[i].bytes, macs[i].len, 0), index);
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
        insert(b->c->by_ip, b->c->table, pxed_hash(h->pub.ip.bytes, 16, h->pub.ip.family), index);
}

void build_note_trouble(struct build *b, struct catalogue_host *h, enum pxed_reason why, const char *file,
                        unsigned line, const char *text) {
    if (h->trouble != PXED_WHY_OK)
        return;
    h->trouble = why;
    h->trouble_text = line ? pxed_arena_printf(&b->c->arena, "%s:%u: %s", file, line, text)
                           : pxed_arena_printf(&b->c->arena, "%s: %s", file, text);
}

void build_trouble(struct build *b, struct catalogue_host *h, enum pxed_reason why, const char *file, unsigned line,
                   const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    pxed_diag_add(b->diags, PXED_HOST_ERROR, file, line, "%s", text);
    build_note_trouble(b, h, why, file, line, text);
}

void build_own_errors(struct build *b, struct catalogue_host *h, enum pxed_reason why, size_t from) {
    for (size_t i = from; i < b->diags->n; i++) {
        struct pxed_diag *d = &b->diags->items[i];
        if (d->severity != PXED_ERROR)
            continue;
        d->severity = PXED_HOST_ERROR;
        b->diags->errors--;
        b->diags->host_errors++;
        if (h)
            build_note_trouble(b, h, why, d->file ? d->file : h->pub.file, d->file ? d->line : h->pub.line, d->text);
    }
}

static void check_group(struct build *b, struct catalogue_host *h) {
    struct pxed_slice group = pxed_host_value(&h->pub, "group");
    const struct ini *ini = b->in->ini;
    const char **names = PXED_NEWS(&b->c->arena, const char *, ini->n_sections + 1);
    size_t n = 0;
    if (group.len == 0)
        return;
    for (size_t i = 0; i < ini->n_sections; i++)
        if (strncmp(ini->sections[i].name, "group ", 6) == 0)
            names[n++] = ini->sections[i].name + 6;
    for (size_t i = 0; i < n; i++)
        if (pxed_slice_is(group, names[i]))
            return;
    const char *near = pxed_nearest(group, names);
    build_trouble(b, h, PXED_WHY_HOST_BROKEN, h->pub.file, h->pub.line, "there is no [group %.*s]%s%s%s", PXED_S(group),
                  near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* An @FILE of the line itself; those of sections are told where they stand. */
static void tell_unreadable(struct build *b, struct catalogue_host *h, const struct hostfile_line *line) {
    for (size_t i = 0; i < line->n_pairs; i++)
        if (line->pairs[i].wrong)
            build_trouble(b, h, PXED_WHY_VALUE_UNREADABLE, line->file, line->line, "%s", line->pairs[i].wrong);
}

static void take_host(struct build *b, const struct hostfile_line *line) {
    struct catalogue *c = b->c;
    uint32_t index = (uint32_t)c->n_hosts;
    struct catalogue_host *h = &c->hosts[index];
    h->os = build_system(b, line->os, line->file, line->line);
    if (!h->os)
        return;
    for (size_t i = 0; i < line->n_pairs; i++) {
        size_t from = b->diags->n;
        vars_check(line->pairs[i].key, line->pairs[i].value, h->os->profile, true, line->file, line->line, b->diags);
        if (line->pairs[i].from) /* the line can be read; what the file holds is this host's matter */
            build_own_errors(b, h, PXED_WHY_VALUE_UNREADABLE, from);
    }
    h->pub.os = h->os->id;
    h->pub.file = line->file;
    h->pub.line = line->line;
    tell_unreadable(b, h, line);
    const struct ini_entry *unread = vars_resolve(h, line, b->in->ini, &c->arena);
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

/* --- the whole --- */

static void set_site(struct build *b) {
    struct catalogue *c = b->c;
    const struct settings *s = &c->settings;
    char text[PXED_ADDR_TEXT];
    c->site = (struct pxed_site){.script = "home.php"};
    for (size_t i = 0; i < b->in->plugins->n; i++) {
        const struct plugin *p = b->in->plugins->items[i];
        const struct pxed_protocol_ops *ops = p->desc.ops;
        if (p->desc.kind != PXED_KIND_OS && ops && ops->site)
            ops->site(p->config, &c->site);
    }
    const char *name = s->name;
    if (!name || !*name)
        name = b->in->n_ifaces
                   ? pxed_arena_dup(&c->arena, pxed_slice_of(pxed_addr_text(&b->in->ifaces[0].addr, text))).ptr
               : s->address.family ? pxed_arena_dup(&c->arena, pxed_slice_of(pxed_addr_text(&s->address, text))).ptr
                                   : "localhost";
    c->url = c->site.port == 80 || c->site.port == 0 ? pxed_arena_printf(&c->arena, "http://%s", name)
                                                     : pxed_arena_printf(&c->arena, "http://%s:%u", name, c->site.port);
    c->base = pxed_arena_printf(&c->arena, "%s/boot/", c->url);
    c->boot_dir = pxed_arena_printf(&c->arena, "%s/boot", s->root);
    c->tftp_dir = pxed_arena_printf(&c->arena, "%s/tftp", s->root);
}

/* Where files are staged for machines, and who lets them in: told by the plugins' bound configuration. */
static void find_share(struct build *b) {
    struct catalogue *c = b->c;
    for (size_t i = 0; i < b->in->plugins->n; i++) {
        const struct plugin *p = b->in->plugins->items[i];
        const struct pxed_os_ops *ops = p->desc.kind == PXED_KIND_OS ? p->desc.ops : NULL;
        if (!CATALOGUE_HAS_OP(ops, writes_pxelinux_cfg))
            continue;
        const char *folder = CATALOGUE_HAS_OP(ops, share) ? ops->share(p->config) : NULL;
        if (folder && *folder && !c->share_dir)
            c->share_dir = pxed_arena_dup(&c->arena, pxed_slice_of(folder)).ptr;
        c->writes_pxelinux_cfg |= ops->writes_pxelinux_cfg(p->config);
    }
    c->share.folder = c->share_dir;
    if (c->share_dir)
        build_private(b, c->share_dir);
    for (size_t i = 0; i < b->in->plugins->n && c->share_dir; i++) {
        const struct plugin *p = b->in->plugins->items[i];
        const struct pxed_protocol_ops *ops = p->desc.kind == PXED_KIND_OS ? NULL : p->desc.ops;
        if (ops && ops->size >= offsetof(struct pxed_protocol_ops, share_site) + sizeof(ops->share_site) &&
            ops->share_site)
            ops->share_site(p->config, &c->share);
    }
}

/* RESOLVE_BENEATH keeps everything else out of reach, but for hard links, which are told by their count. */
static bool lies_inside(const struct build *b, const char *folder) {
    char *real = realpath(folder, NULL);
    bool inside = false;
    size_t n = real ? strlen(real) : 0;
    for (size_t i = 0; real && i < b->c->n_private; i++)
        inside |= strncmp(b->c->private_files[i], real, n) == 0 && (n == 1 || b->c->private_files[i][n] == '/');
    free(real);
    return inside;
}

static void read_hosts(struct build *b) {
    const struct settings *s = b->in->settings;
    if (b->in->hosts_from)
        hostfile_read(&b->file, b->in->hosts_from, &b->c->arena, b->diags);
    for (size_t i = 0; !b->in->hosts_from && i < s->hosts.n; i++)
        hostfile_read(&b->file, s->hosts.items[i], &b->c->arena, b->diags);
    for (size_t i = 0; i < b->in->ini->n; i++) {
        build_private(b, b->in->ini->entries[i].file);
        if (b->in->ini->entries[i].from)
            build_private(b, b->in->ini->entries[i].from);
    }
    build_private(b, s->state);
}

static void find_private_inside(struct build *b) {
    const struct settings *s = b->in->settings;
    b->c->private_inside = lies_inside(b, s->root);
    for (size_t i = 0; i < s->loader_path.n; i++)
        b->c->private_inside |= lies_inside(b, s->loader_path.items[i]);
}

static size_t count_macs(const struct hostfile *file) {
    size_t n = file->n;
    for (size_t i = 0; i < file->n; i++)
        for (size_t k = 0; k < file->lines[i].n_pairs; k++)
            if (pxed_slice_is(file->lines[i].pairs[k].key, "mac"))
                n += 1 + file->lines[i].pairs[k].value.len / 12;
    return n;
}

struct catalogue *catalogue_build(const struct catalogue_input *in, struct pxed_diags *diags) {
    struct catalogue *c = pxed_xalloc(sizeof(*c));
    struct build b = {.in = in, .c = c, .diags = diags};
    size_t errors = diags->errors;
    atomic_store(&c->refs, 1);
    c->settings = *in->settings;
    c->root_fd = -1;
    c->ifaces = in->ifaces;
    c->n_ifaces = in->n_ifaces;
    set_site(&b);
    for (size_t i = 0; i < in->plugins->n; i++)
        if (in->plugins->items[i]->desc.kind == PXED_KIND_OS)
            load_templates(&b, in->plugins->items[i]->desc.name);
    read_hosts(&b);
    bool seeing = in->as_account && eyes_open(in->settings);
    if (in->depth <= CATALOGUE_TEXT)
        hostfile_values(&b.file, &c->arena);
    for (size_t i = 0; i < b.file.n_files; i++)
        build_private(&b, b.file.files[i]);
    c->root_fd = open(in->settings->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    build_folders(&b);
    find_share(&b);
    for (c->table = 64; c->table < count_macs(&b.file) * 4; c->table *= 2)
        ; /* a quarter full at most: a look-up ends at an empty slot */
    c->by_mac = PXED_NEWS(&c->arena, uint32_t, c->table);
    c->by_ip = PXED_NEWS(&c->arena, uint32_t, c->table);
    c->hosts = PXED_NEWS(&c->arena, struct catalogue_host, b.file.n + 1);
    build_systems_of_sections(&b);
    if (in->depth == CATALOGUE_ALL)
        catalogue_isos_read(c, in->ini);
    for (size_t i = 0; i < b.file.n; i++)
        take_host(&b, &b.file.lines[i]);
    refuse_equal_names(&b);
    build_check_sections(&b);
    find_private_inside(&b);
    if (in->depth <= CATALOGUE_TEXT) {
        build_look(&b);
        build_judge(&b);
    }
    if (in->depth == CATALOGUE_ALL) {
        catalogue_isos_warn(c, diags);
        build_judge_images(&b);
        warn_images(&b);
    }
    if (seeing)
        eyes_close();
    free(b.file.lines);
    free(b.file.files);
    if (diags->errors > errors) {
        catalogue_unref(c);
        return NULL;
    }
    return c;
}
