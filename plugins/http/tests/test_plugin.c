/* The whole plugin on loopback, with a served core, against sockets and curl. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "http_state.h"
#include "served.h"
#include "suite.h"

extern const struct pxed_plugin *pxed_plugin_query_http(uint16_t host_major);

static struct served served;
enum { BIG = 9 * 1024 * 1024 + 123 };

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void put(const char *name, mode_t mode, const char *text) {
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

static void start_with(const char *timeout) {
    served_prepare(&served);
    put_big();
    char text[601];
    memset(text, 'k', 600);
    text[600] = '\0';
    put("ks600", 0644, text);
    put("empty", 0644, "");
    char *large = calloc(1, 100001);
    memset(large, 'L', 100000);
    put("large", 0644, large);
    free(large);
    served_start(&served, timeout);
}

static void start(void) {
    start_with("2000");
}

static void stop(void) {
    char command[128];
    int status = served_stop(&served);
    snprintf(command, sizeof(command), "rm -rf %s", served.dir);
    (void)!system(command);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the server ended with status %x", (unsigned)status);
}

static int connect_tcp(void) {
    struct sockaddr_in in = {
        .sin_family = AF_INET, .sin_port = htons(served.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval t = {.tv_sec = 15};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
    return fd;
}

static int connect_unix(void) {
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(un.sun_path, served.socket);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&un, sizeof(un)), 0);
    return fd;
}

static void say(int fd, const char *text) {
    ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Reads one answer; its body's length is Content-Length unless `head`. Returns the status, 0 at the end. */
static int hear(int fd, bool head, char *body, size_t cap, char *headers) {
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

static int ask(const char *path, char *body, size_t cap, char *headers) {
    char request[1024];
    int fd = connect_tcp();
    snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\nUser-Agent: iPXE/1.0\r\n\r\n", path);
    say(fd, request);
    int status = hear(fd, false, body, cap, headers);
    ck_assert_int_eq(recv(fd, request, 1, 0), 0); /* HTTP/1.0: closed */
    close(fd);
    return status;
}

static long stat_of(const char *key) {
    char text[16384], pattern[64];
    ck_assert_int_eq(ask("/stats", text, sizeof(text), NULL), 200);
    snprintf(pattern, sizeof(pattern), "%s=", key);
    char *at = strstr(text, pattern);
    return at ? strtol(at + strlen(pattern), NULL, 10) : 0;
}

static void why(char *ret, size_t cap) {
    char text[16384];
    ask("/stats", text, sizeof(text), NULL);
    snprintf(ret, cap, "%s", strstr(text, "why=") + 4);
}

/* The output of a shell command; $U is the server's URL, $D the test folder. */
static void shell(const char *command, char *out, size_t cap) {
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u", served.port);
    setenv("U", url, 1);
    setenv("D", served.dir, 1);
    FILE *f = popen(command, "r");
    size_t got = fread(out, 1, cap - 1, f);
    out[got] = '\0';
    ck_assert_msg(pclose(f) == 0, "%s: %s", command, out);
}

START_TEST(bytes_and_refusals) {
    char body[8192], head[8192];
    ck_assert_int_eq(ask("/hello", body, sizeof(body), head), 200);
    ck_assert_str_eq(body, "hello\n");
    ck_assert_ptr_nonnull(strstr(head, "ETag: \"v1\"\r\n"));
    ck_assert_ptr_nonnull(strstr(head, "Connection: close\r\n"));
    ck_assert_int_eq(ask("/nothing", body, sizeof(body), head), 404);
    ck_assert_str_eq(body, "NOT_FOUND: nothing has this name\n");
    char path[32];
    snprintf(path, sizeof(path), "/why/%d", PXED_WHY_SECRET_NO_TOKEN);
    ck_assert_int_eq(ask(path, body, sizeof(body), head), 403);
    snprintf(path, sizeof(path), "/why/%d", PXED_WHY_BUSY);
    ck_assert_int_eq(ask(path, body, sizeof(body), head), 503);
    ck_assert_ptr_nonnull(strstr(head, "Retry-After: 2\r\n"));
    ck_assert_int_eq(ask("/echo%20a//b?x=%3A&y", body, sizeof(body), head), 200);
    ck_assert_str_eq(body, "path=/echo%20a//b query=x=%3A&y agent=iPXE/1.0 body= post=0");
    ck_assert_int_eq(ask("http://other:1/echo?q", body, sizeof(body), head), 200);
    ck_assert_str_eq(body, "path=/echo query=q agent=iPXE/1.0 body= post=0");
    ck_assert_int_eq(ask("/file/empty", body, sizeof(body), head), 200);
    ck_assert_str_eq(body, "");
    /* /hello, two echoes and the empty file were received whole */
    ck_assert_int_eq(stat_of("whole"), 4);
}
END_TEST

START_TEST(keep_alive_and_pipelining) {
    char body[1024], head[4096];
    int fd = connect_tcp();
    for (int i = 0; i < 3; i++) {
        say(fd, "GET /file/ks600 HTTP/1.1\r\nHost: x\r\n\r\n");
        ck_assert_int_eq(hear(fd, false, body, sizeof(body), head), 200);
        ck_assert_uint_eq(strlen(body), 600);
        ck_assert_ptr_null(strstr(head, "Connection:"));
    }
    /* 200 at once: more than one turn's worth, answered in order, with a pending one in the middle */
    for (int i = 0; i < 200; i++) {
        char request[64];
        snprintf(request, sizeof(request), "%s %s%d HTTP/1.1\r\nHost: x\r\n\r\n", i == 50 ? "HEAD" : "GET",
                 i == 100 ? "/later?" : "/echo", i);
        say(fd, request);
    }
    for (int i = 0; i < 200; i++) {
        char want[64];
        ck_assert_int_eq(hear(fd, i == 50, body, sizeof(body), head), 200);
        snprintf(want, sizeof(want), "path=/echo%d query= agent= body= post=0", i);
        ck_assert_str_eq(body, i == 50 ? "" : i == 100 ? "later\n" : want);
    }
    say(fd, "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    ck_assert_int_eq(hear(fd, false, body, sizeof(body), head), 200);
    ck_assert_ptr_nonnull(strstr(head, "Connection: close\r\n"));
    ck_assert_int_eq(recv(fd, body, 1, 0), 0);
    close(fd);
    /* Requests, then our side shut: all are answered. */
    fd = connect_tcp();
    say(fd, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /later HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: "
            "x\r\n\r\n");
    shutdown(fd, SHUT_WR);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(hear(fd, false, body, sizeof(body), NULL), 200);
    ck_assert_int_eq(recv(fd, body, 1, 0), 0);
    close(fd);
}
END_TEST

START_TEST(posts) {
    char body[8192], out[4096];
    int fd = connect_tcp();
    say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    usleep(20000);
    say(fd, "2\r\nde\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(hear(fd, false, body, sizeof(body), NULL), 200);
    ck_assert_str_eq(body, "path=/echo query= agent= body=abcde post=1");
    ck_assert_int_eq(hear(fd, false, body, sizeof(body), NULL), 200);
    ck_assert_str_eq(body, "hello\n");
    close(fd);
    shell("curl -s -A a -d one=1 $U/echo", out, sizeof(out));
    ck_assert_str_eq(out, "path=/echo query= agent=a body=one=1 post=1");
    shell("head -c 65536 /dev/zero | curl -s -o /dev/null -w '%{http_code}' --data-binary @- $U/hello", out,
          sizeof(out));
    ck_assert_str_eq(out, "200");
    shell("head -c 70000 /dev/zero | curl -s -o /dev/null -w '%{http_code}' -T - -X POST $U/echo; true", out,
          sizeof(out));
    ck_assert_str_eq(out, "413");
    fd = connect_tcp();
    say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    ck_assert_int_eq(hear(fd, true, body, 0, NULL), 100);
    say(fd, "ok");
    ck_assert_int_eq(hear(fd, false, body, sizeof(body), NULL), 200);
    close(fd);
}
END_TEST

START_TEST(refused_requests) {
    static const struct {
        const char *bytes;
        int status;
    } rows[] = {
        {"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501},
        {"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", 501},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/3.0\r\n\r\n", 505},
        {"\x16\x03\x01\x02\x03", 400},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", 413},
    };
    char body[1024];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int fd = connect_tcp();
        say(fd, rows[i].bytes);
        ck_assert_int_eq(hear(fd, false, body, sizeof(body), NULL), rows[i].status);
        ck_assert_int_eq(recv(fd, body, 1, 0), 0);
        close(fd);
    }
    char *large = malloc(40000);
    memset(large, 'a', 40000);
    memcpy(large, "GET / HTTP/1.1\r\nA: ", 19);
    large[39999] = '\0';
    int fd = connect_tcp();
    say(fd, large);
    ck_assert_int_eq(hear(fd, false, body, sizeof(body), NULL), 431); /* arrives although we are still sending */
    close(fd);
    free(large);
    ck_assert_int_eq(stat_of("HTTP_MALFORMED"), 4);
    ck_assert_int_eq(stat_of("TOO_LARGE"), 2);
}
END_TEST

START_TEST(files) {
    char out[4096], sum[4096];
    shell("sha256sum < $D/big", sum, sizeof(sum));
    shell("curl -s $U/file/big | sha256sum", out, sizeof(out));
    ck_assert_str_eq(out, sum);
    shell("curl -s -r 1000-5999 $U/file/big | sha256sum", sum, sizeof(sum));
    shell("curl -s $U/extent | sha256sum", out, sizeof(out));
    ck_assert_str_eq(out, sum);
    shell("tail -c +1001 $D/big | head -c 5000 | sha256sum", out, sizeof(out));
    ck_assert_str_eq(out, sum);
    shell("curl -s -r 4999- $U/extent | od -An -tx1; tail -c +6000 $D/big | head -c 1 | od -An -tx1", out, sizeof(out));
    ck_assert(strlen(out) == 8 && memcmp(out, out + 4, 4) == 0);
    shell("curl -s -o /dev/null -w '%{http_code} %{size_download}' -r 5000- $U/extent", out, sizeof(out));
    ck_assert_str_eq(out, "416 0");
    shell("curl -s -I $U/file/big | tr -d '\\r' | grep -E '^(HTTP|Content-Length|Accept)'", out, sizeof(out));
    ck_assert_str_eq(out, "HTTP/1.1 200 OK\nContent-Length: 9437307\nAccept-Ranges: bytes\n");
    shell("curl -s -o $D/part -r 0-1234567 $U/file/big && curl -s -C - -o $D/part $U/file/big && cmp $D/part $D/big",
          out, sizeof(out));
    shell("curl -s -o /dev/null -w '%{http_code}' -z \"$(date -R -d tomorrow)\" $U/file/big", out, sizeof(out));
    ck_assert_str_eq(out, "304");
    /* 24 at once, and one whose reader is slow */
    shell("for i in $(seq 24); do curl -s $U/file/big | sha256sum & done; "
          "curl -s --limit-rate 4M $U/file/big | sha256sum; wait",
          out, sizeof(out));
    shell("sha256sum < $D/big", sum, sizeof(sum));
    for (int i = 0; i < 25; i++)
        ck_assert(memcmp(out + (size_t)i * strlen(sum), sum, strlen(sum)) == 0);
    ck_assert_int_eq(stat_of("HTTP_ABORTED"), 0);
}
END_TEST

/* A file that is not in the page cache is read on another thread; clients come and go meanwhile. */
START_TEST(cold_files) {
    char out[256], sum[256], path[256];
    int fds[16];
    shell("for i in 1 2 3 4; do cat $D/big; done > $D/cold; sync $D/cold; sha256sum < $D/cold", sum, sizeof(sum));
    snprintf(path, sizeof(path), "%s/cold", served.dir);
    for (int round = 0; round < 4; round++) {
        int fd = open(path, O_RDONLY);
        ck_assert_int_eq(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
        close(fd);
        for (int i = 0; i < 16; i++) {
            fds[i] = connect_tcp();
            say(fds[i], "GET /file/cold HTTP/1.1\r\nHost: x\r\nRange: bytes=12345678-\r\n\r\n");
        }
        for (int i = 0; i < 16; i++)
            close(fds[i]);
        shell("curl -s $U/file/cold | sha256sum", out, sizeof(out));
        ck_assert_str_eq(out, sum);
    }
    int fd = open(path, O_RDONLY);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
    fds[0] = connect_tcp();
    say(fds[0], "GET /file/cold HTTP/1.1\r\nHost: x\r\nRange: bytes=12345678-\r\n\r\n");
    struct linger hard = {1, 0};
    setsockopt(fds[0], SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    close(fds[0]); /* and the server is stopped at once */
}
END_TEST

START_TEST(abort_in_the_middle) {
    char text[1000];
    long whole = stat_of("whole");
    int fd = connect_tcp();
    say(fd, "GET /file/big HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(recv(fd, text, sizeof(text), MSG_WAITALL), sizeof(text));
    close(fd);
    for (int i = 0; i < 100 && stat_of("HTTP_ABORTED") == 0; i++)
        usleep(10000);
    ck_assert_int_eq(stat_of("HTTP_ABORTED"), 1);
    ck_assert_int_ge(stat_of("whole"), whole); /* only those of /stats itself were added */
    /* A client that leaves while the core is at work. */
    fd = connect_tcp();
    say(fd, "GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
    usleep(50000);
    struct linger hard = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    close(fd);
    for (int i = 0; i < 100 && stat_of("cancelled") == 0; i++)
        usleep(10000);
    ck_assert_int_eq(stat_of("cancelled"), 1);
}
END_TEST

START_TEST(slow_head) {
    char body[1024];
    int idle = connect_tcp(), slow = connect_tcp();
    say(slow, "GET /hello HTTP/1.1\r\n");
    double began = seconds();
    ck_assert_int_eq(hear(slow, false, body, sizeof(body), NULL), 408);
    ck_assert(seconds() - began > 9 && seconds() - began < 60);
    ck_assert_int_eq(recv(idle, body, 1, 0), 0); /* said nothing, is told nothing */
    close(slow);
    close(idle);
    ck_assert_int_eq(stat_of("TIMEOUT"), 1);
}
END_TEST

/* 520 come, 8 are turned away: the last ones, but a busy kernel may hand them over in another order. */
START_TEST(too_many_of_one_peer) {
    struct pollfd fds[520];
    char body[256];
    int refused = 0, stays = -1;
    for (int i = 0; i < 520; i++)
        fds[i] = (struct pollfd){.fd = connect_tcp(), .events = POLLIN};
    for (int i = 0; i < 200 && poll(fds, 520, 0) < 8; i++)
        usleep(20000);
    for (int i = 0; i < 520; i++) {
        if (fds[i].revents) {
            ck_assert_int_eq(hear(fds[i].fd, false, body, sizeof(body), NULL), 503);
            refused++;
        } else {
            stays = fds[i].fd;
        }
    }
    ck_assert_int_eq(refused, 8);
    say(stays, "GET /hello HTTP/1.0\r\n\r\n");
    ck_assert_int_eq(hear(stays, false, body, sizeof(body), NULL), 200);
    for (int i = 0; i < 520; i++)
        close(fds[i].fd);
    usleep(100000);
    ck_assert_int_eq(stat_of("BUSY"), 8);
}
END_TEST

START_TEST(drains_when_stopped) {
    char text[4096], body[256];
    int idle = connect_tcp(), busy = connect_tcp(), late = connect_tcp();
    say(idle, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(hear(idle, false, body, sizeof(body), NULL), 200);
    say(busy, "GET /file/big HTTP/1.1\r\nHost: x\r\n\r\n");
    say(late, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert(recv(busy, text, 1000, MSG_WAITALL) == 1000);
    kill(served.pid, SIGTERM);
    ck_assert_int_eq(recv(idle, body, 1, 0), 0);
    ck_assert_int_eq(hear(late, false, body, sizeof(body), NULL), 200);
    ck_assert_str_eq(body, "later\n");
    size_t got = 1000;
    for (ssize_t n; (n = recv(busy, text, sizeof(text), 0)) > 0;)
        got += (size_t)n;
    ck_assert_uint_gt(got, BIG);
    close(idle);
    close(busy);
    close(late);
}
END_TEST

START_TEST(service_on_a_unix_socket) {
    char body[1024], head[1024];
    int fd = connect_unix();
    say(fd, "POST /service/now?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    ck_assert_int_eq(hear(fd, false, body, sizeof(body), head), 201);
    ck_assert_str_eq(body, "POST /service/now?a=b hi fd=1");
    ck_assert_ptr_nonnull(strstr(head, "Content-Type: application/json\r\n"));
    say(fd, "GET /service/later HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(hear(fd, false, body, sizeof(body), head), 200);
    ck_assert_str_eq(body, "{\"late\":true}");
    say(fd, "GET /service/never HTTP/1.1\r\nHost: x\r\n\r\n");
    close(fd); /* the reply comes for nobody */
    usleep(500000);
    fd = connect_unix();
    say(fd, "GET /service/now HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(hear(fd, false, body, sizeof(body), head), 201);
    close(fd);
}
END_TEST

static void scripts(void) {
    put("env.sh", 0755, "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\npwd\nenv | sort\nid -un\n");
    put("boot.sh", 0755, "#!/bin/sh\necho '#!ipxe'\necho boot\n");
    put("echo.sh", 0755, "#!/bin/sh\nprintf 'Status: 201 Made\\r\\nContent-Type: a/b\\r\\nX-A: b\\r\\n\\r\\n'\ncat\n");
    put("args.sh", 0755, "#!/bin/sh\nprintf 'Content-Type: a/b\\n\\n'\necho \"$#\"\n");
    put("home.pl", 0755,
        "#!/usr/bin/perl\nprint \"Content-type: text/plain\\n\\n\"; print \"perl $ENV{QUERY_STRING}\\n\";\n");
    put("home.php", 0644,
        "<?php header('Content-Type: text/plain'); echo \"php \", $_GET['mac'], ' ', $_SERVER['PXED_ARMED'], "
        "\"\\n\";\n");
    put("post.php", 0644, "<?php echo strlen(file_get_contents('php://input')), ' ', $_POST['a'];\n");
    put("fail.sh", 0755, "#!/bin/sh\necho 'cannot open \"table\"' >&2\nexit 3\n");
    put("late.sh", 0755, "#!/bin/sh\nsh -c 'echo $$ > ~/child; sleep 100' &\necho $$ > ~/leader\nsleep 100\n");
    put("flood.sh", 0755, "#!/bin/sh\necho 'Content-Type: a/b'\necho\nexec head -c 20000000 /dev/zero\n");
    put("megabyte.sh", 0755, "#!/bin/sh\nprintf 'Content-Type: a/b\\n\\n'\nexec head -c 1000000 /dev/zero\n");
    put("complain.sh", 0755,
        "#!/bin/sh\nhead -c 300000 /dev/zero | tr '\\0' x >&2\nprintf 'Content-Type: a/b\\n\\nok'\n");
    put("text.sh", 0755, "#!/bin/sh\necho just text\n");
    put("crash.sh", 0755, "#!/bin/sh\nprintf 'Content-Type: a/b\\n\\nhalf a scr'\nkill -9 $$\n");
    put("absent-interpreter.sh", 0755, "#!/no/such/thing\n");
    put("found.sh", 0755, "#!/bin/sh\nprintf 'Location: http://a/b\\n\\n'\n");
    put("inside.sh", 0755, "#!/bin/sh\nprintf 'Location: /echo/x?y=z\\n\\n'\n");
    put("chain.sh", 0755, "#!/bin/sh\nprintf 'Location: /cgi/env.sh?second\\n\\n'\n");
    put("loop.sh", 0755, "#!/bin/sh\nprintf 'Location: /cgi/loop.sh\\n\\n'\n");
    put("slow.sh", 0755, "#!/bin/sh\nsleep 0.2\nprintf 'Content-Type: a/b\\n\\nslow'\n");
    put("leaves-child.sh", 0755, "#!/bin/sh\nsleep 3 &\nprintf 'Content-Type: a/b\\n\\nleft'\n");
    put("fds.sh", 0755, "#!/bin/sh\nprintf 'Content-Type: a/b\\n\\n'\nls /proc/self/fd | wc -l\n");
}

static void start_scripts(void) {
    start();
    scripts();
    char command[512];
    snprintf(command, sizeof(command), "sed -i s,~,%s, %s/late.sh; chmod 1777 %s", served.dir, served.dir, served.dir);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(cgi_answers) {
    static const struct {
        const char *path;
        int status;
        const char *body, *header;
    } rows[] = {
        {"/cgi/boot.sh", 200, "#!ipxe\nboot\n", "Content-Type: text/plain\r\n"},
        {"/cgi/echo.sh", 201, "", "X-A: b\r\n"},
        {"/cgi/args.sh?-s+foo", 200, "0\n", NULL},
        {"/cgi/home.pl?mac=08%3A00", 200, "perl mac=08%3A00\n", "Content-Length: 17\r\n"},
        {"/cgi/home.php?mac=08%3A00%3A27", 200, "php 08:00:27 yes\n", NULL},
        {"/cgi/home.php?-s", 200, NULL, NULL},
        {"/cgi/fail.sh", 502, "CGI_FAILED: the operator's script failed or was late\n", NULL},
        {"/cgi-or/fail.sh", 200, "#!ipxe\nexit\n", "Content-Type: text/plain\r\n"},
        {"/cgi/text.sh", 502, NULL, NULL},
        {"/cgi/crash.sh", 502, NULL, NULL},
        {"/cgi/absent-interpreter.sh", 502, NULL, NULL},
        {"/cgi/not-there.sh", 502, NULL, NULL},
        {"/cgi/complain.sh", 200, "ok", NULL},
        {"/cgi/found.sh", 302, "", "Location: http://a/b\r\n"},
        {"/cgi/inside.sh", 200, "path=/echo/x query=y=z agent=iPXE/1.0 body= post=0", NULL},
        {"/cgi/loop.sh", 502, NULL, NULL},
        {"/cgi/leaves-child.sh", 200, "left", NULL},
        {"/cgi/fds.sh", 200, "4\n", NULL}, /* 0, 1, 2 and the one ls reads the folder with */
    };
    char body[8192], head[8192];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(ask(rows[i].path, body, sizeof(body), head) == rows[i].status, "%s: %s%s", rows[i].path, head,
                      body);
        ck_assert_msg(!rows[i].body || strcmp(body, rows[i].body) == 0, "%s: %s", rows[i].path, body);
        ck_assert_msg(!rows[i].header || strstr(head, rows[i].header), "%s: %s", rows[i].path, head);
    }
    ck_assert_int_eq(stat_of("cgi_failed"), 7);
    ask("/cgi/fail.sh", body, sizeof(body), head);
    why(body, sizeof(body));
    ck_assert_msg(strncmp(body, "exit 3, it wrote nothing: cannot open ", 38) == 0, "%s", body);
}
END_TEST

START_TEST(cgi_environment) {
    char body[8192], head[4096], want[256];
    ck_assert_int_eq(ask("/cgi/env.sh?a=b%20c", body, sizeof(body), head), 200);
    snprintf(want, sizeof(want), "%s\n", served.dir);
    ck_assert_msg(strncmp(body, want, strlen(want)) == 0, "%s", body);
    static const char *const there[] = {"QUERY_STRING=a=b%20c\n",     "REQUEST_METHOD=GET\n",
                                        "REMOTE_ADDR=127.0.0.1\n",    "PXED_MAC=08:00:27:4d:4d:aa\n",
                                        "HTTP_USER_AGENT=iPXE/1.0\n", "SERVER_PROTOCOL=HTTP/1.0\n",
                                        "GATEWAY_INTERFACE=CGI/1.1\n"};
    for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
        ck_assert_msg(strstr(body, there[i]) != NULL, "%s: %s", there[i], body);
    if (geteuid() == 0)
        ck_assert_msg(strstr(body, "\nnobody\n") != NULL, "%s", body);
    ck_assert_int_eq(ask("/cgi/chain.sh?first", body, sizeof(body), head), 200);
    ck_assert(strstr(body, "QUERY_STRING=second\n") && strstr(body, "REQUEST_URI=/cgi/chain.sh?first\n"));
    shell("curl -s -d a=42 $U/cgi/post.php", body, sizeof(body));
    ck_assert_str_eq(body, "4 42");
    shell("head -c 65536 $D/big > $D/64k; curl -s --data-binary @$D/64k $U/cgi/echo.sh | cmp - $D/64k", body,
          sizeof(body));
    shell("curl -s -I $U/cgi/home.pl | tr -d '\\r' | grep Content-Length", body, sizeof(body));
    ck_assert_str_eq(body, "Content-Length: 6\n");
}
END_TEST

/* Whether the process with the pid in this file runs; a zombie, which only its new parent can bury, does not. */
static bool alive(const char *file) {
    char path[256], text[64] = "";
    snprintf(path, sizeof(path), "%s/%s", served.dir, file);
    int fd = open(path, O_RDONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_gt(read(fd, text, sizeof(text) - 1), 0);
    close(fd);
    snprintf(path, sizeof(path), "/proc/%d/stat", atoi(text));
    fd = open(path, O_RDONLY);
    if (fd < 0)
        return false;
    memset(text, 0, sizeof(text));
    (void)!read(fd, text, sizeof(text) - 1);
    close(fd);
    const char *end = strrchr(text, ')');
    return end && end[1] == ' ' && end[2] != 'Z' && end[2] != 'X';
}

START_TEST(cgi_late_dies_with_its_children) {
    char body[1024];
    double began = seconds();
    ck_assert_int_eq(ask("/cgi-or/late.sh", body, sizeof(body), NULL), 200);
    ck_assert_str_eq(body, "#!ipxe\nexit\n");
    ck_assert(seconds() - began > 1.8 && seconds() - began < 30);
    why(body, sizeof(body));
    ck_assert_str_eq(body, "it took longer than cgi-timeout\n");
    for (int i = 0; i < 50 && (alive("leader") || alive("child")); i++)
        usleep(20000);
    ck_assert(!alive("leader") && !alive("child"));
}
END_TEST

START_TEST(cgi_client_leaves) {
    int fd = connect_tcp();
    say(fd, "GET /cgi/late.sh HTTP/1.1\r\nHost: x\r\n\r\n");
    usleep(300000);
    ck_assert(alive("leader") && alive("child"));
    struct linger hard = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    close(fd);
    for (int i = 0; i < 50 && (alive("leader") || alive("child")); i++)
        usleep(20000);
    ck_assert(!alive("leader") && !alive("child"));
}
END_TEST

START_TEST(cgi_output_cap) {
    char body[1024], out[256];
    ck_assert_int_eq(ask("/cgi/flood.sh", body, sizeof(body), NULL), 502);
    why(body, sizeof(body));
    ck_assert_str_eq(body, "it wrote more than 1 MiB\n");
    shell("curl -s $U/cgi/megabyte.sh | wc -c", out, sizeof(out));
    ck_assert_int_eq(atoi(out), 1000000);
}
END_TEST

START_TEST(cgi_many_at_once) {
    int fds[150];
    char body[256];
    double began = seconds();
    for (int i = 0; i < 150; i++) {
        fds[i] = connect_tcp();
        say(fds[i], "GET /cgi/slow.sh HTTP/1.0\r\n\r\n");
    }
    for (int i = 0; i < 150; i++) {
        ck_assert_int_eq(hear(fds[i], false, body, sizeof(body), NULL), 200);
        ck_assert_str_eq(body, "slow");
        close(fds[i]);
    }
    ck_assert(seconds() - began > 0.5); /* three times 64 */
    ck_assert(seconds() - began < 60);
}
END_TEST

START_TEST(ends_in_the_middle_of_everything) {
    static const char *const paths[] = {"/file/big", "/never", "/cgi/late.sh", "/cgi/late.sh", "/hello"};
    char text[256];
    int fds[5], service = connect_unix();
    for (int i = 0; i < 5; i++) {
        fds[i] = connect_tcp();
        snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", paths[i]);
        say(fds[i], text);
    }
    say(fds[4], "GET /half HTTP/1.1\r\n");
    say(service, "GET /service/never HTTP/1.1\r\nHost: x\r\n\r\n");
    usleep(200000);
    kill(served.pid, SIGTERM);
    usleep(100000);
    ck_assert(alive("leader"));
    kill(served.pid, SIGTERM);
    for (int i = 0; i < 100 && (alive("leader") || alive("child")); i++)
        usleep(20000);
    ck_assert(!alive("leader") && !alive("child"));
}
END_TEST

START_TEST(cgi_helper_dies) {
    char path[128], text[64] = "", body[1024];
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", served.pid, served.pid);
    int fd = open(path, O_RDONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_gt(read(fd, text, sizeof(text) - 1), 0);
    close(fd);
    int busy = connect_tcp();
    say(busy, "GET /cgi-or/late.sh HTTP/1.0\r\n\r\n");
    usleep(200000);
    ck_assert_int_eq(kill(atoi(text), SIGKILL), 0);
    ck_assert_int_eq(hear(busy, false, body, sizeof(body), NULL), 200);
    ck_assert_str_eq(body, "#!ipxe\nexit\n");
    close(busy);
    ck_assert_int_eq(ask("/cgi/boot.sh", body, sizeof(body), NULL), 502);
    why(body, sizeof(body));
    ck_assert_str_eq(body, "the CGI helper is gone; restart pxed\n");
    shell("kill -9 $(cat $D/leader) $(cat $D/child)", body, sizeof(body));
}
END_TEST

START_TEST(cgi_ends_with_the_daemon) {
    int fd = connect_tcp();
    say(fd, "GET /cgi/late.sh HTTP/1.1\r\nHost: x\r\n\r\n");
    usleep(300000);
    ck_assert(alive("leader"));
    kill(served.pid, SIGKILL);
    waitpid(served.pid, NULL, 0);
    for (int i = 0; i < 50 && (alive("leader") || alive("child")); i++)
        usleep(20000);
    ck_assert(!alive("leader") && !alive("child"));
    close(fd);
    served_start(&served, "2000"); /* for the teardown */
}
END_TEST

START_TEST(options_are_judged) {
    static const char *const cgi[] = {".php /bin/sh", ".pl   /no/such/perl", "php /bin/sh", ".x bin/sh",
                                      ".y",           ".php /bin/cat"};
    static const unsigned lines[] = {1, 2, 3, 4, 5, 6};
    const struct pxed_plugin *plugin = pxed_plugin_query_http(PXED_ABI_MAJOR);
    const struct pxed_protocol_ops *ops = plugin->ops;
    struct http_config config = {.per_peer = 512,
                                 .port = 8080,
                                 .cgi = {cgi, lines, 6},
                                 .cgi_user = "no-such-account",
                                 .script = "home.php",
                                 .status = 1};
    struct pxed_diags diags = {0};
    struct pxed_site site = {0};
    ops->check(&config, "pxed.ini", &diags);
    static const unsigned want[] = {2, 3, 4, 5, 6, 0};
    static const bool error[] = {false, true, true, true, false, false};
    ck_assert_uint_eq(diags.n, 6);
    for (size_t i = 0; i < 6; i++)
        ck_assert_msg(diags.items[i].line == want[i] && (diags.items[i].severity == PXED_ERROR) == error[i], "%u: %s",
                      diags.items[i].line, diags.items[i].text);
    pxed_diags_clear(&diags);
    ops->site(&config, &site);
    ck_assert(site.port == 8080 && site.status_all && !site.script_always && site.cgi.n == 6);
    for (const struct pxed_option *row = plugin->options; row->key; row++)
        ck_assert_msg(row->help && row->help[0], "%s", row->key);
}
END_TEST

/* --- what uses up a right: its end leaves only when that is on disk --- */

/* Sends the request, reads until the end; returns how many bytes of body came, -1 without a head. */
static ssize_t body_of(const char *request, int *ret_status) {
    static char text[200000];
    int fd = connect_tcp();
    size_t n = 0;
    say(fd, request);
    for (ssize_t r = 1; n < sizeof(text) - 1 && r > 0; n += r > 0 ? (size_t)r : 0)
        r = recv(fd, text + n, sizeof(text) - 1 - n, 0);
    close(fd);
    text[n] = '\0';
    const char *end = strstr(text, "\r\n\r\n");
    *ret_status = end ? atoi(text + 9) : 0;
    return end ? (ssize_t)(n - (size_t)(end + 4 - text)) : -1;
}

static const struct {
    const char *request;
    int status;
    ssize_t body;
    long settled, whole;
} held[] = {
    {"GET /held/go/ks600 HTTP/1.0\r\n\r\n", 200, 600, 1, 1},
    {"GET /held/ok/ks600 HTTP/1.0\r\n\r\n", 200, 600, 1, 1},
    {"GET /held/go/large HTTP/1.0\r\n\r\n", 200, 100000, 1, 1},
    {"GET /held/ok/large HTTP/1.0\r\n\r\n", 200, 100000, 1, 1},
    /* a small one is held whole, of a large one the last 16 KiB */
    {"GET /held/no/ks600 HTTP/1.0\r\n\r\n", 503, -2, 1, 0},
    {"GET /held/refuse/ks600 HTTP/1.0\r\n\r\n", 503, -2, 1, 0},
    {"GET /held/no/large HTTP/1.0\r\n\r\n", 200, 100000 - 16384, 1, 0},
    {"GET /held/refuse/large HTTP/1.0\r\n\r\n", 200, 100000 - 16384, 1, 0},
    /* what does not give the last byte settles nothing */
    {"HEAD /held/no/ks600 HTTP/1.0\r\n\r\n", 200, 0, 0, 0},
    {"GET /held/no/ks600 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=0-598\r\n\r\n", 206, 599, 0, 0},
    {"GET /held/no/large HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=0-99998\r\n\r\n", 206, 99999, 0, 0},
    {"GET /held/no/large HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIf-None-Match: *\r\n\r\n", 304, 0, 0, 0},
    /* the range that ends it does */
    {"GET /held/ok/large HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=99999-\r\n\r\n", 206, 1, 1, 1},
    {"GET /held/no/large HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=50000-\r\n\r\n", 206, 50000 - 16384,
     1, 0},
};

START_TEST(ends_are_held_back) {
    int status;
    long settled = stat_of("settled"), whole = stat_of("whole");
    ssize_t n = body_of(held[_i].request, &status);
    ck_assert_msg(status == held[_i].status, "%s: status %d", held[_i].request, status);
    ck_assert_msg(held[_i].body == -2 || n == held[_i].body, "%s: %zd bytes", held[_i].request, n);
    ck_assert_int_eq(stat_of("settled") - settled, held[_i].settled);
    ck_assert_int_eq(stat_of("whole") - whole - 2, held[_i].whole); /* both questions are whole, too */
}
END_TEST

START_TEST(a_client_that_leaves_while_held) {
    char byte;
    for (int i = 0; i < 2; i++) {
        int fd = connect_tcp();
        say(fd, i ? "GET /held/ok/large HTTP/1.0\r\n\r\n" : "GET /held/ok/ks600 HTTP/1.0\r\n\r\n");
        if (i)
            ck_assert_int_eq(recv(fd, &byte, 1, 0), 1);
        usleep(5000);
        close(fd);
    }
    long opened = 0, released = -1;
    for (int i = 0; i < 50 && released != opened + 1; i++) { /* the first question, too */
        usleep(20000);
        opened = stat_of("opened");
        released = stat_of("released");
    }
    ck_assert_int_eq(released, opened + 1);
}
END_TEST

int main(void) {
    Suite *s = suite_create("http plugin");
    TCase *t = tcase_create("static"), *c = tcase_create("cgi"), *o = tcase_create("options");
    tcase_add_checked_fixture(t, start, stop);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, ends_are_held_back, 0, (int)(sizeof(held) / sizeof(held[0])));
    tcase_add_test(t, a_client_that_leaves_while_held);
    tcase_add_test(t, bytes_and_refusals);
    tcase_add_test(t, keep_alive_and_pipelining);
    tcase_add_test(t, posts);
    tcase_add_test(t, refused_requests);
    tcase_add_test(t, files);
    tcase_add_test(t, cold_files);
    tcase_add_test(t, abort_in_the_middle);
    tcase_add_test(t, slow_head);
    tcase_add_test(t, too_many_of_one_peer);
    tcase_add_test(t, drains_when_stopped);
    tcase_add_test(t, service_on_a_unix_socket);
    suite_add_tcase(s, t);
    tcase_add_checked_fixture(c, start_scripts, stop);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, cgi_answers);
    tcase_add_test(c, cgi_environment);
    tcase_add_test(c, cgi_late_dies_with_its_children);
    tcase_add_test(c, cgi_client_leaves);
    tcase_add_test(c, cgi_output_cap);
    tcase_add_test(c, cgi_many_at_once);
    tcase_add_test(c, ends_in_the_middle_of_everything);
    tcase_add_test(c, cgi_helper_dies);
    tcase_add_test(c, cgi_ends_with_the_daemon);
    suite_add_tcase(s, c);
    tcase_add_test(o, options_are_judged);
    suite_add_tcase(s, o);
    return suite_run_apart(s);
}
