/* Many DHCP clients behind relays: DISCOVER, OFFER, REQUEST, ACK for each, or the first two; one line of key=value.
 * Leases must be distinct, what was offered, and of the relay's net. */
#include "dhcp.h"
#include "load.h"
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char usage[] =
    "dhcp-load -s SERVER -g GIADDR [-N NETS] [-n CLIENTS] [-b FIRST] [-w OUTSTANDING | -r RATE] [-t SECONDS] [-d]\n"
    "  -N: relays of as many nets, 256 addresses apart   -d: only DISCOVER and OFFER";

enum { TRIES = 4, REFUSALS = 20, BATCH = 64, ANSWER = 1600 };
static const double timeout = 1;

enum state { UNBORN, DISCOVERING, REQUESTING, LEASED, LOST };
struct client {
    enum state state;
    int tries, refusals;
    uint32_t address, server;
    double begun;
    unsigned turn; /* of its time-outs: older ones mean nothing */
};
struct alarm {
    double at;
    uint32_t client;
    unsigned turn;
};

static struct {
    uint32_t giaddr, nets, clients, first, outstanding;
    double rate, seconds;
    bool discover_only;
    struct sockaddr_in server;
    int fd;
    uint32_t xid; /* of client 0 */
    struct client *all;
    struct alarm *alarm; /* a ring in order of time */
    size_t alarm_next, alarm_end, alarm_room;
    uint32_t asked, live, leased, failed;
    uint64_t retransmitted, refused, changed, foreign, strange;
    double last; /* when the last lease came */
    struct samples took;
    char why[LOAD_WHY];
} run = {.nets = 1, .clients = 1000, .outstanding = 64, .seconds = 60};

static void arguments(int count, char **list) {
    run.server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(67)};
    for (int c; (c = getopt(count, list, "s:g:N:n:b:w:r:t:d")) != -1;)
        switch (c) {
        case 's':
            run.server.sin_addr.s_addr = load_address(optarg);
            break;
        case 'g':
            run.giaddr = ntohl(load_address(optarg));
            break;
        case 'N':
            run.nets = (uint32_t)atoi(optarg);
            break;
        case 'n':
            run.clients = (uint32_t)atoi(optarg);
            break;
        case 'b':
            run.first = (uint32_t)strtoul(optarg, NULL, 0);
            break;
        case 'w':
            run.outstanding = (uint32_t)atoi(optarg);
            break;
        case 'r':
            run.rate = atof(optarg);
            break;
        case 't':
            run.seconds = atof(optarg);
            break;
        case 'd':
            run.discover_only = true;
            break;
        default:
            load_usage(usage);
        }
    if (!run.server.sin_addr.s_addr || !run.giaddr || !run.clients || !run.nets)
        load_usage(usage);
}

static uint32_t relay_of(uint32_t client) {
    return run.giaddr + (client % run.nets) * 256;
}

static struct {
    uint8_t message[BATCH][DHCP_ROOM];
    struct iovec part[BATCH];
    struct mmsghdr header[BATCH];
    int count;
} out;

static void send_all(void) {
    for (int sent = 0; sent < out.count;) {
        int n = sendmmsg(run.fd, out.header + sent, (unsigned)(out.count - sent), 0);
        if (n > 0)
            sent += n;
        else if (errno == EAGAIN || errno == ENOBUFS)
            poll(&(struct pollfd){run.fd, POLLOUT, 0}, 1, 10);
        else
            load_die("send");
    }
    out.count = 0;
}

static void ask(uint32_t i, double now) {
    struct client *c = &run.all[i];
    struct dhcp_ask ask = {
        .type = DHCP_DISCOVER, .xid = run.xid + i, .number = run.first + i, .giaddr = htonl(relay_of(i))};
    if (c->state == REQUESTING) {
        ask.type = DHCP_REQUEST;
        ask.requested = c->address;
        ask.server = c->server;
    }
    int k = out.count++;
    out.part[k] = (struct iovec){out.message[k], dhcp_build(out.message[k], &ask)};
    out.header[k].msg_hdr = (struct msghdr){
        .msg_name = &run.server, .msg_namelen = sizeof run.server, .msg_iov = &out.part[k], .msg_iovlen = 1};
    c->turn++;
    run.alarm[run.alarm_end] = (struct alarm){now + timeout, i, c->turn};
    run.alarm_end = (run.alarm_end + 1) % run.alarm_room;
    if (out.count == BATCH)
        send_all();
}

static void again(uint32_t i, enum state state, double now) {
    run.all[i].state = state;
    run.all[i].tries = 0;
    ask(i, now);
}

static void give_up(uint32_t i, const char *why) {
    run.all[i].state = LOST;
    run.failed++;
    run.live--;
    load_why(run.why, why);
}

static void finish(uint32_t i, double now) {
    struct client *c = &run.all[i];
    c->state = LEASED;
    run.leased++;
    run.live--;
    run.last = now;
    samples_add(&run.took, (now - c->begun) * 1e3);
}

static void take(uint32_t i, const struct dhcp_answer *answer, double now) {
    struct client *c = &run.all[i];
    if (answer->type == DHCP_OFFER && c->state == DISCOVERING) {
        c->address = answer->yiaddr;
        c->server = answer->server;
        if (run.discover_only)
            finish(i, now);
        else
            again(i, REQUESTING, now);
    } else if (answer->type == DHCP_ACK && c->state == REQUESTING) {
        run.changed += answer->yiaddr != c->address;
        run.foreign += run.nets > 1 && (ntohl(answer->yiaddr) ^ relay_of(i)) >= 256;
        c->address = answer->yiaddr;
        finish(i, now);
    } else if (answer->type == DHCP_NAK && c->state == REQUESTING) {
        run.refused++;
        if (++c->refusals < REFUSALS)
            again(i, DISCOVERING, now);
        else
            give_up(i, "refused (NAK)");
    }
}

static void receive_all(void) {
    static uint8_t in[BATCH][ANSWER];
    struct iovec part[BATCH];
    struct mmsghdr header[BATCH];
    int n;
    do {
        for (int k = 0; k < BATCH; k++) {
            part[k] = (struct iovec){in[k], ANSWER};
            header[k].msg_hdr = (struct msghdr){.msg_iov = &part[k], .msg_iovlen = 1};
        }
        n = recvmmsg(run.fd, header, BATCH, MSG_DONTWAIT, NULL);
        double now = load_now();
        for (int k = 0; k < n; k++) {
            struct dhcp_answer answer;
            uint8_t mac[6];
            if (!dhcp_parse(&answer, in[k], header[k].msg_len) || answer.xid - run.xid >= run.clients) {
                run.strange++;
                continue;
            }
            load_mac(mac, run.first + (answer.xid - run.xid));
            if (memcmp(mac, answer.mac, sizeof mac) == 0)
                take(answer.xid - run.xid, &answer, now);
            else
                run.strange++;
        }
    } while (n == BATCH);
}

static void look_at_alarms(double now) {
    while (run.alarm_next != run.alarm_end && run.alarm[run.alarm_next].at <= now) {
        struct alarm alarm = run.alarm[run.alarm_next];
        struct client *c = &run.all[alarm.client];
        run.alarm_next = (run.alarm_next + 1) % run.alarm_room;
        if (c->turn != alarm.turn || c->state >= LEASED)
            continue;
        if (++c->tries >= TRIES) {
            give_up(alarm.client, "no answer");
        } else {
            run.retransmitted++;
            ask(alarm.client, now);
        }
    }
}

static bool may_begin(double elapsed) {
    if (run.asked == run.clients)
        return false;
    return run.rate > 0 ? run.asked < elapsed * run.rate : run.live < run.outstanding;
}

static void lease_all(double begun) {
    double now = begun;
    while (run.leased + run.failed < run.clients && now - begun < run.seconds) {
        while (may_begin(now - begun)) {
            uint32_t i = run.asked++;
            run.live++;
            run.all[i].begun = now;
            again(i, DISCOVERING, now);
        }
        send_all();
        poll(&(struct pollfd){run.fd, POLLIN, 0}, 1, run.rate > 0 ? 1 : 5);
        receive_all();
        now = load_now();
        look_at_alarms(now);
        send_all();
    }
}

static int compare_addresses(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* How many leases are of an address that another client has, too. */
static size_t count_twice(void) {
    uint32_t *list = calloc(run.clients, sizeof *list);
    size_t n = 0, twice = 0;
    if (!list)
        load_die("memory");
    for (uint32_t i = 0; i < run.clients; i++)
        if (run.all[i].state == LEASED && run.all[i].address)
            list[n++] = run.all[i].address;
    qsort(list, n, sizeof *list, compare_addresses);
    for (size_t i = 1; i < n; i++)
        twice += list[i] == list[i - 1];
    free(list);
    return twice;
}

int main(int count, char **list) {
    arguments(count, list);
    run.alarm_room = (size_t)run.clients * (TRIES + REFUSALS) * 2 + 1;
    run.all = calloc(run.clients, sizeof *run.all);
    run.alarm = calloc(run.alarm_room, sizeof *run.alarm);
    if (!run.all || !run.alarm)
        load_die("memory");
    run.xid = load_random_word() & 0x3fffffff;
    run.fd = load_udp(run.nets > 1 ? INADDR_ANY : htonl(run.giaddr), 67, 16 << 20);
    double begun = load_now();
    lease_all(begun);
    double took = (run.leased ? run.last : load_now()) - begun;
    size_t twice = run.discover_only ? 0 : count_twice();
    if (twice || run.changed || run.foreign)
        load_why(run.why, twice         ? "an address leased twice"
                          : run.changed ? "another address than offered"
                                        : "an address of another net");
    printf("leases=%u asked=%u failed=%u leases_s=%.0f secs=%.3f retrans=%llu naks=%llu twice=%zu changed=%llu "
           "foreign=%llu "
           "strange=%llu p50_ms=%.3f p90_ms=%.3f p99_ms=%.3f max_ms=%.2f client_cpu_s=%.3f why=%s\n",
           run.leased, run.asked, run.failed, run.leased / took, took, (unsigned long long)run.retransmitted,
           (unsigned long long)run.refused, twice, (unsigned long long)run.changed, (unsigned long long)run.foreign,
           (unsigned long long)run.strange, samples_at(&run.took, 50), samples_at(&run.took, 90),
           samples_at(&run.took, 99), samples_at(&run.took, 100), load_cpu(), *run.why ? run.why : "-");
    return *run.why || !run.leased;
}
