/* Receive buffers. */
#define _GNU_SOURCE
#include "pxed/socket.h"

#include <sys/socket.h>

/* The kernel doubles what it is told, for its own needs. */
static int room_now(int fd) {
    int now = 0;
    socklen_t len = sizeof(now);
    return getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &now, &len) < 0 ? 0 : now / 2;
}

int pxed_socket_room(int fd, int bytes) {
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0 && room_now(fd) < bytes)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)); /* at most rmem_max */
    return room_now(fd);
}
