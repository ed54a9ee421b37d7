/* Makes the plan: the installer if nothing prevents it, else the disk with the reason; a dialect then writes it. */
#include "boot_plan.h"

#include <unistd.h>

#include "answer.h"
#include "catalogue_os.h"
#include "clock.h"
#include "decide.h"
#include "dialect.h"
#include "image_missing.h"
#include "os_secure.h"
#include "render_plan.h"
#include "screen.h"
#include "told.h"

enum { SCRIPT_MAX = 8192, NOTE_MAX = 1024, STRANGER_WAIT = 10 /* s */ };

struct render boot_render(const struct boot *b, struct pxed_arena *arena) {
    return (struct render){.catalogue = b->d->catalogue,
                           .host = b->host,
                           .os = b->os,
                           .record = &b->rec,
                           .at = b->at,
                           .far = b->far,
                           .images = b->images,
                           .arena = arena,
                           .no_token = b->no_token,
                           .masked = b->masked};
}

void boot_begin(struct boot *b, struct daemon *d, const struct pxed_hwaddr *mac, enum pxed_loader loader, bool opens) {
    *b = (struct boot){
        .d = d, .mac = mac, .at = d->catalogue->urls, .loader = loader, .reason = PXED_WHY_UNKNOWN_MACHINE};
    b->m = decide_find(d, mac, &b->host);
    b->rec = b->m ? *machine_rec(b->m) : (struct lifecycle_record){.mac = b->host ? b->host->pub.macs[0] : *mac};
    int64_t now = clock_wall();
    if (opens && b->host && (!b->rec.judged || lifecycle_script_opens(&b->rec, now)))
        lifecycle_judge(&b->rec, now);
    b->firmware = b->rec.has_firmware ? b->rec.firmware : PXED_FW_BIOS;
}

void boot_refuse(struct boot *b, enum pxed_reason why) {
    b->reason = why;
    b->plan = (struct pxed_plan){.how = PXED_HOW_LOCAL, .reason = why};
}

/* If the operator's answer file cannot be used there is no installer: pxed's own file never replaces it. */
static enum pxed_reason check_answer(struct boot *b, struct pxed_arena *arena) {
    const struct pxed_file *row = answer_row(b->d->catalogue, b->host, b->os);
    struct answer_found found = {.fd = -1};
    enum pxed_reason why = row ? answer_find(b->d->catalogue, b->host, row, b->d->root_fd, arena, &found) : PXED_WHY_OK;
    if (found.fd >= 0)
        close(found.fd);
    b->looked_for = found.why;
    /* The file may have been added or changed since the line was armed for blank disks only. */
    bool guarded = !found.operators || (found.rendered && b->host->guarded);
    if (why == PXED_WHY_OK && b->rec.right == LIFECYCLE_BLANK && !guarded && !b->os->live) {
        b->looked_for = found.path;
        why = PXED_WHY_ANSWER_UNGUARDED;
    }
    return why;
}

/* gpxelinux.0 is gPXE with PXELINUX in it, and the recipe's two lines load that. Without DHCP and loader of this boot
 * in the journal the operator does it as the recipe says; any other gPXE has no image of that name. */
static bool has_pxelinux(const struct boot *b) {
    struct pxed_slice mark = PXED_SLICE("gpxelinux.0");
    const char *loader = b->m ? told_text(b->m, pxed_stage_names[PXED_STAGE_LOADER]) : NULL;
    if (!b->m || lifecycle_script_opens(machine_rec(b->m), clock_wall()))
        return true;
    return loader ? pxed_slice_ends(pxed_slice_of(loader), mark)
                  : !told_text(b->m, pxed_stage_names[PXED_STAGE_DISCOVERED]);
}

/* Would its firmware start that kernel, if Secure Boot is on there? A line with loader= knows better. */
static enum pxed_reason boot_secure(struct boot *b, struct pxed_arena *arena) {
    bool program = b->plan.how == PXED_HOW_LINUX || b->plan.how == PXED_HOW_EFI;
    bool on = b->rec.ladder.secure == LADDER_SECURE_ON && pxed_host_value(&b->host->pub, "loader").len == 0;
    if (!on || !program || !b->os->secure || !pxed_firmware_is_efi(b->firmware))
        return PXED_WHY_OK;
    return os_secure_judge(b->os->secure, &b->rec.ladder, arena, &b->looked_for);
}

static enum pxed_reason boot_plan(struct boot *b, struct pxed_arena *arena) {
    struct render r = boot_render(b, arena);
    enum pxed_reason why = render_plan(&r, b->firmware, b->loader, &b->plan);
    b->plan.by_url = b->plan.how == PXED_HOW_PXELINUX && b->loader == PXED_LOADER_GPXE && !has_pxelinux(b);
    if (why == PXED_WHY_NO_IMAGE)
        b->looked_for = catalogue_missing(b->d->catalogue, b->os, arena);
    if (why == PXED_WHY_OK)
        why = boot_secure(b, arena);
    return why == PXED_WHY_OK ? check_answer(b, arena) : why;
}

void boot_make(struct boot *b, struct pxed_arena *arena) {
    if (!b->host) {
        boot_refuse(b, PXED_WHY_UNKNOWN_MACHINE);
        return;
    }
    b->reason = b->as_armed ? PXED_WHY_OK : decide_wants(b->d, b->host, &b->rec);
    b->os = b->with_os.len > 0 ? catalogue_os(b->d->catalogue, b->with_os) : decide_os(b->d, b->host, &b->rec, arena);
    if (!b->os)
        b->os = catalogue_os_make(b->d->catalogue, &b->d->plugins, b->with_os, arena);
    if (b->reason == PXED_WHY_OK)
        b->reason = boot_plan(b, arena);
    else if (b->reason == b->host->rare->trouble)
        b->looked_for = b->host->rare->trouble_text;
    if (b->reason != PXED_WHY_OK)
        boot_refuse(b, b->reason);
}

static void make_with_some_loader(struct boot *b, struct pxed_arena *arena) {
    b->loader = PXED_LOADER_IPXE;
    boot_make(b, arena);
    if (b->reason != PXED_WHY_NO_PLAN)
        return;
    b->loader = PXED_LOADER_GRUB;
    boot_make(b, arena);
}

void boot_make_somehow(struct boot *b, struct pxed_arena *arena) {
    make_with_some_loader(b, arena);
    if (b->reason != PXED_WHY_NO_PLAN || b->rec.has_firmware)
        return;
    b->firmware = PXED_FW_EFI_X64;
    make_with_some_loader(b, arena);
}

void boot_note(struct pxed_plan *plan, const struct settings *settings, const struct site_url *at,
               const struct pxed_host *host, const struct pxed_hwaddr *mac, const char *asker,
               struct pxed_arena *arena) {
    char text[PXED_MAC_TEXT];
    struct pxed_buf note = {pxed_arena_alloc(arena, NOTE_MAX), NOTE_MAX, 0};
    struct screen screen = {.server = pxed_slice_of(at->authority),
                            .name = host ? host->name : PXED_NO_SLICE,
                            .mac = pxed_mac_text(mac, ":", text),
                            .reason = plan->reason,
                            .asker = asker};
    screen_write(&screen, &note);
    plan->note = pxed_buf_slice(&note);
    plan->wait = (unsigned)((settings->screen_wait + 999) / 1000);
    /* A stranger's screen is the whole purpose of `unknown = screen`: it stays long enough to be read. */
    plan->tells_serial = !host && settings->unknown == SETTINGS_UNKNOWN_SCREEN;
    if (plan->tells_serial && plan->wait == 0)
        plan->wait = STRANGER_WAIT;
}

struct pxed_slice boot_write(struct boot *b, struct pxed_arena *arena) {
    struct pxed_buf out = {pxed_arena_alloc(arena, SCRIPT_MAX), SCRIPT_MAX, 0};
    struct pxed_slice base = pxed_slice_of(b->at->base);
    if (b->reason == PXED_WHY_OK) {
        b->reason = dialect_write(b->loader, b->firmware, &b->plan, base, &out);
        if (b->reason == PXED_WHY_OK && !pxed_buf_full(&out))
            return pxed_buf_slice(&out);
        boot_refuse(b, b->reason == PXED_WHY_OK ? PXED_WHY_NO_DIALECT : b->reason);
        out.len = 0;
    }
    boot_note(&b->plan, &b->d->catalogue->settings, b->at, b->host ? &b->host->pub : NULL, b->mac, b->seen, arena);
    dialect_write(b->loader, b->firmware, &b->plan, base, &out);
    return pxed_buf_slice(&out);
}

struct pxed_slice boot_loader_text(struct daemon *d, struct machine *m, struct pxed_arena *arena) {
    struct boot b;
    boot_begin(&b, d, &m->mac, PXED_LOADER_PXELINUX, false);
    boot_make(&b, arena);
    return boot_write(&b, arena);
}

enum pxed_reason boot_ready(struct daemon *d, const struct catalogue_host *host, const struct lifecycle_record *rec,
                            struct pxed_slice os, struct pxed_arena *arena, struct pxed_slice *ret_looked_for) {
    struct boot b;
    *ret_looked_for = PXED_NO_SLICE;
    boot_begin(&b, d, &host->pub.macs[0], PXED_LOADER_IPXE, false);
    b.rec = *rec;
    b.host = host;
    b.with_os = os;
    boot_make_somehow(&b, arena);
    *ret_looked_for = pxed_slice_of(b.looked_for);
    return b.reason;
}
