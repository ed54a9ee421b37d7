/* Which disk: each row is a machine, a rule and what must come of it. The same cases as of the guard for Linux. */
#include <stdio.h>

#include "fill.h"
#include "guard.h"
#include "suite.h"

enum { UNKNOWN = 0, SCSI = 1, ATA = 3, FIREWIRE = 4, FC = 6, USB = 7, RAID = 8, ISCSI = 9, SAS = 10, SATA = 11 };
enum { SD = 12, MMC = 13, VIRTUAL = 14, VHD = 15, SPACES = 16, NVME = 17, UFS = 19, NVMEOF = 20 };

struct a_disk {
    unsigned bus;
    uint64_t bytes;
    const char *serial, *wwn;
    bool removable, protected;
    unsigned number; /* 0: its place in the row */
};

#define IS(bus_type, size) .bus = bus_type, .bytes = size

static const struct {
    const char *title, *rule;
    struct a_disk disks[4];
    enum guard_reason reason;
    unsigned number;
} rows[] = {
    {"no disk", "", {{0}}, GUARD_NONE, 0},
    {"no disk, a rule", "smallest", {{0}}, GUARD_NOT_FOUND, 0},
    {"one", "", {{IS(SATA, 8000)}}, GUARD_OK, 0},
    {"one and a stick", "", {{IS(USB, 8000)}, {IS(NVME, 9000)}}, GUARD_OK, 1},
    {"two", "", {{IS(SATA, 8000)}, {IS(SATA, 8000)}}, GUARD_AMBIGUOUS, 0},
    {"a stick only", "", {{IS(USB, 8000)}}, GUARD_NONE, 0},
    {"firewire only", "", {{IS(FIREWIRE, 8000)}}, GUARD_NONE, 0},
    {"a card only", "", {{IS(SD, 8000)}}, GUARD_NONE, 0},
    {"eMMC", "", {{IS(MMC, 8000)}, {IS(SD, 9000)}}, GUARD_OK, 0},
    {"a medium in a local drive", "", {{IS(SATA, 8000), .removable = true}}, GUARD_NONE, 0},
    {"iSCSI, fibre channel, fabrics", "", {{IS(ISCSI, 8000)}, {IS(FC, 8000)}, {IS(NVMEOF, 8000)}}, GUARD_NONE, 0},
    {"iSCSI beside a local one", "", {{IS(ISCSI, 8000)}, {IS(SAS, 8000)}}, GUARD_OK, 1},
    {"a RAID controller's", "", {{IS(RAID, 8000)}}, GUARD_OK, 0},
    {"VHD and storage space", "", {{IS(VHD, 8000)}, {IS(SPACES, 8000)}, {IS(SCSI, 8000)}}, GUARD_OK, 2},
    {"what Windows does not know", "", {{IS(UNKNOWN, 8000)}}, GUARD_AMBIGUOUS, 0},
    {"a bus of tomorrow", "", {{IS(99, 8000)}}, GUARD_AMBIGUOUS, 0},
    {"virtual may be anything", "", {{IS(VIRTUAL, 8000)}, {IS(SATA, 8000)}}, GUARD_AMBIGUOUS, 0},
    {"the doubtful one by number", "number:0", {{IS(UNKNOWN, 8000)}, {IS(SATA, 8000)}}, GUARD_OK, 0},
    {"write-protected", "", {{IS(SATA, 8000), .protected = true}, {IS(SATA, 9000)}}, GUARD_OK, 1},
    {"number", "number:1", {{IS(SATA, 8000)}, {IS(SATA, 8000)}}, GUARD_OK, 1},
    {"number of another count", "number:7", {{IS(SATA, 8000)}, {IS(SATA, 8000), .number = 7}}, GUARD_OK, 7},
    {"number of no disk", "number:2", {{IS(SATA, 8000)}, {IS(SATA, 8000)}}, GUARD_NOT_FOUND, 0},
    {"number of a stick: an explicit wish", "number:0", {{IS(USB, 8000)}}, GUARD_OK, 0},
    {"number without one", "number:", {{IS(SATA, 8000)}}, GUARD_NOT_FOUND, 0},
    {"number with a unit", "number:0K", {{IS(SATA, 8000)}}, GUARD_NOT_FOUND, 0},
    {"number far too large", "number:18446744073709551616", {{IS(SATA, 8000)}}, GUARD_NOT_FOUND, 0},
    {"a Linux path", "/dev/sda", {{IS(SATA, 8000)}}, GUARD_NOT_FOUND, 0},
    {"a word that means nothing", "largest", {{IS(SATA, 8000)}}, GUARD_NOT_FOUND, 0},
    {"a rule in capitals", "SMALLEST", {{IS(SATA, 8000)}}, GUARD_NOT_FOUND, 0},
    {"a blank is no empty rule", " ", {{IS(SATA, 8000)}}, GUARD_NOT_FOUND, 0},
    {"smallest", "smallest", {{IS(SATA, 9000)}, {IS(SATA, 8000)}, {IS(USB, 10)}}, GUARD_OK, 1},
    {"smallest twice", "smallest", {{IS(SATA, 8000)}, {IS(SATA, 8000)}}, GUARD_AMBIGUOUS, 0},
    {"smallest and doubtful", "smallest", {{IS(UNKNOWN, 7000)}, {IS(SATA, 8000)}}, GUARD_AMBIGUOUS, 0},
    {"smallest of a machine with sticks only", "smallest", {{IS(USB, 8000)}}, GUARD_NOT_FOUND, 0},
    {"size", "size:400G-600G", {{IS(SATA, 500107862016)}, {IS(SATA, 1000204886016)}}, GUARD_OK, 0},
    {"size as on the label", "size:500G", {{IS(SATA, 500107862016)}, {IS(SATA, 1000204886016)}}, GUARD_OK, 0},
    {"size as programs count", "size:500G-500G", {{IS(SATA, 536870912000)}}, GUARD_OK, 0},
    {"size in small letters", "size:400g-1t", {{IS(SATA, 1099511627776)}}, GUARD_OK, 0},
    {"size of two", "size:1-1T", {{IS(SATA, 500107862016)}, {IS(SATA, 500107862016)}}, GUARD_AMBIGUOUS, 0},
    {"size out of range", "size:1G-2G", {{IS(SATA, 500107862016)}}, GUARD_NOT_FOUND, 0},
    {"size never means a stick", "size:1-1T", {{IS(USB, 8000)}}, GUARD_NOT_FOUND, 0},
    {"size doubtful", "size:1-1T", {{IS(UNKNOWN, 8000)}}, GUARD_AMBIGUOUS, 0},
    {"size without number", "size:x", {{IS(SATA, 8000)}}, GUARD_NOT_FOUND, 0},
    {"size without end", "size:1-", {{IS(SATA, 8000)}}, GUARD_NOT_FOUND, 0},
    {"size beyond 64 bits", "size:1-99999999999T", {{IS(SATA, 8000)}}, GUARD_NOT_FOUND, 0},
    {"size of a disk without one", "size:0-1T", {{IS(SATA, 0)}}, GUARD_NOT_FOUND, 0},
    {"serial",
     "serial:WD-1",
     {{IS(SATA, 8000), .serial = "WD-2"}, {IS(SATA, 8000), .serial = "  WD-1  "}},
     GUARD_OK,
     1},
    {"serial with blanks inside", "serial:A B", {{IS(SATA, 8000), .serial = "A   B"}}, GUARD_OK, 0},
    {"serial in another case", "serial:wd-1", {{IS(SATA, 8000), .serial = "WD-1"}}, GUARD_NOT_FOUND, 0},
    {"serial, half of it", "serial:WD", {{IS(SATA, 8000), .serial = "WD-1"}}, GUARD_NOT_FOUND, 0},
    {"empty serial", "serial:", {{IS(SATA, 8000), .serial = ""}}, GUARD_NOT_FOUND, 0},
    {"serial of two paths",
     "serial:S",
     {{IS(SAS, 8000), .serial = "S"}, {IS(SAS, 8000), .serial = "S"}},
     GUARD_AMBIGUOUS,
     0},
    {"serial of a remote one: an explicit wish", "serial:S", {{IS(ISCSI, 8000), .serial = "S"}}, GUARD_OK, 0},
    {"wwn", "wwn:0x5000C500A1B2C3D4", {{IS(SATA, 8000), .wwn = "naa.5000c500a1b2c3d4"}}, GUARD_OK, 0},
    {"wwn with colons", "wwn:50:00:c5:00:a1:b2:c3:d4", {{IS(SATA, 8000), .wwn = "5000C500A1B2C3D4"}}, GUARD_OK, 0},
    {"wwn as udev says", "wwn:wwn-0x5000c500a1b2c3d4", {{IS(SATA, 8000), .wwn = "5000C500A1B2C3D4"}}, GUARD_OK, 0},
    {"wwn as Windows says", "wwn:eui.0025385BA150009F", {{IS(NVME, 8000), .wwn = "0025_385B_A150_009F."}}, GUARD_OK, 0},
    {"wwn of another", "wwn:1", {{IS(SATA, 8000), .wwn = "2"}}, GUARD_NOT_FOUND, 0},
    {"empty wwn", "wwn:naa.", {{IS(SATA, 8000), .wwn = ""}}, GUARD_NOT_FOUND, 0},
};

START_TEST(chooses) {
    struct guard_disk disks[4];
    size_t count = 0, index = 99;
    for (size_t i = 0; i < 4; i++) {
        const struct a_disk *d = &rows[_i].disks[i];
        if (d->bus == 0 && d->bytes == 0)
            continue;
        disks[count] = (struct guard_disk){.number = d->number ? d->number : (unsigned)i,
                                           .bytes = d->bytes,
                                           .bus = d->bus,
                                           .removable = d->removable,
                                           .protected = d->protected};
        guard_add_serial(&disks[count].serials, pxed_slice_of(d->serial));
        guard_add_wwn(&disks[count++].wwns, pxed_slice_of(d->wwn));
    }
    enum guard_reason got = guard_choose(pxed_slice_of(rows[_i].rule), disks, count, &index);
    ck_assert_msg(got == rows[_i].reason, "%s: %s", rows[_i].title, guard_reason_name(got));
    if (got == GUARD_OK)
        ck_assert_msg(index < count && disks[index].number == rows[_i].number, "%s: another disk", rows[_i].title);
    else
        ck_assert_uint_eq(index, 99);
}
END_TEST

START_TEST(judges) {
    static const struct {
        uint64_t bytes;
        bool any, readable;
        size_t finds;
        enum guard_reason reason;
    } cases[] = {
        {8000, false, true, 0, GUARD_OK},         {8000, false, true, 1, GUARD_NOT_BLANK},
        {8000, true, true, 1, GUARD_OK},          {8000, false, false, 0, GUARD_UNREADABLE},
        {8000, true, false, 0, GUARD_UNREADABLE}, {0, true, true, 0, GUARD_UNREADABLE},
        {0, false, true, 0, GUARD_UNREADABLE},
    };
    for (int i = 0; i < COUNT(cases); i++) {
        struct guard_disk disk = {.bytes = cases[i].bytes, .bus = SATA};
        ck_assert_int_eq(guard_judge(&disk, cases[i].any, cases[i].readable, cases[i].finds), cases[i].reason);
    }
}
END_TEST

START_TEST(names) {
    ck_assert_str_eq(guard_reason_name(GUARD_NOT_BLANK), "DISK_NOT_BLANK");
    ck_assert_str_eq(guard_reason_name(GUARD_NONE), "DISK_NONE");
    ck_assert_str_eq(guard_reason_name(GUARD_NOT_FOUND), "DISK_NOT_FOUND");
    ck_assert_str_eq(guard_reason_name(GUARD_AMBIGUOUS), "DISK_AMBIGUOUS");
    ck_assert_str_eq(guard_reason_name(GUARD_UNREADABLE), "DISK_UNREADABLE");
    ck_assert_str_eq(guard_bus_name(NVME), "NVMe");
    ck_assert_str_eq(guard_bus_name(4000000000u), "unknown");
}
END_TEST

START_TEST(spellings_end) { /* too long or too many ones are left out, never cut */
    struct guard_ids ids = {0};
    char text[400];
    memset(text, 'A', sizeof(text));
    guard_add_serial(&ids, pxed_slice(text, GUARD_ID_SIZE));
    guard_add_wwn(&ids, pxed_slice(text, GUARD_ID_SIZE));
    ck_assert_uint_eq(ids.count, 0);
    for (size_t i = 1; i < 40; i++)
        guard_add_serial(&ids, pxed_slice(text, i));
    ck_assert_uint_eq(ids.count, GUARD_IDS);
    guard_add_serial(&ids, pxed_slice(text, 3));
    ck_assert_uint_eq(ids.count, GUARD_IDS);
}
END_TEST

START_TEST(fills) {
    static const struct {
        const char *in, *disk, *out;
    } cases[] = {
        {"select disk @PXED-DISK@\r\nclean\r\n", "0", "select disk 0\r\nclean\r\n"},
        {"@PXED-DISK@@PXED-DISK@ @PXED-DISK", "12", "1212 @PXED-DISK"},
        {"", "3", ""},
        {"select disk 0", "3", "select disk 0"},
        {"@@PXED-DISK@@", "3", "@3@"},
    };
    for (int i = 0; i < COUNT(cases); i++) {
        char out[64];
        size_t n = fill_text(out, pxed_slice_of(cases[i].in), cases[i].disk);
        ck_assert(pxed_slice_eq(pxed_slice(out, n), pxed_slice_of(cases[i].out)));
    }
    ck_assert(fill_is_number("0") && fill_is_number("63"));
    ck_assert(!fill_is_number("") && !fill_is_number("1234") && !fill_is_number("0 ") && !fill_is_number("-1"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("os-windows-pe-guard");
    TCase *tests = tcase_create("guard");
    tcase_add_loop_test(tests, chooses, 0, COUNT(rows));
    tcase_add_test(tests, judges);
    tcase_add_test(tests, names);
    tcase_add_test(tests, spellings_end);
    tcase_add_test(tests, fills);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
