/* The volume as programs that know FAT see it: dosfstools and mtools. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "loader_disk.h"
#include "suite.h"

enum { HEAD = 640 * LOADER_DISK_SECTOR };

static char head_bytes[HEAD];

/* Writes the volume to a file: each file's bytes are its letter. */
static void write_volume(const char *path, struct loader_disk_file *files, size_t n, uint64_t *ret_size) {
    struct pxed_buf head = {head_bytes, HEAD, 0};
    FILE *to = fopen(path, "w");
    ck_assert_ptr_nonnull(to);
    ck_assert(loader_disk(files, n, &head, ret_size));
    ck_assert_uint_eq(fwrite(head.ptr, 1, head.len, to), head.len);
    for (size_t i = 0; i < n; i++) {
        ck_assert_int_eq(fseek(to, (long)files[i].at, SEEK_SET), 0);
        for (uint64_t k = 0; k < files[i].size; k++)
            fputc((int)('a' + i), to);
    }
    fclose(to);
    ck_assert_int_eq(truncate(path, (off_t)*ret_size), 0);
}

static int run(const char *format, const char *path, const char *what) {
    char command[512];
    snprintf(command, sizeof(command), format, path, what);
    return system(command); /* a command of the lines below */
}

static const uint64_t sizes[][3] = {{1, 0, 511}, {512, 513, 1048504}, {1048504, 3843520, 877992}, {30 << 20, 1, 1}};

START_TEST(volumes) {
    char path[] = "/tmp/pxed-test-disk.XXXXXX";
    struct loader_disk_file files[] = {{.folder = "EFI/BOOT", .name = "BOOTX64.EFI", .size = sizes[_i][0]},
                                       {.folder = "EFI/BOOT", .name = "GRUBX64.EFI", .size = sizes[_i][1]},
                                       {.folder = "GRUB", .name = "GRUB.CFG", .size = sizes[_i][2]}};
    const char *const names[] = {"EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/GRUBX64.EFI", "GRUB/GRUB.CFG"};
    uint64_t size;
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    write_volume(path, files, 3, &size);
    ck_assert_msg(run("fsck.fat -n %s >/dev/null # %s", path, "") == 0, "fsck.fat of volume %d", _i);
    for (size_t i = 0; i < 3; i++) {
        char want[96];
        snprintf(want, sizeof(want), "::/%s | tr -d '%c' | wc -c)\" = 0", names[i], (int)('a' + i));
        ck_assert_msg(run("test \"$(MTOOLS_SKIP_CHECK=1 mtype -i %s %s", path, want) == 0, "%s of volume %d", names[i],
                      _i);
        snprintf(want, sizeof(want), "::/%s | wc -c)\" = %llu", names[i], (unsigned long long)files[i].size);
        ck_assert_msg(run("test \"$(MTOOLS_SKIP_CHECK=1 mtype -i %s %s", path, want) == 0, "size of %s of volume %d",
                      names[i], _i);
    }
    unlink(path);
}
END_TEST

START_TEST(refused) {
    static const struct loader_disk_file wrong[] = {
        {.folder = "EFI/BOOT", .name = "BOOTRISCV64.EFI", .size = 1},
        {.folder = "EFI/BOOT", .name = "grub.efi", .size = 1},
        {.folder = "EFI", .name = "A", .size = 1},
        {.folder = "GRUB", .name = "", .size = 1},
        {.folder = "GRUB", .name = "A.LONG", .size = 1},
        {.folder = "GRUB", .name = "A.B.C", .size = 1},
        {.folder = "GRUB", .name = "A", .size = 33 << 20},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct loader_disk_file file = wrong[i];
        struct pxed_buf head = {head_bytes, HEAD, 0};
        uint64_t size;
        ck_assert_msg(!loader_disk(&file, 1, &head, &size), "file %zu", i);
    }
    struct loader_disk_file file = {.folder = "GRUB", .name = "A", .size = 1};
    struct pxed_buf small = {head_bytes, 1000, 0};
    uint64_t size;
    ck_assert(!loader_disk(&file, 1, &small, &size));
}
END_TEST

int main(void) {
    Suite *s = suite_create("loader-disk");
    TCase *t = tcase_create("loader-disk");
    tcase_add_loop_test(t, volumes, 0, sizeof(sizes) / sizeof(sizes[0]));
    tcase_add_test(t, refused);
    suite_add_tcase(s, t);
    return suite_run(s);
}
