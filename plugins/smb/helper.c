/* The loop of the privileged process: handles orders, the end of smbd, and timers. */
#include "helper.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper_rights.h"
#include "helper_run.h"
#include "helper_say.h"
#include "home.h"
#include "order.h"
#include "pxed/helper.h"
#include "pxed/plugin.h"

static struct smb_run run;

static void obey_smb_order(const struct smb_order *order) {
    switch (order->verb) {
    case SMB_VERB_SERVE:
        smb_run_serve(&run, order->path);
        break;
    case SMB_VERB_OPEN:
        smb_run_open(&run, order);
        break;
    case SMB_VERB_CLOSE:
        smb_run_close(&run, order->mac);
        break;
    case SMB_VERB_SETTLED:
        smb_run_settled(&run);
        break;
    case SMB_VERB_END:
        smb_run_end(&run);
        smb_say(PXED_LOG_DEBUG, SMB_ENDED, NULL, "%s", "");
        _exit(0);
    }
}

static void receive_smb_order(void) {
    char datagram[SMB_DATAGRAM_MAX];
    struct smb_order order;
    ptrdiff_t n = pxed_helper_receive(PXED_HELPER_SOCKET, datagram, sizeof(datagram), NULL, 0, PXED_HELPER_WAIT);
    if (n == 0 || (n < 0 && n != -EMSGSIZE && n != -EBADMSG))
        _exit(0); /* the daemon has ended: smbd and its sessions continue, and the next helper adopts them */
    if (n > 0 && smb_order_read(pxed_slice(datagram, (size_t)n), &order))
        obey_smb_order(&order);
    else
        smb_say(PXED_LOG_ERROR, "smb-order", NULL, "error=\"an order that cannot be understood\"");
    explicit_bzero(&order, sizeof(order));
    explicit_bzero(datagram, sizeof(datagram));
}

static int poll_timeout(void) {
    uint64_t due = smb_run_due(&run), now = smb_now();
    return due == UINT64_MAX ? -1 : due <= now ? 0 : due - now > 60000 ? 60000 : (int)(due - now);
}

void smb_helper(const void *setup) {
    umask(022);
    if (!smb_rights_keep())
        return;
    smb_run_begin(&run, setup);
    smb_say(PXED_LOG_DEBUG, SMB_BEGAN, NULL, "%s", "");
    for (;;) {
        struct pollfd fds[2] = {{.fd = PXED_HELPER_SOCKET, .events = POLLIN},
                                {.fd = smb_run_pidfd(&run), .events = POLLIN}};
        int n = poll(fds, 2, poll_timeout());
        if (n < 0 && errno != EINTR)
            _exit(1);
        if (n > 0 && fds[1].revents)
            smb_run_died(&run);
        if (n > 0 && fds[0].revents)
            receive_smb_order(); /* one per turn: timers run only when no order is waiting */
        else
            smb_run_tick(&run);
    }
}
