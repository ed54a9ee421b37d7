/* Any text as the value of each host variable, as an OS id and as the other words of an operator. */
#include "os_id.h"
#include "profile.h"
#include "pxed/model.h"
#include "touch.h"
#include "users.h"
#include "values.h"
#include "vars.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_users(struct pxed_slice text) {
    struct users_one u;
    struct pxed_slice rest = text;
    bool good = users_check(text) == NULL;
    while (users_next(&rest, &u)) {
        touch(u.name);
        touch(u.hash);
        touch(u.key);
        must(!good || (u.name.len > 0 && u.name.len <= 32));
    }
}

static void check_id(struct pxed_slice text) {
    struct pxed_arena arena = {0};
    struct pxed_os_id id, again;
    struct pxed_claim claim = {"debian centos windows", "12 5.5 2022", "amd64 i386 arm64", NULL};
    if (catalogue_id_parse(text, &arena, &id)) {
        must(id.text.len > 0 && id.text.len < 64 && id.family.len > 0);
        must(pxed_slice_find(id.text, '/', 0) < 0 && id.text.ptr[0] != '.');
        must(catalogue_id_parse(id.text, &arena, &again) && pxed_slice_eq(again.family, id.family));
        touch(id.version);
        touch(id.arch);
        (void)profile_claim_score(&claim, &id);
    }
    pxed_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_slice text = pxed_slice((const char *)data, size), rest = text;
    struct pxed_diags diags = {0};
    enum pxed_firmware firmware;
    enum pxed_loader loader;
    enum profile_via via;
    enum pxed_reason reason;
    uint64_t number;
    bool flag;
    for (const struct vars_row *row = vars_rows; row->key; row++)
        if (row->check)
            touch_text(row->check(text));
    check_users(text);
    check_id(text);
    (void)vars_check(pxed_slice_word(&rest, "="), rest, NULL, true, "hosts.conf", 1, &diags);
    pxed_diags_clear(&diags);
    (void)pxed_firmware_parse(text, &firmware);
    (void)pxed_loader_parse(text, &loader);
    (void)profile_via_parse(text, &via);
    (void)pxed_reason_find(text, &reason);
    (void)options_parse_duration(text, &number);
    (void)options_parse_size(text, &number);
    (void)options_parse_bool(text, &flag);
    (void)pxed_nearest(pxed_slice_head(text, 40), pxed_firmware_names);
    rest = text;
    struct pxed_slice pattern = pxed_slice_word(&rest, "\n");
    (void)pxed_slice_match(pxed_slice_head(pattern, 32), pxed_slice_head(rest, 64));
    return 0;
}
