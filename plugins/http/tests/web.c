/* Sockets and curl against the served plugin: what its tests share. */
#include "web.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "suite.h"

struct served served;

double web_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void web_put(const char *name, mode_t mode, const char *text) {
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", served.dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    ck_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    fchmod(fd, mode);
    close(fd);
}

static void put_big(void) {
    char path[256];
    unsigned char *bytes = malloc(BIG);
    unsigned x = 12345;
    for (size_t i = 0; i < BIG; i++, x = x * 1664525 + 1013904223)
        bytes[i] = (unsigned char)(x >> 24);
    snprintf(path, sizeof(path), "%s/big", served.dir);
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    ck_assert(write(fd, bytes, BIG) == BIG);
    close(fd);
    free(bytes);
}

static void start(const char *timeout, const char *workers) {
    served.workers = workers;
    served_prepare(&served);
    put_big();
    char text[601];
    memset(text, 'k', 600);
    text[600] = '\0';
    web_put("ks600", 0644, text);
    web_put("empty", 0644, "");
    char *large = calloc(1, 100001);
    memset(large, 'L', 100000);
    web_put("large", 0644, large);
    free(large);
    served_start(&served, timeout);
}

void web_start_with(const char *timeout) {
    start(timeout, NULL);
}

void web_start(void) {
    start("2000", NULL);
}

void web_start_workers(void) {
    start("2000", "2");
}

void web_stop(void) {
    char command[128];
    int status = served_stop(&served);
    snprintf(command, sizeof(command), "rm -rf %s", served.dir);
    (void)!system(command);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the server ended with status %x", (unsigned)status);
}

int web_tcp(void) {
    struct sockaddr_in in = {
        .sin_family = AF_INET, .sin_port = htons(served.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval t = {.tv_sec = 15};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
    return fd;
}

int web_unix(void) {
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(un.sun_path, served.socket);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&un, sizeof(un)), 0);
    return fd;
}

void web_say(int fd, const char *text) {
    ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Reads one answer; its body's length is Content-Length unless `head`. Returns the status, 0 at the end. */
int web_hear(int fd, bool head, char *body, size_t cap, char *headers) {
    char text[8192];
    size_t n = 0;
    while (n < sizeof(text) - 1 && (n < 4 || memcmp(text + n - 4, "\r\n\r\n", 4) != 0))
        if (recv(fd, text + n, 1, 0) != 1)
            return 0;
        else
            n++;
    text[n] = '\0';
    if (headers)
        strcpy(headers, text);
    const char *length = strstr(text, "Content-Length: ");
    size_t want = length && !head ? strtoull(length + 16, NULL, 10) : 0, got = 0;
    char waste[4096];
    while (got < want) {
        bool fits = got + 1 < cap;
        ssize_t r = recv(fd, fits ? body + got : waste,
                         fits ? (want - got < cap - got - 1 ? want - got : cap - got - 1)
                              : (want - got < sizeof(waste) ? want - got : sizeof(waste)),
                         0);
        if (r <= 0)
            return -1;
        got += (size_t)r;
    }
    if (cap > 0)
        body[got < cap ? got : cap - 1] = '\0';
    return atoi(text + 9);
}

int web_ask(const char *path, char *body, size_t cap, char *headers) {
    char request[1024];
    int fd = web_tcp();
    snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\nUser-Agent: iPXE/1.0\r\n\r\n", path);
    web_say(fd, request);
    int status = web_hear(fd, false, body, cap, headers);
    ck_assert_int_eq(recv(fd, request, 1, 0), 0); /* HTTP/1.0: closed */
    close(fd);
    return status;
}

long web_stat(const char *key) {
    char text[16384], pattern[64];
    ck_assert_int_eq(web_ask("/stats", text, sizeof(text), NULL), 200);
    snprintf(pattern, sizeof(pattern), "%s=", key);
    char *at = strstr(text, pattern);
    return at ? strtol(at + strlen(pattern), NULL, 10) : 0;
}

void web_why(char *ret, size_t cap) {
    char text[16384];
    web_ask("/stats", text, sizeof(text), NULL);
    snprintf(ret, cap, "%s", strstr(text, "why=") + 4);
}

/* The output of a shell command; $U is the server's URL, $D the test folder. */
void web_shell(const char *command, char *out, size_t cap) {
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u", served.port);
    setenv("U", url, 1);
    setenv("D", served.dir, 1);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u", served.service_port);
    setenv("S", url, 1);
    FILE *f = popen(command, "r");
    size_t got = fread(out, 1, cap - 1, f);
    out[got] = '\0';
    ck_assert_msg(pclose(f) == 0, "%s: %s", command, out);
}
