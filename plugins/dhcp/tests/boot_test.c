/* Boot data: who gets which file, script and PXE options. */
#include "site.h"
#include "suite.h"

struct boot_row {
    const char *name;
    const char *vendor;
    uint16_t arch;
    const char *user_class;
    bool proxy, skip;
    const char *loader; /* the host's */
    const char *file;   /* NULL: none */
    const char *class;
    bool use_file, no_proxy;
    enum pxed_reason reason;
};

static const struct boot_row boots[] = {
    {"BIOS", "PXEClient", 0, NULL, false, false, NULL, "undionly.kpxe", "PXEClient", true, false, 0},
    {"UEFI", "PXEClient", 7, NULL, false, false, NULL, "snponly.efi", NULL, false, false, 0},
    {"UEFI, 4011 skipped", "PXEClient", 7, NULL, false, true, NULL, "snponly.efi", "PXEClient", true, false, 0},
    {"HTTP", "HTTPClient", 16, NULL, false, false, NULL, "http://pxe-server/boot/snponly.efi", "HTTPClient", false,
     false, 0},
    {"iPXE", "PXEClient", 0, "iPXE", false, false, NULL, SCRIPT, NULL, false, true, 0},
    {"iPXE on UEFI", "PXEClient", 7, "iPXE", false, false, NULL, SCRIPT, NULL, false, true, 0},
    {"gPXE", "PXEClient", 0, "gPXE", false, false, NULL, SCRIPT, NULL, false, true, 0},
    {"host's loader", "PXEClient", 0, NULL, false, false, "gpxelinux.0", "gpxelinux.0", "PXEClient", true, false, 0},
    {"host's loader is not for iPXE", "PXEClient", 0, "iPXE", false, false, "gpxelinux.0", SCRIPT, NULL, false, true,
     0},
    {"host's loader for unknown firmware", "PXEClient", 2, NULL, false, false, "elilo.efi", "elilo.efi", "PXEClient",
     true, false, 0},
    {"host's loader by URL", "HTTPClient", 16, NULL, false, false, "http://10.0.0.9/x.efi", "http://10.0.0.9/x.efi",
     "HTTPClient", false, false, 0},
    {"no loader for ia32", "PXEClient", 6, NULL, false, false, NULL, NULL, NULL, false, false, PXED_WHY_LOADER_NONE},
    {"no loader for RISC-V", "PXEClient", 27, NULL, false, false, NULL, NULL, NULL, false, false, PXED_WHY_LOADER_NONE},
    {"no loader for arm64", "PXEClient", 11, NULL, false, false, NULL, NULL, NULL, false, false, PXED_WHY_LOADER_NONE},
    {"no loader for HTTP arm64", "HTTPClient", 19, NULL, false, false, NULL, NULL, NULL, false, false,
     PXED_WHY_LOADER_NONE},
    {"U-Boot looks by itself", "U-Boot.armv8", 22, NULL, false, false, NULL, NULL, NULL, false, false, 0},
    {"U-Boot with a loader", "U-Boot.armv8", 22, NULL, false, false, "boot.scr", "boot.scr", NULL, false, false, 0},
    {"an operating system", "d-i", 0, NULL, false, false, NULL, NULL, NULL, false, false, 0},
    {"proxy, BIOS", "PXEClient", 0, NULL, true, false, NULL, "undionly.kpxe", "PXEClient", true, false, 0},
    {"proxy, UEFI", "PXEClient", 7, NULL, true, false, NULL, "snponly.efi", "PXEClient", false, false, 0},
    {"proxy, UEFI, 4011 skipped", "PXEClient", 7, NULL, true, true, NULL, "snponly.efi", "PXEClient", true, false, 0},
    {"proxy, HTTP", "HTTPClient", 16, NULL, true, false, NULL, "http://pxe-server/boot/snponly.efi", "HTTPClient",
     false, false, 0},
    {"proxy, iPXE", "PXEClient", 0, "iPXE", true, false, NULL, SCRIPT, "PXEClient", true, true, 0},
    {"proxy, gPXE", "PXEClient", 0, "gPXE", true, false, NULL, SCRIPT, "PXEClient", true, true, 0},
};

START_TEST(boot_rows) {
    const struct boot_row *row = &boots[_i];
    struct made p;
    struct dhcp_facts facts;
    struct pxed_var var = {.key = PXED_SLICE("loader"), .value = pxed_slice_of(row->loader)};
    struct pxed_host host = {.vars = &var, .n_vars = row->loader ? 1 : 0};
    struct dhcp_message m = site_client(&p, DHCP_DISCOVER, row->vendor, row->arch, row->user_class);
    config.uefi_skip_4011 = row->skip;
    armed.host = &host;
    struct dhcp_boot boot;
    ck_assert(dhcp_facts(&m, NULL, &facts));
    dhcp_boot(&config, row->proxy, &facts, &armed, &boot);
    ck_assert_msg(boot.offered == (row->file != NULL), "%s: offered", row->name);
    ck_assert_msg(boot.reason == row->reason, "%s: reason", row->name);
    if (!row->file)
        return;
    ck_assert_msg(pxed_slice_is(boot.file, row->file), "%s: file %.*s", row->name, PXED_S(boot.file));
    ck_assert_msg(row->class ? pxed_slice_is(boot.class, row->class) : boot.class.ptr == NULL, "%s: 60", row->name);
    ck_assert_msg(boot.use_file == row->use_file, "%s: 43", row->name);
    ck_assert_msg(boot.no_proxy == row->no_proxy, "%s: 175", row->name);
    ck_assert_msg(row->user_class ? pxed_slice_is(boot.folder, "http://pxe-server/boot/") : boot.folder.ptr == NULL,
                  "%s: 210", row->name);
}
END_TEST

/* ---- ways ---- */

static const char *const bios_word[] = {"bios"}, *const x64_word[] = {"efi-x64"}, *const mac_word[] = {"52:54:00:*"};
static const char *const some[] = {"file", "plain", "menu"}, *const twice[] = {"4011", "4011", "file"},
                         *const no_way[] = {"files"}, *const only_plain[] = {"plain"};

START_TEST(ways_of_a_table) {
    struct dhcp_config bios = {.arch = {bios_word, NULL, 1}, .ways = {some, NULL, 3}, .ways_proxy = {some, NULL, 3}};
    struct dhcp_config x64 = {.arch = {x64_word, NULL, 1}, .mac = {mac_word, NULL, 1}, .ways = {twice, NULL, 3}};
    struct pxed_section rows[] = {{.name = "old", .config = &bios}, {.name = "new", .config = &x64}};
    const struct pxed_sections table = {rows, 2};
    static const struct {
        uint16_t arch;
        bool proxy, skip;
        const char *ways, *quirk;
    } want[] = {
        {0, false, false, "file plain menu", "old"},
        {0, true, false, "file menu", "old"},
        {7, false, false, "4011 file", "new"},
        {7, false, true, "file 4011", "new"},
        {7, true, false, "4011", NULL},
        {7, true, true, "file", NULL},
        {6, false, false, "plain", NULL},
        {11, true, false, "4011", NULL},
    };
    for (int i = 0; i < COUNT(want); i++) {
        struct made p;
        struct dhcp_facts facts;
        char text[64];
        struct pxed_buf out = PXED_BUF(text);
        struct dhcp_message m = site_client(&p, DHCP_DISCOVER, "PXEClient", want[i].arch, NULL);
        ck_assert(dhcp_facts(&m, NULL, &facts));
        config.uefi_skip_4011 = want[i].skip;
        struct dhcp_ways w = dhcp_ways_of(&table, &config, want[i].proxy, &m, &facts);
        for (size_t k = 0; k < w.n; k++) {
            pxed_buf_str(&out, k ? " " : "");
            pxed_buf_str(&out, w.names[k]);
        }
        ck_assert_str_eq(pxed_buf_cstr(&out), want[i].ways);
        ck_assert(want[i].quirk ? w.quirk && strcmp(w.quirk, want[i].quirk) == 0 : !w.quirk);
    }
    ck_assert_ptr_null(dhcp_quirk_wrong(&bios));
    ck_assert_ptr_null(dhcp_quirk_wrong(&x64));
    ck_assert_ptr_nonnull(dhcp_quirk_wrong(&(struct dhcp_config){.ways = {some, NULL, 3}}));
    ck_assert_ptr_nonnull(dhcp_quirk_wrong(&(struct dhcp_config){.arch = {bios_word, NULL, 1}}));
    ck_assert_ptr_nonnull(dhcp_quirk_wrong(&(struct dhcp_config){.arch = bios.arch, .ways = {no_way, NULL, 1}}));
    ck_assert_ptr_nonnull(dhcp_quirk_wrong(&(struct dhcp_config){.arch = bios.arch, .ways_proxy = {no_way, NULL, 1}}));
    ck_assert_ptr_nonnull(
        dhcp_quirk_wrong(&(struct dhcp_config){.arch = bios.arch, .ways_proxy = {only_plain, NULL, 1}}));
}
END_TEST

START_TEST(what_a_way_says) {
    static const struct {
        enum dhcp_way way;
        const char *class;
        bool use_file, menu;
    } want[] = {{DHCP_WAY_PLAIN, NULL, false, false},
                {DHCP_WAY_FILE, "PXEClient", true, false},
                {DHCP_WAY_4011, "PXEClient", false, false},
                {DHCP_WAY_MENU, "PXEClient", false, true}};
    static const struct {
        const char *vendor, *user;
        uint16_t arch;
    } others[] = {{"PXEClient", "iPXE", 0}, {"HTTPClient", NULL, 16}, {"U-Boot.armv8", NULL, 22}};
    for (int i = 0; i < COUNT(want); i++) {
        struct made p;
        struct dhcp_facts facts;
        struct dhcp_message m = site_client(&p, DHCP_DISCOVER, "PXEClient", 7, NULL);
        struct dhcp_boot boot = site_boot(&m, true, &armed, &facts);
        dhcp_boot_way(&boot, &facts, want[i].way);
        ck_assert(want[i].class ? pxed_slice_is(boot.class, want[i].class) : !boot.class.ptr);
        ck_assert(boot.use_file == want[i].use_file && boot.menu == want[i].menu);
    }
    for (int i = 0; i < COUNT(others); i++) { /* these have no ways, and never a menu */
        struct made p;
        struct dhcp_facts facts;
        struct dhcp_message m = site_client(&p, DHCP_DISCOVER, others[i].vendor, others[i].arch, others[i].user);
        struct dhcp_boot boot = site_boot(&m, true, &armed, &facts), before = boot;
        ck_assert(!dhcp_boot_has_ways(&boot, &facts));
        dhcp_boot_way(&boot, &facts, DHCP_WAY_MENU);
        ck_assert(!boot.menu && boot.use_file == before.use_file && boot.class.len == before.class.len);
    }
}
END_TEST

START_TEST(no_boot_for_who_is_not_to_boot) {
    struct pxed_verdict idle = {.reason = PXED_WHY_IDLE_SILENT, .script_url = SCRIPT};
    struct made p;
    struct dhcp_facts facts;
    struct dhcp_message m = site_client(&p, DHCP_DISCOVER, "PXEClient", 0, NULL);
    struct dhcp_boot boot = site_boot(&m, false, &idle, &facts);
    ck_assert(!boot.offered);
    ck_assert_int_eq(boot.reason, PXED_WHY_IDLE_SILENT);
}
END_TEST

/* The host's line, then what the core chose, then the first that the key names; for `auto` with nothing at hand a name
 * on x64 alone. */
START_TEST(whose_choice) {
    const char *const lists[][2] = {{"auto", NULL}, {"a.efi", "b.efi"}, {"auto", "b.efi"}};
    static const struct {
        int list;
        const char *chosen, *own;
        enum pxed_firmware firmware;
        const char *file;
    } rows[] = {
        {0, NULL, NULL, PXED_FW_EFI_X64, "snponly.efi"},
        {0, NULL, NULL, PXED_FW_HTTP_X64, "snponly.efi"},
        {0, NULL, NULL, PXED_FW_EFI_ARM64, NULL},
        {0, "shimaa64.efi", NULL, PXED_FW_EFI_ARM64, "shimaa64.efi"},
        {1, NULL, NULL, PXED_FW_EFI_X64, "a.efi"},
        {1, "b.efi", NULL, PXED_FW_EFI_X64, "b.efi"},
        {1, "b.efi", "own.efi", PXED_FW_EFI_X64, "own.efi"},
        {2, NULL, NULL, PXED_FW_EFI_IA32, "b.efi"},
        {1, "b.efi", NULL, PXED_FW_OTHER, "b.efi"},
        {1, NULL, NULL, PXED_FW_OTHER, NULL},
        {2, NULL, NULL, PXED_FW_EFI_RISCV64, "b.efi"},
        {2, NULL, NULL, PXED_FW_EFI_LOONGARCH64, "b.efi"},
    };
    for (int i = 0; i < COUNT(rows); i++) {
        const char *const *items = lists[rows[i].list];
        struct pxed_list list = {items, NULL, items[1] ? 2 : 1};
        struct dhcp_config c = {.loader_efi_ia32 = list,
                                .loader_efi_x64 = list,
                                .loader_efi_arm64 = list,
                                .loader_efi_riscv64 = list,
                                .loader_efi_loongarch64 = list};
        struct pxed_var var = {.key = PXED_SLICE("loader"), .value = pxed_slice_of(rows[i].own)};
        struct pxed_host host = {.vars = &var, .n_vars = rows[i].own ? 1 : 0};
        struct pxed_verdict v = {.host = &host, .loader = rows[i].chosen};
        struct pxed_slice file = dhcp_loader(&c, rows[i].firmware, &v);
        ck_assert_msg(rows[i].file ? pxed_slice_is(file, rows[i].file) : file.len == 0, "row %d: %.*s", i,
                      PXED_S(file));
    }
}
END_TEST

START_TEST(a_url_too_long_is_no_boot) {
    static char loader[600];
    const char *const one[] = {loader};
    struct made p;
    struct dhcp_facts facts;
    memset(loader, 'l', sizeof(loader) - 1);
    config.loader_efi_x64 = (struct pxed_list){one, NULL, 1};
    struct dhcp_message m = site_client(&p, DHCP_DISCOVER, "HTTPClient", 16, NULL);
    ck_assert(!site_boot(&m, false, &armed, &facts).offered);
}
END_TEST

int main(void) {
    Suite *s = suite_create("dhcp boot");
    TCase *t = tcase_create("all");
    tcase_add_checked_fixture(t, site_setup, NULL);
    tcase_add_loop_test(t, boot_rows, 0, COUNT(boots));
    tcase_add_test(t, ways_of_a_table);
    tcase_add_test(t, what_a_way_says);
    tcase_add_test(t, no_boot_for_who_is_not_to_boot);
    tcase_add_test(t, whose_choice);
    tcase_add_test(t, a_url_too_long_is_no_boot);
    suite_add_tcase(s, t);
    return suite_run(s);
}
