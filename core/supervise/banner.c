/* The log lines at start, on one screen: what is served, with which plugins, and what is missing. */
#include "banner.h"

#include <stdio.h>
#include <sys/stat.h>

#include "catalogue_iso.h"
#include "image_files.h"
#include "left_over.h"
#include "loaders.h"
#include "log.h"

static bool banner_is_file(const char *folder, const char *name) {
    char path[PATH_MAX];
    struct stat st;
    return snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path) && stat(path, &st) == 0 &&
           S_ISREG(st.st_mode);
}

/* Where a loader of this name is served from; NULL: nowhere. */
static const char *find_loader(const struct catalogue *c, const char *name) {
    const struct loaders_file *f = loaders_alias(c->loaders, pxed_slice_of(name));
    const char *where = banner_is_file(c->tftp_dir, name)   ? c->tftp_dir
                        : banner_is_file(c->boot_dir, name) ? c->boot_dir
                        : f                                 ? f->folder
                                                            : NULL;
    for (size_t i = 0; !where && i < c->settings.loader_path.n; i++)
        if (banner_is_file(c->settings.loader_path.items[i], name))
            where = c->settings.loader_path.items[i];
    return where;
}

/* A machine with Secure Boot would refuse all of them. */
static void say_secure(const struct catalogue *c, enum pxed_firmware firmware, const struct pxed_list *wanted) {
    const char *cure;
    bool automatic = wanted->n == 1 && strcmp(wanted->items[0], "auto") == 0;
    if (automatic && !loaders_secure(c->loaders, loaders_machine(firmware), &cure) && cure)
        log_core(PXED_LOG_WARNING, "start",
                 "loader-%s: none that starts where Secure Boot is on, as it is on most machines sold: %s",
                 pxed_firmware_names[firmware], cure);
}

/* PCs are everywhere: without a loader for them something is wrong. For other machines it is just said. */
static void say_firmware(const struct daemon *d, enum pxed_firmware firmware) {
    const struct catalogue *c = d->catalogue;
    const char *names[LOADERS_NAMES_MAX], *where;
    const struct plugin *p;
    const struct pxed_list *wanted = loaders_key(&d->plugins, firmware, &p);
    bool pc = firmware == PXED_FW_BIOS || firmware == PXED_FW_EFI_X64;
    if (!wanted || wanted->n == 0 || !c->loaders)
        return;
    size_t n = loaders_names(c->loaders, firmware, wanted, names);
    if (n == 0)
        log_core(pc ? PXED_LOG_WARNING : PXED_LOG_INFO, "start", "loader-%s: none: pxed loaders says what brings one",
                 pxed_firmware_names[firmware]);
    for (size_t i = 0; i < n; i++) {
        where = find_loader(c, names[i]);
        log_core(where ? PXED_LOG_INFO : PXED_LOG_WARNING, "start", "loader-%s %s: %s", pxed_firmware_names[firmware],
                 names[i], where ? where : "MISSING: not in root/tftp, root/boot or loader-path");
    }
    if (firmware == PXED_FW_EFI_X64)
        say_secure(c, firmware, wanted);
}

/* Shows the option named mode of any plugin. */
static void say_options(const struct plugin *p) {
    for (const struct pxed_option *o = p->desc.options; o && o->key; o++) {
        const void *at = (const char *)p->config + o->offset;
        if (o->type == PXED_OPT_ENUM && strcmp(o->key, "mode") == 0) {
            struct pxed_slice words = pxed_slice_of(o->words), word = pxed_slice_word(&words, " ");
            for (unsigned i = *(const unsigned *)at; i > 0; i--)
                word = pxed_slice_word(&words, " ");
            log_core(PXED_LOG_INFO, "start", "%s mode=%.*s", p->desc.name, PXED_S(word));
        }
    }
}

static void say_hosts(struct daemon *d) {
    const struct catalogue *c = d->catalogue;
    static const char *const unknown[] = {"no boot data", "their disk", "the operator's script",
                                          "their disk, and what to ask for"};
    size_t armed = 0, new_lines = 0;
    struct pxed_arena scratch = {0};
    struct machine_awake room;
    for (size_t i = 0; i < c->n_hosts; i++) {
        const struct machine *m = machines_find(&d->machines, &c->hosts[i].pub.macs[0]);
        const struct lifecycle_record *rec = m ? &machine_peek(m, &room)->rec : NULL;
        armed += rec && rec->state == LIFECYCLE_ARMED;
        new_lines += rec && rec->held_new;
    }
    log_core(PXED_LOG_INFO, "start", "hosts=%zu armed=%zu new-not-armed=%zu; machines without a line get %s",
             c->n_hosts, armed, new_lines, unknown[c->settings.unknown]);
    for (size_t i = 0; i < c->n_systems; i++) {
        const struct catalogue_os *os = c->systems[i];
        struct catalogue_image image = {c, os->id.text};
        enum pxed_reason why = PXED_WHY_NO_PROFILE;
        if (pxed_slice_is(os->id.text, "local"))
            continue;
        struct profile_client client = {PXED_FW_BIOS, PXED_LOADER_IPXE, os->via};
        bool handover;
        bool found = os->profile && (os->iso      ? catalogue_iso(c, os, &scratch).ptr != NULL
                                     : os->kernel ? catalogue_image_has(&image, os->kernel)
                                                  : profile_boot(os->profile, &client, catalogue_image_has, &image,
                                                                 &handover, &why) != NULL);
        log_core(found ? PXED_LOG_INFO : PXED_LOG_WARNING, "start", "os %.*s: %s%s%s", PXED_S(os->id.text),
                 found ? "image found, plugin " : "no installation, ", found ? os->plugin : pxed_reason_name(why),
                 found ? "" : "; its hosts boot their disks");
    }
    pxed_arena_clear(&scratch);
}

void banner_say(struct daemon *d) {
    char addr[PXED_ADDR_TEXT];
    for (size_t i = 0; i < d->n_ifaces; i++)
        log_core(PXED_LOG_INFO, "start", "interface=%s address=%s/%u", d->ifaces[i].name,
                 pxed_addr_text(&d->ifaces[i].addr, addr), d->ifaces[i].prefix);
    for (size_t i = 0; i < d->plugins.n; i++)
        if (d->plugins.items[i]->desc.kind != PXED_KIND_OS)
            say_options(d->plugins.items[i]);
    for (int fw = 0; fw < PXED_FW_COUNT; fw++)
        if (!pxed_firmware_is_http((enum pxed_firmware)fw) && fw != PXED_FW_OTHER)
            say_firmware(d, (enum pxed_firmware)fw);
    log_core(PXED_LOG_INFO, "start", "boot script %s%s?mac=MAC", d->catalogue->base, d->catalogue->site.script);
    say_hosts(d);
    left_over_say(d);
}
