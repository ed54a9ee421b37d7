/* CustomSettings.ini: [Settings] says which sections are machines, roles and defaults. */
#include <stdlib.h>

#include "pxed/addr.h"
#include "pxed/grow.h"
#include "take_mdt.h"

#define FILE_NAME "Control/CustomSettings.ini"

enum { ROLES_MAX = 256 };

/* MDT's properties and our variables; NULL: a secret. */
static const struct {
    const char *property, *key;
} properties[] = {
    {"TimeZoneName", "timezone"},
    {"JoinDomain", "join-domain"},
    {"JoinWorkgroup", "workgroup"},
    {"MachineObjectOU", "join-ou"},
    {"KeyboardLocale", "keyboard"},
    {"InputLocale", "keyboard"},
    {"UserLocale", "locale"},
    {"UILanguage", "ui-language"},
    {"OrgName", "organization"},
    {"_SMSTSOrgName", "organization"},
    {"FullName", "owner"},
    {"AdminPassword", NULL},
    {"DomainAdminPassword", NULL},
    {"UserPassword", NULL},
    {"UserDomainPassword", NULL},
    {"ProductKey", NULL},
    {"OverrideProductKey", NULL},
    {"BDEPin", NULL},
    {"OSDAdapter0DNSSuffix", "domain"},
};

/* What has no meaning without MDT's wizard and client. */
static const char *const silent[] = {"OSInstall",
                                     "HideShell",
                                     "FinishAction",
                                     "DoCapture",
                                     "DoNotCreateExtraPartition",
                                     "ApplyGPOPack",
                                     "SLShare",
                                     "EventService",
                                     "DeployRoot",
                                     "UserDataLocation",
                                     "ComputerBackupLocation",
                                     "BitsPerPel",
                                     "XResolution",
                                     "YResolution",
                                     "VRefresh",
                                     "AreaCode",
                                     "CountryCode",
                                     "Dialing",
                                     "LongDistanceAccess",
                                     "Home_Page",
                                     "_SMSTSPackageName"};

struct machine {
    const char *section;
    const char *os_id, *vars;
    struct pxed_slice user, user_domain, ip, mask;
    unsigned line;
    bool host;
};

struct settings {
    struct mdt *m;
    struct take_entry *entries; /* by section, in any case, then by line */
    size_t n;
    struct pxed_slice roles[ROLES_MAX];
    size_t n_roles;
    const char *os_id; /* of [Default] */
};

/* Case is ignored; NULL: no such task sequence. */
static const struct mdt_sequence *find_sequence(const struct mdt *m, struct pxed_slice id) {
    for (size_t i = 0; i < m->n; i++)
        if (pxed_slice_eq_nocase(id, pxed_slice_of(m->sequences[i].id)))
            return &m->sequences[i];
    return NULL;
}

static bool is_role(const struct settings *s, struct pxed_slice name) {
    for (size_t i = 0; i < s->n_roles; i++)
        if (pxed_slice_eq_nocase(name, s->roles[i]))
            return true;
    return false;
}

static bool starts_nocase(struct pxed_slice text, const char *with) {
    return pxed_slice_eq_nocase(pxed_slice_head(text, strlen(with)), pxed_slice_of(with));
}

/* Role=, Role001=: the names that sections of roles have. */
static bool is_role_key(struct pxed_slice key) {
    bool digits = starts_nocase(key, "Role") && key.len >= 4;
    for (size_t i = 4; i < key.len; i++)
        digits &= pxed_is_digit(key.ptr[i]);
    return digits;
}

static void find_roles(struct settings *s) {
    for (size_t i = 0; i < s->n; i++) {
        const struct take_entry *e = &s->entries[i];
        if (is_role_key(e->key) && e->value.len > 0 && !is_role(s, e->value) && s->n_roles < ROLES_MAX)
            s->roles[s->n_roles++] = e->value;
    }
}

/* A group's name: letters, digits, hyphens. */
static const char *group_name(struct take *t, struct pxed_slice role) {
    char *name = (char *)(uintptr_t)pxed_arena_dup(t->arena, role).ptr;
    for (char *c = name; *c; c++)
        *c = pxed_is_alnum(*c) ? pxed_lower(*c) : '-';
    return name;
}

static void put(struct settings *s, struct machine *on, const char *key, const struct take_entry *e) {
    struct take *t = s->m->t;
    if (on->host)
        on->vars = take_var(t, on->vars, key, e->value, FILE_NAME, e->line);
    else
        take_set(t, on->section, key, e->value, FILE_NAME, e->line);
}

static bool is_silent(struct pxed_slice key) {
    bool known = starts_nocase(key, "Skip");
    for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
        known |= pxed_slice_eq_nocase(key, pxed_slice_of(silent[i]));
    return known;
}

/* The properties that are more than another word. True: it was one. */
static bool put_special(struct settings *s, struct machine *on, const struct take_entry *e) {
    struct take *t = s->m->t;
    struct pxed_slice list = e->value;
    if (pxed_slice_eq_nocase(e->key, PXED_SLICE("TaskSequenceID"))) {
        const struct mdt_sequence *ts = find_sequence(s->m, e->value);
        if (ts && ts->os_id)
            *(on->host ? &on->os_id : &s->os_id) = ts->os_id;
        else
            take_left(t, FILE_NAME, e->line, "TaskSequenceID=%.*s: which system that is is not known",
                      PXED_S(e->value));
    } else if (is_role_key(e->key)) {
        if (on->host && e->value.len > 0)
            on->vars = take_var(t, on->vars, "group", pxed_slice_of(group_name(t, e->value)), FILE_NAME, e->line);
    } else if (pxed_slice_eq_nocase(e->key, PXED_SLICE("DomainAdmin"))) {
        on->user = e->value;
    } else if (pxed_slice_eq_nocase(e->key, PXED_SLICE("DomainAdminDomain"))) {
        on->user_domain = e->value;
    } else if (pxed_slice_eq_nocase(e->key, PXED_SLICE("OSDAdapter0IPAddressList"))) {
        on->ip = pxed_slice_word(&list, ", ");
    } else if (pxed_slice_eq_nocase(e->key, PXED_SLICE("OSDAdapter0SubnetMask"))) {
        on->mask = pxed_slice_word(&list, ", ");
    } else if (pxed_slice_eq_nocase(e->key, PXED_SLICE("OSDAdapter0Gateways"))) {
        put(s, on, "gateway", &(struct take_entry){e->section, e->key, pxed_slice_word(&list, ", "), e->line});
    } else if (pxed_slice_eq_nocase(e->key, PXED_SLICE("OSDAdapter0DNSServerList"))) {
        put(s, on, "dns", e);
    } else {
        return pxed_slice_eq_nocase(e->key, PXED_SLICE("OSDAdapterCount")) ||
               pxed_slice_eq_nocase(e->key, PXED_SLICE("OSDAdapter0EnableDHCP")) || is_silent(e->key);
    }
    return true;
}

static void put_name(struct settings *s, struct machine *on, const struct take_entry *e) {
    bool made = pxed_slice_find(e->value, '%', 0) >= 0 || pxed_slice_find(e->value, '#', 0) >= 0;
    if (on->host && !made)
        on->vars = take_var(s->m->t, on->vars, "name", e->value, FILE_NAME, e->line);
    else
        take_left(s->m->t, FILE_NAME, e->line,
                  "%.*s=%.*s is computed by MDT on the machine: give each line name=", PXED_S(e->key),
                  PXED_S(e->value));
}

static void put_entry(struct settings *s, struct machine *on, const struct take_entry *e) {
    if (pxed_slice_eq_nocase(e->key, PXED_SLICE("OSDComputerName")) ||
        pxed_slice_eq_nocase(e->key, PXED_SLICE("ComputerName"))) {
        put_name(s, on, e);
        return;
    }
    if (put_special(s, on, e))
        return;
    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        if (!pxed_slice_eq_nocase(e->key, pxed_slice_of(properties[i].property)))
            continue;
        if (properties[i].key)
            put(s, on, properties[i].key, e);
        else
            take_left(s->m->t, FILE_NAME, e->line,
                      "%.*s is a secret: put it into a file of its own, and say admin-password=@FILE, "
                      "join-password=@FILE or product-key=@FILE",
                      PXED_S(e->key));
        return;
    }
    take_left(s->m->t, FILE_NAME, e->line, "[%.*s] %.*s=%.*s has no counterpart", PXED_S(e->section), PXED_S(e->key),
              PXED_S(e->value));
}

static unsigned mask_prefix(struct pxed_slice mask) {
    struct pxed_addr a;
    uint32_t bits = pxed_addr_parse(mask, &a) && a.family == 4 ? pxed_addr_u32(&a) : 0;
    unsigned n = 0;
    while (n < 32 && (bits & 0x80000000u >> n))
        n++;
    return n < 32 && bits << n ? 0 : n;
}

/* What needs two properties. */
static void end_section(struct settings *s, struct machine *on) {
    struct take *t = s->m->t;
    unsigned prefix = mask_prefix(on->mask);
    if (on->ip.len > 0) {
        const char *ip = pxed_arena_printf(t->arena, prefix ? "%.*s/%u" : "%.*s", PXED_S(on->ip), prefix);
        put(s, on, "ip", &(struct take_entry){.value = pxed_slice_of(ip), .line = on->line});
    }
    if (on->user.len > 0) {
        const char *user = pxed_arena_printf(t->arena, "%.*s%s%.*s", PXED_S(on->user_domain),
                                             on->user_domain.len ? "\\" : "", PXED_S(on->user));
        put(s, on, "join-user", &(struct take_entry){.value = pxed_slice_of(user), .line = on->line});
    }
}

/* Which of our sections it becomes; false: none. */
static bool begin_section(struct settings *s, const struct take_entry *e, struct machine *ret) {
    struct take *t = s->m->t;
    struct pxed_hwaddr mac;
    *ret = (struct machine){.vars = "", .line = e->line};
    if (pxed_slice_eq_nocase(e->section, PXED_SLICE("Default")))
        ret->section = "os-windows";
    else if (pxed_mac_parse(e->section, &mac))
        ret->host = true;
    else if (is_role(s, e->section))
        ret->section = pxed_arena_printf(t->arena, "group %s", group_name(t, e->section));
    return ret->host || ret->section;
}

/* `n` entries of one section. */
static void read_section(struct settings *s, const struct take_entry *entries, size_t n) {
    struct machine on;
    struct take *t = s->m->t;
    struct pxed_slice name = entries->section;
    if (!begin_section(s, entries, &on)) {
        if (!pxed_slice_eq_nocase(name, PXED_SLICE("Settings")))
            take_left(
                t, FILE_NAME, entries->line,
                "[%.*s] is for a serial number, a model or a place; pxed knows machines by MAC: write a host line",
                PXED_S(name));
        return;
    }
    for (size_t i = 0; i < n; i++)
        put_entry(s, &on, &entries[i]);
    end_section(s, &on);
    if (on.host)
        t->out->host(t->out, pxed_arena_dup(t->arena, name).ptr, on.os_id ? on.os_id : s->os_id, on.vars);
}

static int by_section(const void *a, const void *b) {
    const struct take_entry *x = a, *y = b;
    size_t n = x->section.len < y->section.len ? x->section.len : y->section.len;
    for (size_t i = 0; i < n; i++)
        if (pxed_lower(x->section.ptr[i]) != pxed_lower(y->section.ptr[i]))
            return (unsigned char)pxed_lower(x->section.ptr[i]) < (unsigned char)pxed_lower(y->section.ptr[i]) ? -1 : 1;
    if (x->section.len != y->section.len)
        return x->section.len < y->section.len ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* [Default] first: it says what a machine without a word of its own gets. */
static void read_sections(struct settings *s, bool defaults) {
    for (size_t i = 0, n; i < s->n; i += n) {
        bool is = pxed_slice_eq_nocase(s->entries[i].section, PXED_SLICE("Default"));
        for (n = 1; i + n < s->n && pxed_slice_eq_nocase(s->entries[i + n].section, s->entries[i].section); n++)
            ;
        if (is == defaults)
            read_section(s, &s->entries[i], n);
    }
}

void mdt_settings(struct mdt *m) {
    struct settings s = {.m = m};
    struct take_entry e;
    struct pxed_slice text = take_read(m->t, FILE_NAME);
    if (!text.ptr) {
        take_left(m->t, FILE_NAME, 0, "is missing: no machines and no defaults");
        return;
    }
    for (struct take_ini ini = {.rest = text}; take_ini_next(&ini, &e);) {
        PXED_ARENA_GROW(m->t->arena, s.entries, s.n);
        s.entries[s.n++] = e;
    }
    if (s.n > 0)
        qsort(s.entries, s.n, sizeof(*s.entries), by_section);
    find_roles(&s);
    read_sections(&s, true);
    read_sections(&s, false);
}
