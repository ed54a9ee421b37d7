/* Red Hat and its derivatives: kickstart. 5 and 6 use bare words on the kernel line; from 7 on they are `inst.` words,
 * and since 9 the bare ones do not work. */
#include "redhat.h"
#include "steps.h"

#define FAMILIES "rhel centos centos-stream rocky alma almalinux oracle oraclelinux ol redhat scientific"

static const struct pxed_claim legacy_claims[] = {
    {FAMILIES, "5 5.*", "i386 x86_64 ia64", "el5"},
    {FAMILIES, "6 6.*", "i386 x86_64", "el6"},
    {0},
};

static const struct pxed_claim claims[] = {
    {FAMILIES, "7 7.*", "x86_64 arm64 i386 ppc64le s390x", "el7plus"},
    {FAMILIES, "8 8.*", "x86_64 arm64 ppc64le s390x", "el7plus el8plus"},
    {FAMILIES, "9 9.* 10 10.* 11 11.*", "x86_64 arm64 ppc64le s390x", "el7plus el8plus el9plus"},
    {"fedora fedora-server", "2? 30 31 32 33", "x86_64 arm64", "el7plus el8plus"},
    {"fedora fedora-server", "3? 4? 5?", "x86_64 arm64", "el7plus el8plus el9plus"},
    {0},
};

#define LEGACY_ARGS "ksdevice=link ks={{file.ks_cfg}}"
#define ARGS        "inst.ks={{file.ks_cfg}} inst.repo={{{os.tree}}} ip=dhcp BOOTIF=01-{{host.mac}}"

#define LAYOUTS(arguments)                                                                                             \
    {.how = PXED_HOW_LINUX,                                                                                            \
     .kernel = "images/pxeboot/vmlinuz",                                                                               \
     .initrd = {"images/pxeboot/initrd.img"},                                                                          \
     .args = arguments},                                                                                               \
        {.how = PXED_HOW_LINUX, .kernel = "pxeboot/vmlinuz", .initrd = {"pxeboot/initrd.img"}, .args = arguments},     \
        {.how = PXED_HOW_LINUX, .kernel = "isolinux/vmlinuz", .initrd = {"isolinux/initrd.img"}, .args = arguments}, { \
        0                                                                                                              \
    }

static const struct pxed_boot legacy_boots[] = {LAYOUTS(LEGACY_ARGS)};
static const struct pxed_boot boots[] = {LAYOUTS(ARGS)};

static const struct pxed_file files[] = {
    {"ks.cfg", "hosts/linux-ks/<mac>.txt", "kickstart.ks", PXED_ESCAPE_LINE, PXED_FILE_ANSWER | PXED_FILE_GUARDED,
     NULL},
    {0},
};

const struct pxed_profile linux_redhat_legacy = {"redhat-legacy", legacy_claims, legacy_boots,
                                                 files,           linux_steps,   NULL};
const struct pxed_profile linux_redhat = {"redhat", claims, boots, files, linux_steps, NULL};
