/* What every load generator needs: see load.h. */
#include "load.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

double load_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double load_cpu(void) {
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e-6;
}

void load_die(const char *what) {
    perror(what);
    exit(2);
}

void load_usage(const char *text) {
    fprintf(stderr, "usage: %s\n", text);
    exit(2);
}

static uint64_t load_random_step(void) {
    static uint64_t state;
    if (!state)
        state = ((uint64_t)getpid() << 32 | (uint64_t)time(NULL)) * 2654435761u | 1;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

double load_random(void) {
    return (double)(load_random_step() >> 11) / 9007199254740992.0; // 2^53
}

uint32_t load_random_word(void) {
    return (uint32_t)(load_random_step() >> 32);
}

void samples_add(struct samples *all, double ms) {
    if (all->count == all->room) {
        all->room = all->room ? all->room * 2 : 1024;
        all->value = realloc(all->value, all->room * sizeof *all->value);
        if (!all->value)
            load_die("memory");
    }
    all->value[all->count++] = ms;
}

static int samples_compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double samples_at(struct samples *all, double percent) {
    if (!all->count)
        return -1;
    qsort(all->value, all->count, sizeof *all->value, samples_compare);
    return all->value[(size_t)(percent / 100 * (double)(all->count - 1) + 0.5)];
}

struct load_bytes load_file(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        load_die(path);
    void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (at == MAP_FAILED)
        load_die(path);
    close(fd);
    return (struct load_bytes){at, (size_t)st.st_size};
}

uint32_t load_address(const char *text) {
    struct in_addr address;
    if (inet_pton(AF_INET, text, &address) != 1) {
        fprintf(stderr, "%s is no IPv4 address\n", text);
        exit(2);
    }
    return address.s_addr;
}

uint32_t load_address_after(uint32_t first, uint32_t n) {
    return first ? htonl(ntohl(first) + n) : 0;
}

int load_udp(uint32_t address, int port, int buffer) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0)
        load_die("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (buffer && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) < 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = address};
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        load_die("bind");
    return fd;
}

void load_many_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

void load_mac(uint8_t mac[6], uint32_t number) {
    uint32_t low = number * 2654435761u; // odd, so no two numbers get the same address
    mac[0] = 0x52;
    mac[1] = 0x54;
    for (int i = 0; i < 4; i++)
        mac[2 + i] = (uint8_t)(low >> (24 - 8 * i));
}

void load_mac_text(char text[LOAD_MAC_TEXT], const uint8_t mac[6], char between) {
    snprintf(text, LOAD_MAC_TEXT, "%02x%c%02x%c%02x%c%02x%c%02x%c%02x", mac[0], between, mac[1], between, mac[2],
             between, mac[3], between, mac[4], between, mac[5]);
}

void load_why(char why[LOAD_WHY], const char *reason) {
    if (*why)
        return;
    snprintf(why, LOAD_WHY, "%s", reason);
    for (char *c = why; *c; c++)
        if (*c <= ' ' || *c == '=' || *c > '~')
            *c = '_';
}
