/* Identifies the client: combines the kernel's facts with a machine's record. What follows from it:
 * policy/believe.c. */
#include "content_who.h"

#include <stdio.h>

#include "clock.h"
#include "content_cache.h"
#include "decide.h"

enum { FOREIGN_STEP_MS = 60 * 1000 };

static void who_ask_kernel(struct lookup *l) {
    if (!l->looked)
        who_look(&l->request->peer, &l->kernel);
    l->looked = true;
}

/* Whose file is fetched, over TCP: several requests of one client in one turn of the loop are one question. */
static void ask_once_a_turn(struct lookup *l) {
    static struct {
        uint64_t turn;
        struct pxed_addr peer;
        struct who kernel;
    } lately[64];
    const struct pxed_addr *peer = &l->request->peer;
    uint64_t turn = l->request->via == PXED_VIA_HTTP ? content_cache_turn(l->d) : 0;
    size_t at = pxed_hash(peer->bytes, sizeof(peer->bytes), 0) % (sizeof(lately) / sizeof(lately[0]));
    if (!l->looked && turn != 0 && lately[at].turn == turn && pxed_addr_eq(&lately[at].peer, peer)) {
        l->kernel = lately[at].kernel;
        l->looked = true;
        return;
    }
    who_ask_kernel(l);
    if (turn == 0 || !l->kernel.resolved)
        return;
    lately[at].turn = turn;
    lately[at].peer = *peer;
    lately[at].kernel = l->kernel;
}

bool content_is_server(struct lookup *l) {
    who_ask_kernel(l);
    return l->kernel.own;
}

static bool is_its_card(const struct who *kernel, const struct machine *m, const struct catalogue_host *host,
                        const struct pxed_hwaddr *mac) {
    if (!kernel->resolved)
        return false;
    for (size_t i = 0; host && i < host->pub.n_macs; i++)
        if (pxed_hwaddr_eq(&host->pub.macs[i], &kernel->mac))
            return true;
    return !host && pxed_hwaddr_eq(m ? &m->rec.mac : mac, &kernel->mac);
}

enum believe_who content_who(struct lookup *l, const struct machine *m, const struct catalogue_host *host,
                             const struct pxed_hwaddr *mac) {
    who_ask_kernel(l);
    struct believe_facts facts = {
        .own = l->kernel.own,
        .token = m && l->token == m,
        .routed = l->kernel.routed,
        .resolved = l->kernel.resolved,
        .its_card = is_its_card(&l->kernel, m, host, mac),
        .query = l->d->catalogue->settings.believe == SETTINGS_BELIEVE_QUERY,
    };
    enum believe_who who = believe_tell(&facts);
    l->wait |= who == BELIEVE_NEIGHBOUR && !l->kernel.resolved && !l->last_look;
    return who;
}

void content_find_asker(struct lookup *l) {
    if (l->asker)
        return;
    ask_once_a_turn(l);
    if (l->kernel.own)
        return;
    if (l->token)
        l->asker = l->token;
    else if (l->kernel.resolved && !l->kernel.routed)
        l->asker = decide_find(l->d, &l->kernel.mac, NULL);
    else if (l->d->catalogue->settings.believe == SETTINGS_BELIEVE_QUERY) /* a name without a MAC: by address */
        l->asker = machines_find_ip(&l->d->machines, &l->request->peer);
    else
        l->wait |= !l->kernel.routed && !l->last_look;
}

void content_tell_foreign(struct lookup *l, struct machine *m, enum pxed_reason why) {
    char seen[64], ip[PXED_ADDR_TEXT], text[512], name[256];
    int64_t now = clock_wall();
    struct pxed_buf b = PXED_BUF(name);
    l->d->counters[why]++;
    if (m->foreign_at > 0 && now - m->foreign_at < FOREIGN_STEP_MS)
        return;
    m->foreign_at = now;
    who_ask_kernel(l);
    pxed_buf_escaped(&b, pxed_slice_head(l->name.path.ptr ? l->name.path : l->path, 100)); /* never with a token */
    snprintf(text, sizeof(text), "asked by ip=%s %s name=\"%s\"", pxed_addr_text(&l->request->peer, ip),
             who_text(&l->kernel, seen), pxed_buf_cstr(&b));
    journal_step(&l->d->machines, m, "refused", why, text, clock_calendar());
}
