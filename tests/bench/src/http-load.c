/* Many HTTP connections that ask without a pause, every byte of every answer compared; one line of key=value. */
#include "http.h"
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static const char usage[] =
    "http-load -s SERVER [-a FIRST] -u PATH [-p PORT] [-A CA] [-R FILE | -E TEXT] [-m FIRST -n HOSTS] [-c CONNECTIONS] "
    "[-t "
    "SECONDS] [-C]\n"
    "  %s in PATH: the hardware address of a random one of the machines FIRST to FIRST + HOSTS - 1; in TEXT, which the "
    "answer\n"
    "  must contain, the same with dashes   -A: with TLS, certificates of this CA   -C: a connection for each request\n"
    "  -a: each connection has an address of its own, from FIRST on   -o: each machine once, in order";

static struct {
    struct sockaddr_in server;
    const char *path, *text;
    struct http_want want;
    SSL_CTX *tls;
    uint32_t from, first, hosts;
    int connections;
    double seconds;
    bool close, once;
    uint64_t asks;
    int epoll;
    struct http *all;
    double *asked;
    uint32_t *machine;
    uint64_t *bytes; /* of each, over all its connections */
    uint64_t done, failed;
    struct samples took;
    char why[LOAD_WHY];
} run = {.connections = 1, .seconds = 5, .hosts = 1};

static SSL_CTX *trust(const char *ca) {
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
    if (!tls || !SSL_CTX_load_verify_file(tls, ca)) {
        fprintf(stderr, "%s is no certificate of a CA\n", ca);
        exit(2);
    }
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
    return tls;
}

static void arguments(int count, char **list) {
    int port = 80;
    run.server = (struct sockaddr_in){.sin_family = AF_INET};
    for (int c; (c = getopt(count, list, "s:a:u:p:A:R:E:m:n:c:t:Co")) != -1;)
        switch (c) {
        case 's':
            run.server.sin_addr.s_addr = load_address(optarg);
            break;
        case 'a':
            run.from = load_address(optarg);
            break;
        case 'u':
            run.path = optarg;
            break;
        case 'p':
            port = atoi(optarg);
            break;
        case 'A':
            run.tls = trust(optarg);
            break;
        case 'R':
            run.want.whole = load_file(optarg);
            break;
        case 'E':
            run.text = optarg;
            break;
        case 'm':
            run.first = (uint32_t)strtoul(optarg, NULL, 0);
            break;
        case 'n':
            run.hosts = (uint32_t)atoi(optarg);
            break;
        case 'c':
            run.connections = atoi(optarg);
            break;
        case 't':
            run.seconds = atof(optarg);
            break;
        case 'C':
            run.close = true;
            break;
        case 'o':
            run.once = true;
            break;
        default:
            load_usage(usage);
        }
    run.server.sin_port = htons((uint16_t)port);
    if (!run.path || !run.server.sin_addr.s_addr || run.connections < 1 || !run.hosts ||
        (!run.text && !run.want.whole.at))
        load_usage(usage);
}

/* TEXT with the machine's address where it has %s. */
static void fill(char *out, size_t room, const char *text, uint32_t machine, char between) {
    uint8_t mac[6];
    char name[LOAD_MAC_TEXT];
    const char *place = strstr(text, "%s");
    load_mac(mac, machine);
    load_mac_text(name, mac, between);
    snprintf(out, room, "%.*s%s%s", place ? (int)(place - text) : (int)strlen(text), text, place ? name : "",
             place ? place + 2 : "");
}

static void ask(int i, double now) {
    char path[256];
    run.asked[i] = now;
    run.machine[i] = run.first + (uint32_t)(run.once ? run.asks % run.hosts : load_random_word() % run.hosts);
    run.asks++;
    fill(path, sizeof path, run.path, run.machine[i], ':');
    http_ask(&run.all[i], path, run.close, run.want);
}

static void open_one(int i, double now) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u32 = (uint32_t)i};
    http_open(&run.all[i], &run.server, load_address_after(run.from, (uint32_t)i), run.tls);
    if (epoll_ctl(run.epoll, EPOLL_CTL_ADD, run.all[i].fd, &event) < 0)
        load_die("epoll_ctl");
    ask(i, now);
}

static bool right(int i) {
    char text[256];
    if (!run.text)
        return true;
    fill(text, sizeof text, run.text, run.machine[i], '-');
    return strstr(run.all[i].body, text) != NULL;
}

/* An answer, or the end of all hope for one; the connection goes on or is made anew. */
static void answered(int i, double now) {
    struct http *h = &run.all[i];
    if (h->state == HTTP_DONE && !right(i)) {
        h->state = HTTP_FAILED;
        load_why(h->why, "another text");
    }
    if (h->state == HTTP_DONE) {
        run.done++;
        samples_add(&run.took, (now - run.asked[i]) * 1e3);
    } else {
        run.failed++;
        load_why(run.why, h->why);
    }
    if (h->state == HTTP_DONE && !h->closes) {
        ask(i, now);
        return;
    }
    run.bytes[i] += h->total;
    http_close(h);
    open_one(i, now);
}

/* An event of one connection. The edge is asked for again where a turn ends before the socket is empty. */
static void turn(int i) {
    struct http *h = &run.all[i];
    if (http_go(h) >= HTTP_DONE) {
        answered(i, load_now());
        http_go(h);
    }
    if (h->unfinished || h->state >= HTTP_DONE)
        epoll_ctl(run.epoll, EPOLL_CTL_MOD, h->fd,
                  &(struct epoll_event){.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u32 = (uint32_t)i});
}

/* Seconds without an event of any connection, after which all have failed. */
enum { SILENCE = 10 };

static void ask_all(double begun) {
    struct epoll_event event[256];
    double now = begun, heard = begun;
    for (int i = 0; i < run.connections; i++)
        open_one(i, now);
    while (now - begun < run.seconds && run.failed < 1000 && !(run.once && run.done + run.failed >= run.hosts)) {
        int n = epoll_wait(run.epoll, event, 256, 20);
        now = load_now();
        if (n > 0)
            heard = now;
        if (now - heard > SILENCE) {
            run.failed++;
            load_why(run.why, "silence");
            return;
        }
        for (int k = 0; k < n; k++)
            turn((int)event[k].data.u32);
    }
}

/* The bytes of all, and how much the least served connection got of an equal share. */
static uint64_t count_bytes(double *ret_least) {
    uint64_t sum = 0, least = UINT64_MAX;
    for (int i = 0; i < run.connections; i++) {
        uint64_t own = run.bytes[i] + run.all[i].total;
        sum += own;
        if (own < least)
            least = own;
    }
    *ret_least = sum ? (double)least * run.connections / (double)sum : 0;
    return sum;
}

int main(int count, char **list) {
    arguments(count, list);
    load_many_files();
    signal(SIGPIPE, SIG_IGN);
    size_t n = (size_t)run.connections;
    run.epoll = epoll_create1(EPOLL_CLOEXEC);
    run.all = calloc(n, sizeof *run.all);
    run.asked = calloc(n, sizeof *run.asked);
    run.machine = calloc(n, sizeof *run.machine);
    run.bytes = calloc(n, sizeof *run.bytes);
    if (run.epoll < 0 || !run.all || !run.asked || !run.machine || !run.bytes)
        load_die("start");
    double begun = load_now(), least;
    ask_all(begun);
    double took = load_now() - begun;
    uint64_t bytes = count_bytes(&least);
    printf("answers=%llu failed=%llu requests_s=%.1f MB=%.3f MB_s=%.2f share=%.2f p50_ms=%.3f p99_ms=%.3f "
           "client_cpu_s=%.3f why=%s\n",
           (unsigned long long)run.done, (unsigned long long)run.failed, (double)run.done / took, (double)bytes / 1e6,
           (double)bytes / 1e6 / took, least, samples_at(&run.took, 50), samples_at(&run.took, 99), load_cpu(),
           *run.why ? run.why : "-");
    return run.failed || (!run.done && !bytes);
}
