/* Sockets of plugins. */
#pragma once

/* Makes room for `bytes` in the receive buffer: beyond net.core.rmem_max as root; what systemd gave is not made
 * smaller. The system's default loses the first burst of a boot storm, and each lost packet costs its client a second
 * or more. Works with losses where it cannot. */
void pxed_socket_room(int fd, int bytes);
