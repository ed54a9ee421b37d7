/* The facts lie in the record, in the steps of its last boot, in the loaders at hand and among the strangers. */
#include "causes.h"

#include <stdio.h>

#include "catalogue.h"
#include "clock.h"
#include "loaders.h"
#include "told.h"

enum { AGAIN_WITHIN = 30 * 60 * 1000, NEAR_DIGITS = 2 };

struct found {
    struct cause_facts f;
    const struct catalogue_host *host;
    const struct machine *near;
    unsigned digits; /* in which the near one differs */
    const struct loaders_file *loader;
    const struct journal_entry *missing; /* the newest name asked in vain since the script; NULL: none */
    const struct journal_entry *refused; /* the newest step of all, if somebody else asked; NULL otherwise */
};

static unsigned digits_apart(const struct pxed_hwaddr *a, const struct pxed_hwaddr *b) {
    unsigned n = 0;
    if (a->len != b->len)
        return UINT_MAX;
    for (size_t i = 0; i < a->len; i++) {
        uint8_t x = a->bytes[i] ^ b->bytes[i];
        n += (unsigned)((x & 0x0f) != 0) + (unsigned)((x & 0xf0) != 0);
    }
    return n;
}

static void look_near(void *arg, struct machine *m) {
    struct found *found = arg;
    if (m->declared || m->rec.stage == PXED_STAGE_NONE)
        return;
    for (size_t i = 0; i < found->host->pub.n_macs; i++) {
        unsigned digits = digits_apart(&found->host->pub.macs[i], &m->rec.mac);
        if (digits > 0 && digits < found->digits) {
            found->digits = digits;
            found->near = m;
        }
    }
}

/* A loader's own file, not what it fetches beside itself. */
static void look_at_loader(const struct daemon *d, const struct machine *m, struct found *found) {
    const char *name = told_text(m, pxed_stage_names[PXED_STAGE_LOADER]);
    const struct loaders_file *file = name && d->catalogue->loaders ? loaders_find(d->catalogue->loaders, name) : NULL;
    if (!file || !m->rec.has_firmware)
        return;
    enum loader_machine wanted = loaders_machine(m->rec.firmware);
    found->loader = file;
    found->f.loader_cpu = wanted != LOADER_MACHINE_NONE && file->is.machine != wanted;
    found->f.loader_unsigned = pxed_firmware_is_efi(m->rec.firmware) && file->n_signers == 0;
}

/* The step names a port with a MAC that stands in no line. */
static bool is_other_port(const struct daemon *d, const struct journal_entry *e) {
    struct pxed_slice rest = pxed_slice_of(e->text), word;
    struct pxed_hwaddr mac;
    while ((word = pxed_slice_word(&rest, " ")).len > 0)
        if (pxed_slice_starts(word, PXED_SLICE("mac=")) && pxed_mac_parse(pxed_slice_skip(word, 4), &mac))
            return !catalogue_find(d->catalogue, &mac);
    return false;
}

static void look_at_steps(const struct daemon *d, const struct machine *m, struct found *found) {
    struct cause_facts *f = &found->f;
    const char *initrd = told_text(m, "initrd");
    int64_t now = clock_calendar();
    f->broken = told_text(m, "broken-off");
    f->initrd_broken = f->broken && initrd && strstr(f->broken, "initrd");
    const struct journal_entry *last = m->steps.last;
    found->refused = last && last->seq > m->boot_seq && last->reason == PXED_WHY_NOT_BELIEVED ? last : NULL;
    /* What was asked in vain before the script came says nothing about the script. */
    for (const struct journal_entry *e = last; e && e->seq > m->boot_seq && !found->missing; e = e->machine_older) {
        if (strcmp(e->what, pxed_stage_names[PXED_STAGE_SCRIPT]) == 0)
            break;
        found->missing = strcmp(e->what, "missing") == 0 ? e : NULL;
    }
    f->missing_last = found->missing != NULL;
    f->other_port = found->refused && is_other_port(d, found->refused);
    for (const struct journal_entry *e = m->steps.last; e && now - e->at < AGAIN_WITHIN; e = e->machine_older)
        f->local_again += strcmp(e->what, pxed_stage_names[PXED_STAGE_LOCAL]) == 0 && e->reason == PXED_WHY_INSTALLED;
}

static void write_evidence(const struct found *found, const struct machine *m, enum cause cause,
                           char evidence[static CAUSE_EVIDENCE]) {
    char mac[PXED_MAC_TEXT];
    const struct loaders_file *l = found->loader;
    evidence[0] = '\0';
    switch (cause) {
    case CAUSE_MAC_NEAR:
        snprintf(evidence, CAUSE_EVIDENCE, "%s was heard and has no line",
                 pxed_mac_text(&found->near->rec.mac, ":", mac));
        break;
    case CAUSE_BOOTS_AGAIN:
        snprintf(evidence, CAUSE_EVIDENCE, "sent to its disk %u times in half an hour", found->f.local_again);
        break;
    case CAUSE_LOADER_CPU:
    case CAUSE_LOADER_UNSIGNED:
        snprintf(evidence, CAUSE_EVIDENCE, "%.64s: for %s, %s; the firmware: %s", l->name,
                 loader_machine_names[l->is.machine], l->n_signers > 0 ? "signed" : "not signed",
                 pxed_firmware_names[m->rec.firmware]);
        break;
    case CAUSE_TFTP_NO_ACK:
    case CAUSE_TFTP_LARGE:
    case CAUSE_INITRD_CUT:
        snprintf(evidence, CAUSE_EVIDENCE, "%.300s", found->f.broken);
        break;
    case CAUSE_NAME_ASKED:
        snprintf(evidence, CAUSE_EVIDENCE, "%.300s", found->missing->text);
        break;
    case CAUSE_OTHER_PORT:
        snprintf(evidence, CAUSE_EVIDENCE, "%.300s", found->refused->text);
        break;
    default:
        break;
    }
}

enum cause causes_find(struct daemon *d, const struct machine *m, const struct catalogue_host *h,
                       enum pxed_reason reason, char evidence[static CAUSE_EVIDENCE]) {
    int64_t now = clock_wall();
    struct found found = {.host = h, .digits = NEAR_DIGITS + 1};
    found.f =
        (struct cause_facts){.declared = h != NULL,
                             .install = m->rec.state,
                             .stage = m->rec.stage,
                             .reason = reason,
                             .loader_taken = m->rec.ladder.taken,
                             .armed_ago = m->rec.armed_at > 0 ? now - m->rec.armed_at : 0,
                             .heard_since = m->rec.stage != PXED_STAGE_NONE && m->rec.stage_at >= m->rec.armed_at};
    if (h && m->rec.stage == PXED_STAGE_NONE)
        machines_each(&d->machines, look_near, &found);
    found.f.near = found.near != NULL;
    look_at_loader(d, m, &found);
    look_at_steps(d, m, &found);
    enum cause cause = cause_of(&found.f);
    write_evidence(&found, m, cause, evidence);
    return cause;
}
