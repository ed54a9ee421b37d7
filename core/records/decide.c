/* Turns facts into verdicts and journal steps. The rules are in policy; here they are applied to the records. */
#include "decide.h"

#include <stdio.h>
#include <unistd.h>

#include "catalogue_os.h"
#include "clock.h"
#include "log.h"
#include "models.h"
#include "signed.h"
#include "silence.h"
#include "site_url.h"
#include "verdict.h"

struct machine *decide_machine(struct daemon *d, const struct pxed_hwaddr *mac,
                               const struct catalogue_host **ret_host) {
    const struct catalogue_host *host = catalogue_find(d->catalogue, mac);
    if (ret_host)
        *ret_host = host;
    return machines_get(&d->machines, host ? &host->pub.macs[0] : mac);
}

struct machine *decide_find(struct daemon *d, const struct pxed_hwaddr *mac, const struct catalogue_host **ret_host) {
    const struct catalogue_host *host = catalogue_find(d->catalogue, mac);
    if (ret_host)
        *ret_host = host;
    return machines_find(&d->machines, host ? &host->pub.macs[0] : mac);
}

struct lifecycle_line decide_line(const struct catalogue_host *host, const struct catalogue_os *os) {
    bool bare = os->profile && !profile_guards(os->profile);
    return (struct lifecycle_line){
        .os = os->id.text,
        .protect = host->pub.protect,
        .claimed = os->profile != NULL,
        /* An unreadable answer file may still arrive; its guard is checked again before delivery. */
        .guarded = host->guarded || host->rare->answer_wrong != PXED_WHY_OK,
        .bare = bare,
        .blind = bare && pxed_host_value(&host->pub, "disk").len == 0,
        .live = os->live,
    };
}

const struct catalogue_os *decide_os(struct daemon *d, const struct catalogue_host *host,
                                     const struct lifecycle_record *rec, struct pxed_arena *arena) {
    struct pxed_slice id = pxed_slice_of(rec->os);
    if (!lifecycle_open(rec) || id.len == 0 || pxed_slice_eq_nocase(id, host->os->id.text))
        return host->os;
    const struct catalogue_os *os = catalogue_os(d->catalogue, id);
    return os ? os : catalogue_os_make(d->catalogue, &d->plugins, id, arena);
}

static bool script_exists(struct daemon *d) {
    char path[PATH_MAX];
    const struct catalogue *c = d->catalogue;
    int n = snprintf(path, sizeof(path), "%s/%s", c->boot_dir, c->site.script);
    return n > 0 && n < (int)sizeof(path) && access(path, R_OK) == 0;
}

enum pxed_reason decide_wants(const struct daemon *d, const struct catalogue_host *host,
                              const struct lifecycle_record *rec) {
    struct lifecycle_line line = decide_line(host, host->os);
    enum pxed_reason why = lifecycle_wants(rec, &line);
    bool right = !line.live || lifecycle_open(rec); /* a live system uses none */
    if (why == PXED_WHY_OK && d->guard.failing && right)
        why = PXED_WHY_STORE_CANNOT_WRITE;
    return why == PXED_WHY_OK ? host->rare->trouble : why;
}

static void decide_learn(struct daemon *d, struct machine *m, const struct pxed_facts *facts, int64_t now) {
    if (facts->loader == PXED_LOADER_IPXE || facts->loader == PXED_LOADER_GPXE) {
        machine_edit(m)->loader_at = now;
        decide_heard(d, m);
    }
    /* Firmware walks through its boot order: HTTP comes after PXE. */
    bool goes_on = facts->has_firmware && pxed_firmware_is_http(facts->firmware) && machine_rec(m)->has_firmware &&
                   !pxed_firmware_is_http(machine_rec(m)->firmware);
    if (facts->has_firmware && (!machine_rec(m)->has_firmware || machine_rec(m)->firmware != facts->firmware)) {
        machine_rec_edit(m)->firmware = facts->firmware;
        machine_rec_edit(m)->has_firmware = true;
        machines_touch(&d->machines, m);
    }
    if (!facts->opens_boot || !lifecycle_discover_opens(machine_rec(m), facts->loader, now))
        return;
    decide_power_on(d, m, goes_on);
}

void decide_heard(struct daemon *d, struct machine *m) {
    bool loader = ladder_hears(&machine_rec_edit(m)->ladder, clock_wall()),
         offer = ways_takes(&machine_rec_edit(m)->ways);
    if (!loader && !offer)
        return;
    if (loader)
        signed_heard(d, m);
    models_learn(d, m);
    machines_touch(&d->machines, m);
}

void decide_power_on(struct daemon *d, struct machine *m, bool goes_on) {
    struct machine_awake *a = machine_edit(m);
    struct lifecycle_record *r = &a->rec;
    int64_t sent = r->stage == PXED_STAGE_LOCAL ? clock_wall() - r->stage_at : -1;
    exits_power_on(&r->exits, sent, goes_on);
    a->was_silent = ladder_power_on(&r->ladder);
    if (r->stage >= PXED_STAGE_LOADER && ways_takes(&r->ways)) /* of the boot that ends here */
        models_learn(d, m);
    a->offer_silent = ways_power_on(&r->ways);
    lifecycle_power_on(r, clock_wall());
    memset(a->told, 0, sizeof(a->told));
    a->boot_seq = d->machines.journal.seq;
    machines_touch(&d->machines, m);
}

void decide_facts(struct daemon *d, const struct pxed_facts *facts, struct pxed_verdict *ret) {
    static char url[512]; /* valid until the next decision: verdicts are used within the turn */
    const struct catalogue_host *host;
    int64_t now = clock_wall();
    char text[PXED_MAC_TEXT], detail[128];
    struct machine *m = decide_machine(d, &facts->mac, &host);
    const struct settings *s = &d->catalogue->settings;
    if (!facts->boots && machine_rec(m)->stage == PXED_STAGE_LOCAL && exits_comes_up(&machine_rec_edit(m)->exits))
        machines_touch(&d->machines, m);
    if (facts->boots) {
        decide_learn(d, m, facts, now);
        if (machine_rec(m)->stage == PXED_STAGE_NONE) {
            snprintf(detail, sizeof(detail), "firmware=%s arch=%u loader=%s secs=%u",
                     pxed_firmware_names[facts->firmware], facts->arch, pxed_loader_names[facts->loader], facts->secs);
            decide_step(d, &facts->mac, PXED_STAGE_DISCOVERED, PXED_WHY_OK, NULL, detail);
        }
    }
    struct verdict_facts vf = {
        .declared = host != NULL,
        .wants = host ? decide_wants(d, host, machine_rec(m)) : PXED_WHY_UNKNOWN_MACHINE,
        .unknown = s->unknown,
        .script_exists = !host && s->unknown == SETTINGS_UNKNOWN_SCRIPT && script_exists(d),
        .idle = s->idle,
        .exit = host ? lifecycle_exit(machine_rec(m)) : PXED_WHY_OK,
    };
    struct verdict v = verdict_decide(&vf);
    const struct site_url *at = site_url_of(d->catalogue, facts->iface ? &facts->iface->addr : NULL, NULL);
    snprintf(url, sizeof(url), "%s%s?mac=%s", at->base, d->catalogue->site.script,
             pxed_mac_text(&facts->mac, "-", text));
    *ret = (struct pxed_verdict){v.reason, v.offer_boot, v.install, host ? &host->pub : NULL, url, NULL};
    if (facts->boots && !v.offer_boot)
        decide_step(d, &facts->mac, PXED_STAGE_NONE, v.reason, NULL, NULL);
}

void decide_tell_again(struct machine *m, enum pxed_reason reason) {
    machine_edit(m)->told[reason / 64] &= ~((uint64_t)1 << reason % 64);
}

static bool was_told(const struct machine *m, enum pxed_reason reason) {
    return machine_awake(m)->told[reason / 64] >> reason % 64 & 1;
}

void decide_step(struct daemon *d, const struct pxed_hwaddr *mac, enum pxed_stage stage, enum pxed_reason reason,
                 const struct pxed_addr *ip, const char *detail) {
    int64_t now = clock_wall();
    struct machine *m = decide_machine(d, mac, NULL);
    char text[512], ip_text[PXED_ADDR_TEXT];
    d->counters[reason]++;
    if (ip && ip->family)
        machines_set_ip(&d->machines, m, ip, stage == PXED_STAGE_LEASED);
    bool moved = stage != PXED_STAGE_NONE && lifecycle_stage(machine_rec_edit(m), stage, reason, now);
    /* What another server says is no word about the machine. */
    if (stage == PXED_STAGE_NONE && reason != PXED_WHY_OK && reason != PXED_WHY_DHCP_OTHER_ANSWERS)
        machine_rec_edit(m)->reason = reason;
    if (moved)
        machines_touch(&d->machines, m);
    if (moved && silence_due(stage) && d->silence_at == 0)
        d->silence_at = now + SILENCE_SCRIPT;
    /* A machine that repeats its request gets one journal step per boot. */
    if (!moved && (reason == PXED_WHY_OK || was_told(m, reason)))
        return;
    machine_edit(m)->told[reason / 64] |= (uint64_t)1 << reason % 64;
    snprintf(text, sizeof(text), "%s%s%s%s", ip && ip->family ? "ip=" : "",
             ip && ip->family ? pxed_addr_text(ip, ip_text) : "", ip && ip->family && detail ? " " : "",
             detail ? detail : "");
    journal_step(&d->machines, m, moved ? pxed_stage_names[stage] : "refused", reason, text, clock_calendar());
}

/* A handshake that ends an installation is a step of its machine: its address is no forgery, TCP has answered there. */
static struct machine *refused_host(struct daemon *d, enum pxed_reason reason, const struct pxed_addr *peer) {
    bool tls = reason == PXED_WHY_TLS_FAILED || reason == PXED_WHY_CLOCK_WRONG;
    struct machine *m = tls && peer ? machines_find_ip(&d->machines, peer) : NULL;
    return m && m->declared && lifecycle_open(machine_rec(m)) ? m : NULL;
}

void decide_refuse(struct daemon *d, enum pxed_reason reason, const struct pxed_addr *peer, const char *detail) {
    int64_t now = clock_wall();
    char text[PXED_ADDR_TEXT] = "-";
    struct machine *m = refused_host(d, reason, peer);
    if (m) {
        decide_step(d, &m->mac, PXED_STAGE_NONE, reason, NULL, detail);
        return;
    }
    d->counters[reason]++;
    if (now - d->refusal_logged[reason] < 1000) /* a flood must not fill the disk; the counter has the number */
        return;
    d->refusal_logged[reason] = now;
    log_core(pxed_reason_is_fault(reason) ? PXED_LOG_WARNING : PXED_LOG_DEBUG, "refused",
             "reason=%s peer=%s count=%llu %s", pxed_reason_name(reason), peer ? pxed_addr_text(peer, text) : text,
             (unsigned long long)d->counters[reason], detail ? detail : "");
}
