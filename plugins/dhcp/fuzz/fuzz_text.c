/* Texts and packets of DHCP other than its messages: stored leases, `option =` lines, ARP, ICMP. */
#include <stdlib.h>
#include <string.h>

#include "hostopt.h"
#include "record.h"
#include "wire/arp.h"
#include "wire/echo.h"
#include "wire/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds)
        abort();
}

/* What is read must survive being written and read again. */
static void check_record(struct pxed_slice key, struct pxed_slice value) {
    struct dhcp_record first, second;
    char text[DHCP_RECORD_MAX], ip[PXED_ADDR_TEXT];
    struct pxed_buf out = PXED_BUF(text), out_key = PXED_BUF(ip);
    if (!dhcp_record_read(key, value, &first))
        return;
    dhcp_record_key(first.ip, &out_key);
    dhcp_record_write(&first, &out);
    check(!pxed_buf_full(&out) && dhcp_record_read(pxed_buf_slice(&out_key), pxed_buf_slice(&out), &second));
    check(first.ip == second.ip && first.state == second.state && first.kept == second.kept);
    check(pxed_hwaddr_eq(&first.mac, &second.mac) && pxed_slice_eq(first.name, second.name));
    (void)dhcp_record_until(first.end, 1000, 1700000000000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_slice text = pxed_slice((const char *)data, size), rest = text, key = pxed_slice_word(&rest, "\n");
    char bytes[600];
    uint8_t head[DHCP_FRAME_HEAD];
    struct pxed_buf out = PXED_BUF(bytes);
    struct pxed_hwaddr mac;
    struct dhcp_extra one = {0};
    char wrong[DHCP_EXTRA_WRONG];
    uint32_t ip;
    uint64_t secret;
    check_record(key, rest);
    if (dhcp_extra_parse(text, &out, &one, wrong))
        check(one.number > 1 && one.number < 255 && out.len <= 255 && (!one.sub || (uint8_t)out.ptr[1] == out.len - 2));
    else
        check(out.len == 0 && strlen(wrong) > 0);
    char merged[2][DHCP_MERGED_MAX];
    struct pxed_buf own = PXED_BUF(merged[0]), without = PXED_BUF(merged[1]);
    if (dhcp_host_options(text, PXED_SLICE("\x64\1A"), PXED_SLICE("\x43\1f"), &own, &without, wrong))
        check(own.len + without.len >= 6 && own.len <= DHCP_HOST_OPTIONS_MAX + 3 &&
              without.len <= DHCP_HOST_OPTIONS_MAX + 3);
    else
        check(strlen(wrong) > 0);
    if (dhcp_arp_sender(text, &ip, &mac))
        check(ip != 0 && mac.len == 6);
    if (dhcp_echo_sender(text, 7, &ip, &secret))
        check(ip != 0);
    dhcp_frame_head(head, 1, 67, UINT32_MAX, 68, pxed_slice_head(text, 1400));
    return 0;
}
