/* The lines of the host files: reading them, finding one, writing one. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "hosts.h"

static int by_mac(const void *a, const void *b) {
    const struct hostfile_line *x = *(const struct hostfile_line *const *)a,
                               *y = *(const struct hostfile_line *const *)b;
    return memcmp(x->mac.bytes, y->mac.bytes, sizeof(x->mac.bytes));
}

bool hosts_open(struct hosts *h, bool broken) {
    struct pxed_diags diags = {0};
    offline_load(&h->offline, h->ini, CATALOGUE_ALL);
    if (!h->offline.config || (!h->offline.catalogue && !broken)) {
        hosts_print_errors(&h->offline.diags);
        return false;
    }
    const struct pxed_list *files = &h->offline.config->settings.hosts;
    for (size_t i = 0; i < files->n; i++)
        hostfile_read(&h->file, files->items[i], &h->arena, &diags);
    pxed_diags_clear(&diags); /* told above */
    h->by_mac = PXED_NEWS(&h->arena, const struct hostfile_line *, h->file.n + 1);
    for (size_t i = 0; i < h->file.n; i++)
        h->by_mac[i] = &h->file.lines[i];
    if (h->file.n > 0)
        qsort(h->by_mac, h->file.n, sizeof(*h->by_mac), by_mac);
    return true;
}

void hosts_close(struct hosts *h) {
    hostfile_free(&h->file);
    pxed_arena_clear(&h->arena);
    offline_free(&h->offline);
}

const char *hosts_file(struct hosts *h) {
    const char *only = h->file.n_files == 1 ? h->file.files[0] : NULL;
    for (size_t i = 0; h->to && i < h->file.n_files && !only; i++) {
        const char *slash = strrchr(h->file.files[i], '/');
        if (strcmp(h->file.files[i], cli_absolute(h->to)) == 0 || strcmp(h->file.files[i], h->to) == 0 ||
            (slash && strcmp(slash + 1, h->to) == 0))
            only = h->file.files[i];
    }
    if (only)
        return only;
    fprintf(stderr, "pxed hosts: %s; the host files are:\n",
            h->file.n_files == 0 ? "there is no host file yet: make an empty one"
            : h->to              ? "there is no such host file"
                                 : "there are several host files: say which");
    for (size_t i = 0; i < h->file.n_files; i++)
        fprintf(stderr, "  %s\n", h->file.files[i]);
    return NULL;
}

const struct hostfile_line *hosts_line(const struct hosts *h, const struct pxed_hwaddr *mac) {
    const struct hostfile_line wanted = {.mac = *mac}, *key = &wanted;
    const struct hostfile_line *const *found =
        h->file.n > 0 ? bsearch(&key, h->by_mac, h->file.n, sizeof(*h->by_mac), by_mac) : NULL;
    return found && pxed_hwaddr_eq(&(*found)->mac, mac) ? *found : NULL;
}

struct pxed_slice hosts_value(const struct hostfile_line *line, struct pxed_slice key) {
    for (size_t i = 0; i < line->n_pairs; i++)
        if (pxed_slice_eq(line->pairs[i].key, key))
            return line->pairs[i].value;
    return PXED_NO_SLICE;
}

/* ---- text */

static bool needs_quotes(struct pxed_slice value) {
    for (size_t i = 0; i < value.len; i++)
        if (strchr(",\"#", value.ptr[i]))
            return true;
    return value.len == 0 || pxed_slice_trim(value).len != value.len;
}

const char *hosts_quoted(struct pxed_slice value, struct pxed_arena *arena) {
    char *text = pxed_arena_alloc(arena, 2 * value.len + 3), *at = text;
    if (!needs_quotes(value))
        return pxed_arena_dup(arena, value).ptr;
    *at++ = '"';
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"')
            *at++ = '"';
        *at++ = value.ptr[i];
    }
    *at++ = '"';
    *at = '\0';
    return text;
}

const char *hosts_write_line(const struct hostfile_line *line, struct pxed_arena *arena) {
    char mac[PXED_MAC_TEXT];
    const char *text =
        pxed_arena_printf(arena, "%s, %s", pxed_mac_text(&line->mac, ":", mac), hosts_quoted(line->os, arena));
    for (size_t i = 0; i < line->n_pairs; i++)
        text = pxed_arena_printf(arena, "%s, %.*s=%s", text, PXED_S(line->pairs[i].key),
                                 hosts_quoted(line->pairs[i].value, arena));
    return text;
}
