/* Scripts: the whole plugin on loopback, with its helper. */
#include <sys/wait.h>

#include "http_state.h"
#include "suite.h"
#include "web.h"

static void scripts(void) {
    web_put("env.sh", 0755, "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\npwd\nenv | sort\nid -un\n");
    web_put("boot.sh", 0755, "#!/bin/sh\necho '#!ipxe'\necho boot\n");
    web_put("echo.sh", 0755,
            "#!/bin/sh\nprintf 'Status: 201 Made\\r\\nContent-Type: a/b\\r\\nX-A: b\\r\\n\\r\\n'\ncat\n");
    web_put("args.sh", 0755, "#!/bin/sh\nprintf 'Content-Type: a/b\\n\\n'\necho \"$#\"\n");
    web_put("home.pl", 0755,
            "#!/usr/bin/perl\nprint \"Content-type: text/plain\\n\\n\"; print \"perl $ENV{QUERY_STRING}\\n\";\n");
    web_put("home.php", 0644,
            "<?php header('Content-Type: text/plain'); echo \"php \", $_GET['mac'], ' ', $_SERVER['PXED_ARMED'], "
            "\"\\n\";\n");
    web_put("post.php", 0644, "<?php echo strlen(file_get_contents('php://input')), ' ', $_POST['a'];\n");
    web_put("fail.sh", 0755, "#!/bin/sh\necho 'cannot open \"table\"' >&2\nexit 3\n");
    web_put("late.sh", 0755, "#!/bin/sh\nsh -c 'echo $$ > ~/child; sleep 100' &\necho $$ > ~/leader\nsleep 100\n");
    web_put("flood.sh", 0755, "#!/bin/sh\necho 'Content-Type: a/b'\necho\nexec head -c 20000000 /dev/zero\n");
    web_put("megabyte.sh", 0755, "#!/bin/sh\nprintf 'Content-Type: a/b\\n\\n'\nexec head -c 1000000 /dev/zero\n");
    web_put("complain.sh", 0755,
            "#!/bin/sh\nhead -c 300000 /dev/zero | tr '\\0' x >&2\nprintf 'Content-Type: a/b\\n\\nok'\n");
    web_put("text.sh", 0755, "#!/bin/sh\necho just text\n");
    web_put("crash.sh", 0755, "#!/bin/sh\nprintf 'Content-Type: a/b\\n\\nhalf a scr'\nkill -9 $$\n");
    web_put("absent-interpreter.sh", 0755, "#!/no/such/thing\n");
    web_put("found.sh", 0755, "#!/bin/sh\nprintf 'Location: http://a/b\\n\\n'\n");
    web_put("inside.sh", 0755, "#!/bin/sh\nprintf 'Location: /echo/x?y=z\\n\\n'\n");
    web_put("chain.sh", 0755, "#!/bin/sh\nprintf 'Location: /cgi/env.sh?second\\n\\n'\n");
    web_put("loop.sh", 0755, "#!/bin/sh\nprintf 'Location: /cgi/loop.sh\\n\\n'\n");
    web_put("slow.sh", 0755, "#!/bin/sh\nsleep 0.2\nprintf 'Content-Type: a/b\\n\\nslow'\n");
    web_put("leaves-child.sh", 0755, "#!/bin/sh\nsleep 3 &\nprintf 'Content-Type: a/b\\n\\nleft'\n");
    web_put("fds.sh", 0755, "#!/bin/sh\nprintf 'Content-Type: a/b\\n\\n'\nls /proc/self/fd | wc -l\n");
}

static void start_scripts(void) {
    web_start();
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
        ck_assert_msg(web_ask(rows[i].path, body, sizeof(body), head) == rows[i].status, "%s: %s%s", rows[i].path, head,
                      body);
        ck_assert_msg(!rows[i].body || strcmp(body, rows[i].body) == 0, "%s: %s", rows[i].path, body);
        ck_assert_msg(!rows[i].header || strstr(head, rows[i].header), "%s: %s", rows[i].path, head);
    }
    ck_assert_int_eq(web_stat("cgi_failed"), 7);
    web_ask("/cgi/fail.sh", body, sizeof(body), head);
    web_why(body, sizeof(body));
    ck_assert_msg(strncmp(body, "exit 3, it wrote nothing: cannot open ", 38) == 0, "%s", body);
}
END_TEST

START_TEST(cgi_environment) {
    char body[8192], head[4096], want[256];
    ck_assert_int_eq(web_ask("/cgi/env.sh?a=b%20c", body, sizeof(body), head), 200);
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
    ck_assert_int_eq(web_ask("/cgi/chain.sh?first", body, sizeof(body), head), 200);
    ck_assert(strstr(body, "QUERY_STRING=second\n") && strstr(body, "REQUEST_URI=/cgi/chain.sh?first\n"));
    web_shell("curl -s -d a=42 $U/cgi/post.php", body, sizeof(body));
    ck_assert_str_eq(body, "4 42");
    web_shell("head -c 65536 $D/big > $D/64k; curl -s --data-binary @$D/64k $U/cgi/echo.sh | cmp - $D/64k", body,
              sizeof(body));
    web_shell("curl -s -I $U/cgi/home.pl | tr -d '\\r' | grep Content-Length", body, sizeof(body));
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
    double began = web_seconds();
    ck_assert_int_eq(web_ask("/cgi-or/late.sh", body, sizeof(body), NULL), 200);
    ck_assert_str_eq(body, "#!ipxe\nexit\n");
    ck_assert(web_seconds() - began > 1.8 && web_seconds() - began < 30);
    web_why(body, sizeof(body));
    ck_assert_str_eq(body, "it took longer than cgi-timeout\n");
    for (int i = 0; i < 50 && (alive("leader") || alive("child")); i++)
        usleep(20000);
    ck_assert(!alive("leader") && !alive("child"));
}
END_TEST

START_TEST(cgi_client_leaves) {
    int fd = web_tcp();
    web_say(fd, "GET /cgi/late.sh HTTP/1.1\r\nHost: x\r\n\r\n");
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
    ck_assert_int_eq(web_ask("/cgi/flood.sh", body, sizeof(body), NULL), 502);
    web_why(body, sizeof(body));
    ck_assert_str_eq(body, "it wrote more than 1 MiB\n");
    web_shell("curl -s $U/cgi/megabyte.sh | wc -c", out, sizeof(out));
    ck_assert_int_eq(atoi(out), 1000000);
}
END_TEST

START_TEST(cgi_many_at_once) {
    int fds[150];
    char body[256];
    double began = web_seconds();
    for (int i = 0; i < 150; i++) {
        fds[i] = web_tcp();
        web_say(fds[i], "GET /cgi/slow.sh HTTP/1.0\r\n\r\n");
    }
    for (int i = 0; i < 150; i++) {
        ck_assert_int_eq(web_hear(fds[i], false, body, sizeof(body), NULL), 200);
        ck_assert_str_eq(body, "slow");
        close(fds[i]);
    }
    ck_assert(web_seconds() - began > 0.5); /* three times 64 */
    ck_assert(web_seconds() - began < 60);
}
END_TEST

START_TEST(ends_in_the_middle_of_everything) {
    static const char *const paths[] = {"/file/big", "/never", "/cgi/late.sh", "/cgi/late.sh", "/hello"};
    char text[256];
    int fds[5], service = web_unix();
    for (int i = 0; i < 5; i++) {
        fds[i] = web_tcp();
        snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", paths[i]);
        web_say(fds[i], text);
    }
    web_say(fds[4], "GET /half HTTP/1.1\r\n");
    web_say(service, "GET /service/never HTTP/1.1\r\nHost: x\r\n\r\n");
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
    int busy = web_tcp();
    web_say(busy, "GET /cgi-or/late.sh HTTP/1.0\r\n\r\n");
    usleep(200000);
    ck_assert_int_eq(kill(atoi(text), SIGKILL), 0);
    ck_assert_int_eq(web_hear(busy, false, body, sizeof(body), NULL), 200);
    ck_assert_str_eq(body, "#!ipxe\nexit\n");
    close(busy);
    ck_assert_int_eq(web_ask("/cgi/boot.sh", body, sizeof(body), NULL), 502);
    web_why(body, sizeof(body));
    ck_assert_str_eq(body, "the CGI helper has ended\n");
    web_shell("kill -9 $(cat $D/leader) $(cat $D/child)", body, sizeof(body));
}
END_TEST

START_TEST(cgi_ends_with_the_daemon) {
    int fd = web_tcp();
    web_say(fd, "GET /cgi/late.sh HTTP/1.1\r\nHost: x\r\n\r\n");
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

int main(void) {
    Suite *s = suite_create("http cgi");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, start_scripts, web_stop);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, cgi_answers);
    tcase_add_test(t, cgi_environment);
    tcase_add_test(t, cgi_late_dies_with_its_children);
    tcase_add_test(t, cgi_client_leaves);
    tcase_add_test(t, cgi_output_cap);
    tcase_add_test(t, cgi_many_at_once);
    tcase_add_test(t, ends_in_the_middle_of_everything);
    tcase_add_test(t, cgi_helper_dies);
    tcase_add_test(t, cgi_ends_with_the_daemon);
    suite_add_tcase(s, t);
    return suite_run_apart(s);
}
