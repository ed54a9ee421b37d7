/* One HTTP exchange over winsock. gethostbyname: every winsock has it, and only IPv4 is needed. */
#include "net_win.h"

#include <winsock2.h>

bool net_start(void) {
    WSADATA data;
    return WSAStartup(MAKEWORD(2, 2), &data) == 0;
}

/* Waits until the socket can be read, or written to (or has failed to connect, which Windows tells as an exception). */
static bool net_wait_for(SOCKET s, bool to_write, unsigned ms) {
    fd_set set, failed;
    FD_ZERO(&set);
    FD_ZERO(&failed);
    FD_SET(s, &set);
    FD_SET(s, &failed);
    struct timeval time = {.tv_sec = (long)(ms / 1000), .tv_usec = (long)(ms % 1000) * 1000};
    int n = select(0, to_write ? NULL : &set, to_write ? &set : NULL, to_write ? &failed : NULL, &time);
    return n > 0 && FD_ISSET(s, &set);
}

static bool net_resolve(const struct http_url *url, struct sockaddr_in *ret_addr) {
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(url->port)};
    addr.sin_addr.s_addr = inet_addr(url->host);
    if (addr.sin_addr.s_addr == INADDR_NONE) {
        struct hostent *host = gethostbyname(url->host);
        if (!host || host->h_addrtype != AF_INET || host->h_length != sizeof(addr.sin_addr) || !host->h_addr_list[0])
            return false;
        memcpy(&addr.sin_addr, host->h_addr_list[0], sizeof(addr.sin_addr));
    }
    *ret_addr = addr;
    return true;
}

/* A connected socket that never blocks. */
static SOCKET net_dial(const struct net_request *request, const char **ret_error) {
    struct sockaddr_in addr;
    u_long on = 1;
    if (!net_resolve(request->url, &addr)) {
        *ret_error = "no such host name";
        return INVALID_SOCKET;
    }
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (s == INVALID_SOCKET || ioctlsocket(s, (long)FIONBIO, &on) != 0) {
        *ret_error = "no socket";
    } else if (connect(s, (const struct sockaddr *)&addr, sizeof(addr)) == 0 ||
               (WSAGetLastError() == WSAEWOULDBLOCK && net_wait_for(s, true, request->connect_ms))) {
        return s;
    } else {
        *ret_error = "cannot connect";
    }
    if (s != INVALID_SOCKET)
        closesocket(s);
    return INVALID_SOCKET;
}

static bool send_all(SOCKET s, struct pxed_slice bytes, unsigned idle_ms) {
    while (bytes.len > 0) {
        int n = send(s, bytes.ptr, (int)bytes.len, 0);
        if (n > 0)
            bytes = pxed_slice_skip(bytes, (size_t)n);
        else if (WSAGetLastError() != WSAEWOULDBLOCK || !net_wait_for(s, true, idle_ms))
            return false;
    }
    return true;
}

/* Waits for bytes: their count, 0 at the end, -1 if nothing came in time or the connection broke. */
static int net_receive(SOCKET s, char *buffer, int size, unsigned idle_ms) {
    for (;;) {
        int n = recv(s, buffer, size, 0);
        if (n >= 0)
            return n;
        if (WSAGetLastError() != WSAEWOULDBLOCK || !net_wait_for(s, false, idle_ms))
            return -1;
    }
}

/* Passes one buffer to the parser. False: nothing more needs to be read. */
static bool step_through(const struct net_request *request, struct http_answer *answer, struct pxed_slice input,
                         struct net_reply *reply) {
    struct pxed_slice piece;
    for (;;) {
        enum http_step step = http_read(answer, &input, &piece);
        reply->status = answer->status;
        if (step == HTTP_MORE)
            return true;
        if (step == HTTP_BODY) {
            if (answer->status != 200 || request->take(request->ctx, piece))
                continue;
            reply->stopped = true;
        } else if (step == HTTP_DONE) {
            reply->whole = answer->sized;
        } else {
            reply->status = 0;
            reply->error = "not an HTTP answer";
        }
        return false;
    }
}

static void net_converse(SOCKET s, const struct net_request *request, struct net_reply *reply) {
    static char buffer[65536];
    uint64_t body_len = request->body_len;
    size_t head = http_build_request(buffer, sizeof(buffer), request->url, request->body ? &body_len : NULL);
    if (head == 0) {
        reply->error = "the URL is too long";
        return;
    }
    /* A refusal may come before the body is sent, so an answer is read even if sending fails. */
    if (send_all(s, pxed_slice(buffer, head), request->idle_ms) && request->body)
        send_all(s, pxed_slice(request->body, request->body_len), request->idle_ms);
    struct http_answer answer = {0};
    for (;;) {
        int n = net_receive(s, buffer, sizeof(buffer), request->idle_ms);
        if (n <= 0) {
            if (n < 0 || !http_ends_with_connection(&answer))
                reply->error = n == 0 ? "the server ended early" : "the connection broke";
            return;
        }
        if (!step_through(request, &answer, pxed_slice(buffer, (size_t)n), reply))
            return;
    }
}

void net_exchange(const struct net_request *request, struct net_reply *ret_reply) {
    *ret_reply = (struct net_reply){0};
    SOCKET s = net_dial(request, &ret_reply->error);
    if (s == INVALID_SOCKET)
        return;
    ret_reply->connected = true;
    net_converse(s, request, ret_reply);
    closesocket(s);
}
