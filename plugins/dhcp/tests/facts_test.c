/* Who is asking: each quirk of firmware and loaders is a row. */

#include "suite.h"
#include "support.h"

#define IPXE_FEATURES "\xb1\5\1\x80\x86\x10\x0e\xeb\3\1\0\0"

static const struct {
    const char *name;
    const char *vendor;
    int arch; /* -1: no option 93 */
    const char *user_class;
    const char *features;
    size_t features_len;
    enum pxed_firmware firmware;
    enum pxed_loader loader;
    unsigned quirks;
    bool boots, script;
} rows[] = {
    {"BIOS ROM", "PXEClient:Arch:00000:UNDI:002001", 0, NULL, NULL, 0, PXED_FW_BIOS, PXED_LOADER_NONE, 0, true, false},
    {"ROM without option 93", "PXEClient", -1, NULL, NULL, 0, PXED_FW_BIOS, PXED_LOADER_NONE, 0, true, false},
    {"UEFI x64", "PXEClient:Arch:00007:UNDI:003000", 7, NULL, NULL, 0, PXED_FW_EFI_X64, PXED_LOADER_NONE, 0, true,
     false},
    {"UEFI EBC", "PXEClient:Arch:00009:UNDI:003000", 9, NULL, NULL, 0, PXED_FW_EFI_X64, PXED_LOADER_NONE, 0, true,
     false},
    {"class and architecture disagree", "PXEClient:Arch:00000", 7, NULL, NULL, 0, PXED_FW_EFI_X64, PXED_LOADER_NONE, 0,
     true, false},
    {"UEFI ia32", "PXEClient", 6, NULL, NULL, 0, PXED_FW_EFI_IA32, PXED_LOADER_NONE, 0, true, false},
    {"UEFI arm64", "PXEClient", 11, NULL, NULL, 0, PXED_FW_EFI_ARM64, PXED_LOADER_NONE, 0, true, false},
    {"HTTP x64", "HTTPClient:Arch:00016:UNDI:003000", 16, NULL, NULL, 0, PXED_FW_HTTP_X64, PXED_LOADER_NONE, 0, true,
     false},
    {"HTTP EBC", "HTTPClient", 17, NULL, NULL, 0, PXED_FW_HTTP_X64, PXED_LOADER_NONE, 0, true, false},
    {"HTTP arm64", "HTTPClient", 19, NULL, NULL, 0, PXED_FW_HTTP_ARM64, PXED_LOADER_NONE, 0, true, false},
    {"HTTP client that says 7", "HTTPClient", 7, NULL, NULL, 0, PXED_FW_HTTP_X64, PXED_LOADER_NONE, 0, true, false},
    {"Itanium", "PXEClient", 2, NULL, NULL, 0, PXED_FW_OTHER, PXED_LOADER_NONE, 0, true, false},
    {"unassigned architecture", "PXEClient", 999, NULL, NULL, 0, PXED_FW_OTHER, PXED_LOADER_NONE, 0, true, false},
    {"iPXE, raw user class", "PXEClient:Arch:00000", 0, "iPXE", IPXE_FEATURES "\x13\1\1", 15, PXED_FW_BIOS,
     PXED_LOADER_IPXE, 0, true, true},
    {"iPXE, RFC 3004 user class", "PXEClient", 0, "\4iPXE", NULL, 0, PXED_FW_BIOS, PXED_LOADER_IPXE, 0, true, true},
    {"iPXE second of two user classes", "PXEClient", 0, "\3foo\4iPXE", NULL, 0, PXED_FW_BIOS, PXED_LOADER_IPXE, 0, true,
     true},
    {"lengths that do not come out even", "PXEClient", 0, "\4iPX", NULL, 0, PXED_FW_BIOS, PXED_LOADER_NONE, 0, true,
     false},
    {"gPXE", "PXEClient", 0, "gPXE", NULL, 0, PXED_FW_BIOS, PXED_LOADER_GPXE, 0, true, true},
    {"option 175 alone", "PXEClient", 0, NULL, IPXE_FEATURES "\x13\1\1", 15, PXED_FW_BIOS, PXED_LOADER_IPXE, 0, true,
     true},
    {"option 175 of somebody else", "PXEClient", 0, NULL, "\1\1\5", 3, PXED_FW_BIOS, PXED_LOADER_NONE, 0, true, false},
    {"iPXE without HTTP", "PXEClient", 0, "iPXE", IPXE_FEATURES "\x15\1\1", 15, PXED_FW_BIOS, PXED_LOADER_IPXE,
     DHCP_QUIRK_NO_HTTP, true, false},
    {"bare PXEClient of a chained iPXE", "PXEClient", 0, "iPXE", NULL, 0, PXED_FW_BIOS, PXED_LOADER_IPXE, 0, true,
     true},
    {"user class without vendor class", NULL, 7, "iPXE", NULL, 0, PXED_FW_EFI_X64, PXED_LOADER_IPXE, 0, true, true},
    {"user class iPXE in other letters", "PXEClient", 0, "IPXE", NULL, 0, PXED_FW_BIOS, PXED_LOADER_NONE, 0, true,
     false},
    {"Debian's installer", "d-i", -1, NULL, NULL, 0, PXED_FW_BIOS, PXED_LOADER_NONE, 0, false, false},
    {"no vendor class", NULL, -1, NULL, NULL, 0, PXED_FW_BIOS, PXED_LOADER_NONE, 0, false, false},
    {"shorter than PXEClient", "PXEClien", 0, NULL, NULL, 0, PXED_FW_BIOS, PXED_LOADER_NONE, 0, false, false},
    {"Apple", "AAPLBSDPC/i386/iMac4,1", -1, NULL, NULL, 0, PXED_FW_BIOS, PXED_LOADER_NONE, DHCP_QUIRK_BSDP, false,
     false},
};

START_TEST(client_rows) {
    struct made p = make(DHCP_DISCOVER, 1);
    struct dhcp_facts f;
    if (rows[_i].vendor)
        make_option(&p, 60, rows[_i].vendor, strlen(rows[_i].vendor));
    if (rows[_i].arch >= 0)
        make_option(&p, 93, (const uint8_t[]){(uint8_t)(rows[_i].arch >> 8), (uint8_t)rows[_i].arch}, 2);
    if (rows[_i].user_class)
        make_option(&p, 77, rows[_i].user_class, strlen(rows[_i].user_class));
    if (rows[_i].features)
        make_option(&p, 175, rows[_i].features, rows[_i].features_len);
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert(dhcp_facts(&m, NULL, &f));
    ck_assert_msg(f.seen.firmware == rows[_i].firmware, "%s: firmware", rows[_i].name);
    ck_assert_msg(f.seen.has_firmware == (rows[_i].arch >= 0), "%s: has_firmware", rows[_i].name);
    ck_assert_msg(f.seen.loader == rows[_i].loader, "%s: loader", rows[_i].name);
    ck_assert_msg(f.quirks == rows[_i].quirks, "%s: quirks", rows[_i].name);
    ck_assert_msg(f.seen.boots == rows[_i].boots, "%s: boots", rows[_i].name);
    ck_assert_msg(dhcp_runs_script(&f) == rows[_i].script, "%s: script", rows[_i].name);
    ck_assert_msg(f.seen.opens_boot == rows[_i].boots, "%s: opens", rows[_i].name);
}
END_TEST

START_TEST(first_known_architecture_counts) {
    static const uint8_t list[] = {0, 99, 0, 7, 0, 0}, odd[] = {0, 7, 0};
    struct dhcp_facts f;
    struct made p = make(DHCP_DISCOVER, 1), o = make(DHCP_DISCOVER, 1), e = make(DHCP_DISCOVER, 1);
    make_option(&p, 93, list, sizeof(list));
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert(dhcp_facts(&m, NULL, &f));
    ck_assert_int_eq(f.seen.firmware, PXED_FW_EFI_X64);
    ck_assert_uint_eq(f.seen.arch, 7);
    make_option(&o, 93, odd, sizeof(odd));
    m = read_message(make_end(&o));
    ck_assert(dhcp_facts(&m, NULL, &f) && f.seen.firmware == PXED_FW_EFI_X64);
    make_option(&e, 93, odd, 1);
    m = read_message(make_end(&e));
    ck_assert(dhcp_facts(&m, NULL, &f) && f.seen.firmware == PXED_FW_BIOS && !f.seen.has_firmware);
}
END_TEST

/* By ROM or EEPROM, and what it is with another firmware on it. */
static const struct {
    const char *mac;
    uint16_t arch;
    enum pxed_firmware firmware;
    unsigned quirks;
} raspberries[] = {
    {"\xb8\x27\xeb", 0, PXED_FW_OTHER, DHCP_QUIRK_RASPBERRY},
    {"\xdc\xa6\x32", 41, PXED_FW_OTHER, DHCP_QUIRK_RASPBERRY},
    {"\xdc\xa6\x32", 11, PXED_FW_EFI_ARM64, 0},
    {"\x08\x00\x27", 41, PXED_FW_OTHER, 0},
};

START_TEST(raspberry_runs_no_x86_loader) {
    struct made p = make(DHCP_DISCOVER, 1);
    struct dhcp_facts f;
    memcpy(p.bytes + 28, raspberries[_i].mac, 3);
    make_boot(&p, "PXEClient:Arch:00000:UNDI:002001", raspberries[_i].arch, NULL);
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert(dhcp_facts(&m, NULL, &f));
    ck_assert_int_eq(f.seen.firmware, raspberries[_i].firmware);
    ck_assert_uint_eq(f.quirks, raspberries[_i].quirks);
}
END_TEST

START_TEST(only_a_discover_of_firmware_opens_a_boot) {
    struct made p = make(DHCP_REQUEST, 1);
    struct dhcp_facts f;
    make_boot(&p, "PXEClient", 0, NULL);
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert(dhcp_facts(&m, NULL, &f) && f.seen.boots && !f.seen.opens_boot);
}
END_TEST

START_TEST(uuid_rows) {
    static const struct {
        const char *bytes;
        size_t len;
        bool good;
    } ids[] = {
        {"\0\x78\x56\x34\x12\xbc\x9a\xf0\xde\1\2\3\4\5\6\7\x8", 17, true},
        {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 17, false},
        {"\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 17, false},
        {"\1\x78\x56\x34\x12\xbc\x9a\xf0\xde\1\2\3\4\5\6\7\x8", 17, false},
        {"", 0, false},
        {"\0\x78\x56\x34\x12\xbc\x9a\xf0\xde\1\2\3\4\5\6\7", 16, false},
        {"RPi4xxxxxxxxxxxxx", 17, false},
    };
    struct made p = make(DHCP_DISCOVER, 1);
    struct dhcp_facts f;
    make_option(&p, 97, ids[_i].bytes, ids[_i].len);
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert(dhcp_facts(&m, NULL, &f));
    ck_assert_int_eq(f.seen.has_uuid, ids[_i].good);
}
END_TEST

START_TEST(infiniband_is_known_by_its_client_id) {
    struct made p = make(DHCP_DISCOVER, 0), e = make(DHCP_DISCOVER, 0);
    struct dhcp_facts f;
    p.bytes[1] = e.bytes[1] = 32;
    p.bytes[2] = e.bytes[2] = 0;
    make_option(&p, 61,
                "\xff"
                "0123456789abcdefghijklm",
                24);
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert(dhcp_facts(&m, NULL, &f));
    ck_assert_uint_eq(f.seen.mac.type, 32);
    ck_assert_uint_eq(f.seen.mac.len, 8);
    ck_assert_mem_eq(f.seen.mac.bytes, "fghijklm", 8); /* the port; what is before it changes from boot to boot */
    m = read_message(make_end(&e));
    ck_assert(!dhcp_facts(&m, NULL, &f));
}
END_TEST

START_TEST(hostname_rows) {
    static const struct {
        const char *sent;
        size_t len;
        const char *taken;
    } names[] = {
        {"web01", 5, "web01"},    {"web01.example.org", 17, "web01"},
        {"web01\0", 6, "web01"},  {"", 0, NULL},
        {"a;rm -rf /", 10, NULL}, {"a\nb", 3, NULL},
        {".x", 2, NULL},          {"\xc3\xa4", 2, NULL},
        {"a_b", 3, NULL},
    };
    struct made p = make(DHCP_REQUEST, 1);
    make_option(&p, 12, names[_i].sent, names[_i].len);
    struct dhcp_message m = read_message(make_end(&p));
    struct pxed_slice name = dhcp_hostname(&m);
    ck_assert(names[_i].taken ? pxed_slice_is(name, names[_i].taken) : name.ptr == NULL);
}
END_TEST

START_TEST(long_hostname_is_not_taken) {
    char name[255];
    memset(name, 'a', sizeof(name));
    struct made p = make(DHCP_REQUEST, 1);
    make_option(&p, 12, name, sizeof(name));
    struct dhcp_message m = read_message(make_end(&p));
    ck_assert_ptr_null(dhcp_hostname(&m).ptr);
}
END_TEST

int main(void) {
    Suite *s = suite_create("dhcp facts");
    TCase *t = tcase_create("all");
    tcase_add_loop_test(t, client_rows, 0, sizeof(rows) / sizeof(rows[0]));
    tcase_add_test(t, first_known_architecture_counts);
    tcase_add_loop_test(t, raspberry_runs_no_x86_loader, 0, COUNT(raspberries));
    tcase_add_test(t, only_a_discover_of_firmware_opens_a_boot);
    tcase_add_loop_test(t, uuid_rows, 0, 7);
    tcase_add_test(t, infiniband_is_known_by_its_client_id);
    tcase_add_loop_test(t, hostname_rows, 0, 9);
    tcase_add_test(t, long_hostname_is_not_taken);
    suite_add_tcase(s, t);
    return suite_run(s);
}
