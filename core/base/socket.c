/* Receive buffers. */
#define _GNU_SOURCE
#include "pxed/socket.h"

#include <sys/socket.h>

void pxed_socket_room(int fd, int bytes) {
    int now = 0;
    socklen_t len = sizeof(now);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) == 0)
        return;
    if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &now, &len) < 0 || now < bytes) /* above rmem_max it would shrink */
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}
