/* The socket and who is at its other end. */
#pragma once

#include "api_state.h"

/* Absolute path of the socket; owned by the caller. */
char *api_socket_path(const char *state_dir, const char *socket);
/* Binds and listens, mode 0660. A socket nobody answers on is replaced, anything else is left alone. Fills listen_fd,
 * dev and ino. 0 or a negative errno with a sentence logged. */
int api_socket_open(struct api *api, const char *group);
/* Removes the socket if it is still the one we bound. */
void api_socket_unlink(const struct api *api);
/* "uid 0 (root)": who the kernel says has connected. */
void api_socket_peer(int fd, struct pxed_buf *out);
