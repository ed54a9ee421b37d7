/* Writes and reads orders to the helper and its reports. */
#include "order.h"

static void write_order_text(struct pxed_buf *out, const char *text) {
    pxed_buf_str(out, text);
    pxed_buf_byte(out, '\0');
}

/* Copies the next text into an array; false if there is none or it is too long. */
static bool read_order_text(struct pxed_slice *rest, char *to, size_t size) {
    ptrdiff_t end = pxed_slice_find(*rest, '\0', 0);
    if (end < 0 || (size_t)end >= size)
        return false;
    memcpy(to, rest->ptr, (size_t)end + 1);
    *rest = pxed_slice_skip(*rest, (size_t)end + 1);
    return true;
}

void smb_order_write(const struct smb_order *order, struct pxed_buf *out) {
    pxed_buf_byte(out, (char)order->verb);
    if (order->verb == SMB_VERB_SERVE)
        write_order_text(out, order->path);
    if (order->verb == SMB_VERB_OPEN || order->verb == SMB_VERB_CLOSE)
        write_order_text(out, order->mac);
    if (order->verb == SMB_VERB_OPEN) {
        write_order_text(out, order->user);
        write_order_text(out, order->password);
        write_order_text(out, order->installs ? "1" : "");
    }
}

static bool read_order_flag(struct pxed_slice *rest, bool *ret) {
    char text[2];
    if (!read_order_text(rest, text, sizeof(text)) || (text[0] != '\0' && text[0] != '1'))
        return false;
    *ret = text[0] == '1';
    return true;
}

bool smb_order_read(struct pxed_slice datagram, struct smb_order *ret) {
    if (datagram.len == 0)
        return false;
    struct pxed_slice rest = pxed_slice_skip(datagram, 1);
    memset(ret, 0, sizeof(*ret));
    ret->verb = (enum smb_verb)datagram.ptr[0];
    bool good = false;
    switch (ret->verb) {
    case SMB_VERB_SERVE:
        good = read_order_text(&rest, ret->path, sizeof(ret->path)) && smb_path_valid(pxed_slice_of(ret->path));
        break;
    case SMB_VERB_OPEN:
        good = read_order_text(&rest, ret->mac, sizeof(ret->mac)) &&
               read_order_text(&rest, ret->user, sizeof(ret->user)) &&
               read_order_text(&rest, ret->password, sizeof(ret->password)) && read_order_flag(&rest, &ret->installs) &&
               smb_mac_valid(pxed_slice_of(ret->mac)) && smb_user_valid(pxed_slice_of(ret->user)) &&
               smb_password_valid(pxed_slice_of(ret->password));
        break;
    case SMB_VERB_CLOSE:
        good = read_order_text(&rest, ret->mac, sizeof(ret->mac)) && smb_mac_valid(pxed_slice_of(ret->mac));
        break;
    case SMB_VERB_SETTLED:
    case SMB_VERB_END:
        good = true;
        break;
    }
    return good && rest.len == 0;
}

void smb_report_write(const struct smb_report *report, struct pxed_buf *out) {
    pxed_buf_byte(out, report->level);
    write_order_text(out, report->event);
    write_order_text(out, report->mac);
    write_order_text(out, report->text);
}

bool smb_report_read(struct pxed_slice datagram, struct smb_report *ret) {
    if (datagram.len == 0 || !pxed_is_digit(datagram.ptr[0]))
        return false;
    struct pxed_slice rest = pxed_slice_skip(datagram, 1);
    ret->level = datagram.ptr[0];
    return read_order_text(&rest, ret->event, sizeof(ret->event)) &&
           read_order_text(&rest, ret->mac, sizeof(ret->mac)) && read_order_text(&rest, ret->text, sizeof(ret->text)) &&
           rest.len == 0;
}
