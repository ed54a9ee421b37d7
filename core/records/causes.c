/* The facts lie in the record, in the steps of its last boot, in the loaders at hand and among the strangers. */
#include "causes.h"

#include <stdio.h>
#include <stdlib.h>

#include "catalogue.h"
#include "clock.h"
#include "clock_words.h"
#include "family_args.h"
#include "loaders.h"
#include "models.h"
#include "pxed/leases.h"
#include "services.h"
#include "site_url.h"
#include "told.h"

enum { AGAIN_WITHIN = 30 * 60 * 1000 };

struct found {
    struct cause_facts f;
    const struct catalogue_host *host;
    const struct machine *near;
    const struct loaders_file *loader;
    const struct journal_entry *missing;   /* the newest name asked in vain since the script; NULL: none */
    const struct journal_entry *refused;   /* the newest step of all, if somebody else asked; NULL otherwise */
    const struct journal_entry *chosen;    /* in which it took another server's offer; NULL: it did not */
    struct pxed_hwaddr chosen_mac;         /* of that server; len 0: not known */
    const struct journal_entry *answered;  /* in which another server answered it, too; NULL: none was heard */
    const struct journal_entry *elsewhere; /* in which it asked in a net that its ip= is not of; NULL: there is none */
    struct clock_words clock;              /* of the event with which its installer failed */
    const char *net;                       /* of its ip=, if nothing was heard from there; NULL otherwise */
    const char *authority;                 /* of its script's URL */
};

/* A loader's own file, not what it fetches beside itself. */
static void look_at_loader(const struct daemon *d, const struct machine *m, struct found *found) {
    const char *name = told_text(m, pxed_stage_names[PXED_STAGE_LOADER]);
    const struct loaders_file *file = name && d->catalogue->loaders ? loaders_find(d->catalogue->loaders, name) : NULL;
    if (!file || !machine_rec(m)->has_firmware)
        return;
    enum loader_machine wanted = loaders_machine(machine_rec(m)->firmware);
    found->loader = file;
    found->f.loader_cpu = wanted != LOADER_MACHINE_NONE && file->is.machine != wanted;
    found->f.loader_unsigned = pxed_firmware_is_efi(machine_rec(m)->firmware) && file->n_signers == 0;
    bool old = false, new = false;
    for (size_t i = 0; i < file->n_signers; i++) {
        old |= file->signers[i].key == LOADER_KEY_MICROSOFT_2011;
        new |= file->signers[i].key == LOADER_KEY_MICROSOFT_2023;
    }
    found->f.loader_one_ca = old != new;
}

/* Of the server that it chose: does it say PXEClient itself, and where is it? */
static void look_at_other(void *arg, const struct pxed_other_server *o) {
    struct found *found = arg;
    char addr[PXED_ADDR_TEXT];
    if (strcmp(pxed_addr_text(&o->addr, addr), journal_text(found->chosen)) != 0)
        return;
    found->f.other_pxe |= o->fault && strcmp(o->fault, "PXE_CLASS") == 0;
    found->chosen_mac = o->mac;
}

static void look_at_net(const struct daemon *d, struct found *found) {
    const struct pxed_leases_service *leases = services_find(&d->services, "leases/1");
    if (!leases || leases->size < sizeof(*leases))
        return;
    bool long_up = d->started_at > 0 && clock_calendar() - d->started_at >= CAUSE_PATIENCE;
    if (found->host && long_up && leases->quiet)
        found->net = leases->quiet(leases->self, &found->host->pub.ip);
    if (found->chosen && leases->others)
        leases->others(leases->self, look_at_other, found);
    found->f.net_quiet = found->net != NULL;
}

/* iPXE or gPXE asked for an address: what is missing is its script. */
static void look_at_script(const struct daemon *d, const struct machine *m, struct found *found) {
    struct pxed_addr addr;
    const struct site_url *at = site_url_of(d->catalogue, NULL, &machine_rec(m)->ip);
    struct pxed_slice host = pxed_slice_of(at->authority);
    found->authority = at->authority;
    found->f.by_name = !pxed_addr_parse(pxed_slice_word(&host, ":"), &addr);
    found->f.loader_runs = machine_awake(m)->loader_at > 0 && machine_awake(m)->loader_at >= machine_rec(m)->boot_at;
}

/* The MAC that the step names, or false. */
static bool mac_of(const struct journal_entry *e, struct pxed_hwaddr *ret) {
    struct pxed_slice rest = pxed_slice_of(journal_text(e)), word;
    while ((word = pxed_slice_word(&rest, " ")).len > 0)
        if (pxed_slice_starts(word, PXED_SLICE("mac=")))
            return pxed_mac_parse(pxed_slice_skip(word, 4), ret);
    return false;
}

static void look_at_refused(const struct daemon *d, const struct machine *m, struct found *found) {
    const struct journal_entry *last = m->steps.last;
    struct pxed_hwaddr mac;
    if (!last || last->seq <= machine_awake(m)->boot_seq)
        return;
    bool named = mac_of(last, &mac), a_host = named && catalogue_find(d->catalogue, &mac) != NULL;
    bool script = last->reason == PXED_WHY_NOT_BELIEVED;
    bool answer = last->reason == PXED_WHY_NOT_YOUR_FILE || last->reason == PXED_WHY_SECRET_NO_TOKEN;
    found->refused = script || answer ? last : NULL;
    found->f.other_port = script && named && !a_host;
    found->f.answer_refused = answer && !a_host;
}

/* In the way that it is told, firmware comes to port 4011 before it fetches a file. */
static bool asks_4011(struct daemon *d, const struct machine *m) {
    static const char word[] = "4011";
    const struct ways *w = &machine_rec(m)->ways;
    const struct model *alike = machine_rec(m)->ladder.model[0] ? models_find(d, machine_rec(m)->ladder.model) : NULL;
    return w->told && !w->took && strcmp(w->way, word) == 0 && (w->good || (alike && strcmp(alike->way, word) == 0));
}

/* The first step of this boot with this reason, or NULL. */
static const struct journal_entry *step_of(const struct machine *m, enum pxed_reason reason) {
    const struct journal_entry *first = NULL;
    for (const struct journal_entry *e = m->steps.last; e && e->seq > machine_awake(m)->boot_seq; e = e->machine_older)
        first = e->reason == reason ? e : first;
    return first;
}

/* The newest step forward of this boot; 0: there is none. */
static uint64_t forward_seq(const struct machine *m) {
    const char *word = pxed_stage_names[machine_rec(m)->stage];
    for (const struct journal_entry *e = m->steps.last; e && e->seq > machine_awake(m)->boot_seq; e = e->machine_older)
        if (strcmp(e->what, word) == 0)
            return e->seq;
    return 0;
}

/* Who answered, and whose answer it took. A plain server's offer means nothing once it has an address of ours. */
static void look_at_servers(const struct machine *m, struct found *found) {
    uint64_t forward = forward_seq(m);
    found->chosen = step_of(m, PXED_WHY_DHCP_OTHER_SERVER);
    found->answered = step_of(m, PXED_WHY_DHCP_OTHER_ANSWERS);
    found->f.other_server = found->chosen != NULL;
    found->f.other_later = found->chosen && forward > 0 && found->chosen->seq > forward;
    found->f.other_too = found->answered && (machine_rec(m)->stage < PXED_STAGE_LEASED ||
                                             strncmp(journal_text(found->answered), "PXE_CLASS", 9) == 0 ||
                                             strncmp(journal_text(found->answered), "OTHER_BOOT", 10) == 0);
}

static void look_at_steps(const struct daemon *d, const struct machine *m, struct found *found) {
    struct cause_facts *f = &found->f;
    const char *initrd = told_text(m, "initrd");
    int64_t now = clock_calendar();
    f->broken = told_text(m, "broken-off");
    f->initrd_broken = f->broken && initrd && strstr(f->broken, "initrd");
    const struct journal_entry *last = m->steps.last;
    const char *first = told_text(m, pxed_stage_names[PXED_STAGE_DISCOVERED]), *secs;
    f->secs = first && (secs = strstr(first, " secs=")) ? (unsigned)strtoul(secs + 6, NULL, 10) : 0;
    look_at_servers(m, found);
    found->elsewhere = step_of(m, PXED_WHY_DHCP_HOST_ELSEWHERE);
    f->elsewhere = found->elsewhere != NULL;
    /* What was asked in vain before the script came says nothing about the script. */
    for (const struct journal_entry *e = last; e && e->seq > machine_awake(m)->boot_seq && !found->missing;
         e = e->machine_older) {
        if (strcmp(e->what, pxed_stage_names[PXED_STAGE_SCRIPT]) == 0)
            break;
        found->missing = strcmp(e->what, "missing") == 0 ? e : NULL;
    }
    f->missing_last = found->missing != NULL;
    look_at_refused(d, m, found);
    for (const struct journal_entry *e = m->steps.last; e && now - e->at < AGAIN_WITHIN; e = e->machine_older)
        f->local_again += strcmp(e->what, pxed_stage_names[PXED_STAGE_LOCAL]) == 0 && e->reason == PXED_WHY_INSTALLED;
}

/* What its installer said when it failed, if that is what is shown of the machine. */
static void look_at_failure(const struct machine *m, struct found *found) {
    enum pxed_reason why = PXED_WHY_INSTALL_FAILED;
    const struct journal_entry *e = m->steps.last;
    pxed_reason_find(pxed_slice_of(machine_rec(m)->fail), &why);
    if (machine_rec(m)->state != LIFECYCLE_FAILED || found->f.reason != why)
        return;
    while (e && strcmp(e->what, lifecycle_state_names[LIFECYCLE_FAILED]) != 0)
        e = e->machine_older;
    if (e)
        found->clock = clock_words_read(pxed_slice(journal_text(e), e->len), e->at / 1000);
    found->f.clock_said = found->clock.line.len > 0;
}

/* "... 12% of 60000000 bytes: the client closed", and what it was is kept in memory whole. */
static bool is_too_large(const struct cause_facts *f, int64_t memory) {
    const char *size = f->broken ? strstr(f->broken, "% of ") : NULL;
    bool iso = f->broken && strstr(f->broken, ".iso\"");
    return memory > 0 && size && (f->initrd_broken || iso) && strtoll(size + 5, NULL, 10) > memory;
}

/* What was heard or said, as it stands; NULL: the evidence of this cause is put together. */
static const char *words_of(const struct found *found, enum cause cause) {
    switch (cause) {
    case CAUSE_NET_SILENT:
        return found->net;
    case CAUSE_ARGS:
        return found->host->rare->args_stop;
    case CAUSE_OTHER_SERVER:
    case CAUSE_OTHER_PXE:
    case CAUSE_OTHER_LATER:
        return journal_text(found->chosen);
    case CAUSE_OTHER_TOO:
        return journal_text(found->answered);
    case CAUSE_WRONG_NET:
        return journal_text(found->elsewhere);
    case CAUSE_TFTP_NO_ACK:
    case CAUSE_TFTP_LARGE:
    case CAUSE_INITRD_CUT:
    case CAUSE_MEMORY:
        return found->f.broken;
    case CAUSE_NAME_ASKED:
    case CAUSE_LOADER_MISSING:
        return journal_text(found->missing);
    case CAUSE_OTHER_PORT:
    case CAUSE_ANSWER_REFUSED:
        return journal_text(found->refused);
    default:
        return NULL;
    }
}

static void write_clock(const struct clock_words *w, char evidence[static CAUSE_EVIDENCE]) {
    int64_t off = w->ahead < 0 ? -w->ahead : w->ahead;
    size_t unit = off >= 2 * 86400 ? 0 : off >= 2 * 3600 ? 1 : 2;
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "days"}, {3600, "hours"}, {60, "minutes"}};
    int n = snprintf(evidence, CAUSE_EVIDENCE, "%.*s",
                     PXED_S(pxed_slice_head(w->line, w->line.len < 300 ? w->line.len : 300)));
    if (w->told)
        snprintf(evidence + n, (size_t)(CAUSE_EVIDENCE - n), "; its clock was %lld %s %s this server's",
                 (long long)(off / units[unit].seconds), units[unit].name, w->ahead < 0 ? "behind" : "ahead of");
}

static void write_loader(const struct loaders_file *l, enum pxed_firmware firmware, char *evidence) {
    snprintf(evidence, CAUSE_EVIDENCE, "%.64s: for %s, %s; the firmware: %s", l->name,
             loader_machine_names[l->is.machine], l->n_signers > 0 ? "signed" : "not signed",
             pxed_firmware_names[firmware]);
}

static void write_evidence(const struct found *found, const struct machine *m, enum cause cause,
                           char evidence[static CAUSE_EVIDENCE]) {
    char mac[PXED_MAC_TEXT];
    const char *words = words_of(found, cause);
    snprintf(evidence, CAUSE_EVIDENCE, "%.300s", words ? words : "");
    switch (cause) {
    case CAUSE_MAC_NEAR:
        snprintf(evidence, CAUSE_EVIDENCE, "%s was heard and has no line", pxed_mac_text(&found->near->mac, ":", mac));
        break;
    case CAUSE_OTHER_SERVER:
    case CAUSE_OTHER_PXE:
    case CAUSE_OTHER_LATER:
        if (found->chosen_mac.len > 0)
            snprintf(evidence, CAUSE_EVIDENCE, "server %.64s, MAC %s", words,
                     pxed_mac_text(&found->chosen_mac, ":", mac));
        break;
    case CAUSE_CPU_OLD:
        snprintf(evidence, CAUSE_EVIDENCE, "x86-64-v%d, as its last installer told; needed: x86-64-v%u",
                 (int)machine_rec(m)->hardware.cpu, family_cpu(found->host->os));
        break;
    case CAUSE_CLOCK:
        write_clock(&found->clock, evidence);
        break;
    case CAUSE_BOOTS_AGAIN:
        snprintf(evidence, CAUSE_EVIDENCE, "sent to its disk %u times in half an hour", found->f.local_again);
        break;
    case CAUSE_MEMORY:
        snprintf(evidence, CAUSE_EVIDENCE, "%.250s; its memory: %lld bytes", words,
                 (long long)machine_rec(m)->hardware.memory);
        break;
    case CAUSE_OFFER_IGNORED:
        snprintf(evidence, CAUSE_EVIDENCE, "told as `%s`, in %u boot%s in a row", machine_rec(m)->ways.way,
                 machine_rec(m)->ways.silent, machine_rec(m)->ways.silent == 1 ? "" : "s");
        break;
    case CAUSE_LINK_LATE:
        snprintf(evidence, CAUSE_EVIDENCE, "for %u seconds, as it says", found->f.secs);
        break;
    case CAUSE_SCRIPT_BY_NAME:
    case CAUSE_SCRIPT_NOT_ASKED:
        snprintf(evidence, CAUSE_EVIDENCE, "of %.100s", found->authority);
        break;
    case CAUSE_LOADER_CPU:
    case CAUSE_LOADER_UNSIGNED:
    case CAUSE_LOADER_CA:
        write_loader(found->loader, machine_rec(m)->firmware, evidence);
        break;
    default:
        break;
    }
}

enum cause causes_find(struct daemon *d, const struct machine *m, const struct catalogue_host *h,
                       enum pxed_reason reason, struct near *near, char evidence[static CAUSE_EVIDENCE]) {
    const struct lifecycle_record *r = machine_rec(m);
    int64_t now = clock_wall();
    struct found found = {.host = h};
    found.f = (struct cause_facts){.declared = h != NULL,
                                   .install = r->state,
                                   .stage = r->stage,
                                   .reason = reason,
                                   .cpu_old = h && r->hardware.cpu > 0 && r->hardware.cpu < family_cpu(h->os),
                                   .args_stop = h && h->rare->args_stop,
                                   .loader_taken = r->ladder.taken,
                                   .quiet = now - r->stage_at,
                                   .armed_ago = r->armed_at > 0 ? now - r->armed_at : 0,
                                   .heard_since = r->stage != PXED_STAGE_NONE && r->stage_at >= r->armed_at};
    if (h && r->stage == PXED_STAGE_NONE)
        found.near = near_find(near, &d->machines, &h->pub);
    found.f.near = found.near != NULL;
    look_at_loader(d, m, &found);
    look_at_steps(d, m, &found);
    found.f.too_large = is_too_large(&found.f, r->hardware.memory);
    look_at_failure(m, &found);
    look_at_script(d, m, &found);
    look_at_net(d, &found);
    found.f.asks_4011 = asks_4011(d, m);
    found.f.offer_silent = r->ways.told && !r->ways.took && r->ways.silent > 0;
    enum cause cause = cause_of(&found.f);
    write_evidence(&found, m, cause, evidence);
    return cause;
}
