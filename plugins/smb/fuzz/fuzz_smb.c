/* Any datagram as an order to the helper and as its report, and any text as what the helper reads of Samba: what is
 * accepted survives being written and read again. */
#include <stdlib.h>

#include "accounts.h"
#include "conf.h"
#include "order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds)
        abort();
}

static void check_order(struct pxed_slice datagram) {
    static struct smb_order first, second;
    char text[SMB_DATAGRAM_MAX];
    struct pxed_buf out = PXED_BUF(text);
    if (!smb_order_read(datagram, &first))
        return;
    smb_order_write(&first, &out);
    check(!pxed_buf_full(&out) && pxed_slice_eq(pxed_buf_slice(&out), datagram));
    check(smb_order_read(pxed_buf_slice(&out), &second));
    if (first.verb == SMB_VERB_OPEN)
        check(smb_user_valid(pxed_slice_of(second.user)) && smb_mac_valid(pxed_slice_of(second.mac)));
}

static void check_report(struct pxed_slice datagram) {
    static struct smb_report report;
    char text[SMB_DATAGRAM_MAX];
    struct pxed_buf out = PXED_BUF(text);
    if (!smb_report_read(datagram, &report))
        return;
    smb_report_write(&report, &out);
    check(!pxed_buf_full(&out) && pxed_slice_eq(pxed_buf_slice(&out), datagram));
}

static void check_accounts(struct pxed_slice text) {
    static struct smb_accounts accounts;
    accounts.n = 0;
    accounts.first_id = accounts.next_id = 100000;
    if (smb_accounts_read(&accounts, text) == 0)
        for (size_t i = 0; i < accounts.n; i++)
            check(smb_user_valid(pxed_slice_of(accounts.items[i].user)) && accounts.items[i].id >= accounts.first_id &&
                  accounts.items[i].id < accounts.first_id + SMB_IDS);
    else
        check(accounts.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_slice text = pxed_slice((const char *)data, size), rest = text, user;
    uint64_t pid;
    check_order(text);
    check_report(text);
    check_accounts(text);
    while (smb_status_next(&rest, &pid, &user))
        check(user.ptr >= text.ptr && user.ptr + user.len <= text.ptr + text.len);
    rest = text;
    struct pxed_slice before = pxed_slice_word(&rest, "");
    (void)smb_conf_reloadable(before, rest);
    (void)smb_name_valid(text);
    (void)smb_path_valid(text);
    (void)smb_operator_valid(text);
    return 0;
}
