/* Sockets of plugins. */
#pragma once

/* Makes room for `bytes` in the receive buffer: beyond net.core.rmem_max with CAP_NET_ADMIN; what systemd gave is not
 * made smaller. The system's default loses the first burst of a boot storm, and each lost packet costs its client a
 * second or more. Returns the room there is; less than `bytes` works, with losses. */
int pxed_socket_room(int fd, int bytes);
