/* Reads lines of the host file: MAC, OS id, key=value pairs, with quotes and @FILE. */
#define _GNU_SOURCE
#include "hostfile.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inifile.h"
#include "pxed/grow.h"

enum { HOSTFILE_MAX = 64 << 20, VALUE_FILE_MAX = 64 << 10 };

struct pxed_slice hostfile_slurp(const char *path, size_t max, struct pxed_arena *arena) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct pxed_slice got = PXED_NO_SLICE;
    if (fd < 0)
        return got;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size <= max) {
        char *text = pxed_arena_alloc(arena, (size_t)st.st_size + 1);
        size_t n = 0;
        ssize_t r;
        while (n < (size_t)st.st_size && (r = read(fd, text + n, (size_t)st.st_size - n)) > 0)
            n += (size_t)r;
        got = pxed_slice(text, n);
    } else {
        errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
    }
    close(fd);
    return got;
}

/* Why the first word is no MAC, as people get it wrong. */
static const char *no_mac(struct pxed_slice word, struct pxed_arena *arena) {
    struct pxed_slice rest = word, first = pxed_slice_word(&rest, " \t");
    struct pxed_hwaddr mac;
    rest = pxed_slice_trim(rest);
    if (rest.len > 0 && pxed_mac_parse(first, &mac))
        return pxed_arena_printf(arena, "no comma behind the MAC: write `%.*s, %.*s`", PXED_S(first), PXED_S(rest));
    return pxed_arena_printf(arena, "the first word is no MAC address: '%.*s' (write 08:00:27:4d:4d:aa, OS-ID)",
                             PXED_S(pxed_slice_head(word, 60)));
}

/* `""` inside quotes is one `"`, as in CSV (RFC 4180 2.7). */
const char *hostfile_field(struct pxed_slice text, bool comments, size_t *at, struct pxed_arena *arena,
                           struct pxed_slice *ret) {
    size_t start = *at, i = start;
    bool quoted = false, had_quotes = false;
    for (; i < text.len && (quoted || text.ptr[i] != ','); i++) {
        if (text.ptr[i] == '"') {
            quoted = !quoted;
            had_quotes = true;
        } else if (comments && !quoted && text.ptr[i] == '#' && (i == 0 || pxed_is_space(text.ptr[i - 1]))) {
            break;
        }
    }
    if (quoted)
        return "a quoted value lacks its closing `\"`";
    *ret = pxed_slice_trim(pxed_slice(text.ptr + start, i - start));
    *at = i < text.len && text.ptr[i] == ',' ? i + 1 : text.len + 1;
    if (!had_quotes)
        return NULL;
    char *copy = pxed_arena_alloc(arena, ret->len + 1);
    size_t n = 0;
    bool inside = false;
    for (size_t k = 0; k < ret->len; k++) {
        char c = ret->ptr[k];
        if (c != '"') {
            copy[n++] = c;
        } else if (inside && k + 1 < ret->len && ret->ptr[k + 1] == '"') {
            copy[n++] = '"';
            k++;
        } else {
            inside = !inside;
        }
    }
    *ret = pxed_slice(copy, n);
    return NULL;
}

static const char *split_pair(struct pxed_slice field, struct hostfile_pair *ret) {
    ptrdiff_t eq = pxed_slice_find(field, '=', 0);
    if (eq <= 0)
        return "expected key=value";
    ret->key = pxed_slice_trim(pxed_slice_head(field, (size_t)eq));
    ret->value = pxed_slice_trim(pxed_slice_skip(field, (size_t)eq + 1));
    return NULL;
}

static size_t count_commas(struct pxed_slice text) {
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == ',';
    return n;
}

const char *hostfile_split(struct pxed_slice text, struct pxed_arena *arena, struct hostfile_line *ret) {
    struct pxed_slice mac, os, field;
    size_t at = 0;
    memset(ret, 0, sizeof(*ret));
    struct pxed_slice trimmed = pxed_slice_trim(text);
    if (trimmed.len == 0 || trimmed.ptr[0] == '#')
        return NULL;
    for (size_t i = 0; i < trimmed.len; i++)
        if ((unsigned char)trimmed.ptr[i] < ' ' && trimmed.ptr[i] != '\t')
            return "the line holds a control byte";
    const char *wrong = hostfile_field(trimmed, true, &at, arena, &mac);
    if (wrong)
        return wrong;
    if (!pxed_mac_parse(mac, &ret->mac))
        return no_mac(mac, arena);
    wrong = at <= trimmed.len ? hostfile_field(trimmed, true, &at, arena, &os) : "expected `MAC, os-id`";
    if (!wrong && os.len == 0)
        wrong = "expected `MAC, os-id`";
    size_t commas = count_commas(trimmed);
    ret->pairs = commas < 2 ? NULL : PXED_NEWS(arena, struct hostfile_pair, commas - 1);
    while (!wrong && at <= trimmed.len) {
        wrong = hostfile_field(trimmed, true, &at, arena, &field);
        if (wrong || (field.len == 0 && at > trimmed.len)) /* a trailing comma is harmless */
            break;
        wrong = split_pair(field, &ret->pairs[ret->n_pairs++]);
    }
    if (wrong) {
        ret->mac.len = 0;
        return wrong;
    }
    ret->os = os;
    return NULL;
}

static void note_file(struct hostfile *hosts, const char *path) {
    PXED_GROW(hosts->files, hosts->n_files);
    hosts->files[hosts->n_files++] = path;
}

static struct pxed_slice text_of(struct hostfile *hosts, const char *path) {
    for (size_t i = 0; i < hosts->n_instead; i++)
        if (strcmp(hosts->instead[i].path, path) == 0)
            return hosts->instead[i].text;
    return hostfile_slurp(path, HOSTFILE_MAX, &hosts->texts);
}

static void read_file(struct hostfile *hosts, const char *path, struct pxed_diags *diags) {
    struct pxed_slice text = text_of(hosts, path), rest = text;
    note_file(hosts, path);
    if (!text.ptr) {
        pxed_diag_add(diags, PXED_ERROR, path, 0, "cannot read: %s",
                      errno == EFBIG ? "it is larger than 64 MiB" : strerror(errno));
        return;
    }
    for (unsigned n = 1; rest.len > 0; n++) {
        ptrdiff_t end = pxed_slice_find(rest, '\n', 0);
        struct pxed_slice one = end < 0 ? rest : pxed_slice_head(rest, (size_t)end);
        rest = pxed_slice_skip(rest, end < 0 ? rest.len : (size_t)end + 1);
        if (n == 1 && pxed_slice_starts(one, PXED_SLICE("\xEF\xBB\xBF")))
            one = pxed_slice_skip(one, 3);
        struct hostfile_line line;
        const char *wrong = hostfile_split(one, &hosts->texts, &line);
        if (wrong) {
            pxed_diag_add(diags, PXED_ERROR, path, n, "%s", wrong);
            continue;
        }
        if (line.mac.len == 0)
            continue;
        line.file = path;
        line.line = n;
        PXED_GROW(hosts->lines, hosts->n);
        hosts->lines[hosts->n++] = line;
    }
}

void hostfile_read(struct hostfile *hosts, const char *path, struct pxed_arena *arena, struct pxed_diags *diags) {
    struct stat st;
    glob_t found;
    path = pxed_arena_dup(arena, pxed_slice_of(path)).ptr;
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
        read_file(hosts, path, diags);
        return;
    }
    if (access(path, R_OK | X_OK) < 0)
        pxed_diag_add(diags, PXED_ERROR, path, 0, "cannot read the folder: %s", strerror(errno));
    if (glob(pxed_arena_printf(&hosts->texts, "%s/*.conf", path), 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        read_file(hosts, pxed_arena_dup(arena, pxed_slice_of(found.gl_pathv[i])).ptr, diags);
    globfree(&found);
}

/* An unreadable file concerns only the host that uses it: vars_resolve reports `wrong`. */
static void hostfile_read_value(struct hostfile *hosts, const struct hostfile_line *line, struct hostfile_pair *p,
                                struct pxed_arena *arena) {
    if (p->value.len < 2 || p->value.ptr[0] != '@')
        return;
    const char *name = pxed_arena_dup(&hosts->texts, pxed_slice_skip(p->value, 1)).ptr;
    p->from = ini_path(arena, line->file, name);
    struct pxed_slice text = hostfile_slurp(p->from, VALUE_FILE_MAX, &hosts->texts);
    if (!text.ptr)
        p->wrong =
            pxed_arena_printf(&hosts->texts, "cannot read %s for '%.*s': %s", p->from, PXED_S(p->key), strerror(errno));
    p->value = pxed_slice_trim(text);
    note_file(hosts, p->from);
}

void hostfile_values(struct hostfile *hosts, struct pxed_arena *arena) {
    for (size_t i = 0; i < hosts->n; i++)
        for (size_t k = 0; k < hosts->lines[i].n_pairs; k++)
            hostfile_read_value(hosts, &hosts->lines[i], &hosts->lines[i].pairs[k], arena);
}

void hostfile_free(struct hostfile *hosts) {
    free(hosts->lines);
    free(hosts->files);
    pxed_arena_clear(&hosts->texts);
    hosts->lines = NULL;
    hosts->files = NULL;
    hosts->n = hosts->n_files = 0;
}
