/* Leases of other DHCP servers as rows of text, and what is read of them; and that what is written is read back. */
#include "lease_text.h"
#include "suite.h"

/* Every row as `LINE ADDRESS MAC EXPIRES NAME`, `LINE gone ADDRESS` or `LINE: WHY`. */
static const char *read_all(enum lease_format format, const char *text) {
    static char all[4096];
    struct pxed_buf out = PXED_BUF(all);
    struct lease_reader r = lease_reader_open(format, pxed_slice_of(text));
    struct lease_row row;
    for (int rc; (rc = lease_read(&r, &row)) != 0;) {
        if (out.len > 0)
            pxed_buf_str(&out, " | ");
        pxed_buf_u64(&out, row.line);
        if (rc < 0) {
            pxed_buf_str(&out, ": ");
            pxed_buf_str(&out, row.why);
            continue;
        }
        pxed_buf_str(&out, row.gone ? " gone " : " ");
        pxed_addr_format(&row.ip, &out);
        if (row.gone)
            continue;
        pxed_buf_byte(&out, ' ');
        pxed_mac_format(&row.mac, ":", &out);
        pxed_buf_byte(&out, ' ');
        if (row.expires == LEASE_NEVER)
            pxed_buf_str(&out, "never");
        else
            pxed_buf_u64(&out, (uint64_t)row.expires);
        pxed_buf_byte(&out, ' ');
        pxed_buf_str(&out, row.name);
    }
    return pxed_buf_cstr(&out);
}

#define KEA "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n"
#define SQL                                                                                                            \
    "--\nCREATE TABLE public.lease4 (\n);\nCOPY public.lease4 (address, hwaddr, client_id, valid_lifetime, expire, "   \
    "subnet_id, fqdn_fwd, fqdn_rev, hostname, state, user_context) FROM stdin;\n"
#define WIN                                                                                                            \
    "#TYPE "                                                                                                           \
    "Microsoft.Management\r\n\"IPAddress\",\"ScopeId\",\"ClientId\",\"HostName\",\"AddressState\","                    \
    "\"LeaseExpiryTime\"\r\n"

static const struct {
    enum lease_format format;
    const char *text, *told;
} rows[] = {
    {LEASE_DNSMASQ, "", ""},
    {LEASE_DNSMASQ,
     "1795975200 08:00:27:4d:4d:aa 10.77.0.60 web01 01:08:00:27:4d:4d:aa\n0 08:00:27:4d:4d:ab 10.77.0.61 * *\n",
     "1 10.77.0.60 08:00:27:4d:4d:aa 1795975200 web01 | 2 10.77.0.61 08:00:27:4d:4d:ab never "},
    {LEASE_DNSMASQ, "1 08:00:27:4d:4d:aa 10.77.0.60 web01 *\nduid 00:01\n1795975200 5 fd00::1 * 00:01\n",
     "1 10.77.0.60 08:00:27:4d:4d:aa 1 web01"},
    {LEASE_DNSMASQ, "1 08:00:27:4d:4d:aa 10.77.0.60 b@d *\r\n\n", "1 10.77.0.60 08:00:27:4d:4d:aa 1 "},
    {LEASE_DNSMASQ, "soon x\n1 06-08:00:27 10.0.0.1 * *\n1 08:00:27:4d:4d:aa fd00::1 * *\n",
     "1: a time in seconds is expected first | 2: the second word is no Ethernet address | 3: the third word is no "
     "IPv4 "
     "address"},
    {LEASE_ISC,
     "# a comment with { and ;\nauthoring-byte-order little-endian;\nserver-duid \"\\000\\\"x\";\nlease 10.77.0.60 {\n "
     " starts 0 "
     "2026/11/29 16:00:00;\n  ends 0 2026/11/29 18:00:00;\n  binding state active;\n  next binding state free;\n  "
     "hardware "
     "ethernet 08:00:27:4d:4d:aa;\n  uid \"\\001\\010{\";\n  set vendor = \"a;b\";\n  on expiry {\n    if (1) { eval; "
     "}\n  }\n"
     "  client-hostname \"web01\";\n}\n",
     "4 10.77.0.60 08:00:27:4d:4d:aa 1795975200 web01"},
    {LEASE_ISC, "lease 10.0.0.1 { ends never; binding state active; hardware ethernet 8:0:27:4d:4d:aa; }",
     "1: the address behind `hardware ethernet` cannot be read"},
    {LEASE_ISC, "lease 10.0.0.1 { ends never; binding state active; hardware ethernet 08:00:27:4d:4d:aa; }",
     "1 10.0.0.1 08:00:27:4d:4d:aa never "},
    {LEASE_ISC,
     "lease 10.0.0.1 {\n ends epoch 1795975200; # Sun\n binding state free;\n hardware ethernet "
     "08:00:27:4d:4d:aa;\n}\n",
     "1 gone 10.0.0.1"},
    {LEASE_ISC,
     "failover peer \"x\" state { my state normal; }\nhost a { dynamic; }\nlease 10.0.0.1 { binding state backup; }",
     "3 gone 10.0.0.1"},
    {LEASE_ISC,
     "lease 10.0.0.1 {\n ends 4 2026/13/01 00:00:00;\n}\nlease fd00::1 { }\nlease 10.0.0.2 { binding state active;",
     "1: the time behind `ends` cannot be read | 4: the word behind `lease` is no IPv4 address | 5: the file ends "
     "within "
     "this lease"},
    {LEASE_ISC, "lease 10.0.0.1 { ends never; binding state active; }", "1: there is no `hardware ethernet`"},
    {LEASE_ISC, "authoring", "1: the file ends within this statement"},
    {LEASE_ISC, "x \"never closed ; { } \\", "1: the file ends within this statement"},
    {LEASE_KEA,
     KEA "10.77.0.60,08:00:27:4d:4d:aa,01:08:00:27:4d:4d:aa,3600,1795975200,1,0,0,web01.,0,\n10.77.0.60,08:00:27:4d:4d:"
         "aa,,0,"
         "1795975200,1,0,0,,0,\n10.77.0.61,,,3600,1795975200,1,0,0,,1,\n10.77.0.62,08:00:27:4d:4d:ab,,4294967295,"
         "1,1,0,0,b&#x2ca,0,{ \"a\": 1 }\n",
     "2 10.77.0.60 08:00:27:4d:4d:aa 1795975200 web01 | 3 gone 10.77.0.60 | 4 gone 10.77.0.61 | 5 10.77.0.62 "
     "08:00:27:4d:4d:ab never "},
    {LEASE_KEA,
     KEA "10.0.0.1,,,1,1,1,0,0,,0,\nx,,,1,1,1,0,0,,0,\n10.0.0.1,,,a,1,1,0,0,,0,\n10.0.0.1,,,1,-1,1,0,0,,0,\n",
     "2: hwaddr is no Ethernet address | 3: there is no IPv4 address | 4: valid_lifetime or state is no number | 5: "
     "expire "
     "is no time in seconds"},
    {LEASE_KEA, "address,hwaddr\n10.0.0.1,x\n",
     "1: the first row does not have the names of the columns of this format"},
    {LEASE_KEA_SQL,
     SQL
     "172818492\t\\\\x0800274d4daa\t\\\\x01\t3600\t2026-11-29 "
     "19:00:00+01\t1\tf\tf\tweb01.example.org\t0\t\\N\n172818493\t\\N\t\\N\t0\t"
     "2026-11-29 18:00:00.5+00\t1\tf\tf\t\\N\t0\t\\N\n\\.\n\nCOPY public.lease6 (address) FROM stdin;\nfd00::1\n\\.\n",
     "5 10.77.0.60 08:00:27:4d:4d:aa 1795975200 web01.example.org | 6 gone 10.77.0.61"},
    {LEASE_KEA_SQL,
     SQL "10.77.0.60\t\n172818492\t\\\\x08\t\\N\t1\tnow\t1\tf\tf\t\t0\n\\.\nCOPY lease4 (address) FROM stdin;\n1\n",
     "5: address is no number of 32 bits | 6: expire is no time | 8: this table lease4 lacks a column that is needed"},
    {LEASE_WINDOWS,
     WIN "\"10.77.0.60\",\"10.77.0.0\",\"08-00-27-4d-4d-aa\",\"web01.example.org\",\"Active\",\"2026-11-29T18:00:"
         "00Z\"\r\n\"10.77.0.61\",,"
         "\"08-00-27-4d-4d-ab\",,\"ActiveReservation\",\r\n\"10.77.0.62\",,\"08-00-27-4d-4d-ac\",,"
         "\"InactiveReservation\",\r\n",
     "3 10.77.0.60 08:00:27:4d:4d:aa 1795975200 web01 | 4 10.77.0.61 08:00:27:4d:4d:ab never  | 5 gone 10.77.0.62"},
    {LEASE_WINDOWS,
     "\xef\xbb\xbfIPAddress,ClientId,AddressState,LeaseExpiryTime\n10.0.0.1,08-00-27-4d-4d-aa,Active,11/29/2026 "
     "6:00:00 PM\n"
     "10.0.0.1,01,Active,\n10.0.0.1,\"08-00,Active,\n",
     "2: LeaseExpiryTime is not like 2026-11-29T18:00:00Z: export it as docs/operators-guide.md (pxed leases) says | "
     "3: "
     "ClientId is no Ethernet address | 4: a quote is not closed"},
};

START_TEST(rows_of_text) {
    const char *told = read_all(rows[_i].format, rows[_i].text);
    ck_assert_str_eq(told, rows[_i].told);
}
END_TEST

/* Cut anywhere, a file ends without a loop, and nothing that is read was not there. */
START_TEST(cut_files) {
    char copy[2048];
    size_t whole = strlen(rows[_i].text);
    ck_assert_uint_lt(whole, sizeof(copy));
    for (size_t n = 0; n < whole; n++) {
        memcpy(copy, rows[_i].text, n);
        copy[n] = '\0';
        struct lease_reader r = lease_reader_open(rows[_i].format, pxed_slice_of(copy));
        struct lease_row row;
        unsigned count = 0;
        while (lease_read(&r, &row) != 0)
            ck_assert_uint_lt(count++, 20);
    }
}
END_TEST

START_TEST(what_is_written_is_read) {
    static const struct lease_row wrote[] = {
        {.ip = {4, {10, 77, 0, 60}},
         .mac = {1, 6, {8, 0, 0x27, 0x4d, 0x4d, 0xaa}},
         .expires = 1795975200,
         .name = "web01"},
        {.ip = {4, {10, 77, 0, 61}}, .mac = {1, 6, {8, 0, 0x27, 0x4d, 0x4d, 0xab}}, .expires = LEASE_NEVER}};
    for (int format = 0; format < LEASE_FORMATS; format++) {
        char text[2048];
        struct pxed_buf out = PXED_BUF(text);
        struct lease_row row;
        lease_write_head((enum lease_format)format, &out);
        for (int i = 0; i < 2; i++)
            lease_write((enum lease_format)format, &wrote[i], 1795970000, &out);
        lease_write_tail((enum lease_format)format, &out);
        struct lease_reader r = lease_reader_open((enum lease_format)format, pxed_slice_of(pxed_buf_cstr(&out)));
        for (int i = 0; i < 2; i++) {
            ck_assert_int_eq(lease_read(&r, &row), 1);
            ck_assert(pxed_addr_eq(&row.ip, &wrote[i].ip) && pxed_hwaddr_eq(&row.mac, &wrote[i].mac));
            ck_assert_str_eq(row.name, wrote[i].name);
            ck_assert_msg(row.expires == wrote[i].expires && !row.gone, "%s", lease_format_names[format]);
        }
        ck_assert_int_eq(lease_read(&r, &row), 0);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("lease_text");
    TCase *t = tcase_create("all");
    tcase_add_loop_test(t, rows_of_text, 0, sizeof(rows) / sizeof(rows[0]));
    tcase_add_loop_test(t, cut_files, 0, sizeof(rows) / sizeof(rows[0]));
    tcase_add_test(t, what_is_written_is_read);
    suite_add_tcase(s, t);
    return suite_run(s);
}
