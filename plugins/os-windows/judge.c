/* Checks one host: a value that Windows cannot accept is an error at its line; what will probably stop the installation
 * is a warning. */
#include "judge.h"

#include <stdio.h>

#include "facts.h"
#include "locales.h"
#include "rules.h"
#include "timezones.h"
#include "versions.h"

struct judge {
    const struct pxed_host *host;
    const struct pxed_image *image;
    struct pxed_diags *diags;
    bool inf;      /* its answer file is a sysprep.inf */
    bool own_file; /* the operator's own answer file: missing values are intended */
};

static struct pxed_slice judge_value_of(const struct judge *j, const char *key) {
    return pxed_host_value(j->host, key);
}

static bool is_set(const struct judge *j, const char *key) {
    return judge_value_of(j, key).len > 0;
}

/* Reports at the line that has the value, else at the host's line. */
static void judge_tell(const struct judge *j, enum pxed_severity severity, const char *key, const char *said) {
    const struct pxed_var *v = pxed_host_var(j->host, key);
    bool placed = v && v->file;
    pxed_diag_add(j->diags, severity, placed ? v->file : j->host->file, placed ? v->line : j->host->line, "%s=%.*s: %s",
                  key,
                  PXED_S(v && (v->flags & PXED_VAR_SECRET) ? PXED_SLICE("***")
                         : v                               ? v->value
                                                           : PXED_SLICE("")),
                  said);
}

static void tell_host(const struct judge *j, enum pxed_severity severity, const char *said) {
    pxed_diag_add(j->diags, severity, j->host->file, j->host->line, "%.*s: %s", PXED_S(j->host->name), said);
}

static void tell_near(const struct judge *j, const char *key, const char *said, const char *near) {
    char text[160];
    snprintf(text, sizeof(text), "%s%s%s%s", said, near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    judge_tell(j, PXED_ERROR, key, text);
}

/* --- names and texts --- */

static void judge_name(const struct judge *j) {
    const char *wrong = win_name_wrong(j->host->name);
    if (wrong)
        pxed_diag_add(j->diags, PXED_ERROR, j->host->file, j->host->line, "name=%.*s: %s", PXED_S(j->host->name),
                      wrong);
}

static void judge_password(const struct judge *j, const char *key) {
    struct pxed_slice value = judge_value_of(j, key);
    if (value.len == 0)
        return;
    const char *wrong = win_password_wrong(value);
    if (!wrong && j->inf)
        wrong = win_inf_wrong(value, true);
    if (wrong)
        judge_tell(j, PXED_ERROR, key, wrong);
}

static void judge_texts(const struct judge *j) {
    static const char *const keys[] = {"owner", "organization", "join-domain", "join-ou", "workgroup", "join-user"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct pxed_slice value = judge_value_of(j, keys[i]);
        if (value.len == 0)
            continue;
        const char *wrong = win_text_wrong(value);
        if (!wrong && j->inf)
            wrong = win_inf_wrong(value, false);
        if (!wrong && strcmp(keys[i], "workgroup") == 0)
            wrong = win_workgroup_wrong(value);
        if (!wrong && strcmp(keys[i], "join-user") == 0)
            wrong = win_join_user_wrong(value);
        if (wrong)
            judge_tell(j, PXED_ERROR, keys[i], wrong);
    }
}

static void judge_product_key(const struct judge *j) {
    struct pxed_slice key = judge_value_of(j, "product-key");
    const char *wrong = key.len > 0 ? win_product_key_wrong(key) : NULL;
    if (wrong)
        judge_tell(j, PXED_ERROR, "product-key", wrong);
    if (key.len > 0 || j->own_file)
        return;
    if (j->inf)
        tell_host(j, PXED_ERROR,
                  "product-key= is missing: mini-setup of Windows 2000, XP and 2003 stops to ask for it");
    else if (pxed_slice_is(judge_value_of(j, "method"), "setup"))
        tell_host(j, PXED_WARNING,
                  "no product-key=: setup.exe of retail media stops to ask for it, that of volume media does not");
}

static void judge_accounts(const struct judge *j) {
    judge_password(j, "admin-password");
    judge_password(j, "join-password");
    struct pxed_slice user = judge_value_of(j, "admin-user");
    const char *wrong = !j->inf && is_set(j, "admin-password") && win_flag(j->image, "client")
                            ? win_user_wrong(user, j->host->name)
                            : NULL;
    if (wrong)
        judge_tell(j, PXED_ERROR, "admin-user", wrong);
}

static void judge_join(const struct judge *j) {
    bool domain = is_set(j, "join-domain"), user = is_set(j, "join-user"), password = is_set(j, "join-password");
    if (user && !password)
        judge_tell(j, PXED_ERROR, "join-user", "join-password= is missing");
    else if (password && !user)
        judge_tell(j, PXED_ERROR, "join-password", "join-user= is missing");
    else if (domain && !user && !j->own_file)
        judge_tell(j, PXED_ERROR, "join-domain", "join-user= and join-password= are missing");
    else if (user && !domain)
        judge_tell(j, PXED_WARNING, "join-user", "no join-domain=: the machine joins no domain");
}

/* --- time and language --- */

static void judge_timezone(const struct judge *j) {
    char room[WIN_ZONE_TEXT], said[192];
    struct pxed_slice name = judge_value_of(j, "timezone");
    unsigned build = win_fact_build(j->image);
    if (name.len == 0)
        return;
    const struct win_zone *zone = win_zone_find(name);
    if (!zone) {
        tell_near(j, "timezone", "neither an IANA time zone nor one of Windows", win_zone_nearest(name, room));
    } else if (!win_zone_exact(zone, build)) {
        const char *older = j->inf ? "the number of a zone with the same clock" : win_zone_name(zone, build);
        snprintf(said, sizeof(said),
                 "this Windows has no zone of its own for it; it gets %s, perhaps with another "
                 "summer time",
                 older);
        judge_tell(j, PXED_WARNING, "timezone", said);
    }
}

static void judge_locale(const struct judge *j, const char *key) {
    struct pxed_slice name = judge_value_of(j, key);
    if (name.len == 0 || win_locale_find(name) || (!j->inf && win_locale_plausible(name)))
        return;
    tell_near(j, key, j->inf ? "unknown to Windows 2000 to 2003" : "expected a language and country, such as de_DE",
              win_locale_nearest(name));
}

static void judge_keyboard(const struct judge *j) {
    unsigned layout, lcid;
    struct pxed_slice name = judge_value_of(j, "keyboard");
    if (name.len > 0 && !win_keyboard_find(name, &layout, &lcid))
        tell_near(j, "keyboard", "expected a layout, such as us, de or 0407:00000407", win_keyboard_nearest(name));
}

/* --- net and disk --- */

static void judge_net(const struct judge *j) {
    const struct pxed_host *h = j->host;
    bool is_static = h->ip.family == 4 && !pxed_slice_is(judge_value_of(j, "net"), "dhcp");
    if (j->own_file)
        return;
    if (is_static && !win_ipv4(judge_value_of(j, "gateway"), 0).ptr)
        tell_host(j, PXED_WARNING, "a static address without gateway=: Windows will reach its own net only");
    if (is_static && is_set(j, "join-domain") && !win_ipv4(judge_value_of(j, "dns"), 0).ptr)
        tell_host(j, PXED_WARNING, "join-domain= without dns=: Windows finds its domain by DNS");
    const char *wrong = win_disk_wrong(judge_value_of(j, "disk"));
    if (wrong)
        judge_tell(j, PXED_ERROR, "disk", wrong);
}

static void judge_licences(const struct judge *j) {
    uint64_t n;
    struct pxed_slice value = judge_value_of(j, "client-licences");
    if (j->inf && value.len > 0 && (!pxed_slice_u64(value, 9999, &n) || n < 5))
        judge_tell(j, PXED_ERROR, "client-licences", "expected a number, 5 to 9999");
}

/* --- the image --- */

/* Once per image, at the line that names it. */
static void ask_for_index(const struct judge *j) {
    struct pxed_arena arena = {0};
    if (j->image->get(j->image, "asked-for-index"))
        return;
    j->image->fact(j->image, "asked-for-index", "yes");
    pxed_diag_add(j->diags, PXED_WARNING, j->image->file, j->image->line,
                  "%.*s: %s holds several images and none is chosen: index or edition in [os %.*s], or edition= of the "
                  "host: %s",
                  PXED_S(j->image->id->text), j->image->get(j->image, "wim"), PXED_S(j->image->id->text),
                  win_fact_list(j->image, &arena));
    pxed_arena_clear(&arena);
}

static void judge_edition(const struct judge *j) {
    struct pxed_arena arena = {0};
    struct pxed_slice edition = judge_value_of(j, "edition");
    const char *own = j->image->setting(j->image, "edition"); /* of [os ID]: checked with the image */
    if (win_fact_images(j->image) == 0)
        return;
    if (edition.len == 0 && !j->image->get(j->image, "index") && !j->image->setting(j->image, "index") && !own)
        ask_for_index(j);
    bool told = own && pxed_slice_is(edition, own);
    if (edition.len > 0 && !told && win_fact_index(j->image, edition) == 0)
        judge_tell(j, PXED_ERROR, "edition",
                   pxed_arena_printf(&arena, "the WIM holds no such image: %s", win_fact_list(j->image, &arena)));
    pxed_arena_clear(&arena);
}

static void judge_method(const struct judge *j) {
    const struct windows_version *v = windows_version_find(j->image->claim);
    struct pxed_slice method = judge_value_of(j, "method");
    bool setup = pxed_slice_is(method, "setup");
    if (method.len > 0 && !setup && !pxed_slice_is(method, "apply"))
        judge_tell(j, PXED_ERROR, "method", "expected apply or setup");
    if (!setup || !v)
        return;
    if (!(v->methods & WINDOWS_SETUP))
        judge_tell(j, PXED_ERROR, "method", "Windows 2000, XP and 2003 can only be applied from an image");
    else if (!j->image->get(j->image, "setup"))
        judge_tell(j, PXED_WARNING, "method",
                   "there is no setup.exe with sources/install.wim: full installation media, as a "
                   "folder or an ISO");
    else if (!j->image->get(j->image, "unpack"))
        j->image->fact(j->image, "unpack", "setup.exe");
    const char *pe = j->image->get(j->image, "pe-arch"), *arch = j->image->get(j->image, "wim-arch");
    if (pe && arch && strcmp(pe, arch) != 0)
        judge_tell(j, PXED_WARNING, "method", "setup.exe runs only in a WinPE of its own architecture");
}

void windows_host(const struct pxed_host *host, const struct pxed_image *image, struct pxed_diags *diags) {
    struct judge j = {.host = host, .image = image, .diags = diags, .inf = win_flag(image, "nt5")};
    j.own_file = is_set(&j, "answer");
    judge_name(&j);
    judge_accounts(&j);
    judge_texts(&j);
    judge_join(&j);
    judge_product_key(&j);
    judge_timezone(&j);
    judge_locale(&j, "locale");
    judge_locale(&j, "ui-language");
    judge_keyboard(&j);
    judge_net(&j);
    judge_licences(&j);
    judge_edition(&j);
    judge_method(&j);
}
