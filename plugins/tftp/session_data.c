/* DATA packets of a transfer: reads the content, lays the blocks of a window side by side, sends them. */
#define _GNU_SOURCE /* sendmmsg, preadv */
#include "session_data.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { TFTP_READ_AHEAD = 512 * 1024 };

/* --- reading the content --- */

/* Asks the kernel to read ahead: reading what is not in memory would block the whole loop. */
static void data_read_ahead(struct tftp_session *s, uint64_t position) {
    if (s->content->kind != PXED_CONTENT_FILE || position + TFTP_READ_AHEAD / 2 < s->advised || s->advised >= s->size)
        return;
    uint64_t n = s->size - s->advised < TFTP_READ_AHEAD ? s->size - s->advised : TFTP_READ_AHEAD;
    posix_fadvise(s->content->fd, (off_t)(s->content->offset + s->advised), (off_t)n, POSIX_FADV_WILLNEED);
    s->advised += n;
}

/* Reads `n` bytes at `position` of the file into blocks of `blksize`, each behind a gap for its header. */
static bool data_read_file(struct tftp_session *s, uint64_t position, size_t n, char *out, size_t blksize) {
    struct iovec iov[TFTP_WINDOW_MOST];
    int count = 0;
    for (size_t left = n; left > 0; count++) {
        size_t part = left < blksize ? left : blksize;
        iov[count] = (struct iovec){out + (size_t)count * (blksize + TFTP_DATA_HEADER) + TFTP_DATA_HEADER, part};
        left -= part;
    }
    return preadv(s->content->fd, iov, count, (off_t)(s->content->offset + position)) == (ssize_t)n;
}

static void data_copy(const char *from, size_t n, char *out, size_t blksize) {
    for (; n > 0; out += blksize + TFTP_DATA_HEADER) {
        size_t part = n < blksize ? n : blksize;
        memcpy(out + TFTP_DATA_HEADER, from, part);
        from += part;
        n -= part;
    }
}

static bool data_lay_content(struct tftp_session *s, uint64_t position, size_t n, char *out, size_t blksize) {
    if (n == 0)
        return true; /* empty content may have no pointer */
    if (s->content->kind == PXED_CONTENT_FILE)
        return data_read_file(s, position, n, out, blksize);
    data_copy(s->content->bytes.ptr + position, n, out, blksize);
    return true;
}

/* Lays blocks first .. first + count - 1 into the scratch, headers included. Returns the length, 0 on a read error. */
static size_t data_lay_octets(struct tftp_session *s, uint64_t first, unsigned count) {
    size_t blksize = s->terms.blksize, n = count * blksize;
    uint64_t position = (first - 1) * blksize;
    char *out = s->tftp->packets;
    if (n > s->size - position)
        n = (size_t)(s->size - position);
    data_read_ahead(s, position + n);
    if (!data_lay_content(s, position, n, out, blksize))
        return 0;
    for (unsigned i = 0; i < count; i++)
        tftp_put_data_header(out + i * (blksize + TFTP_DATA_HEADER), first + i);
    return n + count * (size_t)TFTP_DATA_HEADER;
}

/* The source bytes of one netascii block; at most blksize are needed, none grows smaller. */
static bool data_text_source(struct tftp_session *s, uint64_t offset, struct pxed_slice *ret) {
    size_t n = s->terms.blksize;
    if (n > s->size - offset)
        n = (size_t)(s->size - offset);
    if (s->content->kind == PXED_CONTENT_BYTES) {
        *ret = n > 0 ? pxed_slice(s->content->bytes.ptr + offset, n) : pxed_slice("", 0);
        return true;
    }
    *ret = pxed_slice(s->tftp->source, n);
    return pread(s->content->fd, s->tftp->source, n, (off_t)(s->content->offset + offset)) == (ssize_t)n;
}

/* The same in netascii, where the length is known only after conversion. */
static size_t data_lay_text(struct tftp_session *s, uint64_t first, unsigned count) {
    size_t length = 0;
    for (uint64_t block = first; block < first + count; block++) {
        struct tftp_text_at at = s->text[block % TFTP_TEXT_PLACES];
        struct pxed_slice source;
        char *out = s->tftp->packets + length;
        if (!data_text_source(s, at.offset, &source))
            return 0;
        size_t n = tftp_netascii(source, &at, out + TFTP_DATA_HEADER, s->terms.blksize);
        tftp_put_data_header(out, block);
        length += n + TFTP_DATA_HEADER;
        s->text[(block + 1) % TFTP_TEXT_PLACES] = at;
        if (n < s->terms.blksize) {
            tftp_transfer_ends(&s->transfer, block);
            break;
        }
    }
    return length;
}

size_t tftp_data_lay(struct tftp_session *s, uint64_t first, unsigned count) {
    return s->text ? data_lay_text(s, first, count) : data_lay_octets(s, first, count);
}

/* --- sending --- */

/* A packet that cannot be sent counts as lost, and the timer sends it again; only a closed client port ends a
 * transfer. */
bool tftp_client_gone(ssize_t rc) {
    return rc < 0 && errno == ECONNREFUSED;
}

static struct sockaddr *data_name(struct tftp_session *s) {
    return s->shared ? (struct sockaddr *)&s->to : NULL;
}

static socklen_t data_name_len(const struct tftp_session *s) {
    return s->shared ? sizeof(s->to) : 0;
}

ssize_t tftp_session_send(struct tftp_session *s, const char *packet, size_t len) {
    return sendto(s->fd, packet, len, 0, data_name(s), data_name_len(s));
}

static bool data_send_segmented(struct tftp_session *s, size_t at, size_t length, size_t segment, bool *ret_gone) {
    union {
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr align;
    } control = {0};
    struct iovec iov = {s->tftp->packets + at, length};
    struct msghdr msg = {.msg_name = data_name(s),
                         .msg_namelen = data_name_len(s),
                         .msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof(control.bytes)};
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
    uint16_t size = (uint16_t)segment;
    cmsg->cmsg_level = IPPROTO_UDP;
    cmsg->cmsg_type = UDP_SEGMENT;
    cmsg->cmsg_len = CMSG_LEN(sizeof(size));
    memcpy(CMSG_DATA(cmsg), &size, sizeof(size));
    ssize_t rc = sendmsg(s->fd, &msg, 0);
    *ret_gone = tftp_client_gone(rc);
    return rc >= 0 || *ret_gone || errno == EAGAIN || errno == ENOBUFS;
}

static bool data_send_singly(struct tftp_session *s, size_t at, size_t length, size_t segment) {
    struct mmsghdr messages[TFTP_WINDOW_MOST] = {0};
    struct iovec iov[TFTP_WINDOW_MOST];
    unsigned n = 0;
    for (; at < length && n < TFTP_WINDOW_MOST; at += segment, n++) {
        iov[n] = (struct iovec){s->tftp->packets + at, length - at < segment ? length - at : segment};
        messages[n].msg_hdr = (struct msghdr){
            .msg_name = data_name(s), .msg_namelen = data_name_len(s), .msg_iov = &iov[n], .msg_iovlen = 1};
    }
    return tftp_client_gone(sendmmsg(s->fd, messages, n, 0));
}

/* UDP_SEGMENT sends a whole window with one call, a quarter of the cost per packet. If a device or route does not
 * support it, the kernel returns an error and the blocks are sent one by one. True: the client's port is closed. */
bool tftp_data_send(struct tftp_session *s, size_t length) {
    size_t segment = s->terms.blksize + TFTP_DATA_HEADER;
    bool gone = false;
    if (length <= segment)
        return tftp_client_gone(tftp_session_send(s, s->tftp->packets, length));
    size_t at = 0, most = TFTP_FLIGHT_MOST / segment * segment;
    for (size_t n; at < length && !s->plain; at += n) {
        n = length - at < most ? length - at : most;
        if (!data_send_segmented(s, at, n, segment, &gone)) {
            s->plain = true;
            break;
        }
        if (gone)
            return true;
    }
    return at < length && data_send_singly(s, at, length, segment);
}
