/* Values for answer files, derived from a host's variables. */
#include "answers.h"

#include <stdio.h>

#include "facts.h"
#include "locales.h"
#include "rules.h"
#include "timezones.h"

static struct pxed_slice answers_var(const struct pxed_host *host, const char *key) {
    return pxed_host_value(host, key);
}

static bool is_static(const struct pxed_host *host) {
    return host->ip.family == 4 && host->prefix > 0 && !pxed_slice_is(answers_var(host, "net"), "dhcp");
}

static bool is_setup(const struct pxed_host *host) {
    return pxed_slice_is(answers_var(host, "method"), "setup");
}

/* --- values --- */

static struct pxed_slice answers_text(struct pxed_arena *arena, const char *format, struct pxed_slice value) {
    return pxed_slice_of(pxed_arena_printf(arena, format, PXED_S(value)));
}

static struct pxed_slice answers_upper(struct pxed_slice name, struct pxed_arena *arena) {
    struct pxed_slice copy = pxed_arena_dup(arena, name);
    char *c = (char *)(uintptr_t)copy.ptr;
    for (size_t i = 0; i < copy.len; i++)
        c[i] = c[i] >= 'a' && c[i] <= 'z' ? (char)(c[i] - 'a' + 'A') : c[i];
    return copy;
}

static const struct win_zone *zone_of(const struct pxed_host *host) {
    struct pxed_slice name = answers_var(host, "timezone");
    const struct win_zone *zone = win_zone_find(name.len > 0 ? name : PXED_SLICE("UTC"));
    return zone ? zone : win_zone_find(PXED_SLICE("UTC"));
}

/* A name that only newer versions of Windows have is passed on unchanged. */
static struct pxed_slice locale_name(struct pxed_slice name, struct pxed_arena *arena) {
    const struct win_locale *known = win_locale_find(name);
    return known ? pxed_slice_of(known->name) : answers_text(arena, "%.*s", name);
}

static struct pxed_slice image_language(const struct pxed_image *image) {
    const char *language = image->get(image, "language");
    return pxed_slice_of(language && *language ? language : "en-US");
}

static struct pxed_slice locale_of(const struct pxed_host *host, const struct pxed_image *image,
                                   struct pxed_arena *arena) {
    struct pxed_slice name = answers_var(host, "locale");
    return name.len > 0 ? locale_name(name, arena) : image_language(image);
}

/* Only the image's own language is certain to be installed. */
static struct pxed_slice ui_language(const struct pxed_host *host, const struct pxed_image *image,
                                     struct pxed_arena *arena) {
    struct pxed_slice own = answers_var(host, "ui-language"), locale = answers_var(host, "locale");
    if (own.len > 0)
        return locale_name(own, arena);
    return image->get(image, "language") || locale.len == 0 ? image_language(image) : locale_name(locale, arena);
}

/* LCID:layout. The language is the locale's, or the layout's own. */
static struct pxed_slice answers_input(const struct pxed_host *host, struct pxed_slice fallback,
                                       struct pxed_arena *arena) {
    struct pxed_slice keyboard = answers_var(host, "keyboard");
    const struct win_locale *locale = win_locale_find(fallback);
    unsigned layout, lcid;
    if (keyboard.len == 0 || !win_keyboard_find(keyboard, &layout, &lcid)) {
        if (!locale)
            return PXED_NO_SLICE;
        layout = locale->keyboard;
        lcid = 0;
    }
    if (lcid == 0)
        lcid = locale ? locale->lcid : layout & 0xffff;
    return pxed_slice_of(pxed_arena_printf(arena, "%04x:%08x", lcid, layout));
}

static struct pxed_slice keyboard_of(const struct pxed_host *host, const struct pxed_image *image,
                                     struct pxed_arena *arena) {
    struct pxed_slice locale = locale_of(host, image, arena);
    if (answers_var(host, "keyboard").len == 0)
        return locale; /* the language's usual one, with its input method */
    struct pxed_slice own = answers_input(host, answers_var(host, "locale").len > 0 ? locale : PXED_NO_SLICE, arena);
    return own.ptr ? own : locale;
}

static struct pxed_slice inf_locale(const struct pxed_host *host, const char *key, struct pxed_arena *arena) {
    struct pxed_slice name = answers_var(host, "locale");
    if (name.len == 0 && answers_var(host, "keyboard").len == 0)
        return PXED_NO_SLICE;
    const struct win_locale *locale = win_locale_find(name.len > 0 ? name : PXED_SLICE("en-US"));
    if (strcmp(key, "win-input") == 0)
        return answers_input(host, name, arena);
    if (!locale)
        return PXED_NO_SLICE;
    return strcmp(key, "win-lcid") == 0 ? pxed_slice_of(pxed_arena_printf(arena, "%08x", locale->lcid))
                                        : pxed_slice_of(pxed_arena_printf(arena, "%u", locale->group));
}

static struct pxed_slice dns_list(const struct pxed_host *host, struct pxed_arena *arena) {
    const char *list = "";
    struct pxed_slice one;
    for (size_t i = 0; i < 3 && (one = win_ipv4(answers_var(host, "dns"), i)).ptr; i++)
        list = pxed_arena_printf(arena, "%s%s%.*s", list, i > 0 ? "," : "", PXED_S(one));
    return *list ? pxed_slice_of(list) : PXED_NO_SLICE;
}

static struct pxed_slice arch_of(const struct pxed_image *image) {
    static const char *const words[] = {"x86", "arm64", "amd64"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (win_flag(image, words[i]))
            return pxed_slice_of(words[i]);
    return PXED_SLICE("amd64");
}

static struct pxed_slice join_value(const struct pxed_host *host, const char *key, struct pxed_arena *arena) {
    struct pxed_slice domain, join = answers_var(host, "join-domain"), user = answers_var(host, "join-user"),
                              account = win_join_account(user, &domain);
    struct pxed_slice realm = domain.ptr ? domain : join;
    if (user.len == 0)
        return PXED_NO_SLICE;
    if (strcmp(key, "win-join-user") == 0)
        return answers_text(arena, "%.*s", account);
    if (strcmp(key, "win-join-realm") == 0)
        return answers_text(arena, "%.*s", realm);
    return pxed_slice_find(user, '@', 0) >= 0
               ? answers_text(arena, "%.*s", user)
               : pxed_slice_of(pxed_arena_printf(arena, "%.*s\\%.*s", PXED_S(realm), PXED_S(account)));
}

static struct pxed_slice answers_index_of(const struct pxed_host *host, const struct pxed_image *image,
                                          struct pxed_arena *arena) {
    struct pxed_slice edition = answers_var(host, "edition");
    const char *settled = image->get(image, "index");
    if (edition.len == 0 || win_fact_images(image) == 0)
        return settled ? pxed_slice_of(settled) : PXED_NO_SLICE;
    unsigned index = win_fact_index(image, edition);
    return index > 0 ? pxed_slice_of(pxed_arena_printf(arena, "%u", index)) : PXED_NO_SLICE;
}

static struct pxed_slice missing_of(const struct pxed_host *host, const struct pxed_image *image,
                                    struct pxed_arena *arena) {
    const char *missing = image->get(image, "missing");
    if (missing)
        return pxed_slice_of(missing);
    return win_fact_images(image) == 0 || answers_index_of(host, image, arena).ptr
               ? PXED_NO_SLICE
               : PXED_SLICE("which image of the WIM: index or edition in [os ID], or edition= of the host");
}

/* --- the table of them --- */

typedef struct pxed_slice value_fn(const struct pxed_host *host, const struct pxed_image *image, const char *key,
                                   struct pxed_arena *arena);

static struct pxed_slice value_name(const struct pxed_host *host, const struct pxed_image *image, const char *key,
                                    struct pxed_arena *arena) {
    (void)image, (void)key;
    return answers_upper(host->name, arena);
}

static struct pxed_slice value_zone(const struct pxed_host *host, const struct pxed_image *image, const char *key,
                                    struct pxed_arena *arena) {
    const struct win_zone *zone = zone_of(host);
    return strcmp(key, "win-timezone") == 0 ? pxed_slice_of(win_zone_name(zone, win_fact_build(image)))
                                            : pxed_slice_of(pxed_arena_printf(arena, "%u", zone->index));
}

static struct pxed_slice value_language(const struct pxed_host *host, const struct pxed_image *image, const char *key,
                                        struct pxed_arena *arena) {
    return strcmp(key, "win-locale") == 0        ? locale_of(host, image, arena)
           : strcmp(key, "win-ui-language") == 0 ? ui_language(host, image, arena)
                                                 : keyboard_of(host, image, arena);
}

static struct pxed_slice value_inf(const struct pxed_host *host, const struct pxed_image *image, const char *key,
                                   struct pxed_arena *arena) {
    (void)image;
    return inf_locale(host, key, arena);
}

static struct pxed_slice value_net(const struct pxed_host *host, const struct pxed_image *image, const char *key,
                                   struct pxed_arena *arena) {
    (void)image;
    if (strcmp(key, "win-gateway") == 0)
        return win_ipv4(answers_var(host, "gateway"), 0);
    if (strcmp(key, "win-dns") == 0)
        return dns_list(host, arena);
    if (strcmp(key, "win-dns-client") != 0)
        return win_ipv4(answers_var(host, "dns"), (size_t)(key[strlen(key) - 1] - '1'));
    bool needed = answers_var(host, "domain").len > 0 || (is_static(host) && win_ipv4(answers_var(host, "dns"), 0).ptr);
    return needed ? PXED_SLICE("1") : PXED_NO_SLICE;
}

static struct pxed_slice value_join(const struct pxed_host *host, const struct pxed_image *image, const char *key,
                                    struct pxed_arena *arena) {
    (void)image;
    return join_value(host, key, arena);
}

static struct pxed_slice value_image(const struct pxed_host *host, const struct pxed_image *image, const char *key,
                                     struct pxed_arena *arena) {
    if (strcmp(key, "win-arch") == 0)
        return arch_of(image);
    if (strcmp(key, "win-setup") == 0)
        return is_setup(host) ? PXED_SLICE("1") : PXED_NO_SLICE;
    return strcmp(key, "win-index") == 0 ? answers_index_of(host, image, arena) : missing_of(host, image, arena);
}

static const struct {
    const char *key;
    value_fn *value;
} values[] = {
    {"win-name", value_name},
    {"win-timezone", value_zone},
    {"win-timezone-index", value_zone},
    {"win-locale", value_language},
    {"win-ui-language", value_language},
    {"win-keyboard", value_language},
    {"win-lcid", value_inf},
    {"win-input", value_inf},
    {"win-language-group", value_inf},
    {"win-gateway", value_net},
    {"win-dns", value_net},
    {"win-dns-client", value_net},
    {"win-dns1", value_net},
    {"win-dns2", value_net},
    {"win-dns3", value_net},
    {"win-join-realm", value_join},
    {"win-join-user", value_join},
    {"win-join-account", value_join},
    {"win-arch", value_image},
    {"win-setup", value_image},
    {"win-index", value_image},
    {"win-missing", value_image},
};

struct pxed_slice windows_value(const struct pxed_host *host, const struct pxed_image *image, const char *key,
                                struct pxed_arena *arena) {
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        if (strcmp(values[i].key, key) == 0)
            return values[i].value(host, image, key, arena);
    return PXED_NO_SLICE;
}
