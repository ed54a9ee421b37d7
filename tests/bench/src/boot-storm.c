/* Machines that boot at once, each through the whole chain: DHCP as a PXE ROM, its loader by TFTP, DHCP as iPXE, the
 * boot script by HTTP, the kernel and the initrd that the script names; from the address that it was leased. Everything
 * that arrives is compared. One line of key=value. */
#include "dhcp.h"
#include "http.h"
#include "load.h"
#include "tftp.h"
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char usage[] = "boot-storm -s SERVER -g GIADDR -n MACHINES -b FIRST -u /PATH?mac=%s -f LOADER -L "
                            "LOADER_FILE -K KERNEL_FILE -I INITRD_FILE\n"
                            "           [-k BYTES] [-t SECONDS]    -k: no more than so many bytes of kernel and initrd";

enum stage {
    OFF,
    DISCOVER,
    REQUEST,
    LOADER,
    DISCOVER_AGAIN,
    REQUEST_AGAIN,
    SCRIPT,
    KERNEL,
    INITRD,
    BOOTED,
    FAILED,
    STAGES
};
static const char *const stage_name[STAGES] = {"off",    "discover", "request", "tftp",   "discover2", "request2",
                                               "script", "kernel",   "initrd",  "booted", "failed"};
enum { TRIES = 6, REFUSALS = 20, HTTP_PATIENCE = 30 };
enum kind { OF_DHCP, OF_TFTP, OF_HTTP };

struct machine {
    enum stage stage;
    int tries, refusals;
    uint32_t address, server;
    double begun, entered, deadline; /* of all, of this stage; when the stage is tried again or given up */
    struct tftp tftp;
    struct http http;
    char kernel[256], initrd[256]; /* paths */
};

static struct {
    uint32_t giaddr, machines, first;
    struct sockaddr_in dhcp, web;
    struct tftp_way tftp;
    const char *path;
    struct http_want kernel, initrd;
    double seconds;
    int fd, epoll;
    uint32_t xid;
    struct machine *all;
    uint32_t booted, failed;
    uint64_t retransmitted, refused, moved, bytes;
    struct samples took[STAGES];
    char why[LOAD_WHY];
} run = {.seconds = 100, .tftp = {.block_size = 1428, .window = 1, .timeout = 1}};

static void arguments(int count, char **list) {
    uint32_t server = 0;
    for (int c; (c = getopt(count, list, "s:g:n:b:u:f:L:K:I:k:t:")) != -1;)
        switch (c) {
        case 's':
            server = load_address(optarg);
            break;
        case 'g':
            run.giaddr = load_address(optarg);
            break;
        case 'n':
            run.machines = (uint32_t)atoi(optarg);
            break;
        case 'b':
            run.first = (uint32_t)strtoul(optarg, NULL, 0);
            break;
        case 'u':
            run.path = optarg;
            break;
        case 'f':
            run.tftp.file = optarg;
            break;
        case 'L':
            run.tftp.whole = load_file(optarg);
            break;
        case 'K':
            run.kernel.whole = load_file(optarg);
            break;
        case 'I':
            run.initrd.whole = load_file(optarg);
            break;
        case 'k':
            run.kernel.cap = run.initrd.cap = strtoull(optarg, NULL, 10);
            break;
        case 't':
            run.seconds = atof(optarg);
            break;
        default:
            load_usage(usage);
        }
    if (!server || !run.giaddr || !run.machines || !run.path || !run.tftp.file || !run.tftp.whole.at ||
        !run.kernel.whole.at || !run.initrd.whole.at)
        load_usage(usage);
    run.dhcp = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(67), .sin_addr.s_addr = server};
    run.web = run.tftp.server = run.dhcp;
    run.web.sin_port = htons(80);
    run.tftp.server.sin_port = htons(69);
}

static void watch(int fd, enum kind kind, uint32_t i, uint32_t events) {
    struct epoll_event event = {.events = events, .data.u64 = (uint64_t)kind << 32 | i};
    if (epoll_ctl(run.epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        load_die("epoll_ctl");
}

static void enter(struct machine *m, enum stage stage, double now) {
    samples_add(&run.took[m->stage], (now - m->entered) * 1e3);
    m->stage = stage;
    m->entered = now;
    m->tries = 0;
}

static void fall(struct machine *m, const char *why) {
    char text[LOAD_WHY];
    snprintf(text, sizeof text, "%s: %.40s", stage_name[m->stage], why);
    load_why(run.why, text);
    if (m->stage == LOADER)
        close(m->tftp.fd);
    if (m->stage >= SCRIPT)
        http_close(&m->http);
    m->stage = FAILED;
    run.failed++;
}

/* --- DHCP */

static void dhcp_send(uint32_t i, double now) {
    struct machine *m = &run.all[i];
    bool request = m->stage == REQUEST || m->stage == REQUEST_AGAIN;
    uint8_t out[DHCP_ROOM];
    struct dhcp_ask ask = {.type = request ? DHCP_REQUEST : DHCP_DISCOVER,
                           .xid = run.xid + i,
                           .number = run.first + i,
                           .giaddr = run.giaddr,
                           .requested = request ? m->address : 0,
                           .server = request ? m->server : 0,
                           .ipxe = m->stage >= DISCOVER_AGAIN};
    size_t length = dhcp_build(out, &ask);
    (void)sendto(run.fd, out, length, 0, (struct sockaddr *)&run.dhcp, sizeof run.dhcp); // the timer repeats it
    double wait = 1 << (m->tries < 4 ? m->tries : 4);
    m->deadline = now + wait * (0.75 + load_random() / 2); // RFC 2131 4.1: doubled, with a random part
}

static void script_ask(uint32_t i);

static void dhcp_acknowledged(uint32_t i, double now) {
    struct machine *m = &run.all[i];
    if (m->stage == REQUEST_AGAIN) {
        enter(m, SCRIPT, now);
        script_ask(i);
        return;
    }
    enter(m, LOADER, now);
    tftp_start(&m->tftp, &run.tftp, m->address);
    watch(m->tftp.fd, OF_TFTP, i, EPOLLIN);
}

static void dhcp_take(uint32_t i, const struct dhcp_answer *answer, double now) {
    struct machine *m = &run.all[i];
    if (answer->type == DHCP_OFFER && (m->stage == DISCOVER || m->stage == DISCOVER_AGAIN)) {
        run.moved += m->stage == DISCOVER_AGAIN && m->address != answer->yiaddr;
        m->address = answer->yiaddr;
        m->server = answer->server;
        enter(m, m->stage + 1, now);
        dhcp_send(i, now);
    } else if (m->stage != REQUEST && m->stage != REQUEST_AGAIN) {
        return;
    } else if (answer->type == DHCP_ACK) {
        dhcp_acknowledged(i, now);
    } else if (answer->type == DHCP_NAK) {
        run.refused++;
        if (++m->refusals > REFUSALS) {
            fall(m, "refused (NAK)");
            return;
        }
        m->stage--;
        m->tries = 0;
        dhcp_send(i, now);
    }
}

static void dhcp_receive(double now) {
    uint8_t in[1600], mac[6];
    ssize_t n;
    while ((n = recv(run.fd, in, sizeof in, 0)) > 0) {
        struct dhcp_answer answer;
        if (!dhcp_parse(&answer, in, (size_t)n) || answer.xid - run.xid >= run.machines)
            continue;
        load_mac(mac, run.first + (answer.xid - run.xid));
        if (memcmp(mac, answer.mac, sizeof mac) == 0)
            dhcp_take(answer.xid - run.xid, &answer, now);
    }
}

/* --- TFTP */

static void tftp_ended(uint32_t i, double now) {
    struct machine *m = &run.all[i];
    run.retransmitted += m->tftp.timeouts;
    if (m->tftp.state == TFTP_FAILED) {
        fall(m, m->tftp.why);
        return;
    }
    close(m->tftp.fd);
    enter(m, DISCOVER_AGAIN, now);
    dhcp_send(i, now);
}

/* --- HTTP */

static void http_begin(uint32_t i, const char *path, struct http_want want) {
    struct machine *m = &run.all[i];
    http_open(&m->http, &run.web, m->address, NULL);
    http_ask(&m->http, path, true, want);
    m->deadline = load_now() + HTTP_PATIENCE;
    watch(m->http.fd, OF_HTTP, i, EPOLLIN | EPOLLOUT | EPOLLET);
}

static void script_ask(uint32_t i) {
    char path[256], name[LOAD_MAC_TEXT];
    uint8_t mac[6];
    const char *place = strstr(run.path, "%s");
    load_mac(mac, run.first + i);
    load_mac_text(name, mac, ':');
    snprintf(path, sizeof path, "%.*s%s%s", place ? (int)(place - run.path) : (int)strlen(run.path), run.path,
             place ? name : "", place ? place + 2 : "");
    http_begin(i, path, (struct http_want){0});
}

/* The path of the first line `word http://HOST/PATH ...` of a script; false if there is none. */
static bool script_path(char out[256], const char *script, const char *word) {
    for (const char *line = script; line; line = strchr(line, '\n')) {
        line += strspn(line, " \n");
        size_t length = strlen(word);
        if (strncmp(line, word, length) != 0 || line[length] != ' ')
            continue;
        const char *url = strstr(line, "http://"), *end = line + strcspn(line, "\n");
        const char *path = url && url < end ? strchr(url + 7, '/') : NULL;
        if (!path || path >= end)
            continue;
        snprintf(out, 256, "%.*s", (int)strcspn(path, " \r\n"), path);
        return true;
    }
    return false;
}

static void script_came(uint32_t i, double now) {
    struct machine *m = &run.all[i];
    if (!script_path(m->kernel, m->http.body, "kernel") || !script_path(m->initrd, m->http.body, "initrd")) {
        fall(m, "a script without kernel and initrd");
        return;
    }
    http_close(&m->http);
    enter(m, KERNEL, now);
    http_begin(i, m->kernel, run.kernel);
}

static void http_came(uint32_t i, double now) {
    struct machine *m = &run.all[i];
    if (m->http.state == HTTP_FAILED) {
        fall(m, m->http.why);
        return;
    }
    run.bytes += m->http.got;
    if (m->stage == SCRIPT) {
        script_came(i, now);
        return;
    }
    http_close(&m->http);
    if (m->stage == KERNEL) {
        enter(m, INITRD, now);
        http_begin(i, m->initrd, run.initrd);
        return;
    }
    enter(m, BOOTED, now);
    samples_add(&run.took[BOOTED], (now - m->begun) * 1e3);
    run.booted++;
}

static void http_event(uint32_t i, double now) {
    struct machine *m = &run.all[i];
    m->deadline = now + HTTP_PATIENCE;
    if (http_go(&m->http) >= HTTP_DONE)
        http_came(i, load_now());
    else if (m->http.unfinished)
        epoll_ctl(
            run.epoll, EPOLL_CTL_MOD, m->http.fd,
            &(struct epoll_event){.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u64 = (uint64_t)OF_HTTP << 32 | i});
}

/* --- the run */

static void look_at_clock(uint32_t i, double now, bool over) {
    struct machine *m = &run.all[i];
    if (m->stage == OFF || m->stage >= BOOTED)
        return;
    if (over) {
        fall(m, "time limit");
    } else if (m->stage == LOADER) {
        if (tftp_tick(&m->tftp, &run.tftp, now) >= TFTP_DONE)
            tftp_ended(i, now);
    } else if (now >= m->deadline) {
        if (m->stage >= SCRIPT || ++m->tries >= TRIES) {
            fall(m, "no answer");
            return;
        }
        run.retransmitted++;
        dhcp_send(i, now);
    }
}

static void handle(const struct epoll_event *event, double now) {
    uint32_t i = (uint32_t)event->data.u64;
    enum kind kind = (enum kind)(event->data.u64 >> 32);
    if (kind == OF_DHCP)
        dhcp_receive(now);
    else if (kind == OF_HTTP && run.all[i].stage >= SCRIPT && run.all[i].stage <= INITRD)
        http_event(i, now);
    else if (kind == OF_TFTP && run.all[i].stage == LOADER && tftp_readable(&run.all[i].tftp, &run.tftp) >= TFTP_DONE)
        tftp_ended(i, now);
}

static void boot_all(double begun) {
    struct epoll_event event[512];
    double looked = begun;
    for (uint32_t i = 0; i < run.machines; i++) {
        struct machine *m = &run.all[i];
        *m = (struct machine){.stage = DISCOVER, .begun = load_now()};
        m->entered = m->begun;
        dhcp_send(i, m->begun);
    }
    while (run.booted + run.failed < run.machines) {
        int n = epoll_wait(run.epoll, event, 512, 5);
        double now = load_now();
        for (int k = 0; k < n; k++)
            handle(&event[k], now);
        if (now - looked < 0.02)
            continue;
        looked = now;
        for (uint32_t i = 0; i < run.machines; i++)
            look_at_clock(i, now, now - begun > run.seconds);
    }
}

int main(int count, char **list) {
    arguments(count, list);
    load_many_files();
    signal(SIGPIPE, SIG_IGN);
    run.xid = load_random_word() & 0x3fffffff;
    run.fd = load_udp(run.giaddr, 67, 16 << 20);
    run.epoll = epoll_create1(EPOLL_CLOEXEC);
    run.all = calloc(run.machines, sizeof *run.all);
    if (run.epoll < 0 || !run.all)
        load_die("start");
    watch(run.fd, OF_DHCP, 0, EPOLLIN);
    double begun = load_now();
    boot_all(begun);
    double took = load_now() - begun;
    printf(
        "booted=%u failed=%u all_s=%.3f MB_s=%.1f retrans=%llu naks=%llu moved=%llu boot_p50_ms=%.1f boot_p99_ms=%.1f",
        run.booted, run.failed, took, (double)run.bytes / 1e6 / took, (unsigned long long)run.retransmitted,
        (unsigned long long)run.refused, (unsigned long long)run.moved, samples_at(&run.took[BOOTED], 50),
        samples_at(&run.took[BOOTED], 99));
    for (int s = DISCOVER; s <= INITRD; s++)
        printf(" %s_p99_ms=%.1f", stage_name[s], samples_at(&run.took[s], 99));
    printf(" client_cpu_s=%.3f why=%s\n", load_cpu(), *run.why ? run.why : "-");
    return run.failed ? 1 : 0;
}
