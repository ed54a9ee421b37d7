/* Reference counting and look-ups of a generation. How it is built: build.c. */
#include "catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "image_base.h"
#include "image_names.h"
#include "iso.h"
#include "private_set.h"
#include "pxed/path.h"

const struct catalogue_rare catalogue_rare_none;

struct catalogue_rare *catalogue_rare(struct pxed_arena *arena, struct catalogue_host *h) {
    if (h->rare == &catalogue_rare_none)
        h->rare = PXED_NEW(arena, struct catalogue_rare);
    return (struct catalogue_rare *)h->rare;
}

struct catalogue *catalogue_ref(struct catalogue *c) {
    atomic_fetch_add(&c->refs, 1);
    return c;
}

static void free_isos(struct catalogue *c) {
    for (size_t i = 0; i < c->n_isos; i++)
        for (size_t k = 0; k < c->isos[i].n; k++)
            iso_unref(c->isos[i].items[k].index);
}

void catalogue_unref(struct catalogue *c) {
    if (!c || atomic_fetch_sub(&c->refs, 1) != 1)
        return;
    if (c->config)
        c->config_free(c->config);
    free_isos(c);
    image_bases_close(c);
    image_names_free(c->names);
    private_set_free(c->private_set);
    pxed_arena_clear(&c->loaders_arena);
    pxed_arena_clear(&c->arena);
    free(c);
}

const struct catalogue_host *catalogue_find(const struct catalogue *c, const struct pxed_hwaddr *mac) {
    for (uint64_t at = pxed_hash(mac->bytes, mac->len, 0);; at++) {
        uint32_t slot = c->by_mac[at & (c->table - 1)];
        if (slot == 0)
            return NULL;
        const struct catalogue_host *h = &c->hosts[slot - 1];
        for (size_t i = 0; i < h->pub.n_macs; i++)
            if (pxed_hwaddr_eq(&h->pub.macs[i], mac))
                return h;
    }
}

const struct catalogue_host *catalogue_find_ip(const struct catalogue *c, const struct pxed_addr *ip) {
    for (uint64_t at = pxed_hash(ip->bytes, 16, ip->family);; at++) {
        uint32_t slot = c->by_ip[at & (c->table - 1)];
        if (slot == 0)
            return NULL;
        if (pxed_addr_eq(&c->hosts[slot - 1].pub.ip, ip))
            return &c->hosts[slot - 1];
    }
}

const struct catalogue_os *catalogue_os(const struct catalogue *c, struct pxed_slice id) {
    const struct catalogue_os *found = NULL;
    for (size_t i = 0; i < c->n_systems; i++) {
        if (pxed_slice_eq(c->systems[i]->id.text, id))
            return c->systems[i];
        if (!found && pxed_slice_eq_nocase(c->systems[i]->id.text, id))
            found = c->systems[i];
    }
    return found;
}

struct pxed_slice catalogue_text(const struct catalogue *c, const char *path) {
    for (size_t i = 0; i < c->n_templates; i++)
        if (strcmp(c->templates[i].path, path) == 0)
            return c->templates[i].text;
    return PXED_NO_SLICE;
}

const char *catalogue_row_path(struct pxed_arena *arena, const struct pxed_file *row, const char *mac) {
    const char *mark = row->path ? strstr(row->path, "<mac>") : NULL;
    return mark ? pxed_arena_printf(arena, "%.*s%s%s", (int)(mark - row->path), row->path, mac, mark + 5) : NULL;
}

const char *catalogue_template_path(struct pxed_arena *arena, const char *plugin, const char *source) {
    return pxed_arena_printf(arena, "%s/%s", plugins_share(plugin, arena), source);
}

bool catalogue_boot_file(const struct catalogue *c, const char *name) {
    char path[PXED_PATH_MAX + 8];
    struct stat st;
    if (snprintf(path, sizeof(path), "boot/%s", name) >= (int)sizeof(path))
        return false;
    int fd = open_beneath(c->root_fd, path);
    bool regular = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (fd >= 0)
        close(fd);
    return regular;
}

const char *catalogue_setting(const struct catalogue_os *os, const char *key) {
    for (size_t i = 0; i < os->n_settings; i++)
        if (strcmp(os->settings[i].key, key) == 0)
            return os->settings[i].value;
    return NULL;
}

const char *catalogue_prefix(const struct catalogue_os *os) {
    return CATALOGUE_HAS_OP(os->ops, prefix) ? os->ops->prefix : NULL;
}

const char *catalogue_fact(const struct catalogue_os *os, const char *key) {
    for (size_t i = 0; i < os->n_facts; i++)
        if (strcmp(os->facts[i].key, key) == 0)
            return os->facts[i].value;
    return NULL;
}

bool catalogue_name_speakable(struct pxed_slice name) {
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] <= ' ' || memchr("#?%\"\\", name.ptr[i], 5))
            return false;
    return true;
}
