/* Many TFTP transfers at once, every block compared with the file; one line of key=value. */
#include "tftp.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

static const char usage[] =
    "tftp-load -s SERVER [-a FIRST] -f NAME -R FILE [-c CLIENTS] [-n TRANSFERS] [-b BLKSIZE] [-w "
    "WINDOWSIZE] [-l LOSS%] [-t SECONDS]\n"
    "  -a: each client has an address of its own, from FIRST on";

static struct {
    struct tftp_way way;
    int clients, transfers;
    uint32_t from;
    double seconds;
    struct tftp *all;
    int epoll, started, live, done, failed;
    uint64_t bytes, packets, timeouts, duplicates;
    int block_size, window;
    struct samples took;
    char why[LOAD_WHY];
} run = {.way = {.block_size = 1428, .window = 1, .timeout = 1}, .clients = 1, .seconds = 60};

static void arguments(int count, char **list) {
    run.way.server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(69)};
    for (int c; (c = getopt(count, list, "s:a:f:R:c:n:b:w:l:t:")) != -1;)
        switch (c) {
        case 's':
            run.way.server.sin_addr.s_addr = load_address(optarg);
            break;
        case 'a':
            run.from = load_address(optarg);
            break;
        case 'f':
            run.way.file = optarg;
            break;
        case 'R':
            run.way.whole = load_file(optarg);
            break;
        case 'c':
            run.clients = atoi(optarg);
            break;
        case 'n':
            run.transfers = atoi(optarg);
            break;
        case 'b':
            run.way.block_size = atoi(optarg);
            break;
        case 'w':
            run.way.window = atoi(optarg);
            break;
        case 'l':
            run.way.loss = atof(optarg) / 100;
            break;
        case 't':
            run.seconds = atof(optarg);
            break;
        default:
            load_usage(usage);
        }
    if (!run.way.file || !run.way.whole.at || !run.way.server.sin_addr.s_addr || run.clients < 1)
        load_usage(usage);
    if (run.transfers < run.clients)
        run.transfers = run.clients;
}

static void launch(int i) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
    tftp_start(&run.all[i], &run.way, load_address_after(run.from, (uint32_t)i));
    if (epoll_ctl(run.epoll, EPOLL_CTL_ADD, run.all[i].fd, &event) < 0)
        load_die("epoll_ctl");
    run.started++;
    run.live++;
}

/* The transfer's end: counts it and starts the next. */
static void land(int i) {
    struct tftp *x = &run.all[i];
    run.bytes += x->bytes;
    run.packets += x->packets;
    run.timeouts += x->timeouts;
    run.duplicates += x->duplicates;
    if (x->state == TFTP_DONE) {
        run.done++;
        run.block_size = x->block_size;
        run.window = x->window;
        samples_add(&run.took, (x->ended - x->begun) * 1e3);
    } else {
        run.failed++;
        load_why(run.why, x->why);
    }
    close(x->fd);
    x->fd = -1;
    run.live--;
    if (run.started < run.transfers)
        launch(i);
}

static void look_at_clocks(double now, bool over) {
    if (over)
        run.started = run.transfers; // no further one
    for (int i = 0; i < run.clients; i++) {
        struct tftp *x = &run.all[i];
        if (x->fd < 0)
            continue;
        if (over)
            tftp_fail(x, "time limit");
        if (tftp_tick(x, &run.way, now) >= TFTP_DONE)
            land(i);
    }
}

static void transfer_all(void) {
    struct epoll_event event[256];
    double begun = load_now(), looked = begun;
    for (int i = 0; i < run.clients; i++)
        launch(i);
    while (run.live > 0) {
        int n = epoll_wait(run.epoll, event, 256, 5);
        for (int k = 0; k < n; k++) {
            int i = (int)event[k].data.u32;
            if (run.all[i].fd >= 0 && tftp_readable(&run.all[i], &run.way) >= TFTP_DONE)
                land(i);
        }
        double now = load_now();
        if (now - looked > 0.01) {
            looked = now;
            look_at_clocks(now, now - begun > run.seconds);
        }
    }
}

int main(int count, char **list) {
    arguments(count, list);
    load_many_files();
    run.epoll = epoll_create1(EPOLL_CLOEXEC);
    run.all = calloc((size_t)run.clients, sizeof *run.all);
    if (run.epoll < 0 || !run.all)
        load_die("start");
    double begun = load_now();
    transfer_all();
    double took = load_now() - begun;
    printf("done=%d failed=%d MB=%.3f MB_s=%.2f files_s=%.1f blksize=%d window=%d p50_ms=%.2f p99_ms=%.2f packets=%llu "
           "timeouts=%llu duplicates=%llu client_cpu_s=%.3f why=%s\n",
           run.done, run.failed, (double)run.bytes / 1e6, (double)run.bytes / 1e6 / took, run.done / took,
           run.block_size, run.window, samples_at(&run.took, 50), samples_at(&run.took, 99),
           (unsigned long long)run.packets, (unsigned long long)run.timeouts, (unsigned long long)run.duplicates,
           load_cpu(), *run.why ? run.why : "-");
    return run.failed ? 1 : 0;
}
