/* The whole plugin on loopback, in front of a fake core, against sockets and curl. */
#include <poll.h>

#include "http_state.h"
#include "suite.h"
#include "web.h"

extern const struct pxed_plugin *pxed_plugin_query_http(uint16_t host_major);

/* With a RST: no half-closed connection that still wants its answer. */
static void hang_up(int fd) {
    struct linger hard = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    close(fd);
}

START_TEST(bytes_and_refusals) {
    char body[8192], head[8192];
    ck_assert_int_eq(web_ask("/hello", body, sizeof(body), head), 200);
    ck_assert_str_eq(body, "hello\n");
    ck_assert_ptr_nonnull(strstr(head, "ETag: \"v1\"\r\n"));
    ck_assert_ptr_nonnull(strstr(head, "Connection: close\r\n"));
    ck_assert_int_eq(web_ask("/nothing", body, sizeof(body), head), 404);
    ck_assert_str_eq(body, "NOT_FOUND: nothing has this name\n");
    char path[32];
    snprintf(path, sizeof(path), "/why/%d", PXED_WHY_SECRET_NO_TOKEN);
    ck_assert_int_eq(web_ask(path, body, sizeof(body), head), 403);
    snprintf(path, sizeof(path), "/why/%d", PXED_WHY_BUSY);
    ck_assert_int_eq(web_ask(path, body, sizeof(body), head), 503);
    ck_assert_ptr_nonnull(strstr(head, "Retry-After: 2\r\n"));
    ck_assert_int_eq(web_ask("/echo%20a//b?x=%3A&y", body, sizeof(body), head), 200);
    ck_assert_str_eq(body, "path=/echo%20a//b query=x=%3A&y agent=iPXE/1.0 body= post=0");
    ck_assert_int_eq(web_ask("http://other:1/echo?q", body, sizeof(body), head), 200);
    ck_assert_str_eq(body, "path=/echo query=q agent=iPXE/1.0 body= post=0");
    ck_assert_int_eq(web_ask("/file/empty", body, sizeof(body), head), 200);
    ck_assert_str_eq(body, "");
    /* /hello, two echoes and the empty file were received whole */
    ck_assert_int_eq(web_stat("whole"), 4);
}
END_TEST

START_TEST(keep_alive_and_pipelining) {
    char body[1024], head[4096];
    int fd = web_tcp();
    for (int i = 0; i < 3; i++) {
        web_say(fd, "GET /file/ks600 HTTP/1.1\r\nHost: x\r\n\r\n");
        ck_assert_int_eq(web_hear(fd, false, body, sizeof(body), head), 200);
        ck_assert_uint_eq(strlen(body), 600);
        ck_assert_ptr_null(strstr(head, "Connection:"));
    }
    /* 200 at once: more than one turn's worth, answered in order, with a pending one in the middle */
    for (int i = 0; i < 200; i++) {
        char request[64];
        snprintf(request, sizeof(request), "%s %s%d HTTP/1.1\r\nHost: x\r\n\r\n", i == 50 ? "HEAD" : "GET",
                 i == 100 ? "/later?" : "/echo", i);
        web_say(fd, request);
    }
    for (int i = 0; i < 200; i++) {
        char want[64];
        ck_assert_int_eq(web_hear(fd, i == 50, body, sizeof(body), head), 200);
        snprintf(want, sizeof(want), "path=/echo%d query= agent= body= post=0", i);
        ck_assert_str_eq(body, i == 50 ? "" : i == 100 ? "later\n" : want);
    }
    web_say(fd, "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    ck_assert_int_eq(web_hear(fd, false, body, sizeof(body), head), 200);
    ck_assert_ptr_nonnull(strstr(head, "Connection: close\r\n"));
    ck_assert_int_eq(recv(fd, body, 1, 0), 0);
    close(fd);
    /* Requests, then our side shut: all are answered. */
    fd = web_tcp();
    web_say(fd,
            "GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /later HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: "
            "x\r\n\r\n");
    shutdown(fd, SHUT_WR);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(web_hear(fd, false, body, sizeof(body), NULL), 200);
    ck_assert_int_eq(recv(fd, body, 1, 0), 0);
    close(fd);
}
END_TEST

START_TEST(posts) {
    char body[8192], out[4096];
    int fd = web_tcp();
    web_say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    usleep(20000);
    web_say(fd, "2\r\nde\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(web_hear(fd, false, body, sizeof(body), NULL), 200);
    ck_assert_str_eq(body, "path=/echo query= agent= body=abcde post=1");
    ck_assert_int_eq(web_hear(fd, false, body, sizeof(body), NULL), 200);
    ck_assert_str_eq(body, "hello\n");
    close(fd);
    web_shell("curl -s -A a -d one=1 $U/echo", out, sizeof(out));
    ck_assert_str_eq(out, "path=/echo query= agent=a body=one=1 post=1");
    web_shell("head -c 65536 /dev/zero | curl -s -o /dev/null -w '%{http_code}' --data-binary @- $U/hello", out,
              sizeof(out));
    ck_assert_str_eq(out, "200");
    web_shell("head -c 70000 /dev/zero | curl -s -o /dev/null -w '%{http_code}' -T - -X POST $U/echo; true", out,
              sizeof(out));
    ck_assert_str_eq(out, "413");
    fd = web_tcp();
    web_say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    ck_assert_int_eq(web_hear(fd, true, body, 0, NULL), 100);
    web_say(fd, "ok");
    ck_assert_int_eq(web_hear(fd, false, body, sizeof(body), NULL), 200);
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
        int fd = web_tcp();
        web_say(fd, rows[i].bytes);
        ck_assert_int_eq(web_hear(fd, false, body, sizeof(body), NULL), rows[i].status);
        ck_assert_int_eq(recv(fd, body, 1, 0), 0);
        close(fd);
    }
    char *large = malloc(40000);
    memset(large, 'a', 40000);
    memcpy(large, "GET / HTTP/1.1\r\nA: ", 19);
    large[39999] = '\0';
    int fd = web_tcp();
    web_say(fd, large);
    ck_assert_int_eq(web_hear(fd, false, body, sizeof(body), NULL), 431); /* arrives although we are still sending */
    close(fd);
    free(large);
    ck_assert_int_eq(web_stat("HTTP_MALFORMED"), 4);
    ck_assert_int_eq(web_stat("TOO_LARGE"), 2);
}
END_TEST

START_TEST(files) {
    char out[4096], sum[4096];
    web_shell("sha256sum < $D/big", sum, sizeof(sum));
    web_shell("curl -s $U/file/big | sha256sum", out, sizeof(out));
    ck_assert_str_eq(out, sum);
    web_shell("curl -s -r 1000-5999 $U/file/big | sha256sum", sum, sizeof(sum));
    web_shell("curl -s $U/extent | sha256sum", out, sizeof(out));
    ck_assert_str_eq(out, sum);
    web_shell("tail -c +1001 $D/big | head -c 5000 | sha256sum", out, sizeof(out));
    ck_assert_str_eq(out, sum);
    web_shell("curl -s -r 4999- $U/extent | od -An -tx1; tail -c +6000 $D/big | head -c 1 | od -An -tx1", out,
              sizeof(out));
    ck_assert(strlen(out) == 8 && memcmp(out, out + 4, 4) == 0);
    web_shell("curl -s -o /dev/null -w '%{http_code} %{size_download}' -r 5000- $U/extent", out, sizeof(out));
    ck_assert_str_eq(out, "416 0");
    web_shell("curl -s -I $U/file/big | tr -d '\\r' | grep -E '^(HTTP|Content-Length|Accept)'", out, sizeof(out));
    ck_assert_str_eq(out, "HTTP/1.1 200 OK\nContent-Length: 9437307\nAccept-Ranges: bytes\n");
    web_shell(
        "curl -s -o $D/part -r 0-1234567 $U/file/big && curl -s -C - -o $D/part $U/file/big && cmp $D/part $D/big", out,
        sizeof(out));
    web_shell("curl -s -o /dev/null -w '%{http_code}' -z \"$(date -R -d tomorrow)\" $U/file/big", out, sizeof(out));
    ck_assert_str_eq(out, "304");
    /* 24 at once, and one whose reader is slow */
    web_shell("for i in $(seq 24); do curl -s $U/file/big | sha256sum & done; "
              "curl -s --limit-rate 4M $U/file/big | sha256sum; wait",
              out, sizeof(out));
    web_shell("sha256sum < $D/big", sum, sizeof(sum));
    for (int i = 0; i < 25; i++)
        ck_assert(memcmp(out + (size_t)i * strlen(sum), sum, strlen(sum)) == 0);
    ck_assert_int_eq(web_stat("HTTP_ABORTED"), 0);
}
END_TEST

/* A file that is not in the page cache is read on another thread; clients come and go meanwhile. */
START_TEST(cold_files) {
    char out[256], sum[256], path[256];
    int fds[16];
    web_shell("for i in 1 2 3 4; do cat $D/big; done > $D/cold; sync $D/cold; sha256sum < $D/cold", sum, sizeof(sum));
    snprintf(path, sizeof(path), "%s/cold", served.dir);
    for (int round = 0; round < 4; round++) {
        int fd = open(path, O_RDONLY);
        ck_assert_int_eq(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
        close(fd);
        for (int i = 0; i < 16; i++) {
            fds[i] = web_tcp();
            web_say(fds[i], "GET /file/cold HTTP/1.1\r\nHost: x\r\nRange: bytes=12345678-\r\n\r\n");
        }
        for (int i = 0; i < 16; i++)
            close(fds[i]);
        web_shell("curl -s $U/file/cold | sha256sum", out, sizeof(out));
        ck_assert_str_eq(out, sum);
    }
    int fd = open(path, O_RDONLY);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
    fds[0] = web_tcp();
    web_say(fds[0], "GET /file/cold HTTP/1.1\r\nHost: x\r\nRange: bytes=12345678-\r\n\r\n");
    struct linger hard = {1, 0};
    setsockopt(fds[0], SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    close(fds[0]); /* and the server is stopped at once */
}
END_TEST

START_TEST(abort_in_the_middle) {
    char text[1000];
    long whole = web_stat("whole");
    int fd = web_tcp();
    web_say(fd, "GET /file/big HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(recv(fd, text, sizeof(text), MSG_WAITALL), sizeof(text));
    close(fd);
    for (int i = 0; i < 100 && web_stat("HTTP_ABORTED") == 0; i++)
        usleep(10000);
    ck_assert_int_eq(web_stat("HTTP_ABORTED"), 1);
    ck_assert_int_ge(web_stat("whole"), whole); /* only those of /stats itself were added */
    /* A client that leaves while the core is at work. */
    fd = web_tcp();
    web_say(fd, "GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
    usleep(50000);
    hang_up(fd);
    for (int i = 0; i < 100 && web_stat("cancelled") == 0; i++)
        usleep(10000);
    ck_assert_int_eq(web_stat("cancelled"), 1);
}
END_TEST

/* Clients that leave in the middle, that take nothing, and that a stop ends: each gives its content back. */
START_TEST(lent_ones_come_back) {
    char text[1000];
    int fds[24];
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 24; i++) {
            fds[i] = web_tcp();
            web_say(fds[i], "GET /file/big HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        for (int i = 0; i < 24; i++) {
            if (i % 3 > 0)
                ck_assert_int_eq(recv(fds[i], text, sizeof(text), MSG_WAITALL), sizeof(text));
            if (i % 3 < 2)
                hang_up(fds[i]);
        }
        for (int i = 2; round < 3 && i < 24; i += 3)
            close(fds[i]);
    }
    long opened = 0, released = 0;
    for (int i = 0; i < 200 && (i == 0 || opened - released > 9); i++) { /* eight, and the question itself */
        usleep(10000);
        opened = web_stat("opened");
        released = web_stat("released");
    }
    ck_assert_int_le(opened - released, 9);
    kill(served.pid, SIGTERM); /* a drain, then an end: eight take nothing meanwhile */
    usleep(20000);
}
END_TEST

START_TEST(slow_head) {
    char body[1024];
    int idle = web_tcp(), slow = web_tcp();
    web_say(slow, "GET /hello HTTP/1.1\r\n");
    double began = web_seconds();
    ck_assert_int_eq(web_hear(slow, false, body, sizeof(body), NULL), 408);
    ck_assert(web_seconds() - began > 9 && web_seconds() - began < 60);
    ck_assert_int_eq(recv(idle, body, 1, 0), 0); /* said nothing, is told nothing */
    close(slow);
    close(idle);
    ck_assert_int_eq(web_stat("TIMEOUT"), 1);
}
END_TEST

/* How many of them have an answer or an end to read. */
static int ended(struct pollfd *fds, int n, int wanted) {
    for (int i = 0; i < 200 && poll(fds, (nfds_t)n, 0) < wanted; i++)
        usleep(20000);
    return poll(fds, (nfds_t)n, 0);
}

/* 300 begin a request and do not finish it: the oldest 44 go, the newest is served. */
START_TEST(unfinished_of_one_peer) {
    struct pollfd fds[300];
    char body[256];
    for (int i = 0; i < 300; i++) {
        fds[i] = (struct pollfd){.fd = web_tcp(), .events = POLLIN};
        web_say(fds[i].fd, "GET /hello HTTP/1.0\r\n");
    }
    ck_assert_int_eq(ended(fds, 300, 44), 44);
    ck_assert_int_eq(fds[299].revents, 0);
    web_say(fds[299].fd, "\r\n");
    ck_assert_int_eq(web_hear(fds[299].fd, false, body, sizeof(body), NULL), 200);
    for (int i = 0; i < 300; i++)
        close(fds[i].fd);
    usleep(100000);
    ck_assert_int_ge(web_stat("BUSY"), 40); /* but those that were closed before their line was read */
}
END_TEST

/* 520 have asked and are being answered, 8 of them too many: nobody can be closed for them. */
START_TEST(too_many_of_one_peer) {
    struct pollfd fds[520];
    char body[256];
    int refused = 0;
    for (int i = 0; i < 520; i++) {
        fds[i] = (struct pollfd){.fd = web_tcp(), .events = POLLIN};
        web_say(fds[i].fd, "GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
        usleep(1000);
    }
    ended(fds, 520, 8);
    for (int i = 0; i < 520; i++)
        if (fds[i].revents) {
            ck_assert_int_eq(web_hear(fds[i].fd, false, body, sizeof(body), NULL), 503);
            refused++;
        }
    ck_assert_int_eq(refused, 8);
    for (int i = 0; i < 520; i++)
        hang_up(fds[i].fd);
    usleep(100000);
    ck_assert_int_eq(web_stat("BUSY"), 8);
}
END_TEST

/* Bodies that never end: together they stay within the budget, and others are served. */
START_TEST(unfinished_bodies) {
    enum { MANY = 400 };
    static char part[60000];
    struct pollfd fds[MANY];
    char body[256];
    memset(part, 'x', sizeof(part));
    int closed = 0;
    for (int i = 0; i < MANY; i++) {
        fds[i] = (struct pollfd){.fd = web_tcp(), .events = POLLIN};
        web_say(fds[i].fd, "POST /echo HTTP/1.0\r\nContent-Length: 65536\r\n\r\n");
        (void)!send(fds[i].fd, part, sizeof(part), MSG_NOSIGNAL);
    }
    closed = ended(fds, MANY, 100);
    ck_assert_int_ge(closed, 100); /* 16 MiB hold 200 of them */
    ck_assert_int_eq(web_ask("/hello", body, sizeof(body), NULL), 200);
    for (int i = 0; i < MANY; i++)
        close(fds[i].fd);
    usleep(100000);
    ck_assert_int_ge(web_stat("BUSY"), 100);
}
END_TEST

START_TEST(no_body_for_a_file) {
    char body[256];
    int fd = web_tcp();
    web_say(fd, "POST /file/big HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n");
    ck_assert_int_eq(web_hear(fd, false, body, sizeof(body), NULL), 405); /* before the body has come */
    close(fd);
    ck_assert_int_eq(web_stat("BAD_REQUEST"), 1);
}
END_TEST

START_TEST(drains_when_stopped) {
    char text[4096], body[256];
    int idle = web_tcp(), busy = web_tcp(), late = web_tcp();
    web_say(idle, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(web_hear(idle, false, body, sizeof(body), NULL), 200);
    web_say(busy, "GET /file/big HTTP/1.1\r\nHost: x\r\n\r\n");
    web_say(late, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert(recv(busy, text, 1000, MSG_WAITALL) == 1000);
    kill(served.pid, SIGTERM);
    ck_assert_int_eq(recv(idle, body, 1, 0), 0);
    ck_assert_int_eq(web_hear(late, false, body, sizeof(body), NULL), 200);
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
    int fd = web_unix();
    web_say(fd, "POST /service/now?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    ck_assert_int_eq(web_hear(fd, false, body, sizeof(body), head), 201);
    ck_assert_str_eq(body, "POST /service/now?a=b hi fd=1");
    ck_assert_ptr_nonnull(strstr(head, "Content-Type: application/json\r\n"));
    web_say(fd, "GET /service/later HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(web_hear(fd, false, body, sizeof(body), head), 200);
    ck_assert_str_eq(body, "{\"late\":true}");
    web_say(fd, "GET /service/never HTTP/1.1\r\nHost: x\r\n\r\n");
    close(fd); /* the reply comes for nobody */
    usleep(500000);
    fd = web_unix();
    web_say(fd, "GET /service/now HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(web_hear(fd, false, body, sizeof(body), head), 201);
    close(fd);
}
END_TEST

START_TEST(service_headers_and_tags) {
    char out[4096];
    web_shell("curl -s -H 'Accept: text/html' -b 'a=1; b=two; bb=3' $S/service/headers", out, sizeof(out));
    ck_assert_str_eq(out, "GET from 127.0.0.1 n=4 accept=text/html b=two");
    web_shell("curl -s -H 'Accept: x' -H 'Accept: y' -b 'xb=1; bb' $S/service/headers", out, sizeof(out));
    ck_assert_str_eq(out, "GET from 127.0.0.1 n=5 accept= b=(none)");
    web_shell("curl -s -X POST -d x -H 'Accept:' -b b= $S/service/headers", out, sizeof(out));
    ck_assert_str_eq(out, "POST from 127.0.0.1 n=5 accept= b=");
    web_shell("curl -s --unix-socket $D/service.sock -H Accept: -A '' http://x/service/headers", out, sizeof(out));
    ck_assert_str_eq(out, "GET from local n=1 accept= b=(none)");
    web_shell("curl -sI $S/service/headers | tr -d '\\r' | grep -E '^(HTTP|Set-C|X-F|Content-L)'", out, sizeof(out));
    ck_assert_str_eq(out, "HTTP/1.1 200 OK\nContent-Length: 43\nSet-Cookie: a=b\nX-Frame-Options: DENY\n");
    web_shell(
        "curl -s -o /dev/null -w '%{http_code} %{size_download}' -H 'If-None-Match: \"v7\"' $S/service/headers?tag",
        out, sizeof(out));
    ck_assert_str_eq(out, "304 0");
    web_shell("curl -s -r 4-7 -H Accept: $S/service/headers?tag", out, sizeof(out));
    ck_assert_str_eq(out, "from");
    web_shell("curl -s -r 0-1,4-7 -H Accept: $S/service/headers?tag", out, sizeof(out));
    ck_assert_str_eq(out, "GET from 127.0.0.1 n=3 accept= b=(none)");
}
END_TEST

START_TEST(service_streams) {
    char out[4096];
    web_shell("curl -s $S/service/stream", out, sizeof(out));
    ck_assert_str_eq(out, "tick 1\ntick 2\ntick 3\ntick 4\ntick 5\n");
    web_shell("curl -s --http1.0 $S/service/stream", out, sizeof(out));
    ck_assert_str_eq(out, "tick 1\ntick 2\ntick 3\ntick 4\ntick 5\n");
    web_shell("curl -s -i --raw $S/service/stream | tr -d '\\r' | grep -aE '^(Tr|Con|X-S|[0-9]|tick 5)' | tr '\\n' ,",
              out, sizeof(out));
    ck_assert_str_eq(out, "Content-Type: text/event-stream,Transfer-Encoding: chunked,X-Stream: yes,"
                          "Connection: close,7,7,7,7,7,tick 5,0,");
    web_shell("curl -sI $S/service/forever -o /dev/null -w '%{http_code}'; curl -s $S/service/streams", out,
              sizeof(out));
    ck_assert_str_eq(out, "200written=5 ready=0 gone=0"); /* nobody listens to a HEAD */
    /* A client that goes ends it, also by closing its side alone. */
    web_shell("curl -s -m 0.2 $S/service/forever | head -c 7; sleep 0.1; curl -s $S/service/streams | cut -d' ' -f2-",
              out, sizeof(out));
    ck_assert_str_eq(out, "tick 1\nready=0 gone=1\n");
    /* A client that takes nothing: 256 KiB wait for it, no more; when it has taken them, the service goes on. */
    web_shell("curl -s $S/service/flood | (sleep 0.3; wc -c; ); curl -s $S/service/streams", out, sizeof(out));
    ck_assert_str_eq(out, "260006\nwritten=260 ready=1 gone=1");
}
END_TEST

START_TEST(streams_end_with_the_plugin) {
    int fd = web_tcp();
    char out[256];
    web_shell("(curl -s -m 5 $S/service/forever >/dev/null; echo $? >$D/ended) & sleep 0.2", out, sizeof(out));
    ck_assert_int_eq(served_stop(&served), 0);
    close(fd);
    web_shell("sleep 0.1; cat $D/ended", out, sizeof(out));
    ck_assert_msg(*out != '\0', "the client still waits");
    web_start();
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
                                 .workers = "auto",
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

START_TEST(listeners_are_judged) {
    static const char *const items[] = {"10.77.0.1:443 tls pxe-server", "10.77.0.1:8080", "10.77.0.1:443", "[::]:80 x",
                                        "10.77.0.2:443 tls"};
    static const unsigned lines[] = {1, 2, 3, 4, 5};
    static const struct {
        size_t from, n;
        const char *cert, *key;
        unsigned port, want_port;
        const char *errors[3], *warning;
    } rows[] = {
        {0, 2, "/c", "/k", 0, 8080, {NULL}, NULL},
        {0, 2, "/c", "/k", 80, 80, {NULL}, NULL},
        {0, 1, "/c", "/k", 0, 0, {NULL}, NULL}, /* no URL names it */
        {0, 1, "/c", NULL, 80, 80, {"TLS needs `cert` and `key`"}, NULL},
        {4, 1, NULL, NULL, 80, 80, {"TLS needs `cert` and `key`"}, NULL},
        {0, 4, "/c", "/k", 80, 80, {"named twice", "not `tls`"}, NULL},
        {1, 1, "/c", "/k", 80, 80, {NULL}, "cert and key are not used"},
    };
    const struct pxed_protocol_ops *ops = pxed_plugin_query_http(PXED_ABI_MAJOR)->ops;
    struct pxed_diags diags = {0};
    struct pxed_site site = {0};
    struct http_config config = {.cgi_user = "nobody",
                                 .script = "home.php",
                                 .workers = "0",
                                 .port = rows[_i].port,
                                 .cert = rows[_i].cert,
                                 .key = rows[_i].key,
                                 .listen = {items + rows[_i].from, lines + rows[_i].from, rows[_i].n}};
    size_t at = 0;
    ops->check(&config, "pxed.ini", &diags);
    for (; rows[_i].errors[at]; at++)
        ck_assert_msg(at < diags.n && diags.items[at].severity == PXED_ERROR && diags.items[at].line > 0 &&
                          strstr(diags.items[at].text, rows[_i].errors[at]),
                      "%s", at < diags.n ? diags.items[at].text : "nothing");
    if (rows[_i].warning) {
        ck_assert_uint_eq(diags.n, at + 1);
        ck_assert_ptr_nonnull(strstr(diags.items[at].text, rows[_i].warning));
        at++;
    }
    ck_assert_uint_eq(diags.n, at);
    pxed_diags_clear(&diags);
    ops->site(&config, &site);
    ck_assert_uint_eq(site.port, rows[_i].want_port);
}
END_TEST

int main(void) {
    Suite *s = suite_create("http plugin");
    TCase *t = tcase_create("static"), *o = tcase_create("options"), *w = tcase_create("workers");
    tcase_add_checked_fixture(t, web_start, web_stop);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, bytes_and_refusals);
    tcase_add_test(t, keep_alive_and_pipelining);
    tcase_add_test(t, posts);
    tcase_add_test(t, refused_requests);
    tcase_add_test(t, files);
    tcase_add_test(t, cold_files);
    tcase_add_test(t, abort_in_the_middle);
    tcase_add_test(t, slow_head);
    tcase_add_test(t, too_many_of_one_peer);
    tcase_add_test(t, unfinished_of_one_peer);
    tcase_add_test(t, unfinished_bodies);
    tcase_add_test(t, no_body_for_a_file);
    tcase_add_test(t, drains_when_stopped);
    tcase_add_test(t, service_on_a_unix_socket);
    tcase_add_test(t, service_headers_and_tags);
    tcase_add_test(t, service_streams);
    tcase_add_test(t, streams_end_with_the_plugin);
    suite_add_tcase(s, t);
    tcase_add_checked_fixture(w, web_start_workers, web_stop);
    tcase_set_timeout(w, 60);
    tcase_add_test(w, keep_alive_and_pipelining);
    tcase_add_test(w, files);
    tcase_add_test(w, cold_files);
    tcase_add_test(w, abort_in_the_middle);
    tcase_add_test(w, lent_ones_come_back);
    tcase_add_test(w, drains_when_stopped);
    suite_add_tcase(s, w);
    tcase_add_test(o, options_are_judged);
    tcase_add_loop_test(o, listeners_are_judged, 0, 7);
    suite_add_tcase(s, o);
    return suite_run_apart(s);
}
