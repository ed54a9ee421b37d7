/* Everything that a profile makes, made for a host: answer files and boot scripts, of images with and without what is
 * optional. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include "contract.h"
#include "dialect.h"
#include "image_files.h"
#include "render_plan.h"

/* --- rendering --- */

static void write_images(const char *id, const struct pxed_profile *profile, bool optional) {
    for (const struct pxed_boot *b = profile->boots; b && b->how != PXED_HOW_LOCAL; b++) {
        contract_image(b->kernel[0] == '/' ? b->kernel + 1
                                           : pxed_arena_printf(&contract.arena, "%s/%s", id, b->kernel));
        for (size_t i = 0; i < 4 && b->initrd[i]; i++) {
            struct pxed_slice file = profile_initrd(b->initrd[i]).file;
            if (file.ptr[0] != '*')
                contract_image(pxed_arena_printf(&contract.arena, "%s/%.*s", id, PXED_S(file)));
        }
        if (b->when && optional)
            contract_image(pxed_arena_printf(&contract.arena, "%s/%s", id, b->when));
    }
    for (const struct pxed_file *f = profile->files; f && f->name; f++)
        if (f->when && optional)
            contract_image(pxed_arena_printf(&contract.arena, "%s/%s", id, f->when));
}

/* The name with the id's last word for {arch}: that is the claim's word for the architecture. */
static const char *own_word(const char *name, const char *id) {
    const char *mark = strstr(name, "{arch}");
    return mark ? pxed_arena_printf(&contract.arena, "%.*s%s%s", (int)(mark - name), name, strrchr(id, '-') + 1,
                                    mark + strlen("{arch}"))
                : name;
}

/* What its family looks for besides, so that nothing is missing. */
static void write_lacks(const char *id, const struct plugin *p, const struct pxed_profile *profile) {
    for (size_t i = 0; i < contract.families.n; i++) {
        const struct family *f = contract.families.items[i];
        for (size_t k = 0;
             strcmp(f->plugin, p->desc.name) == 0 && strcmp(f->name, profile->name) == 0 && k < f->n_lacks; k++)
            if (f->lacks[k].missing.n > 0)
                contract_image(
                    pxed_arena_printf(&contract.arena, "%s/%s", id, own_word(f->lacks[k].missing.items[0], id)));
        for (size_t k = 0;
             strcmp(f->plugin, p->desc.name) == 0 && strcmp(f->name, profile->name) == 0 && k < f->n_facts; k++)
            if (f->facts[k].word)
                contract_write(pxed_arena_printf(&contract.arena, "root/boot/os/%s/%s", id,
                                                 own_word(f->facts[k].files.items[0], id)),
                               pxed_arena_printf(&contract.arena, "a %sb c\n", f->facts[k].word));
    }
}

static void check_shell(const char *id, const char *name, struct pxed_slice text) {
    if (!pxed_slice_starts(text, PXED_SLICE("#!/bin/sh")))
        return;
    const char *path = contract_write_bytes("check.sh", text.ptr, text.len);
    contract_require(system(pxed_arena_printf(&contract.arena, "sh -n %s", path)) == 0, "%s of %s is no shell script",
                     name, id);
}

static void render_files(const char *id, const struct pxed_profile *profile, enum lifecycle_right right) {
    struct catalogue_image image = {contract.catalogue, pxed_slice_of(id)};
    for (const struct pxed_file *f = profile->files; f && f->name; f++) {
        struct render r = contract_prepare(right);
        if (profile_file(profile, pxed_slice_of(f->name), catalogue_image_has, &image) != f)
            continue;
        struct pxed_slice text = render_file(&r, f);
        if (f->flags & PXED_FILE_RAW)
            continue;
        contract_require(text.ptr != NULL && text.len > 0, "%s of %s", f->name, id);
        contract_require(!memmem(text.ptr, text.len, "{{", 2), "%s of %s still holds {{", f->name, id);
        check_shell(id, f->name, text);
    }
}

static void check_plans(const char *id, bool optional) {
    size_t plans = 0;
    for (unsigned fw = 0; fw < PXED_FW_OTHER; fw++)
        for (unsigned loader = PXED_LOADER_GPXE; loader < PXED_LOADER_COUNT; loader++) {
            struct render r = contract_prepare(LIFECYCLE_BLANK);
            struct pxed_plan plan;
            char script[8192];
            struct pxed_buf b = PXED_BUF(script);
            enum pxed_reason why = render_plan(&r, (enum pxed_firmware)fw, (enum pxed_loader)loader, &plan);
            contract_require(why == PXED_WHY_OK || why == PXED_WHY_NO_PLAN || why == PXED_WHY_NEEDS_BIOS ||
                                 (why == PXED_WHY_NO_IMAGE && !optional),
                             "%s: %s", id, pxed_reason_name(why));
            if (why != PXED_WHY_OK || dialect_write((enum pxed_loader)loader, (enum pxed_firmware)fw, &plan,
                                                    pxed_slice_of(r.catalogue->base), &b) != PXED_WHY_OK)
                continue;
            contract_require(!pxed_buf_full(&b), "the script of %s for %s is longer than %zu bytes", id,
                             pxed_firmware_names[fw], sizeof(script));
            contract_require(!memmem(script, b.len, "{{", 2),
                             "the script of %s for %s still holds {{: a row's text that is no template", id,
                             pxed_firmware_names[fw]);
            plans++;
        }
    contract_require(plans > 0 || !optional, "%s: no machine can boot it", id);
}

/* No system reads all variables, and an ISO made here is none: that it says so is no fault. */
static bool only_expected(void) {
    for (size_t i = 0; i < contract.diags.n; i++)
        if (!strstr(contract.diags.items[i].text, "has no effect") &&
            !strstr(contract.diags.items[i].text, "no file inside"))
            return false;
    return true;
}

/* A family without an answer file of its own demands the operator's. */
static const char *sample_answer(const struct plugin *p, const struct pxed_profile *profile) {
    for (size_t i = 0; i < contract.families.n; i++) {
        const struct family *f = contract.families.items[i];
        for (size_t k = 0; k < f->n_lacks; k++)
            if (strcmp(f->plugin, p->desc.name) == 0 && strcmp(f->name, profile->name) == 0 &&
                f->lacks[k].unless.n == 1 && strcmp(f->lacks[k].unless.items[0], "answer") == 0)
                return pxed_arena_printf(&contract.arena, ", answer=%s",
                                         contract_write("own.yaml", "{{> disk-guard}}\n"));
    }
    return "";
}

/* Some installers know few words for a disk. */
static const char *sample_disk(const struct plugin *p, const struct pxed_profile *profile) {
    for (size_t i = 0; i < contract.families.n; i++)
        if (strcmp(contract.families.items[i]->plugin, p->desc.name) == 0 &&
            strcmp(contract.families.items[i]->name, profile->name) == 0 && contract.families.items[i]->disk.n > 0)
            return "/dev/sda";
    return "smallest";
}

void contract_rendering(const struct plugin *p, const struct pxed_profile *profile) {
    if (contract_needs_section(p) || contract_no_installer(p, profile))
        return;
    for (const struct pxed_claim *c = profile->claims; c && c->family; c++)
        for (int optional = 0; optional < 2; optional++) {
            const char *id = contract_sample_id(c);
            write_images(id, profile, optional);
            write_lacks(id, p, profile);
            const char *said = contract_build(pxed_arena_printf(
                &contract.arena,
                "08:00:27:4d:4d:aa, %s, name=web01, domain=example.org, ip=10.77.0.60, gateway=10.77.0.1, "
                "dns=\"10.77.0.1 10.77.0.2\", root-password-hash=$6$a$b, ssh-key=\"ssh-ed25519 AAAA o'b\", "
                "packages=\"vim git\", ntp=10.77.0.1, disk=%s, timezone=Europe/Berlin, "
                "product-key=ABCDE-12345-FGHIJ-67890-KLMNO%s\n",
                id, sample_disk(p, profile), sample_answer(p, profile)));
            const struct pxed_os_ops *ops = p->desc.ops; /* one that looks into images sees that these are none */
            contract_require(contract.catalogue && (only_expected() || !optional || ops->image), "%s, %s: %s",
                             p->desc.name, id, said);
            render_files(id, profile, LIFECYCLE_BLANK);
            render_files(id, profile, LIFECYCLE_ANY);
            check_plans(id, optional);
        }
}