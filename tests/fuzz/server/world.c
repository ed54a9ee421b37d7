#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "clock.h"
#include "content_cache.h"
#include "content_wait.h"
#include "control.h"
#include "core_table.h"
#include "declare.h"
#include "dhcp_ahead.h"
#include "dhcp_ask.h"
#include "dhcp_beside.h"
#include "dhcp_foreign.h"
#include "dhcp_io.h"
#include "dhcp_packet.h"
#include "dhcp_probe.h"
#include "dhcp_send.h"
#include "fake_loop.h"
#include "keep.h"
#include "kept.h"
#include "ledger.h"
#include "ledger_load.h"
#include "models.h"
#include "nonces.h"
#include "plugins/dhcp/record.h"
#include "pxed/grow.h"
#include "rules.h"
#include "site.h"
#include "support.h"
#include "who.h"

extern const struct pxed_plugin *pxed_plugin_query_dhcp(uint16_t host_major);

struct world world;

void world_trace(const char *format, ...) {
    static int wanted = -1;
    va_list args;
    if (wanted < 0)
        wanted = getenv("PXED_FUZZ_TRACE") != NULL;
    if (!wanted)
        return;
    fprintf(stderr, "%9llu ", (unsigned long long)fake_loop_now());
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

static struct site sites[WORLD_GENERATIONS];
static uv_loop_t loop;
static int root_fd;

/* --- time, chance, the kernel --- */

enum { BEGAN = 1700000000, PEERS = 100 }; /* PEERS: the address of client n is .100 + n */

int64_t clock_wall(void) {
    return (int64_t)BEGAN * 1000 + (int64_t)fake_loop_now();
}

int64_t clock_calendar(void) {
    return clock_wall();
}

int64_t world_wall(void) {
    return clock_wall();
}

/* The same for the same input. */
static uint64_t chance;
ssize_t __wrap_getrandom(void *to, size_t n, unsigned flags);
ssize_t __wrap_getrandom(void *to, size_t n, unsigned flags) {
    (void)flags;
    for (size_t i = 0; i < n; i++) {
        chance = chance * 6364136223846793005u + 1442695040888963407u;
        ((uint8_t *)to)[i] = (uint8_t)(chance >> 56);
    }
    return (ssize_t)n;
}

void who_look(const struct pxed_addr *peer, struct who *ret) {
    *ret = (struct who){.resolved = !world.unresolved, .mac = world_mac((uint8_t)(peer->bytes[3] - PEERS))};
}

void who_prod(const struct pxed_addr *peer) {
    (void)peer;
}

const char *who_text(const struct who *who, char text[64]) {
    (void)who;
    return strcpy(text, "mac");
}

/* Writes a file of the state folder, by a worker: no part of what is tried here. */
void keep_table(struct daemon *d, struct catalogue *c) {
    (void)d, (void)c;
}

/* --- the disk: a commit is there when it has been written, not when it was given --- */

static struct commit {
    struct pxed_put *puts;
    size_t n;
    uint64_t at;
    struct pxed_arena arena;
    void (*done)(void *arg, int result);
    void *arg;
} * commits;
static size_t n_commits;

static int store_commit(void *self, const struct pxed_put *puts, size_t n, void (*done)(void *arg, int result),
                        void *arg) {
    struct commit c = {.n = n, .done = done, .arg = arg, .at = fake_loop_now()};
    (void)self;
    c.puts = PXED_NEWS(&c.arena, struct pxed_put, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct pxed_slice none = PXED_NO_SLICE;
        c.puts[i] = puts[i];
        c.puts[i].table = pxed_arena_dup(&c.arena, pxed_slice_of(puts[i].table)).ptr;
        c.puts[i].key = pxed_arena_dup(&c.arena, puts[i].key);
        c.puts[i].value = puts[i].value.ptr ? pxed_arena_dup(&c.arena, puts[i].value) : none;
    }
    PXED_GROW(commits, n_commits);
    commits[n_commits++] = c;
    return 0;
}

static void write_first(bool fails) {
    struct commit c = commits[0];
    memmove(commits, commits + 1, --n_commits * sizeof(*commits));
    world.store.fail = fails ? -EIO : 0;
    for (size_t i = 0; i < c.n; i++)
        if (strcmp(c.puts[i].table, DHCP_RECORD_TABLE) == 0)
            world_trace("  %s: %.*s = %.*s", fails ? "not written" : "written", PXED_S(c.puts[i].key),
                        PXED_S(c.puts[i].value));
    world.store.service.commit(&world.store, c.puts, c.n, c.done, c.arg);
    fake_store_pump(&world.store);
    pxed_arena_clear(&c.arena);
}

uint64_t world_unwritten(void) {
    return n_commits > 0 ? fake_loop_now() - commits[0].at : 0;
}

void world_write(void) {
    for (unsigned i = 0; n_commits > 0 && i < 32; i++) /* an answer may commit again */
        write_first(world.failing);
}

/* --- the cards --- */

static struct dhcp *plugin(void) {
    return world.dhcp.ctx.self;
}

static struct probe {
    struct dhcp_port *port;
    struct dhcp_arrival arrival;
    struct pxed_hwaddr mac;
    bool hasty, patient, early;
    struct dhcp_known known;
    size_t len; /* of the message that waits; 0: none */
    uint8_t bytes[DHCP_RECV_SIZE];
} probes[4];
static size_t n_probes;

int dhcp_open(struct dhcp *d) {
    (void)d;
    return 0;
}

int dhcp_listen(struct dhcp *d) {
    (void)d;
    return 0;
}

void dhcp_deafen(struct dhcp *d) {
    (void)d;
}

void dhcp_close(struct dhcp *d) {
    (void)d;
}

void dhcp_beside(struct dhcp *d) {
    (void)d;
}

void dhcp_foreign_open(struct dhcp_link *link) {
    (void)link;
}

int dhcp_foreign_guard(struct dhcp *d) {
    (void)d;
    return 0;
}

int dhcp_foreign_listen(struct dhcp *d) {
    (void)d;
    return 0;
}

void dhcp_foreign_close(struct dhcp *d) {
    (void)d;
}

void dhcp_foreign_publish(struct dhcp *d) {
    (void)d;
}

void dhcp_send(struct dhcp_port *port, const struct dhcp_route *route, const struct pxed_hwaddr *mac,
               struct pxed_slice packet) {
    (void)port, (void)route, (void)mac;
    struct dhcp_message m = read_message(packet);
    world_trace("  reply: type %u client %u address .%u", m.type, m.chaddr[5], m.yiaddr & 255);
    rules_reply(&m);
    if (m.chaddr[5] >= 1 && m.chaddr[5] <= WORLD_CLIENTS && m.yiaddr != 0)
        world.offered[m.chaddr[5]] = m.yiaddr;
}

void dhcp_flush(struct dhcp *d) {
    (void)d;
}

void dhcp_ask_open(struct dhcp *d) {
    (void)d;
}

int dhcp_ask_listen(struct dhcp *d) {
    (void)d;
    return 0;
}

void dhcp_ask_close(struct dhcp *d) {
    (void)d;
}

/* Nothing is probed ahead of time: each address waits for a probe of its own. */
int dhcp_ahead_listen(struct dhcp *d) {
    static struct dhcp_ahead nothing;
    dhcp_ahead_init(&nothing, NULL, &d->table);
    d->table.ahead = &nothing;
    return 0;
}

void dhcp_ahead_stop(struct dhcp *d) {
    (void)d;
}

void dhcp_ahead_close(struct dhcp *d) {
    (void)d;
}

void dhcp_ahead_wake(struct dhcp *d) {
    (void)d;
}

void dhcp_ahead_hear(struct dhcp *d, const struct dhcp_answer *answer) {
    (void)d, (void)answer;
}

void dhcp_probe_listen(struct dhcp *d) {
    (void)d;
}

void dhcp_probe_hear(struct dhcp *d, const struct dhcp_answer *answer) {
    (void)d, (void)answer;
}

void dhcp_probe_forget(struct dhcp *d) {
    (void)d;
    n_probes = 0;
}

void dhcp_probe_close(struct dhcp *d) {
    dhcp_probe_forget(d);
}

bool dhcp_probe(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes,
                const struct dhcp_prober *who, const struct dhcp_known *next) {
    struct probe *p = NULL;
    for (size_t i = 0; i < n_probes && !p; i++)
        if (probes[i].known.ip == next->ip)
            p = &probes[i];
    if (p && (p->patient || who->patient || !pxed_hwaddr_eq(&p->mac, who->mac)))
        return true;
    if ((!p && n_probes == sizeof(probes) / sizeof(probes[0])) || bytes.len > DHCP_RECV_SIZE)
        return false;
    if (p && p->early && who->hasty) {
        struct dhcp_known known = *next;
        known.early = true;
        dhcp_packet_again(port, arrival, bytes, &known);
        return true;
    }
    if (!p) {
        p = &probes[n_probes++];
        *p = (struct probe){.mac = *who->mac, .patient = who->patient};
    }
    p->port = port;
    p->arrival = *arrival;
    p->hasty = who->hasty;
    p->known = *next;
    p->len = bytes.len;
    memcpy(p->bytes, bytes.ptr, bytes.len);
    return true;
}

bool world_probing(uint8_t client, uint32_t ip) {
    struct pxed_hwaddr mac = world_mac(client);
    for (size_t i = 0; i < n_probes; i++)
        if (probes[i].known.ip == ip && !probes[i].patient && pxed_hwaddr_eq(&probes[i].mac, &mac))
            return true;
    return false;
}

void world_probed(bool taken, bool own) {
    static struct probe p;
    if (n_probes == 0)
        return;
    p = probes[0];
    bool first_look = p.hasty && p.len > 0 && !p.early && !taken;
    world_trace("probed: taken %d own %d%s", taken, own, first_look ? " so far" : "");
    p.known.taken = taken;
    p.known.own = own;
    p.known.early = first_look;
    if (first_look) {
        probes[0].early = true;
        probes[0].len = 0;
    } else {
        memmove(probes, probes + 1, --n_probes * sizeof(*probes));
    }
    if (p.len > 0)
        dhcp_packet_again(p.port, &p.arrival, pxed_slice((const char *)p.bytes, p.len), &p.known);
    else
        (void)dhcp_lease_looked(&plugin()->table, p.known.ip, &p.mac, taken, fake_loop_now());
}

/* --- what the operator wrote --- */

static const struct pxed_claim claims[] = {{"testos", NULL, NULL, NULL}, {0}};
static const struct pxed_boot boots[] = {{.how = PXED_HOW_LINUX, .kernel = "linux", .args = WORLD_INSTALL}, {0}};
static const struct pxed_file files[] = {
    {"answer", "hosts/test/<mac>.txt", "fuzz-answer", PXED_ESCAPE_LINE, PXED_FILE_ANSWER | PXED_FILE_GUARDED, NULL},
    {0}};
static const struct pxed_profile profile = {"test", claims, boots, files, NULL, NULL};
static const struct pxed_profile *const profiles[] = {&profile, NULL};

const struct plugins_static plugins_static_table[] = {{0}};

static const char *const hosts[WORLD_GENERATIONS] = {
    "52:54:00:00:00:01, testos-1, name=one, ip=10.77.0.52\n"
    "52:54:00:00:00:02, testos-1, name=two, ip=10.77.0.53, mac=52:54:00:00:00:03\n"
    "52:54:00:00:00:04, testos-1, name=four\n"
    "52:54:00:00:00:05, testos-1, name=five, protect=yes\n",
    "52:54:00:00:00:01, testos-1, name=one, ip=10.77.0.55\n"
    "52:54:00:00:00:02, testos-1, name=two, ip=10.77.0.53, mac=52:54:00:00:00:03\n"
    "52:54:00:00:00:05, testos-1, name=five, protect=yes\n",
};

void world_make(void) {
    for (unsigned i = 0; i < WORLD_GENERATIONS; i++) {
        site_open(&sites[i]);
        site_fake_os(&sites[i], "os-test", profiles);
        site_part(&sites[i], "os-test", "fuzz-answer", WORLD_ANSWER " {{host.name}} {{event.url}}\n");
        site_image(&sites[i], "testos-1/linux");
        const char *said = site_build(&sites[i], "name = pxe-server\narm = command\narm-any-limit = 0\n", "", hosts[i]);
        if (!sites[i].catalogue) {
            fputs(said, stderr);
            abort();
        }
    }
    root_fd = open(tree_path(&sites[0].tree, "root"), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* --- its life --- */

static struct pxed_range range;
static struct dhcp_config config;
static struct pxed_store disk;

static void start(void) {
    struct daemon *d = &world.d;
    memset(d, 0, sizeof(*d));
    d->loop = &loop;
    d->root_fd = root_fd;
    d->catalogue = sites[world.generation].catalogue;
    d->config = sites[0].config;
    d->plugins = sites[0].plugins;
    d->ifaces[0] = sites[0].ifaces[0];
    d->n_ifaces = 1;
    machines_init(&d->machines);
    d->machines.table = 64; /* of the slots it has: all of them are walked at each start */
    control_init(d);
    world.dhcp.owner = d;
    world.dhcp.ctx = (struct pxed_ctx){.core = &core_table, .config = &config};
    must(world.dhcp.desc.init(&world.dhcp.ctx) == 0);
    disk = world.store.service;
    disk.commit = store_commit;
    core_table.publish(&world.dhcp.ctx, "store/1", &disk);
    must(ledger_load(&d->machines, services_find(&d->services, "store/1")) == 0);
    declare_hosts(d, d->catalogue, NULL);
    must(world.dhcp.desc.start(&world.dhcp.ctx) == 0);
}

static void stopped(struct pxed_ctx *ctx) {
    (void)ctx;
}

/* All that waits gets an answer: what is written, or that it was not. */
static void stop(bool written) {
    world.failing = !written;
    world.d.stopping = true;
    for (unsigned i = 0; i < WORLD_TRANSFERS; i++)
        world_transfer(i, false);
    fake_loop_pass(1000); /* what looks again for a neighbour ends */
    world.dhcp.desc.stop(&world.dhcp.ctx, stopped);
    ledger_flush(&world.d.machines, NULL, NULL);
    world_write();
    world.dhcp.desc.fini(&world.dhcp.ctx);
    world.failing = true;
    world_write();
    fake_loop_settle();
    world.failing = false;
    store_guard_close(&world.d.guard);
    content_cache_end(&world.d);
    nonces_free(&world.d);
    models_free(&world.d);
    fake_loop_settle();
    must(n_commits == 0 && fake_loop_empty());
    content_drop_pending(&world.d);
    ledger_free(&world.d.machines);
    kept_free(&world.d);
    machines_free(&world.d.machines);
}

void world_begin(void) {
    fake_loop_begin();
    chance = 1;
    n_probes = 0;
    range = (struct pxed_range){pxed_addr_v4(IP4(10, 77, 0, 50)), pxed_addr_v4(IP4(10, 77, 0, 57))};
    config = (struct dhcp_config){
        .mode = DHCP_MODE_SERVER, .range = {&range, 1}, .lease_time = 3600000, .loader_bios = {undionly, NULL, 1}};
    memset(world.transfers, 0, sizeof(world.transfers));
    memset(world.offered, 0, sizeof(world.offered));
    world.failing = world.unresolved = false;
    world.generation = 0;
    world.dhcp = (struct plugin){.desc = *pxed_plugin_query_dhcp(PXED_ABI_MAJOR)};
    fake_store_open(&world.store);
    start();
    world_write();
}

void world_end(void) {
    stop(false);
    fake_store_close(&world.store);
}

void world_restart(bool written) {
    world_trace("restart, written %d", written);
    stop(written);
    start();
}

void world_generation(unsigned n) {
    world_trace("generation %u", n % WORLD_GENERATIONS);
    world_write(); /* what was decided under the old one leaves under the old one */
    world.generation = n % WORLD_GENERATIONS;
    struct changes changes;
    changes_find(&changes, world.d.catalogue, sites[world.generation].catalogue);
    world.d.catalogue = sites[world.generation].catalogue;
    declare_hosts(&world.d, world.d.catalogue, &changes);
    kept_update(&world.d, &changes);
    changes_free(&changes);
}

void world_packet(const struct dhcp_arrival *arrival, struct pxed_slice bytes, bool pxe_port) {
    struct dhcp_link *link = &plugin()->links[0];
    dhcp_packet(pxe_port ? &link->pxe : &link->server, arrival, bytes);
}

/* --- who is who --- */

struct pxed_hwaddr world_mac(uint8_t client) {
    return mac_of(client);
}

const struct catalogue_host *world_host(uint8_t client) {
    struct pxed_hwaddr mac = world_mac(client);
    return catalogue_find(world.d.catalogue, &mac);
}

struct machine *world_machine(uint8_t client) {
    const struct catalogue_host *h = world_host(client);
    struct pxed_hwaddr mac = h ? h->pub.macs[0] : world_mac(client);
    return machines_find(&world.d.machines, &mac);
}

/* --- transfers --- */

/* Over TFTP a script is opened before it is known that the client was heard. What this boot will be, such as another of
 * several tries, is on disk only then; the right to it is. */
static bool will_be_armed(const struct world_transfer *t, const struct machine *m) {
    struct lifecycle_record boot = *machine_rec(m);
    if (t->tftp)
        lifecycle_judge(&boot, world_wall());
    return boot.state == LIFECYCLE_ARMED;
}

static void note_rights(struct world_transfer *t) {
    struct pxed_hwaddr about = world_mac(t->about), asker = world_mac(t->asker);
    const struct catalogue *kept = kept_of(&world.d, &about);
    const struct catalogue_host *h = kept ? catalogue_find(kept, &about) : world_host(t->about);
    const struct machine *m = h ? machines_find(&world.d.machines, &h->pub.macs[0]) : NULL;
    bool own = h && (t->token || pxed_host_has(&h->pub, &asker));
    t->armed |= own && m && will_be_armed(t, m);
    t->open |= own && m && lifecycle_open(machine_rec(m));
}

static void free_transfer(struct world_transfer *t) {
    *t = (struct world_transfer){.content = NULL};
}

static void end_transfer(struct world_transfer *t, bool whole) {
    struct pxed_content *c = t->content;
    free_transfer(t);
    c->release(c, whole);
}

static void opened(void *arg, enum pxed_reason reason, struct pxed_content *content) {
    struct world_transfer *t = arg;
    must((reason == PXED_WHY_OK) == (content != NULL));
    if (!content) {
        free_transfer(t);
        return;
    }
    world_trace("  content: %s%.*s", content->kind == PXED_CONTENT_BYTES ? "" : "a file", PXED_S(content->bytes));
    t->waits = false;
    t->content = content;
    note_rights(t);
    rules_content(t);
}

void world_ask(const struct world_asking *a) {
    struct world_transfer *t = NULL;
    for (unsigned i = 0; i < WORLD_TRANSFERS && !t; i++)
        if (!world.transfers[i].content && !world.transfers[i].waits)
            t = &world.transfers[i];
    if (!t)
        return;
    struct pxed_request request = {.via = a->via,
                                   .post = a->post,
                                   .path = a->path,
                                   .query = a->query,
                                   .user_agent = a->agent,
                                   .body = a->body,
                                   .peer = pxed_addr_v4(IP4(10, 77, 0, PEERS + a->asker)),
                                   .local = pxed_addr_v4(SERVER),
                                   .peer_port = 4711};
    world_trace("asks: client %u about %u, token %d, %s %.*s ? %.*s", a->asker, a->about, a->token,
                a->via == PXED_VIA_TFTP ? "tftp"
                : a->post               ? "post"
                                        : "get",
                PXED_S(a->path), PXED_S(a->query));
    *t = (struct world_transfer){
        .waits = true, .asker = a->asker, .about = a->about, .token = a->token, .tftp = a->via == PXED_VIA_TFTP};
    note_rights(t);
    enum pxed_reason reason = PXED_WHY_OK;
    struct pxed_content *content = NULL;
    uint64_t ticket = 0;
    if (core_table.open(&world.dhcp.ctx, &request, &reason, &content, opened, t, &ticket))
        opened(t, reason, content);
    else
        t->ticket = ticket;
}

static void may_go_on(void *arg, bool may_send) {
    struct world_transfer *t = arg;
    must(t->held);
    t->held = false;
    t->refused |= !may_send;
}

/* One of the two questions before a content's end may leave. True: answered. */
static bool ask_content(struct world_transfer *t, bool *asked,
                        int (*question)(struct pxed_content *c, void (*done)(void *arg, bool may_send), void *arg)) {
    if (*asked || !question)
        return true;
    *asked = true;
    int hold = question(t->content, may_go_on, t);
    t->held = hold == PXED_HOLD_WAIT;
    t->refused |= hold == PXED_HOLD_REFUSE;
    return hold == PXED_HOLD_GO;
}

void world_transfer(unsigned n, bool whole) {
    struct world_transfer *t = &world.transfers[n % WORLD_TRANSFERS];
    world_trace("transfer %u %s", n % WORLD_TRANSFERS, whole ? "goes on" : "is cut");
    if (t->waits && !whole) {
        core_table.cancel(&world.dhcp.ctx, t->ticket);
        free_transfer(t);
    }
    if (!t->content)
        return;
    if (!whole || t->refused)
        end_transfer(t, false);
    else if (!t->held && ask_content(t, &t->heard, t->content->heard) &&
             ask_content(t, &t->settled, t->content->settle))
        end_transfer(t, true);
    else if (t->refused)
        end_transfer(t, false);
}
