/* Reads a WIM's header and its XML from a file. */
#include "wim_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pxed/arena.h"
#include "wim_text.h"

static bool wim_read_read_at(int fd, uint64_t offset, void *to, size_t n) {
    uint8_t *at = to;
    while (n > 0) {
        ssize_t got = offset <= INT64_MAX ? pread(fd, at, n, (off_t)offset) : 0;
        if (got <= 0 && !(got < 0 && errno == EINTR))
            return false;
        if (got > 0) {
            at += got;
            offset += (uint64_t)got;
            n -= (size_t)got;
        }
    }
    return true;
}

/* Reads the filled-in header. */
static const char *wim_read_header(int fd, uint64_t offset, uint64_t size, uint8_t header[WIN_WIM_HEADER]) {
    bool pipable;
    if (size < WIN_WIM_HEADER || !wim_read_read_at(fd, offset, header, WIN_WIM_HEADER))
        return "is too short to be a WIM";
    if (!win_wim_begins(header, &pipable))
        return "is no WIM";
    if (pipable && (!wim_read_read_at(fd, offset + size - WIN_WIM_HEADER, header, WIN_WIM_HEADER) ||
                    !win_wim_begins(header, &pipable) || !pipable))
        return "is a pipable WIM that was not written to its end";
    return NULL;
}

const char *win_wim_read(int fd, uint64_t offset, uint64_t size, struct win_wim *ret) {
    uint8_t header[WIN_WIM_HEADER];
    struct win_wim_region xml = {0};
    memset(ret, 0, sizeof(*ret));
    const char *wrong = wim_read_header(fd, offset, size, header);
    if (!wrong)
        wrong = win_wim_header(header, size, ret, &xml);
    if (wrong || xml.size == 0)
        return wrong;
    char *text = pxed_xalloc((size_t)xml.size);
    wrong = wim_read_read_at(fd, offset + xml.offset, text, (size_t)xml.size) ? win_wim_xml(text, (size_t)xml.size, ret)
                                                                              : "cannot be read";
    free(text);
    return wrong;
}
