/* Sends GET and POST requests to the API's socket and reads the JSON. */
#define _GNU_SOURCE
#include "live.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "live_answer.h"
#include "pxed/arena.h"
#include "text.h"

enum { LIVE_PATIENCE_S = 30, LIVE_ANSWER_MAX = 256 << 20 };

int live_option(struct live *l, int argc, char **argv, const struct option *options) {
    if (!l->command) {
        l->command = argv[0];
        optind = 0; /* glibc: start a new scan */
        opterr = 0;
    }
    for (;;) {
        int c = getopt_long(argc, argv, LIVE_SHORT, options, NULL);
        if (c == 'c') {
            l->ini = optarg;
        } else if (c == 'j') {
            l->json = true;
        } else {
            if (c == '?')
                cli_usage();
            return c;
        }
    }
}

static void live_say(const struct live *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void live_say(const struct live *l, const char *format, ...) {
    char text[2048], clean[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fprintf(stderr, "pxed %s: %s\n", l->command, text_clean(text, clean, sizeof(clean)));
}

static int no_daemon(struct live *l, const char *what) {
    l->code = CLI_NO_DAEMON;
    if (!l->quiet)
        live_say(l, "no daemon: %s", what);
    return -1;
}

static int live_connect(struct live *l) {
    if (!l->socket)
        l->socket = cli_api_socket(l->ini ? l->ini : cli_default_ini());
    if (!l->socket) {
        l->code = CLI_NO;
        return -1;
    }
    char what[512];
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (strlen(l->socket) >= sizeof(name.sun_path)) {
        snprintf(what, sizeof(what), "the socket's path is longer than 107 bytes: %s", l->socket);
        return no_daemon(l, what);
    }
    memcpy(name.sun_path, l->socket, strlen(l->socket));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval patience = {.tv_sec = LIVE_PATIENCE_S};
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    }
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&name, sizeof(name)) == 0) {
        struct ucred peer = {0};
        socklen_t size = sizeof(peer);
        l->daemon = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
        return fd;
    }
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (error == EACCES)
        snprintf(what, sizeof(what), "%s may not be opened by you: be root, or in the group of [api] group", l->socket);
    else if (error == ENOENT || error == ECONNREFUSED)
        snprintf(what, sizeof(what), "nothing answers at %s; is `pxed run` up, and with the same ini (-c FILE)?",
                 l->socket);
    else
        snprintf(what, sizeof(what), "%s: %s", l->socket, strerror(error));
    return no_daemon(l, what);
}

static bool send_all(int fd, const char *text, size_t n) {
    while (n > 0) {
        ssize_t r = send(fd, text, n, MSG_NOSIGNAL);
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return false;
        text += r;
        n -= (size_t)r;
    }
    return true;
}

static bool send_request(int fd, const char *target, const char *body) {
    char head[1024];
    int n = snprintf(head, sizeof(head), "%s /api/v1/%s HTTP/1.0\r\nHost: pxed\r\nConnection: close\r\n",
                     body ? "POST" : "GET", target);
    if (n < 0 || (size_t)n >= sizeof(head))
        return false;
    size_t used = (size_t)n;
    if (body)
        n = snprintf(head + used, sizeof(head) - used, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                     strlen(body));
    else
        n = snprintf(head + used, sizeof(head) - used, "\r\n");
    if (n < 0 || (size_t)n >= sizeof(head) - used)
        return false;
    return send_all(fd, head, used + (size_t)n) && (!body || send_all(fd, body, strlen(body)));
}

/* Reads until the server closes; NUL-terminated, the caller frees it; NULL on an error or timeout. */
static char *live_read_answer(int fd, size_t *ret_len) {
    size_t cap = 1 << 16, n = 0;
    char *answer = pxed_xalloc(cap);
    for (;;) {
        if (cap - n < 2) {
            cap *= 2;
            answer = pxed_xrealloc(answer, cap);
        }
        ssize_t r = recv(fd, answer + n, cap - n - 1, 0);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0 || n > LIVE_ANSWER_MAX) {
            free(answer);
            return NULL;
        }
        if (r == 0)
            break;
        n += (size_t)r;
    }
    answer[n] = '\0';
    *ret_len = n;
    return answer;
}

/* Takes ownership of `answer`. */
static json_t *judge_answer(struct live *l, char *answer, size_t len) {
    int status = 0;
    struct pxed_slice body;
    bool heard = answer != NULL;
    if (!heard || !live_answer_split(answer, len, &status, &body)) {
        free(answer);
        no_daemon(l, heard ? "the answer is cut short" : "it does not answer, or went away");
        return NULL;
    }
    json_error_t error;
    json_t *rows = json_loadb(body.ptr, body.len, 0, &error);
    free(answer);
    if (status == 200 && json_is_array(rows))
        return rows;
    const char *sentence = live_text(rows, "error");
    if (*sentence)
        live_say(l, "%s", sentence);
    else
        live_say(l, "the daemon's answer cannot be read (status %d)", status);
    json_decref(rows);
    l->code = CLI_NO;
    return NULL;
}

json_t *live_ask(struct live *l, const char *target, json_t *body) {
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    l->code = CLI_OK;
    int fd = live_connect(l);
    if (fd < 0) {
        free(text);
        return NULL;
    }
    size_t len = 0;
    /* A server may refuse before it has read everything: its answer counts, not the broken pipe. */
    send_request(fd, target, text);
    char *answer = live_read_answer(fd, &len);
    free(text);
    close(fd);
    return judge_answer(l, answer, len);
}

char *live_target(const char *name, const char *key, const char *value) {
    static const char hex[] = "0123456789ABCDEF";
    size_t n = value ? strlen(value) : 0;
    size_t size = strlen(name) + strlen(key) + 3 * n + 3;
    char *target = pxed_xalloc(size);
    if (!value) {
        snprintf(target, size, "%s", name);
        return target;
    }
    size_t at = (size_t)snprintf(target, size, "%s%c%s=", name, strchr(name, '?') ? '&' : '?', key);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)value[i];
        if (pxed_is_alnum((char)c) || strchr(":.-_", c)) {
            target[at++] = (char)c;
        } else {
            target[at++] = '%';
            target[at++] = hex[c >> 4];
            target[at++] = hex[c & 15];
        }
    }
    target[at] = '\0';
    return target;
}

json_t *live_hosts(struct live *l, char **hosts, int n) {
    json_t *array = json_array();
    for (int i = 0; i < n; i++)
        if (json_array_append_new(array, json_string(hosts[i])) < 0) { /* not UTF-8 */
            live_say(l, "no machine is called '%s'", hosts[i]);
            json_decref(array);
            l->code = CLI_NO;
            return NULL;
        }
    return array;
}

void live_print_json(const json_t *rows) {
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_dumpf(json_array_get(rows, i), stdout, JSON_COMPACT);
        putchar('\n');
    }
    fflush(stdout);
}

const char *live_text(const json_t *row, const char *key) {
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

int64_t live_number(const json_t *row, const char *key) {
    return json_integer_value(json_object_get(row, key));
}

bool live_flag(const json_t *row, const char *key) {
    return json_is_true(json_object_get(row, key));
}

const char *live_host(const json_t *row) {
    static const char *const keys[] = {"name", "mac", "ip"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        if (*live_text(row, keys[i]))
            return live_text(row, keys[i]);
    return "-";
}

int64_t live_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
