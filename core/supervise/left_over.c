/* The private smbd of plugins/smb outlives the daemon while it installs a machine. When the plugin is not loaded at the
 * next start, nobody else would mention that it still serves the share. */
#define _GNU_SOURCE
#include "left_over.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "log.h"

void left_over_say(struct daemon *d) {
    /* smbd holds a lock on it as long as it runs; the number in it may be old. */
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char path[PATH_MAX];
    if (plugins_find(&d->plugins, "smb") ||
        snprintf(path, sizeof(path), "%s/smb/pid/smbd.pid", d->state_dir) >= (int)sizeof(path))
        return;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type == F_WRLCK && lock.l_pid > 1)
        log_core(PXED_LOG_WARNING, "start",
                 "smbd pid=%d of an earlier run still serves its share, and the plugin smb is not loaded: kill %d, or "
                 "name smb in `plugins` with [smb] mode = off",
                 (int)lock.l_pid, (int)lock.l_pid);
    close(fd);
}
