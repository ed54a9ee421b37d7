/* Asks the kernel by sock_diag who else has port 67 open, and tied to which interface. */
#include "dhcp_beside.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>

enum { SERVER_PORT = 67 };

static bool is_ours(const struct dhcp *d, ino_t inode) {
    struct stat st;
    for (unsigned i = 0; i < d->n_links; i++)
        if (fstat(d->links[i].server.fd, &st) == 0 && st.st_ino == inode)
            return true;
    return false;
}

static int read_socket(const struct nlmsghdr *head, void *arg) {
    struct dhcp *d = arg;
    const struct inet_diag_msg *m = mnl_nlmsg_get_payload(head);
    if (mnl_nlmsg_get_payload_len(head) < sizeof(*m) || ntohs(m->id.idiag_sport) != SERVER_PORT ||
        is_ours(d, m->idiag_inode))
        return MNL_CB_OK;
    for (unsigned i = 0; i < d->n_links; i++)
        if (m->id.idiag_if == 0 || m->id.idiag_if == d->links[i].iface.index)
            pxed_log(d->ctx, PXED_LOG_WARNING, "beside", NULL, NULL,
                     "another program of this server listens to DHCP on %s: both answer the same machines; "
                     "see `ss -ulpn sport = :67`, and end it or tie it to its own interface",
                     d->links[i].iface.name);
    return MNL_CB_OK;
}

void dhcp_beside(struct dhcp *d) {
    char buffer[16384];
    struct nlmsghdr *head = mnl_nlmsg_put_header(buffer);
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
    if (!socket)
        return;
    head->nlmsg_type = SOCK_DIAG_BY_FAMILY;
    head->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(head, sizeof(*request));
    *request =
        (struct inet_diag_req_v2){.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_UDP, .idiag_states = UINT32_MAX};
    if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0 && mnl_socket_sendto(socket, head, head->nlmsg_len) > 0)
        for (ssize_t n; (n = mnl_socket_recvfrom(socket, buffer, sizeof(buffer))) > 0;)
            if (mnl_cb_run(buffer, (size_t)n, 0, 0, read_socket, d) <= MNL_CB_STOP)
                break;
    mnl_socket_close(socket);
}
