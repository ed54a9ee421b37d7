/* Any text as a family's ini file, and the rows it makes for an OS id (the first line, if it is one). */
#include "families.h"
#include "family_rows.h"
#include "initext.h"
#include "profile.h"
#include "touch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void no_include(const struct initext *text, struct ini *ini, const char *pattern, unsigned line) {
    (void)text, (void)ini, (void)pattern, (void)line;
}

static const char *no_glob(void *ctx, const char *pattern, struct pxed_arena *arena) {
    (void)ctx;
    return strchr(pattern, '1') ? pxed_arena_printf(arena, "found-%s", pattern) : NULL;
}

static bool exists(void *ctx, const char *file) {
    (void)ctx;
    return strlen(file) % 4 != 0;
}

static void use(struct family *f, struct pxed_slice line, struct pxed_arena *arena) {
    struct pxed_os_id id;
    unsigned score;
    if (!pxed_os_id_parse(line, &id))
        return;
    const struct pxed_claim *claim = profile_claim(&f->profile, &id, &score);
    if (!claim)
        return;
    const struct pxed_profile *p = family_rows(f, claim, &id, no_glob, NULL, arena);
    for (unsigned firmware = 0; firmware < PXED_FW_COUNT; firmware++)
        for (unsigned loader = 0; loader < PXED_LOADER_COUNT; loader++) {
            struct profile_client client = {(enum pxed_firmware)firmware, (enum pxed_loader)loader, PROFILE_VIA_AUTO};
            enum pxed_reason why = PXED_WHY_OK;
            bool handover = false;
            const struct pxed_boot *b = profile_boot(p, &client, exists, NULL, &handover, &why);
            must(b ? true : why != PXED_WHY_OK);
            for (size_t i = 0; b && i < sizeof(b->initrd) / sizeof(b->initrd[0]) && b->initrd[i]; i++) {
                struct profile_initrd initrd = profile_initrd(b->initrd[i]);
                touch(initrd.key);
                touch(initrd.file);
                touch(initrd.as);
            }
        }
    (void)profile_answer(p, exists, NULL);
    (void)profile_guards(p);
    for (const struct pxed_file *file = p->files; file->name; file++)
        (void)profile_file(p, pxed_slice_of(file->name), exists, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ini ini = {0};
    struct pxed_diags diags = {0};
    struct pxed_arena arena = {0};
    struct family f = {.plugin = "os-test", .name = "test", .file = "test.ini"};
    struct pxed_slice rest = pxed_slice((const char *)data, size), id = pxed_slice_word(&rest, "\n");
    struct initext text = {.file = "test.ini", .diags = &diags, .include = no_include};
    if (rest.len == 0 || !(text.stream = fmemopen((void *)(uintptr_t)rest.ptr, rest.len, "r")))
        return 0;
    initext_read(&ini, &text);
    fclose(text.stream);
    families_read_one(&f, &ini, &arena, &diags);
    if (diags.errors == 0)
        use(&f, id, &arena);
    pxed_diags_clear(&diags);
    ini_free(&ini);
    pxed_arena_clear(&arena);
    return 0;
}
