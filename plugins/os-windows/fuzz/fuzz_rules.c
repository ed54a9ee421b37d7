/* Any text as a value that Windows is asked about. */
#include <stdlib.h>

#include "locales.h"
#include "profiles.h"
#include "rules.h"
#include "timezones.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_slice text = pxed_slice((const char *)data, size), domain;
    unsigned layout, lcid;
    static const char *(*const rules[])(struct pxed_slice) = {
        win_name_wrong,      win_password_wrong,  win_text_wrong, win_product_key_wrong,
        win_workgroup_wrong, win_join_user_wrong, win_disk_wrong, windows_drivers_wrong,
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        (void)rules[i](text);
    (void)win_inf_wrong(text, true);
    (void)win_inf_wrong(text, false);
    (void)win_user_wrong(text, PXED_SLICE("PC01"));
    struct pxed_slice account = win_join_account(text, &domain);
    if (account.len + domain.len > text.len)
        abort();
    for (size_t n = 0; n < 4; n++)
        if (win_ipv4(text, n).len > text.len)
            abort();
    (void)win_zone_find(text);
    (void)win_locale_find(text);
    (void)win_keyboard_find(text, &layout, &lcid);
    return 0;
}
