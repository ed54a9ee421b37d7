/* openat2 keeps a name inside its folder; fsync of the folder makes a rename durable. */
#define _GNU_SOURCE
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ATTEMPTS = 1000 };

/* While anything on the machine is renamed or mounted the kernel cannot be sure where a `..` in a link leads, and says
 * EAGAIN (openat2(2)): ask again. */
int open_beneath(int dir_fd, const char *path) {
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    int fd = -1;
    for (int i = 0; i < ATTEMPTS && (i == 0 || (fd < 0 && errno == EAGAIN)); i++)
        fd = (int)syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));
    return fd;
}

int sync_folder(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return rc;
}
