/* Reads family files: which sections and keys they have, and what each becomes. */
#include "families.h"

#include <string.h>

#include "options.h"
#include "pxed/grow.h"

#define ESCAPES "line xml shell cmd yaml none ini" /* in the order of enum pxed_escape */
#define HOWS    "linux memdisk multiboot efi"      /* in the order of enum pxed_how, from PXED_HOW_LINUX on */

static const struct pxed_option family_rows[] = {
    PXED_OPTION(struct family, title, STR, "title", .help = "the systems, for people", .flags = PXED_OPT_REQUIRED),
    PXED_OPTION(struct family, guard, STR, "guard", .help = "where its disk guard runs; without one it says none"),
    PXED_OPTION(struct family, remote, STR, "remote", .help = "how remote disks are recognised"),
    PXED_OPTION(struct family, no_installer, STR, "no-installer",
                .help = "why its systems cannot be installed from here, and the way out; it needs no [boot]"),
    PXED_OPTION(struct family, args, STR, "args", .help = "kernel arguments of every [boot] without args; a template"),
    PXED_OPTION(struct family, steps, LIST, "steps",
                .help = "what an installer reports, in order; `*` at the end: the disk has been written to"),
    PXED_OPTION(struct family, live, BOOL, "live", .fallback = "no",
                .help = "it writes no disk: it boots at every power-on, without an arming"),
    PXED_OPTION(struct family, disk, LIST, "disk",
                .help = "what disk= may say here: name serial wwn size smallest; default: all"),
    PXED_OPTION(struct family, tls, STR, "tls",
                .help =
                    "its installer fetches answer files by https: the file of its initramfs where the CA goes; without "
                    "it, secrets are not for it under [http] answers = https"),
    PXED_OPTION(struct family, tls_only, LIST, "tls-only", .help = "flags of which the claim must have one for `tls`"),
    PXED_OPTION(struct family, ram, SIZE, "ram", .help = "memory that an installation needs"),
    {0},
};

struct claim_keys {
    struct pxed_list family, version, arch, flags;
};
static const struct pxed_option claim_rows[] = {
    PXED_OPTION(struct claim_keys, family, LIST, "family", .help = "families; patterns with * and ?",
                .flags = PXED_OPT_REQUIRED),
    PXED_OPTION(struct claim_keys, version, LIST, "version", .help = "versions; default: any"),
    PXED_OPTION(struct claim_keys, arch, LIST, "arch", .help = "architectures; default: any"),
    PXED_OPTION(struct claim_keys, flags, LIST, "flags", .help = "words that templates test: {{#os.WORD}}"),
    {0},
};

static const struct pxed_option boot_rows[] = {
    PXED_OPTION(struct family_boot, files, LINES, "files",
                .help = "KERNEL INITRD...: one layout of an image; {arch} is the architecture, * any text",
                .flags = PXED_OPT_REQUIRED),
    PXED_OPTION(struct family_boot, how, ENUM, "how", .fallback = "linux", .words = HOWS, .help = "what the kernel is"),
    PXED_OPTION(struct family_boot, firmware, LIST, "firmware", .help = "default: every firmware"),
    PXED_OPTION(struct family_boot, loaders, LIST, "loaders", .help = "default: every loader"),
    PXED_OPTION(struct family_boot, only, LIST, "only", .help = "flags of which the claim must have one"),
    PXED_OPTION(struct family_boot, when, STR, "when", .help = "a further file that must exist"),
    PXED_OPTION(struct family_boot, args, STR, "args", .help = "kernel arguments; a template"),
    {0},
};

static const struct pxed_option file_rows[] = {
    PXED_OPTION(struct family_file, source, STR, "template", .help = "a file of the share folder or of PLUGIN.d",
                .flags = PXED_OPT_REQUIRED),
    PXED_OPTION(struct family_file, path, STR, "path", .help = "a further name below /boot: hosts/WORD/<mac>.EXT"),
    PXED_OPTION(struct family_file, escape, ENUM, "escape", .fallback = "line", .words = ESCAPES,
                .help = "the language its values stand in"),
    PXED_OPTION(struct family_file, answer, BOOL, "answer", .fallback = "no",
                .help = "delivering it uses up the arming"),
    PXED_OPTION(struct family_file, guarded, BOOL, "guarded", .fallback = "no",
                .help = "it, or what it fetches, has the disk guard"),
    PXED_OPTION(struct family_file, ahead, BOOL, "ahead", .fallback = "no",
                .help = "with guarded: another file of ours runs the guard before this one is used; then an operator's "
                        "own is guarded, too"),
    PXED_OPTION(struct family_file, raw, BOOL, "raw", .fallback = "no", .help = "no template: byte for byte"),
    PXED_OPTION(struct family_file, crlf, BOOL, "crlf", .fallback = "no", .help = "lines end in CR LF"),
    PXED_OPTION(struct family_file, pack, BOOL, "pack", .fallback = "no",
                .help = "parts, each after a line `=== PATH MODE` or `=== PATH -> TARGET`: delivered as a .tar.gz"),
    PXED_OPTION(struct family_file, when, STR, "when", .help = "only if the image has this file"),
    PXED_OPTION(struct family_file, only, LIST, "only", .help = "flags of which the claim must have one"),
    {0},
};

static const struct pxed_option fact_rows[] = {
    PXED_OPTION(struct family_fact, files, LIST, "files",
                .help = "the first that the image has is {{image.NAME}}; as in [boot]", .flags = PXED_OPT_REQUIRED),
    PXED_OPTION(struct family_fact, word, STR, "word",
                .help = "the fact is not the file's name, but what stands behind this word in it, up to a blank"),
    PXED_OPTION(struct family_fact, cut, STR, "cut", .help = "an ending that the fact is without"),
    {0},
};

static const struct pxed_option lack_rows[] = {
    PXED_OPTION(struct family_lack, there, LIST, "there", .help = "an image that has one of these"),
    PXED_OPTION(struct family_lack, missing, LIST, "missing", .help = "and none of these"),
    PXED_OPTION(struct family_lack, fact, STR, "fact", .help = "and not this fact"),
    PXED_OPTION(struct family_lack, only, LIST, "only", .help = "flags of which the claim must have one"),
    PXED_OPTION(struct family_lack, unless, LIST, "unless",
                .help = "variables; the value of any of them replaces what is missing"),
    PXED_OPTION(struct family_lack, stops, BOOL, "stops", .fallback = "no",
                .help = "without `unless`: its hosts are not ready, instead of a warning"),
    PXED_OPTION(struct family_lack, warns, BOOL, "warns", .fallback = "no",
                .help = "with `unless`: its hosts are only warned of, and boot all the same"),
    PXED_OPTION(
        struct family_lack, with, LIST, "with",
        .help = "a KEY or KEY=VALUE of a host, which has no effect (with `there`: in such an image); {key} in `say`"),
    PXED_OPTION(struct family_lack, say, STR, "say", .help = "what is wrong, and the cure", .flags = PXED_OPT_REQUIRED),
    {0},
};

static const struct pxed_option args_rows[] = {
    PXED_OPTION(
        struct family_args, words, LIST, "words",
        .help = "words of a kernel line, patterns with * and ?; without `say` its installer takes them, and no other",
        .flags = PXED_OPT_REQUIRED),
    PXED_OPTION(struct family_args, except, LIST, "except", .help = "but not these"),
    PXED_OPTION(struct family_args, only, LIST, "only", .help = "flags of which the claim must have one"),
    PXED_OPTION(struct family_args, say, STR, "say",
                .help = "what is wrong with them in args=, and the cure; {word} is the word without its value"),
    PXED_OPTION(struct family_args, stops, BOOL, "stops", .fallback = "no",
                .help = "with them the installer does not ask for its answer file"),
    {0},
};

static const struct pxed_option cpu_rows[] = {
    PXED_OPTION(struct family_cpu, only, LIST, "only", .help = "flags of which the claim must have one"),
    PXED_OPTION(struct family_cpu, level, ENUM, "level", .words = "x86-64-v2 x86-64-v3 x86-64-v4",
                .help = "the least processor that runs it (x86-64 psABI)", .flags = PXED_OPT_REQUIRED),
    {0},
};

struct variable_keys {
    const char *help, *fallback;
    bool secret;
};
static const struct pxed_option variable_rows[] = {
    PXED_OPTION(struct variable_keys, help, STR, "help", .help = "for `pxed options`", .flags = PXED_OPT_REQUIRED),
    PXED_OPTION(struct variable_keys, fallback, STR, "default", .help = "default: unset"),
    PXED_OPTION(struct variable_keys, secret, BOOL, "secret", .fallback = "no", .help = "shown as ***"),
    {0},
};

const struct family_manual family_manual[] = {
    {"family", "one file is one family", family_rows},
    {"claim NAME", "which OS ids it knows; the most specific claim of all wins", claim_rows},
    {"boot NAME", "how it starts; the first row whose files exist", boot_rows},
    {"file NAME", "made for one machine: /boot/hosts/<mac>/NAME; a further word makes further rows of it", file_rows},
    {"fact NAME", "a file of the image that arguments and templates name", fact_rows},
    {"lack NAME", "what an image may be missing although it has a kernel", lack_rows},
    {"args NAME", "words of args= that its installer takes, or does not", args_rows},
    {"cpu NAME", "what its systems need of the processor; the first row that fits", cpu_rows},
    {"variable NAME", "a variable that only this family has", variable_rows},
    {0},
};

struct family_reader {
    struct family *f;
    struct ini *ini;
    struct pxed_arena *arena;
    struct pxed_diags *diags;
};

/* How many sections of this kind there are. */
static size_t count_sections(const struct ini *ini, const char *kind) {
    size_t n = 0, len = strlen(kind);
    for (size_t i = 0; i < ini->n_sections; i++)
        n += strncmp(ini->sections[i].name, kind, len) == 0 && ini->sections[i].name[len] == ' ';
    return n;
}

/* Binds section `nth` of this kind; returns its name. */
static const char *bind_section(struct family_reader *r, const char *kind, size_t nth, const struct pxed_option *rows,
                                void *config) {
    size_t len = strlen(kind);
    for (size_t i = 0; i < r->ini->n_sections; i++) {
        const struct ini_section *s = &r->ini->sections[i];
        if (strncmp(s->name, kind, len) != 0 || s->name[len] != ' ' || nth-- > 0)
            continue;
        options_bind(rows, s->name, false, r->ini, config, r->arena, r->diags);
        return pxed_arena_dup(r->arena, pxed_slice_trim(pxed_slice_of(s->name + len))).ptr;
    }
    return "";
}

/* The words of a list with blanks between them; NULL: it has none. */
static const char *join_list(const struct pxed_list *list, struct pxed_arena *arena) {
    size_t room = 0;
    for (size_t i = 0; i < list->n; i++)
        room += strlen(list->items[i]) + 1;
    char *all = room > 0 ? pxed_arena_alloc(arena, room) : NULL, *end = all;
    for (size_t i = 0; i < list->n; i++) {
        end = stpcpy(end, list->items[i]);
        *end++ = i + 1 < list->n ? ' ' : '\0';
    }
    return all;
}

static void read_claims(struct family_reader *r) {
    struct pxed_arena scratch = {0};
    struct family_reader read = {r->f, r->ini, &scratch, r->diags}; /* the lists are kept as words alone */
    size_t n = count_sections(r->ini, "claim");
    r->f->claims = PXED_NEWS(r->arena, struct pxed_claim, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct claim_keys keys = {0};
        bind_section(&read, "claim", i, claim_rows, &keys);
        const char *family = join_list(&keys.family, r->arena);
        r->f->claims[i] = (struct pxed_claim){family ? family : "-", join_list(&keys.version, r->arena),
                                              join_list(&keys.arch, r->arena), join_list(&keys.flags, r->arena)};
    }
    pxed_arena_clear(&scratch);
    if (n == 0)
        pxed_diag_add(r->diags, PXED_ERROR, r->f->file, 0, "no [claim NAME]: no OS id would use this family");
}

static void check_words(struct family_reader *r, const struct pxed_list *list, const char *key,
                        const char *const *known) {
    for (size_t i = 0; i < list->n; i++) {
        bool is = false;
        for (const char *const *k = known; *k; k++)
            is |= strcmp(*k, list->items[i]) == 0;
        const char *near = is ? NULL : pxed_nearest(pxed_slice_of(list->items[i]), known);
        if (!is)
            pxed_diag_add(r->diags, PXED_ERROR, r->f->file, list->lines[i], "`%s` is no %s%s%s%s", list->items[i], key,
                          near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
}

enum { LAYOUT_MAX = 1 + sizeof(((struct pxed_boot *)0)->initrd) / sizeof(char *) };

static void check_layouts(struct family_reader *r, const struct pxed_list *layouts) {
    for (size_t i = 0; i < layouts->n; i++) {
        struct pxed_slice rest = pxed_slice_of(layouts->items[i]);
        size_t words = 0;
        while (pxed_slice_word(&rest, " \t").len > 0)
            words++;
        if (words > LAYOUT_MAX)
            pxed_diag_add(r->diags, PXED_ERROR, r->f->file, layouts->lines[i],
                          "files = %s: more than a kernel and %d initrds", layouts->items[i], LAYOUT_MAX - 1);
    }
}

static void read_boots(struct family_reader *r) {
    struct family *f = r->f;
    f->n_boots = count_sections(r->ini, "boot");
    f->boots = PXED_NEWS(r->arena, struct family_boot, f->n_boots + 1);
    for (size_t i = 0; i < f->n_boots; i++) {
        bind_section(r, "boot", i, boot_rows, &f->boots[i]);
        f->boots[i].args = f->boots[i].args ? f->boots[i].args : f->args;
        check_layouts(r, &f->boots[i].files);
        check_words(r, &f->boots[i].firmware, "firmware", pxed_firmware_names);
        check_words(r, &f->boots[i].loaders, "loader", pxed_loader_names);
    }
}

static void read_files(struct family_reader *r) {
    struct family *f = r->f;
    f->n_files = count_sections(r->ini, "file");
    f->files = PXED_NEWS(r->arena, struct family_file, f->n_files + 1);
    for (size_t i = 0; i < f->n_files; i++) {
        struct pxed_slice name = pxed_slice_of(bind_section(r, "file", i, file_rows, &f->files[i]));
        f->files[i].name = pxed_arena_dup(r->arena, pxed_slice_word(&name, " ")).ptr;
    }
}

static void read_lack(struct family_reader *r, size_t nth, struct family_lack *lack) {
    lack->name = bind_section(r, "lack", nth, lack_rows, lack);
    if (lack->there.n == 0 && lack->with.n == 0)
        pxed_diag_add(r->diags, PXED_ERROR, r->f->file, 0, "[lack %s]: `there` or `with` is missing", lack->name);
}

static void read_args(struct family_reader *r, size_t nth, struct family_args *args) {
    args->name = bind_section(r, "args", nth, args_rows, args);
    if (args->stops && !args->say)
        pxed_diag_add(r->diags, PXED_ERROR, r->f->file, 0, "[args %s]: `stops` without `say`", args->name);
}

static void read_facts(struct family_reader *r) {
    struct family *f = r->f;
    f->n_facts = count_sections(r->ini, "fact");
    f->facts = PXED_NEWS(r->arena, struct family_fact, f->n_facts + 1);
    for (size_t i = 0; i < f->n_facts; i++)
        f->facts[i].name = bind_section(r, "fact", i, fact_rows, &f->facts[i]);
    f->n_lacks = count_sections(r->ini, "lack");
    f->lacks = PXED_NEWS(r->arena, struct family_lack, f->n_lacks + 1);
    for (size_t i = 0; i < f->n_lacks; i++)
        read_lack(r, i, &f->lacks[i]);
    f->n_args = count_sections(r->ini, "args");
    f->args_rows = PXED_NEWS(r->arena, struct family_args, f->n_args + 1);
    for (size_t i = 0; i < f->n_args; i++)
        read_args(r, i, &f->args_rows[i]);
    f->n_cpus = count_sections(r->ini, "cpu");
    f->cpus = PXED_NEWS(r->arena, struct family_cpu, f->n_cpus + 1);
    for (size_t i = 0; i < f->n_cpus; i++)
        bind_section(r, "cpu", i, cpu_rows, &f->cpus[i]);
}

static void read_variables(struct family_reader *r) {
    size_t n = count_sections(r->ini, "variable");
    r->f->vars = PXED_NEWS(r->arena, struct pxed_os_var, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct variable_keys keys = {0};
        const char *key = bind_section(r, "variable", i, variable_rows, &keys);
        r->f->vars[i] = (struct pxed_os_var){key, keys.help, keys.fallback, keys.secret ? PXED_VAR_SECRET : 0};
    }
}

static void read_steps(struct family_reader *r) {
    const struct pxed_list *steps = &r->f->steps;
    r->f->step_rows = PXED_NEWS(r->arena, struct pxed_step, steps->n + 1);
    for (size_t i = 0; i < steps->n; i++) {
        struct pxed_slice word = pxed_slice_of(steps->items[i]);
        bool disk = word.len > 1 && word.ptr[word.len - 1] == '*';
        r->f->step_rows[i] =
            (struct pxed_step){pxed_arena_dup(r->arena, pxed_slice_head(word, word.len - disk)).ptr, disk};
    }
}

static void check_sections(struct family_reader *r) {
    const char *kinds[16] = {0};
    for (size_t i = 0; family_manual[i].section; i++)
        kinds[i] = pxed_arena_dup(r->arena, pxed_slice_head(pxed_slice_of(family_manual[i].section),
                                                            strcspn(family_manual[i].section, " ")))
                       .ptr;
    for (size_t i = 0; i < r->ini->n_sections; i++) {
        struct pxed_slice kind = pxed_slice_of(r->ini->sections[i].name);
        kind = pxed_slice_head(kind, strcspn(kind.ptr, " "));
        bool known = false;
        for (size_t k = 0; kinds[k] && !known; k++)
            known = pxed_slice_is(kind, kinds[k]);
        const char *near = known ? NULL : pxed_nearest(kind, kinds);
        if (!known)
            pxed_diag_add(r->diags, PXED_ERROR, r->f->file, r->ini->sections[i].line, "unknown section [%s]%s%s%s",
                          r->ini->sections[i].name, near ? ", did you mean [" : "", near ? near : "", near ? "]?" : "");
    }
}

void families_read_one(struct family *f, struct ini *ini, struct pxed_arena *arena, struct pxed_diags *diags) {
    struct family_reader r = {.f = f, .ini = ini, .arena = arena, .diags = diags};
    check_sections(&r);
    options_bind(family_rows, "family", false, ini, f, arena, diags);
    read_claims(&r);
    read_boots(&r);
    read_files(&r);
    read_facts(&r);
    read_variables(&r);
    read_steps(&r);
    f->profile = (struct pxed_profile){
        .name = f->name, .claims = f->claims, .steps = f->step_rows, .vars = f->vars, .boots = NULL, .files = NULL};
}
