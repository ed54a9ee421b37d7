/* `pxed snippet`: prints lines for a DHCP server or relay that stays, from this configuration. */
#include "snippet.h"

#include <string.h>

#include "cli.h"
#include "loaders.h"
#include "pxed/grow.h"

static const struct {
    const char *kind;
    snippet_writer *write;
} kinds[] = {{"dnsmasq", snippet_dnsmasq}, {"kea", snippet_kea},           {"isc", snippet_isc},
             {"windows", snippet_windows}, {"mikrotik", snippet_mikrotik}, {"opnsense", snippet_opnsense},
             {"cisco", snippet_cisco},     {"juniper", snippet_juniper}};
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

/* ---- what is told ---- */

/* Where another server says everything, `plugins` need not name dhcp: its defaults hold then. */
static void snippet_rows(struct snippet *s) {
    struct pxed_diags diags = {0};
    if (!plugins_find(&s->o.plugins, "dhcp"))
        plugins_load_all(&s->all, &diags);
    pxed_diags_clear(&diags);
}

static const char *snippet_fallback(const struct snippet *s, const char *key) {
    const struct plugin *p = plugins_find((struct plugins *)&s->all, "dhcp");
    for (const struct pxed_option *row = p ? p->desc.options : NULL; row && row->key; row++)
        if (strcmp(row->key, key) == 0)
            return row->fallback;
    return NULL;
}

/* The first that the key names: a foreign server knows no ladder. */
static const char *snippet_option(const struct snippet *s, const char *key, enum pxed_firmware firmware) {
    const struct plugin *p;
    const struct pxed_list *list = loaders_key(&s->o.plugins, firmware, &p);
    const char *names[LOADERS_NAMES_MAX], *const fallback[] = {snippet_fallback(s, key)};
    const struct pxed_list own = {fallback, NULL, fallback[0] != NULL};
    size_t n = loaders_names(s->o.catalogue->loaders, firmware, list ? list : &own, names);
    bool x64 = firmware == PXED_FW_EFI_X64 || firmware == PXED_FW_HTTP_X64;
    return n > 0 ? names[0] : x64 && (list ? list->n : own.n) > 0 ? "snponly.efi" : NULL;
}

/* The texts stand in quotes or before commas of eight languages: what none of them gives a meaning is let through. */
static bool snippet_plain(const char *text) {
    for (; *text; text++)
        if (!pxed_is_alnum(*text) && !strchr("._-/:+~%?=&", *text))
            return false;
    return true;
}

static bool snippet_loaders(struct snippet *s) {
    static const struct {
        struct snippet_loader loader;
        const char *key;
    } rows[SNIPPET_LOADERS] = {
        {{"bios", {0}, 1, false, NULL}, "loader-bios"},
        {{"efi-ia32", {6}, 1, false, NULL}, "loader-efi-ia32"},
        {{"efi-x64", {7, 9}, 2, false, NULL}, "loader-efi-x64"},
        {{"efi-arm64", {11}, 1, false, NULL}, "loader-efi-arm64"},
        {{"http-x64", {16}, 1, true, NULL}, "loader-efi-x64"},
        {{"http-arm64", {19}, 1, true, NULL}, "loader-efi-arm64"},
    };
    for (size_t i = 0; i < SNIPPET_LOADERS; i++) {
        enum pxed_firmware firmware = PXED_FW_OTHER;
        pxed_firmware_parse(pxed_slice_of(rows[i].loader.word), &firmware);
        const char *file = snippet_option(s, rows[i].key, firmware);
        if (!file || !*file)
            continue;
        if (!snippet_plain(file)) {
            fprintf(stderr, "pxed snippet: [dhcp] %s = %s: a name with such a character is not put into a snippet\n",
                    rows[i].key, file);
            return false;
        }
        struct snippet_loader *l = &s->loaders[s->n_loaders++];
        *l = rows[i].loader;
        bool url = strncmp(file, "http", 4) == 0 && strstr(file, "://");
        l->file = l->http && !url ? pxed_arena_printf(&s->arena, "%s%s", s->o.catalogue->base, file) : file;
    }
    return true;
}

static bool snippet_server(struct snippet *s) {
    const struct settings *settings = &s->o.config->settings;
    char text[PXED_ADDR_TEXT];
    const struct pxed_addr *addr = settings->address.family ? &settings->address : NULL;
    if (s->o.n_ifaces > 0) {
        addr = s->net = &s->o.ifaces[0].addr;
        s->prefix = s->o.ifaces[0].prefix;
    }
    if (!addr) {
        fputs("pxed snippet: this server's address is not known here: run it on the server, or set [pxed] address\n",
              stderr);
        return false;
    }
    s->server = pxed_arena_dup(&s->arena, pxed_slice_of(pxed_addr_text(addr, text))).ptr;
    s->script = pxed_arena_printf(&s->arena, "%s%s?mac=", s->o.catalogue->base, s->o.catalogue->site.script);
    s->ipxe = pxed_arena_printf(&s->arena, "%s${net0/mac}", s->script);
    if (!snippet_plain(s->script)) {
        fprintf(stderr, "pxed snippet: %s: a URL with such a character is not put into a snippet\n", s->script);
        return false;
    }
    return true;
}

/* ---- whom it concerns ---- */

static const struct pxed_host *snippet_host(const struct catalogue *c, const char *word) {
    struct pxed_hwaddr mac;
    struct pxed_addr ip;
    const struct catalogue_host *found = NULL;
    if (pxed_mac_parse(pxed_slice_of(word), &mac))
        found = catalogue_find(c, &mac);
    else if (pxed_addr_parse(pxed_slice_of(word), &ip))
        found = catalogue_find_ip(c, &ip);
    for (size_t i = 0; i < c->n_hosts && !found; i++)
        if (pxed_slice_eq_nocase(c->hosts[i].pub.name, pxed_slice_of(word)))
            found = &c->hosts[i];
    return found ? &found->pub : NULL;
}

static void snippet_add(struct snippet *s, const struct pxed_host *h) {
    char mac[PXED_MAC_TEXT];
    struct pxed_slice loader = pxed_host_value(h, "loader");
    for (size_t i = 0; i < s->n_hosts; i++)
        if (s->hosts[i] == h)
            return;
    if (h->macs[0].type != 1) {
        fprintf(stderr, "pxed snippet: %.*s is left out: %s is no Ethernet address\n", PXED_S(h->name),
                snippet_mac(h, ":", mac));
        return;
    }
    if (loader.len > 0)
        fprintf(stderr, "pxed snippet: loader=%.*s of %.*s is not in these lines, which go by firmware\n",
                PXED_S(loader), PXED_S(h->name));
    PXED_ARENA_GROW(&s->arena, s->hosts, s->n_hosts);
    s->hosts[s->n_hosts++] = h;
}

static bool snippet_hosts(struct snippet *s, char **words, int n) {
    const struct catalogue *c = s->o.catalogue;
    bool good = true;
    s->some = n > 0;
    for (int i = 0; i < n; i++) {
        const struct pxed_host *h = snippet_host(c, words[i]);
        if (h)
            snippet_add(s, h);
        else
            fprintf(stderr, "pxed snippet: no line of the host file has the MAC, name or address '%s'\n", words[i]);
        good &= h != NULL;
    }
    for (size_t i = 0; !s->some && i < c->n_hosts; i++)
        snippet_add(s, &c->hosts[i].pub);
    return good;
}

/* ---- the command ---- */

static snippet_writer *snippet_kind(const char *word) {
    const char *words[KINDS + 1] = {NULL};
    for (size_t i = 0; i < KINDS; i++) {
        words[i] = kinds[i].kind;
        if (word && strcmp(word, kinds[i].kind) == 0)
            return kinds[i].write;
    }
    if (word)
        cli_no_word("KIND", word, words, NULL);
    else
        cli_usage();
    return NULL;
}

int cli_snippet(int argc, char **argv) {
    const char *ini = cli_default_ini();
    struct snippet s = {.server = NULL};
    int n = 0, rc = CLI_NO;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            ini = argv[++i];
        else if (argv[i][0] == '-')
            return cli_usage();
        else
            argv[n++] = argv[i];
    }
    snippet_writer *write = snippet_kind(n > 0 ? argv[0] : NULL);
    if (!write)
        return CLI_USAGE;
    offline_load(&s.o, ini, CATALOGUE_ALL); /* URLs hold an interface's address */
    snippet_rows(&s);
    if (!s.o.catalogue) {
        cli_print_diags(stderr, &s.o.diags);
    } else if (snippet_server(&s) && snippet_loaders(&s) && snippet_hosts(&s, argv + 1, n - 1)) {
        write(&s, stdout);
        rc = CLI_OK;
    }
    plugins_free(&s.all);
    offline_free(&s.o);
    pxed_arena_clear(&s.arena);
    return rc;
}
