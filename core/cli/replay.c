/* A boot from a capture: each question of a machine, what was answered, and what pxed would have said. Nothing is sent,
 * nothing is asked; the machine's line of the host file counts as it stands. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "decide.h"
#include "hostfile.h"
#include "loaders.h"
#include "offline.h"
#include "pxed/capture.h"
#include "pxed/grow.h"
#include "site_url.h"

enum { PORT_TFTP = 69, PORT_DHCP = 67, PORT_PXE = 4011, FILE_MOST = 256 << 20, OUT_MAX = 8192 };
enum { DHCP_LEAST = 236, AT_XID = 4, AT_CHADDR = 28, CHADDR = 16, TFTP_RRQ = 1 };

struct question {
    struct pxed_captured_udp udp;
    double at;           /* seconds since the first frame */
    unsigned again;      /* times that it was asked again, without an answer in between */
    size_t first_answer; /* index; the others follow by `next` */
};

struct answer {
    struct pxed_slice payload;
    uint32_t from;
    size_t next; /* of the same question; 0: none */
};

struct replay {
    struct offline o;
    struct lifecycle_record record; /* of every machine: --as */
    struct pxed_arena arena;
    struct question *questions;
    struct answer *answers; /* [0] is none */
    size_t n_questions, n_answers;
};

/* ---- questions and answers ---- */

static bool is_dhcp(const struct pxed_captured_udp *u, char op) {
    return u->payload.len >= DHCP_LEAST && u->payload.ptr[0] == op;
}

static bool same_machine(struct pxed_slice a, struct pxed_slice b) {
    return memcmp(a.ptr + AT_XID, b.ptr + AT_XID, 4) == 0 && memcmp(a.ptr + AT_CHADDR, b.ptr + AT_CHADDR, CHADDR) == 0;
}

/* The same bytes, but for the seconds and flags that a repetition may change. */
static bool same_question(const struct question *q, const struct pxed_captured_udp *u) {
    struct pxed_slice a = q->udp.payload, b = u->payload;
    return a.len == b.len && q->udp.destination_port == u->destination_port && memcmp(a.ptr, b.ptr, 8) == 0 &&
           memcmp(a.ptr + 12, b.ptr + 12, a.len - 12) == 0;
}

static void add_question(struct replay *r, const struct pxed_captured_udp *u, double at) {
    struct question *last = r->n_questions > 0 ? &r->questions[r->n_questions - 1] : NULL;
    if (last && last->first_answer == 0 && u->destination_port != PORT_TFTP &&
        last->udp.destination_port != PORT_TFTP && same_question(last, u)) {
        last->again++;
        return;
    }
    PXED_GROW(r->questions, r->n_questions);
    r->questions[r->n_questions++] = (struct question){.udp = *u, .at = at};
}

/* A reply belongs to the newest question of its machine on the port that it comes from. */
static void add_answer(struct replay *r, const struct pxed_captured_udp *u) {
    struct question *q = NULL;
    for (size_t i = r->n_questions; i > 0 && !q; i--) {
        struct question *at = &r->questions[i - 1];
        if (at->udp.destination_port == u->source_port && same_machine(at->udp.payload, u->payload))
            q = at;
    }
    if (!q)
        return;
    PXED_GROW(r->answers, r->n_answers);
    size_t *end = &q->first_answer;
    while (*end)
        end = &r->answers[*end].next;
    *end = r->n_answers;
    r->answers[r->n_answers++] = (struct answer){.payload = u->payload, .from = u->source};
}

static void take_frames(struct replay *r, struct pxed_capture *c) {
    struct pxed_slice frame;
    uint64_t us, first = 0;
    struct pxed_captured_udp u;
    while (pxed_capture_next(c, &us, &frame)) {
        first = first ? first : us;
        if (!pxed_capture_udp(c, frame, &u))
            continue;
        bool asks = u.destination_port == PORT_DHCP || u.destination_port == PORT_PXE;
        bool answers = u.source_port == PORT_DHCP || u.source_port == PORT_PXE;
        double at = (double)(us - first) / 1e6;
        if (asks && is_dhcp(&u, 1))
            add_question(r, &u, at);
        else if (answers && is_dhcp(&u, 2))
            add_answer(r, &u);
        else if (u.destination_port == PORT_TFTP && u.payload.len > 2 && u.payload.ptr[0] == 0 &&
                 u.payload.ptr[1] == TFTP_RRQ)
            add_question(r, &u, at);
    }
}

/* ---- what pxed would say ---- */

static void replay_decide(void *arg, const struct pxed_facts *facts, struct pxed_verdict *ret) {
    struct replay *r = arg;
    const struct catalogue_host *host = catalogue_find(r->o.catalogue, &facts->mac);
    enum pxed_reason wants = PXED_WHY_UNKNOWN_MACHINE;
    if (host) {
        struct lifecycle_line line = decide_line(host, host->os);
        wants = lifecycle_wants(&r->record, &line);
    }
    const struct site_url *at = site_url_of(r->o.catalogue, facts->iface ? &facts->iface->addr : NULL, NULL);
    *ret = offline_verdict(&r->o, host, facts, wants, at, &r->arena);
}

static bool ask_plugins(struct replay *r, const struct question *q, const struct answer *answer, bool further) {
    char text[OUT_MAX];
    struct pxed_replay one = {.asked = q->udp.payload,
                              .answered = answer->payload,
                              .answerer = pxed_addr_v4(answer->from),
                              .further = further,
                              .port = q->udp.destination_port,
                              .iface = r->o.n_ifaces ? &r->o.ifaces[0] : NULL,
                              .decide = replay_decide,
                              .arg = r};
    for (size_t i = 0; i < r->o.plugins.n; i++) {
        const struct plugin *p = r->o.plugins.items[i];
        const struct pxed_protocol_ops *ops = p->desc.ops;
        struct pxed_buf out = PXED_BUF(text);
        if (p->desc.kind == PXED_KIND_OS || !ops || ops->size < sizeof(*ops) || !ops->replay ||
            !ops->replay(p->config, &one, &out))
            continue;
        fputs(pxed_buf_cstr(&out), stdout);
        return true;
    }
    return false;
}

static void show_dhcp(struct replay *r, const struct question *q) {
    size_t i = q->first_answer;
    printf("%9.3f  ", q->at);
    if (!ask_plugins(r, q, &r->answers[i], false))
        puts("a message of DHCP that cannot be read");
    while (i && (i = r->answers[i].next))
        ask_plugins(r, q, &r->answers[i], true);
    if (q->again > 0)
        printf("    asked %u times%s\n", q->again + 1, q->first_answer ? "" : ", never answered");
}

static void show_name(struct replay *r, const struct question *q) {
    struct pxed_slice name = pxed_slice_skip(q->udp.payload, 2);
    const struct loaders_file *f = NULL;
    char text[200], signers[200];
    struct pxed_buf out = PXED_BUF(text);
    size_t len = strnlen(name.ptr, name.len);
    pxed_buf_escaped(&out, pxed_slice_head(name, len));
    const char *word = pxed_arena_dup(&r->arena, pxed_slice_head(name, len)).ptr;
    f = r->o.catalogue->loaders ? loaders_find(r->o.catalogue->loaders, word) : NULL;
    printf("%9.3f  TFTP asks for %s\n", q->at, pxed_buf_cstr(&out));
    if (f)
        printf("    here: %s/%s, signed by: %s\n", f->folder, f->name, loaders_signed_by(f, signers, sizeof(signers)));
    else
        puts("    here no loader has this name; what is made for a machine (scripts, its files) is not replayed");
}

static int replay_show(struct replay *r) {
    if (r->n_questions == 0) {
        puts("no question of DHCP or TFTP in this capture");
        return CLI_NO;
    }
    for (size_t i = 0; i < r->n_questions; i++)
        if (r->questions[i].udp.destination_port == PORT_TFTP)
            show_name(r, &r->questions[i]);
        else
            show_dhcp(r, &r->questions[i]);
    return CLI_OK;
}

/* ---- the command ---- */

static int replay_file(struct replay *r, const char *path) {
    struct pxed_slice file = hostfile_slurp(path, FILE_MOST, &r->arena);
    struct pxed_capture capture;
    const char *wrong = file.ptr         ? pxed_capture_begin(file, &capture)
                        : errno == EFBIG ? "larger than 256 MiB"
                                         : strerror(errno);
    int rc = CLI_NO;
    if (wrong) {
        fprintf(stderr, "pxed replay: %s: %s\n", path, wrong);
    } else {
        r->answers = pxed_xalloc(sizeof(*r->answers));
        r->n_answers = 1;
        take_frames(r, &capture);
        rc = replay_show(r);
    }
    free(r->questions);
    free(r->answers);
    return rc;
}

int cli_replay(int argc, char **argv) {
    static const char *const states[] = {"armed", "installed", NULL};
    struct replay r = {.record = {.state = LIFECYCLE_ARMED, .tries = 1, .right = LIFECYCLE_BLANK}};
    const char *ini = cli_default_ini(), *path = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            ini = argv[++i];
        else if (strcmp(argv[i], "--as") == 0 && i + 1 < argc && strcmp(argv[i + 1], "installed") == 0)
            r.record = (struct lifecycle_record){.state = LIFECYCLE_INSTALLED}, i++;
        else if (strcmp(argv[i], "--as") == 0 && i + 1 < argc && strcmp(argv[i + 1], "armed") == 0)
            i++;
        else if (strcmp(argv[i], "--as") == 0 && i + 1 < argc)
            return cli_no_word("--as", argv[i + 1], states, NULL);
        else if (argv[i][0] != '-' && !path)
            path = argv[i];
        else
            return cli_usage();
    }
    if (!path)
        return cli_usage();
    offline_load(&r.o, ini, CATALOGUE_ALL); /* with loaders and interfaces */
    int rc = CLI_NO;
    if (r.o.catalogue)
        rc = replay_file(&r, path);
    else
        cli_print_diags(stderr, &r.o.diags);
    pxed_arena_clear(&r.arena);
    offline_free(&r.o);
    return rc;
}
