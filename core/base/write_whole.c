/* Writes until nothing is left. */
#include "write_whole.h"

#include <errno.h>
#include <unistd.h>

int write_whole(int fd, struct pxed_slice text) {
    while (text.len > 0) {
        ssize_t n = write(fd, text.ptr, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        text = pxed_slice_skip(text, (size_t)n);
    }
    return 0;
}
