/* The table of host variables, and the order in which a value is looked up. */
#include "vars.h"

#include <stdlib.h>

#include "catalogue_os.h"
#include "pxed/grow.h"
#include "pxed/template.h"

static const char *vars_check_name(struct pxed_slice v) {
    if (v.len == 0 || v.len > 63 || v.ptr[0] == '-' || v.ptr[v.len - 1] == '-')
        return "a host name has 1 to 63 letters, digits and inner hyphens";
    for (size_t i = 0; i < v.len; i++)
        if (!pxed_is_alnum(v.ptr[i]) && v.ptr[i] != '-')
            return "a host name has 1 to 63 letters, digits and inner hyphens (the domain goes into domain=)";
    return NULL;
}

static const char *check_domain(struct pxed_slice v) {
    for (size_t i = 0; i < v.len; i++)
        if (!pxed_is_alnum(v.ptr[i]) && v.ptr[i] != '-' && v.ptr[i] != '.')
            return "a domain has letters, digits, hyphens and dots";
    return v.len > 253 ? "the domain is too long" : NULL;
}

static const char *check_ip(struct pxed_slice v) {
    struct pxed_addr a;
    uint8_t prefix;
    return pxed_addr_parse_prefix(v, &a, &prefix) ? NULL : "expected an address such as 10.77.0.60 or 10.77.0.60/24";
}

static const char *check_addrs(struct pxed_slice v) {
    struct pxed_addr a;
    struct pxed_slice rest = v, one;
    while ((one = pxed_slice_word(&rest, " ,")).len > 0)
        if (!pxed_addr_parse(one, &a))
            return "expected addresses";
    return NULL;
}

static const char *check_bool(struct pxed_slice v) {
    bool b;
    return options_parse_bool(v, &b) ? NULL : "expected yes or no";
}

static const char *check_net(struct pxed_slice v) {
    return pxed_slice_is(v, "static") || pxed_slice_is(v, "dhcp") ? NULL : "expected static or dhcp";
}

static const char *check_vlan(struct pxed_slice v) {
    uint64_t n;
    return pxed_slice_u64(v, 4094, &n) && n > 0 ? NULL : "expected a VLAN number, 1 to 4094";
}

static const char *check_macs(struct pxed_slice v) {
    struct pxed_hwaddr mac;
    struct pxed_slice rest = v, one;
    while ((one = pxed_slice_word(&rest, " ,")).len > 0)
        if (!pxed_mac_parse(one, &mac))
            return "expected MAC addresses";
    return NULL;
}

static bool is_size(struct pxed_slice text) {
    uint64_t n;
    if (text.len > 1 && text.ptr[text.len - 1] == 'T')
        text.len--;
    return options_parse_size(text, &n);
}

static const char *check_disk(struct pxed_slice v) {
    static const char wrong[] = "expected /dev/NAME, serial:S, wwn:W, size:400G-500G, smallest or number:N";
    for (size_t i = 0; i < v.len; i++) /* answer files of all kinds put it between quotes */
        if (v.ptr[i] <= ' ' || v.ptr[i] > '~' || strchr("'\"\\$`", v.ptr[i]))
            return wrong;
    uint64_t number;
    if (pxed_slice_is(v, "smallest"))
        return NULL;
    if (pxed_slice_starts(v, PXED_SLICE("number:")))
        return pxed_slice_u64(pxed_slice_skip(v, 7), 255, &number) ? NULL : wrong;
    if (pxed_slice_starts(v, PXED_SLICE("serial:")) || pxed_slice_starts(v, PXED_SLICE("wwn:")))
        return v.ptr[v.len - 1] == ':' ? wrong : NULL;
    if (pxed_slice_starts(v, PXED_SLICE("size:"))) {
        struct pxed_slice range = pxed_slice_skip(v, 5);
        ptrdiff_t dash = pxed_slice_find(range, '-', 0);
        return dash > 0 && is_size(pxed_slice_head(range, (size_t)dash)) &&
                       is_size(pxed_slice_skip(range, (size_t)dash + 1))
                   ? NULL
                   : wrong;
    }
    return pxed_slice_starts(v, PXED_SLICE("/dev/")) && v.len > 5 ? NULL : wrong;
}

static const char *check_line(struct pxed_slice v) {
    for (size_t i = 0; i < v.len; i++)
        if ((unsigned char)v.ptr[i] < ' ')
            return "the value must be one line of text";
    return NULL;
}

static const char *check_path(struct pxed_slice v) {
    return v.len > 0 && v.len < 1024 ? check_line(v) : "expected the path of a file";
}

/* crypt(5): $id$...$hash, the 13 bytes of DES, the 20 of BSDi; `!` and `*` lock. */
static bool is_hash(struct pxed_slice v) {
    size_t dollars = 0, odd = 0;
    for (size_t i = 0; i < v.len; i++) {
        dollars += v.ptr[i] == '$';
        odd += !pxed_is_alnum(v.ptr[i]) && v.ptr[i] != '.' && v.ptr[i] != '/';
    }
    if (v.ptr[0] == '!' || v.ptr[0] == '*')
        return true;
    if (v.ptr[0] == '$')
        return dollars >= 3 && v.ptr[v.len - 1] != '$';
    return (v.len == 13 && odd == 0) || (v.len == 20 && v.ptr[0] == '_' && odd == 1);
}

static void ignore_name(void *ctx, char sigil, struct pxed_slice name, unsigned line) {
    (void)ctx, (void)sigil, (void)name, (void)line;
}

static const char *check_args(struct pxed_slice v) {
    unsigned line;
    int rc = pxed_template_names(v, ignore_name, NULL, &line);
    return rc == PXED_TEMPLATE_OK ? check_line(v) : pxed_template_strerror(rc);
}

const struct vars_row vars_rows[] = {
    {"name", "host name; default pxe- and the last six digits of the MAC", true, false, vars_check_name},
    {"domain", "DNS domain", false, false, check_domain},
    {"ip", "the machine's address, with prefix if its net is not served here; reserves the lease in server mode", true,
     false, check_ip},
    {"gateway", "default gateway of the installed system and the lease", false, false, check_addrs},
    {"dns", "name servers, blank-separated", false, false, check_addrs},
    {"vlan", "VLAN number for profiles that can use it", false, false, check_vlan},
    {"net", "static: write ip= into the installed system (default with ip=); dhcp", false, false, check_net},
    {"disk",
     "the only disk that is ever written: /dev/NAME, serial:S, wwn:W, size:400G-500G, smallest; number:N "
     "where disks have numbers",
     false, false, check_disk},
    {"timezone", "Europe/Berlin", false, false, check_line},
    {"locale", "en_US.UTF-8", false, false, check_line},
    {"keyboard", "us", false, false, check_line},
    {"ntp", "time servers, blank-separated", false, false, check_line},
    {"proxy", "HTTP proxy for packages, a URL", false, false, check_line},
    {"repo", "installation source, a URL; default: the image's own tree", false, false, check_line},
    {"packages", "further packages, blank-separated", false, false, check_line},
    {"root-password-hash", "crypt(3) hash; without one the account is locked", false, true, check_line},
    {"admin-password", "administrator's password where a system takes no hash", false, true, check_line},
    {"ssh-key", "public key for root", false, false, check_line},
    {"product-key", "licence key", false, true, check_line},
    {"edition", "edition of the system inside the image", false, false, check_line},
    {"args", "ends the installer's kernel line; a template: {{host.name}}, {{server.url}}", false, false, check_args},
    {"args-installed", "kernel arguments of the installed system", false, false, check_line},
    {"answer", "the operator's own answer file, relative to the file that names it", false, false, check_path},
    {"answer-raw", "yes: answer= is no template: it is served as it is, whatever tags of other systems are in it",
     false, false, check_bool},
    {"loader", "boot loader for this host's firmware, a name below root/tftp or loader-path", false, false, check_line},
    {"group", "takes the variables of [group NAME]", true, false, check_line},
    {"protect", "yes: nothing arms this host", false, false, check_bool},
    {"mac", "further ports of the same host", true, false, check_macs},
    {0},
};

static const struct vars_row *vars_find_row(struct pxed_slice key) {
    for (const struct vars_row *r = vars_rows; r->key; r++)
        if (pxed_slice_is(key, r->key))
            return r;
    return NULL;
}

static const struct pxed_os_var *find_own(const struct pxed_profile *profile, struct pxed_slice key) {
    for (const struct pxed_os_var *v = profile ? profile->vars : NULL; v && v->key; v++)
        if (pxed_slice_is(key, v->key))
            return v;
    return NULL;
}

static const char *vars_nearest(struct pxed_slice key, const struct pxed_profile *profile) {
    const char *names[128];
    size_t n = 0;
    for (const struct vars_row *r = vars_rows; r->key; r++)
        names[n++] = r->key;
    for (const struct pxed_os_var *v = profile ? profile->vars : NULL; v && v->key && n < 127; v++)
        names[n++] = v->key;
    names[n] = NULL;
    return pxed_nearest(key, names);
}

bool vars_check(struct pxed_slice key, struct pxed_slice value, const struct pxed_profile *profile, bool in_line,
                const char *file, unsigned line, struct pxed_diags *diags) {
    const struct vars_row *row = vars_find_row(key);
    if (!row && find_own(profile, key))
        return true;
    if (!row) {
        const char *near = vars_nearest(key, profile);
        pxed_diag_add(diags, PXED_ERROR, file, line,
                      near ? "unknown variable '%.*s', did you mean '%s'?" : "unknown variable '%.*s'", PXED_S(key),
                      near);
        return false;
    }
    if (row->line_only && !in_line) {
        pxed_diag_add(diags, PXED_ERROR, file, line, "'%s' names one machine: it belongs into a line of the host file",
                      row->key);
        return false;
    }
    const char *wrong = value.len > 0 && row->check ? row->check(value) : NULL;
    if (wrong)
        pxed_diag_add(diags, PXED_ERROR, file, line, "%s=%.*s: %s", row->key,
                      PXED_S(row->secret ? PXED_SLICE("***") : value), wrong);
    else if (value.len > 0 && strcmp(row->key, "root-password-hash") == 0 && !is_hash(value))
        pxed_diag_add(diags, PXED_WARNING, file, line,
                      "root-password-hash=***: this is no hash but plain text, which lets nobody in: make one with "
                      "`openssl passwd -6`");
    return !wrong;
}

/* --- resolving --- */

struct builder {
    struct pxed_var *vars;
    const char **from;
    size_t n;
    const struct pxed_profile *profile;
    const struct ini_entry *unread; /* a value in use that could not be read */
};

/* The first place that sets the variable wins: true if it is this one. */
static bool vars_put(struct builder *b, struct pxed_slice key, struct pxed_slice value, const char *file, unsigned line,
                     const char *from) {
    for (size_t i = 0; i < b->n; i++)
        if (pxed_slice_eq(b->vars[i].key, key))
            return false;
    PXED_GROW(b->vars, b->n);
    PXED_GROW(b->from, b->n);
    const struct vars_row *row = vars_find_row(key);
    const struct pxed_os_var *own = find_own(b->profile, key);
    unsigned flags = (row && row->secret) || (own && (own->flags & PXED_VAR_SECRET)) ? PXED_VAR_SECRET : 0;
    b->from[b->n] = from;
    b->vars[b->n++] = (struct pxed_var){key, value, file, line, flags};
    return true;
}

static void put_section(struct builder *b, const struct ini *ini, const char *section) {
    for (size_t i = 0; i < ini->n; i++) {
        const struct ini_entry *e = &ini->entries[i];
        struct pxed_slice key = pxed_slice_of(e->key);
        if (strcmp(e->section, section) == 0 && (vars_find_row(key) || find_own(b->profile, key)) &&
            vars_put(b, key, pxed_slice_of(e->value), e->file, e->line, e->from) && e->wrong && !b->unread)
            b->unread = e;
    }
}

const struct ini_entry *vars_resolve(struct catalogue_host *host, const struct hostfile_line *line,
                                     const struct ini *ini, struct pxed_arena *arena) {
    struct builder b = {.profile = host->os->profile};
    const char *section = catalogue_section(ini, line->os);
    for (size_t i = 0; i < line->n_pairs; i++)
        vars_put(&b, line->pairs[i].key, line->pairs[i].value, line->file, line->line, line->pairs[i].from);
    for (size_t i = 0; i < line->n_pairs; i++)
        if (pxed_slice_is(line->pairs[i].key, "group"))
            put_section(&b, ini, pxed_arena_printf(arena, "group %.*s", PXED_S(line->pairs[i].value)));
    if (section)
        put_section(&b, ini, section);
    put_section(&b, ini, "defaults");
    if (host->os->plugin)
        put_section(&b, ini, host->os->plugin);
    for (const struct pxed_os_var *v = b.profile ? b.profile->vars : NULL; v && v->key; v++)
        if (v->fallback)
            vars_put(&b, pxed_slice_of(v->key), pxed_slice_of(v->fallback), NULL, 0, NULL);
    struct pxed_var *vars = PXED_NEWS(arena, struct pxed_var, b.n + 1);
    host->from = PXED_NEWS(arena, const char *, b.n + 1);
    for (size_t i = 0; i < b.n; i++) {
        vars[i] = b.vars[i];
        vars[i].key = pxed_arena_dup(arena, b.vars[i].key);
        vars[i].value = pxed_arena_dup(arena, b.vars[i].value);
        if (b.vars[i].file)
            vars[i].file = pxed_arena_dup(arena, pxed_slice_of(b.vars[i].file)).ptr;
        if (b.from[i])
            host->from[i] = pxed_arena_dup(arena, pxed_slice_of(b.from[i])).ptr;
    }
    host->pub.vars = vars;
    host->pub.n_vars = b.n;
    free(b.vars);
    free(b.from);
    return b.unread;
}
