/* Refusals: ERROR packets from port 69. */
#include "refuse.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

void tftp_sockaddr(const struct pxed_addr *addr, uint16_t port, struct sockaddr_in *ret) {
    *ret = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(pxed_addr_u32(addr))};
}

/* PXELINUX and others look for a file under many names and take ERROR 1 as "try the next". */
static enum tftp_code refuse_code(enum pxed_reason reason) {
    switch (reason) {
    case PXED_WHY_NOT_FOUND:
    case PXED_WHY_NO_IMAGE:
    case PXED_WHY_NO_PROFILE:
    case PXED_WHY_NO_PLAN:
    case PXED_WHY_UNKNOWN_MACHINE:
    case PXED_WHY_NOT_ARMED:
        return TFTP_CODE_NOT_FOUND;
    case PXED_WHY_BAD_REQUEST:
        return TFTP_CODE_ILLEGAL;
    case PXED_WHY_BUSY:
    case PXED_WHY_IO_ERROR:
    case PXED_WHY_STORE_FAILED:
    case PXED_WHY_TEMPLATE_BROKEN:
    case PXED_WHY_CGI_FAILED:
    case PXED_WHY_SHUTTING_DOWN:
        return TFTP_CODE_UNDEFINED;
    default:
        return TFTP_CODE_ACCESS;
    }
}

void tftp_send_refusal(const struct tftp_listener *listener, const struct pxed_addr *peer, uint16_t port,
                       enum pxed_reason reason) {
    char packet[TFTP_SMALL_PACKET];
    struct sockaddr_in to;
    size_t n =
        tftp_build_error(packet, sizeof(packet), refuse_code(reason), pxed_slice_of(pxed_reason_sentence(reason)));
    tftp_sockaddr(peer, port, &to);
    if (sendto(listener->fd, packet, n, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to)) < 0)
        errno = 0; /* lost like any packet: the client repeats its request */
}
