/* What one machine would get, computed from the files alone: offer, script, answer files, and the origin of each
 * variable. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "boot_plan.h"
#include "cli.h"
#include "dialect.h"
#include "family_args.h"
#include "image_files.h"
#include "image_missing.h"
#include "loaders.h"
#include "nets.h"
#include "offline.h"
#include "os_secure.h"
#include "render_plan.h"
#include "site_url.h"
#include "verdict.h"

struct explain {
    struct offline o;
    const struct catalogue_host *host;
    const struct site_url *at; /* of the net of its ip= */
    struct lifecycle_record record;
    enum pxed_firmware firmware;
    enum pxed_loader loader;
    bool loader_given;
    struct pxed_arena arena;
};

static const struct catalogue_host *find_host(const struct catalogue *c, const char *word) {
    struct pxed_slice text = pxed_slice_of(word);
    struct pxed_hwaddr mac;
    struct pxed_addr ip;
    if (pxed_mac_parse(text, &mac))
        return catalogue_find(c, &mac);
    if (pxed_addr_parse(text, &ip))
        return catalogue_find_ip(c, &ip);
    for (size_t i = 0; i < c->n_hosts; i++)
        if (pxed_slice_eq_nocase(c->hosts[i].pub.name, text))
            return &c->hosts[i];
    return NULL;
}

static struct render make_render(struct explain *e) {
    return (struct render){.catalogue = e->o.catalogue,
                           .host = e->host,
                           .os = e->host->os,
                           .record = &e->record,
                           .at = e->at,
                           .images = nets_images(e->o.catalogue, &e->host->pub.ip),
                           .arena = &e->arena,
                           .masked = true};
}

static void print_var(void *arg, const struct pxed_var *v) {
    (void)arg;
    printf("  %.*s = %.*s", PXED_S(v->key), PXED_S(v->value));
    if (v->file)
        printf("    (%s:%u)\n", v->file, v->line);
    else
        printf("    (the profile)\n");
}

static void print_host(struct explain *e) {
    char mac[PXED_MAC_TEXT];
    struct render r = make_render(e);
    printf("host %.*s  %s  %.*s    (%s:%u)\n", PXED_S(e->host->pub.name),
           pxed_mac_text(&e->host->pub.macs[0], ":", mac), PXED_S(e->host->os->id.text), e->host->pub.file,
           e->host->pub.line);
    printf("profile: %s%s%s\n", e->host->os->profile ? e->host->os->plugin : "none: no plugin claims this OS id",
           e->host->os->profile ? ", " : "", e->host->os->profile ? e->host->os->profile->name : "");
    unsigned cpu = family_cpu(e->host->os);
    if (cpu > 0)
        printf("processor: needs x86-64-v%u; pxed why says if the machine has told less\n", cpu);
    puts("variables:");
    render_each_var(&r, print_var, NULL);
}

static void explain_indent(struct pxed_slice text) {
    struct pxed_slice rest = text;
    while (rest.len > 0) {
        ptrdiff_t end = pxed_slice_find(rest, '\n', 0);
        size_t n = end < 0 ? rest.len : (size_t)end;
        printf("  %.*s\n", (int)n, rest.ptr);
        rest = pxed_slice_skip(rest, n + 1);
    }
}

/* The reason for a local boot, or OK and the plan. */
static enum pxed_reason make_plan(struct explain *e, struct pxed_plan *plan) {
    struct lifecycle_line line = {.os = e->host->os->id.text,
                                  .protect = e->host->pub.protect,
                                  .claimed = e->host->os->profile != NULL,
                                  .guarded = e->host->guarded,
                                  .live = e->host->os->live};
    enum pxed_reason why = lifecycle_wants(&e->record, &line);
    struct render r = make_render(e);
    if (why == PXED_WHY_OK)
        why = render_plan(&r, e->firmware, e->loader, plan);
    if (why != PXED_WHY_OK) {
        *plan = (struct pxed_plan){.how = PXED_HOW_LOCAL, .reason = why};
        boot_note(plan, &e->o.catalogue->settings, e->at, &e->host->pub, &e->host->pub.macs[0], NULL, &e->arena);
    }
    return why;
}

static void print_offer(struct explain *e, const struct pxed_plan *plan, enum pxed_reason why) {
    char text[8192];
    if (why != PXED_WHY_OK && e->o.catalogue->settings.idle == SETTINGS_IDLE_AUTO)
        printf("idle = auto: told the following only while a boot of its disk through a loader works, or where it was\n"
               "installed from here and that was not tried yet; else no boot offer: pxed why %.*s says what was seen\n",
               PXED_S(e->host->pub.name));
    struct pxed_facts facts = {.mac = e->host->pub.macs[0],
                               .firmware = e->firmware,
                               .has_firmware = true,
                               .boots = true,
                               .iface = e->o.n_ifaces ? &e->o.ifaces[0] : NULL};
    struct pxed_verdict verdict = offline_verdict(&e->o, e->host, &facts, why, e->at, &e->arena);
    const struct os_secure *s = e->host->os->secure;
    if (why == PXED_WHY_OK && s && os_secure_is_straight(s, plan, e->firmware, false))
        verdict.loader = pxed_arena_dup(&e->arena, plan->kernel).ptr;
    for (int pass = 0; pass < 2; pass++) { /* first the firmware asks, then the loader it was given */
        facts.loader = pass == 0 ? PXED_LOADER_NONE : e->loader;
        if (pass == 1 && e->loader != PXED_LOADER_IPXE && e->loader != PXED_LOADER_GPXE)
            break;
        for (size_t i = 0; i < e->o.plugins.n; i++) {
            const struct plugin *p = e->o.plugins.items[i];
            const struct pxed_protocol_ops *ops = p->desc.ops;
            struct pxed_buf out = PXED_BUF(text);
            if (p->desc.kind == PXED_KIND_OS || !ops || !ops->explain)
                continue;
            ops->explain(p->config, &facts, &verdict, &out);
            printf("%s, to %s:\n", p->desc.name, pass == 0 ? "the firmware" : pxed_loader_names[e->loader]);
            explain_indent(pxed_buf_slice(&out));
        }
    }
}

/* An operator's file is shown as it is, except for the host's secrets. */
static struct pxed_slice explain_mask(struct explain *e, struct pxed_slice text) {
    size_t next = 0;
    for (const struct pxed_var *v; (v = pxed_host_next_var(&e->host->pub, &next)) != NULL;) {
        const char *at = text.ptr;
        size_t before;
        while ((v->flags & PXED_VAR_SECRET) && v->value.len > 0 &&
               (at = memmem(at, text.len - (size_t)(at - text.ptr), v->value.ptr, v->value.len)) != NULL) {
            before = (size_t)(at - text.ptr);
            text = pxed_slice_of(pxed_arena_printf(&e->arena, "%.*s***%.*s", (int)before, text.ptr,
                                                   PXED_S(pxed_slice_skip(text, before + v->value.len))));
            at = text.ptr + before + 3;
        }
    }
    return text;
}

static void print_bytes(struct explain *e, struct pxed_slice text, bool operators) {
    if (text.len > 0 && memchr(text.ptr, '\0', text.len)) {
        printf("  %zu bytes that are no text, as they are\n", text.len);
        return;
    }
    explain_indent(operators ? explain_mask(e, text) : text);
    if (text.len == 0 || text.ptr[text.len - 1] != '\n')
        puts(text.len == 0 ? "  (empty)" : "  (without a newline at its end)");
}

/* What a GET of this row's names would return: found and made by the code that serves it. */
static void print_file(struct explain *e, const struct pxed_file *f) {
    struct render r = make_render(e);
    struct answer_found found;
    enum pxed_reason why = answer_find(e->o.catalogue, e->host, f, e->o.catalogue->root_fd, &e->arena, &found);
    bool own = found.operators && !found.rendered, answer = (f->flags & PXED_FILE_ANSWER) != 0;
    struct pxed_slice text = PXED_NO_SLICE;
    if (why == PXED_WHY_OK)
        text = own ? answer_read(&found, &e->arena) : render_file(&r, f);
    if (why == PXED_WHY_OK && !text.ptr)
        why = own ? PXED_WHY_IO_ERROR : PXED_WHY_TEMPLATE_BROKEN;
    const char *path = own ? found.path : render_template(&r, f);
    printf("file %s%s, from %s%s%s:\n", f->name, answer ? " (the answer file)" : "", path,
           own ? ", the operator's, as it is" : "", !own && r.secret ? ", only with its token" : "");
    if (why == PXED_WHY_OK)
        print_bytes(e, text, own);
    else
        printf("  %s: %s\n", pxed_reason_name(why), found.why ? found.why : "see pxed check");
}

static void print_files(struct explain *e) {
    const struct pxed_profile *profile = e->host->os->profile;
    struct catalogue_image image = {e->o.catalogue, e->host->os->id.text};
    for (const struct pxed_file *f = profile ? profile->files : NULL; f && f->name; f++)
        if (profile_file(profile, pxed_slice_of(f->name), catalogue_image_has, &image) == f)
            print_file(e, f);
}

/* What the profile's plugin found in the image and says that a machine needs. */
static void print_image(struct explain *e) {
    const struct catalogue_os *os = e->host->os;
    if (os->n_facts > 0)
        puts("image:");
    for (size_t i = 0; i < os->n_facts; i++)
        printf("  %s = %s\n", os->facts[i].key, os->facts[i].value);
}

/* Follows a handover to the loader that gets the plan. */
static void print_handover(struct explain *e) {
    char script[8192];
    struct pxed_buf out = PXED_BUF(script);
    struct pxed_plan plan;
    e->loader = PXED_LOADER_PXELINUX;
    if (make_plan(e, &plan) != PXED_WHY_OK ||
        dialect_write(e->loader, e->firmware, &plan, pxed_slice_of(e->at->base), &out) != PXED_WHY_OK)
        return;
    puts("and there, in pxelinux:");
    explain_indent(pxed_buf_slice(&out));
}

/* Details of a reason: the wrong line, the files that were searched. */
static void print_evidence(struct explain *e, enum pxed_reason why) {
    if (why != PXED_WHY_OK && why == e->host->rare->trouble)
        printf("  %s\n", e->host->rare->trouble_text);
    if (why == PXED_WHY_NO_IMAGE)
        printf("  %s\n", catalogue_missing(e->o.catalogue, e->host->os, &e->arena));
}

/* An operator's script answers instead; it gets pxed's own answer in its environment. */
static void print_script_owner(struct explain *e, enum pxed_reason why) {
    const struct catalogue *c = e->o.catalogue;
    if ((why == PXED_WHY_OK || c->site.script_always) && catalogue_boot_file(c, c->site.script))
        printf("the operator's script %s/%s answers instead; its PXED_SCRIPT is:\n", c->boot_dir, c->site.script);
}

static void explain_explain(struct explain *e) {
    char script[8192];
    struct pxed_buf out = PXED_BUF(script);
    struct pxed_plan plan;
    print_host(e);
    print_image(e);
    enum pxed_reason why = make_plan(e, &plan);
    if (dialect_write(e->loader, e->firmware, &plan, pxed_slice_of(e->at->base), &out) != PXED_WHY_OK) {
        why = PXED_WHY_NO_DIALECT;
        out.len = 0;
        plan = (struct pxed_plan){.how = PXED_HOW_LOCAL, .reason = why};
        dialect_write(e->loader, e->firmware, &plan, pxed_slice_of(e->at->base), &out);
    }
    if (why != PXED_WHY_OK)
        printf("%s: %s%s%s\n", pxed_reason_name(why), pxed_reason_sentence(why),
               *pxed_reason_cure(why) ? "; cure: " : "", pxed_reason_cure(why));
    print_evidence(e, why);
    print_offer(e, &plan, why);
    print_script_owner(e, why);
    printf("script, in %s:\n", pxed_loader_names[e->loader]);
    explain_indent(pxed_buf_slice(&out));
    if (why == PXED_WHY_OK && plan.how == PXED_HOW_PXELINUX)
        print_handover(e);
    if (why == PXED_WHY_OK)
        print_files(e);
}

/* CLI_OK, or CLI_USAGE after a message. */
static int take_option(struct explain *e, const char *option, const char *value) {
    static const char *const states[] = {"armed", "installed", NULL};
    struct pxed_slice word = pxed_slice_of(value);
    bool ok;
    if (strcmp(option, "--as") == 0) {
        bool installed = strcmp(value, "installed") == 0;
        e->record.state = installed ? LIFECYCLE_INSTALLED : LIFECYCLE_ARMED;
        e->record.tries = installed ? 0 : 1;
        return installed || strcmp(value, "armed") == 0 ? CLI_OK : cli_no_word(option, value, states, NULL);
    }
    if (strcmp(option, "--firmware") == 0) {
        ok = pxed_firmware_parse(word, &e->firmware) && e->firmware != PXED_FW_OTHER;
        return ok ? CLI_OK : cli_no_word(option, value, pxed_firmware_names, "other");
    }
    e->loader_given = true;
    ok = pxed_loader_parse(word, &e->loader) && e->loader != PXED_LOADER_NONE;
    return ok ? CLI_OK : cli_no_word(option, value, pxed_loader_names, "none");
}

static void tell_no_host(const struct catalogue *c, const char *host) {
    const char **names = pxed_xalloc((c->n_hosts + 1) * sizeof(*names));
    for (size_t i = 0; i < c->n_hosts; i++)
        names[i] = c->hosts[i].pub.name.ptr;
    const char *near = pxed_nearest(pxed_slice_of(host), names);
    fprintf(stderr, "pxed explain: no host '%s' in the host file", host);
    if (near)
        fprintf(stderr, "; did you mean '%s'?\n", near);
    else
        fprintf(stderr, ", neither as a name nor as a MAC\n");
    free(names);
}

int cli_explain(int argc, char **argv) {
    struct explain e = {.loader = PXED_LOADER_GPXE,
                        .record = {.state = LIFECYCLE_ARMED, .tries = 1, .right = LIFECYCLE_BLANK}};
    const char *ini = cli_default_ini(), *host = NULL;
    for (int i = 1; i < argc; i++) {
        bool known =
            strcmp(argv[i], "--as") == 0 || strcmp(argv[i], "--firmware") == 0 || strcmp(argv[i], "--loader") == 0;
        if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            ini = argv[++i];
        else if (known && i + 1 < argc && take_option(&e, argv[i], argv[i + 1]) == CLI_OK)
            i++;
        else if (known && i + 1 < argc)
            return CLI_USAGE;
        else if (argv[i][0] != '-' && !host)
            host = argv[i];
        else
            return cli_usage();
    }
    if (!host)
        return cli_usage();
    if (!e.loader_given && e.firmware != PXED_FW_BIOS)
        e.loader = PXED_LOADER_IPXE; /* there is no gPXE for EFI */
    e.record.firmware = e.firmware;
    e.record.has_firmware = true;
    offline_load(&e.o, ini, CATALOGUE_ALL);
    int rc = CLI_NO;
    if (!e.o.catalogue) {
        cli_print_diags(stderr, &e.o.diags);
    } else if (!(e.host = find_host(e.o.catalogue, host))) {
        tell_no_host(e.o.catalogue, host);
    } else {
        e.at = site_url_of(e.o.catalogue, NULL, &e.host->pub.ip);
        explain_explain(&e);
        rc = CLI_OK;
    }
    pxed_arena_clear(&e.arena);
    offline_free(&e.o);
    return rc;
}
