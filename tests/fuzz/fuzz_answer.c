/* Any text as an operator's answer file: judged, and every complaint is for people. */
#include "template_check.h"
#include "touch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct pxed_claim claims[] = {{"test", NULL, NULL, "t1 t2"}, {0}};
    static const struct pxed_file files[] = {{.name = "preseed.cfg"}, {0}};
    static const struct pxed_os_var vars[] = {{"kind", "help", NULL, 0}, {0}};
    static const struct pxed_profile profile = {.name = "test", .claims = claims, .files = files, .vars = vars};
    static const struct catalogue_os os = {.profile = &profile, .claim = claims, .plugin = "os-test"};
    static struct catalogue_template parts[1];
    struct catalogue c = {.templates = parts, .n_templates = 1};
    struct pxed_arena arena = {0};
    struct pxed_diags diags = {0};
    parts[0] =
        (struct catalogue_template){catalogue_template_path(&arena, "os-test", "disk-guard"), PXED_SLICE("guard")};
    struct template_check check = {.c = &c, .os = &os, .path = "own.cfg", .diags = &diags, .arena = &arena};
    bool good = template_check(&check, pxed_slice((const char *)data, size));
    must(good == (check.broken == NULL));
    touch_text(check.broken);
    pxed_diags_clear(&diags);
    pxed_arena_clear(&arena);
    return 0;
}
