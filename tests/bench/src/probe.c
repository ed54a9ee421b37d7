/* Asks a server every two milliseconds until its first right answer: how long it takes to start. One line of key=value.
 */
#include "dhcp.h"
#include "load.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char usage[] = "probe dhcp|tftp|http SERVER GIADDR [FILE | PATH] [SECONDS]";
static double begun, seconds = 15;

static int finish(bool answered) {
    printf("first_ms=%.1f\n", answered ? (load_now() - begun) * 1e3 : -1);
    return answered ? 0 : 1;
}

static bool http_once(const struct sockaddr_in *server, const char *path) {
    char text[1024];
    struct timeval patience = {1, 0};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        load_die("socket");
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    int n = snprintf(text, sizeof text, "GET %s HTTP/1.0\r\nHost: 10.100.0.1\r\nUser-Agent: iPXE/1.21\r\n\r\n", path);
    bool answered = connect(fd, (const struct sockaddr *)server, sizeof *server) == 0 &&
                    write(fd, text, (size_t)n) == n && read(fd, text, sizeof text) > 12 &&
                    memcmp(text + 9, "200", 3) == 0;
    close(fd);
    return answered;
}

static size_t ask_for(uint8_t out[DHCP_ROOM], const char *file, uint32_t giaddr) {
    struct dhcp_ask ask = {
        .type = DHCP_DISCOVER, .xid = 77, .number = 0x0f000000u + (uint32_t)getpid(), .giaddr = giaddr};
    if (!file)
        return dhcp_build(out, &ask);
    return (size_t)snprintf((char *)out, DHCP_ROOM, "%c%c%s%coctet%c", 0, 1, file, 0, 0);
}

/* True if it is an OFFER, or the first block. */
static bool is_answer(const uint8_t *in, ssize_t length, bool tftp) {
    struct dhcp_answer answer;
    if (tftp)
        return length > 4 && in[1] == 3;
    return length > 0 && dhcp_parse(&answer, in, (size_t)length) && answer.type == DHCP_OFFER;
}

static bool udp_once(int fd, const struct sockaddr_in *server, const uint8_t *out, size_t length, bool tftp) {
    uint8_t in[1600];
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    (void)sendto(fd, out, length, 0, (const struct sockaddr *)server, sizeof *server); // refused while nobody listens
    poll(&(struct pollfd){fd, POLLIN, 0}, 1, 2);
    ssize_t n = recvfrom(fd, in, sizeof in, 0, (struct sockaddr *)&from, &size);
    if (!is_answer(in, n, tftp))
        return false;
    if (tftp) // no more of it
        (void)sendto(fd, "\0\5\0\0", 5, 0, (struct sockaddr *)&from, size);
    return true;
}

int main(int count, char **list) {
    if (count < 4)
        load_usage(usage);
    bool http = strcmp(list[1], "http") == 0, tftp = strcmp(list[1], "tftp") == 0;
    const char *what = count > 4 ? list[4] : NULL;
    uint32_t giaddr = load_address(list[3]);
    struct sockaddr_in server = {.sin_family = AF_INET,
                                 .sin_port = htons(http   ? 80
                                                   : tftp ? 69
                                                          : 67),
                                 .sin_addr.s_addr = load_address(list[2])};
    if ((http || tftp) && !what)
        load_usage(usage);
    if (count > 5)
        seconds = atof(list[5]);
    uint8_t out[DHCP_ROOM];
    size_t length = http ? 0 : ask_for(out, tftp ? what : NULL, giaddr);
    int fd = http ? -1 : load_udp(giaddr, tftp ? 0 : 67, 0);
    begun = load_now();
    while (load_now() - begun < seconds) {
        if (http ? http_once(&server, what) : udp_once(fd, &server, out, length, tftp))
            return finish(true);
        if (http)
            usleep(2000);
    }
    return finish(false);
}
