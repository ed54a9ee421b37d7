/* Asks the machine's plan, and the image about its kernel. */
#include "straight.h"

#include "boot_plan.h"
#include "os_secure.h"

struct pxed_slice straight_name(struct daemon *d, const struct pxed_hwaddr *mac, enum pxed_firmware firmware) {
    static char name[512];
    struct pxed_buf text = PXED_BUF(name);
    struct pxed_arena scratch = {0};
    struct boot b;
    boot_begin(&b, d, mac, PXED_LOADER_IPXE, false);
    b.firmware = firmware;
    boot_make(&b, &scratch);
    bool secure = b.rec.ladder.secure == LADDER_SECURE_ON;
    if (b.reason == PXED_WHY_OK && b.os->secure && os_secure_is_straight(b.os->secure, &b.plan, firmware, secure))
        pxed_buf_add(&text, b.plan.kernel);
    pxed_arena_clear(&scratch);
    pxed_buf_cstr(&text);
    return text.len > 0 && !pxed_buf_full(&text) ? pxed_buf_slice(&text) : PXED_NO_SLICE;
}
