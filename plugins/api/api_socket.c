/* The Unix socket: creates it, replaces a stale one, removes it; and identifies the peer. */
#define _GNU_SOURCE /* struct ucred */
#include "api_socket.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

char *api_socket_path(const char *state_dir, const char *socket) {
    if (socket[0] == '/')
        return pxed_xstrdup(pxed_slice_of(socket));
    size_t size = strlen(state_dir) + 1 + strlen(socket) + 1;
    char *path = pxed_xalloc(size);
    snprintf(path, size, "%s/%s", state_dir, socket);
    return path;
}

static int socket_failed(struct api *api, int error, const char *what) {
    pxed_log(api->ctx, PXED_LOG_ERROR, "socket", NULL, NULL, "socket=%s text=\"%s\" error=\"%s\"", api->path, what,
             strerror(error));
    return -error;
}

/* Makes the name free. A regular file would refuse a connection just like a dead socket, so the type is checked first:
 * a wrong `socket =` must never delete an operator's file. */
static int socket_make_room(struct api *api, const struct sockaddr_un *name) {
    struct stat st;
    if (lstat(api->path, &st) < 0)
        return errno == ENOENT ? 0 : socket_failed(api, errno, "cannot look at the socket's place");
    if (!S_ISSOCK(st.st_mode))
        return socket_failed(api, EEXIST, "the path exists and is not a socket: remove it, or change [api] socket");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return socket_failed(api, errno, "cannot make a socket");
    int r = connect(fd, (const struct sockaddr *)name, sizeof(*name));
    int error = errno;
    close(fd);
    if (r == 0 || error != ECONNREFUSED)
        return socket_failed(api, EADDRINUSE, "another pxed answers there");
    if (unlink(api->path) < 0)
        return socket_failed(api, errno, "cannot remove the socket of a daemon that ended");
    return 0;
}

/* /run is empty after each boot: without systemd's RuntimeDirectory the last folder must be created here. */
static void make_folder(const char *path) {
    char *folder = pxed_xstrdup(pxed_slice_of(path)), *slash = strrchr(folder, '/');
    if (slash && slash != folder) {
        *slash = '\0';
        (void)mkdir(folder, 0755); /* bind() reports any problem */
    }
    free(folder);
}

/* Sets group and mode before listen(), when no client can connect yet. */
static void give_to_group(struct api *api, const char *group) {
    if (group && *group) {
        const struct group *g = getgrnam(group); /* before the loop runs: may block */
        if (!g)
            pxed_log(api->ctx, PXED_LOG_WARNING, "socket", NULL, NULL, "group=%s text=\"no such group\"", group);
        else if (chown(api->path, (uid_t)-1, g->gr_gid) < 0)
            pxed_log(api->ctx, PXED_LOG_WARNING, "socket", NULL, NULL,
                     "group=%s text=\"cannot give the socket to it\" error=\"%s\"", group, strerror(errno));
    }
    if (chmod(api->path, 0660) < 0)
        pxed_log(api->ctx, PXED_LOG_WARNING, "socket", NULL, NULL, "text=\"cannot set mode 0660\" error=\"%s\"",
                 strerror(errno));
}

int api_socket_open(struct api *api, const char *group) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t n = strlen(api->path);
    if (n > API_SOCKET_MAX)
        return socket_failed(api, ENAMETOOLONG, "a unix socket's path ends at 107 bytes");
    memcpy(name.sun_path, api->path, n);
    make_folder(api->path);
    int r = socket_make_room(api, &name);
    if (r < 0)
        return r;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return socket_failed(api, errno, "cannot make a socket");
    mode_t before = umask(0177);
    r = bind(fd, (const struct sockaddr *)&name, sizeof(name));
    int error = errno;
    umask(before);
    struct stat st;
    if (r < 0 || stat(api->path, &st) < 0) {
        close(fd);
        return socket_failed(api, r < 0 ? error : errno, "cannot bind");
    }
    api->dev = st.st_dev;
    api->ino = st.st_ino;
    give_to_group(api, group);
    if (listen(fd, SOMAXCONN) < 0) {
        error = errno;
        close(fd);
        api_socket_unlink(api);
        return socket_failed(api, error, "cannot listen");
    }
    api->listen_fd = fd;
    return 0;
}

void api_socket_unlink(const struct api *api) {
    struct stat st;
    if (api->path && lstat(api->path, &st) == 0 && st.st_dev == api->dev && st.st_ino == api->ino)
        unlink(api->path);
}

/* Name of a local account. The name service could query a network and block the loop; this file cannot. */
static bool local_name(uid_t uid, char *name, size_t size) {
    FILE *f = fopen("/etc/passwd", "re");
    if (!f)
        return false;
    struct passwd entry, *found = NULL;
    char line[1024];
    while (fgetpwent_r(f, &entry, line, sizeof(line), &found) == 0 && found)
        if (entry.pw_uid == uid) {
            snprintf(name, size, "%s", entry.pw_name);
            break;
        }
    fclose(f);
    return found != NULL;
}

void api_socket_peer(int fd, struct pxed_buf *out) {
    struct ucred peer;
    socklen_t size = sizeof(peer);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
        pxed_buf_str(out, "unknown user");
        return;
    }
    char name[64];
    pxed_buf_str(out, "uid ");
    pxed_buf_u64(out, peer.uid);
    if (local_name(peer.uid, name, sizeof(name))) {
        pxed_buf_str(out, " (");
        pxed_buf_escaped(out, pxed_slice_of(name));
        pxed_buf_byte(out, ')');
    }
}
