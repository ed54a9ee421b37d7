/* gPXE and iPXE scripts. gPXE has: set dhcp chain kernel initrd imgload imgfree imgargs boot sleep echo exit. Both
 * accept `#!gpxe`; a script that needs iPXE starts with `#!ipxe`. */
#include "dialect_gpxe.h"

#include "dialect_text.h"

/* Writes one line for the screen, without anything that the script language would interpret. */
static void write_echo(struct pxed_slice note, struct pxed_buf *out) {
    pxed_buf_str(out, "echo ");
    char last = ' ';
    for (size_t i = 0; i < note.len; i++) {
        char c = note.ptr[i];
        bool special = c < ' ' || c > '~' || c == '$' || c == '#' || c == '|' || c == '&' || c == '\\' || c == '"';
        last = special || (c == ';' && last == ' ') ? ' ' : c; /* `;` as a separate word ends the command */
        pxed_buf_byte(out, last);
    }
    pxed_buf_byte(out, '\n');
}

/* The note; a loader without SMBIOS shows an empty serial number. */
static void write_note(const struct pxed_plan *plan, struct pxed_buf *out) {
    struct pxed_slice rest = plan->note, line;
    while (dialect_line(&rest, &line))
        write_echo(line, out);
    if (plan->tells_serial)
        pxed_buf_str(out, "echo serial number: ${serial}\n");
    if (plan->wait > 0) {
        pxed_buf_str(out, "sleep ");
        pxed_buf_u64(out, plan->wait);
        pxed_buf_byte(out, '\n');
    }
}

static void write_file(const char *verb, const struct pxed_plan *plan, int file, struct pxed_slice base,
                       struct pxed_buf *out) {
    pxed_buf_str(out, verb);
    dialect_url(plan, file, base, out);
}

/* The kernel's EFI stub finds its initrds by name; BIOS ignores the argument. iPXE's name for all of them together is
 * the only one under which it wraps a file into the archive. */
static void write_initrd_names(const struct pxed_plan *plan, struct pxed_buf *out) {
    if (dialect_packs(plan)) {
        pxed_buf_str(out, " initrd=initrd.magic");
        return;
    }
    for (size_t i = 0; i < plan->n_initrds; i++) {
        pxed_buf_str(out, " initrd=");
        struct pxed_slice as = plan->initrds[i].as;
        pxed_buf_add(out, as.len > 0 ? as : dialect_basename(plan->initrds[i].path));
    }
}

/* One `initrd` or `module` line. The word behind the address: a module's arguments, or a packed file's name. */
static void write_initrd(bool named, const struct pxed_plan *plan, size_t i, struct pxed_slice base,
                         struct pxed_buf *out) {
    struct pxed_slice as = plan->initrds[i].as, packed = dialect_packed(as);
    bool module = plan->how == PXED_HOW_MULTIBOOT;
    pxed_buf_str(out, module ? "module " : "initrd ");
    if (named && as.len > 0 && packed.len == 0) {
        pxed_buf_str(out, "--name ");
        pxed_buf_add(out, as);
        pxed_buf_byte(out, ' ');
    }
    dialect_url(plan, (int)i, base, out);
    if (module ? as.len > 0 : packed.len > 0) {
        pxed_buf_byte(out, ' ');
        pxed_buf_add(out, module ? as : packed);
    }
    pxed_buf_byte(out, '\n');
}

/* A signed iPXE has the distribution's shim check the kernel, if firmware itself does not believe it; others, from
 * before 2023, do not know the command and go on. */
static void write_shim(const struct pxed_plan *plan, struct pxed_slice base, struct pxed_buf *out) {
    if (plan->shim.len == 0)
        return;
    pxed_buf_str(out, "shim ");
    pxed_buf_add(out, base);
    pxed_buf_add(out, plan->shim);
    pxed_buf_str(out, " ||\n");
}

static void write_linux(bool efi, const struct pxed_plan *plan, struct pxed_slice base, struct pxed_buf *out) {
    /* An EL5 initrd panics if another image was registered before. */
    pxed_buf_str(out, "imgfree\n");
    write_file("kernel ", plan, DIALECT_KERNEL, base, out);
    if (plan->args.len > 0) {
        pxed_buf_byte(out, ' ');
        pxed_buf_add(out, plan->args);
    }
    if (efi)
        write_initrd_names(plan, out);
    pxed_buf_byte(out, '\n');
    for (size_t i = 0; i < plan->n_initrds; i++)
        write_initrd(efi, plan, i, base, out);
    if (efi)
        write_shim(plan, base, out);
    pxed_buf_str(out, "boot\n");
}

/* PXELINUX asks for its configuration beside itself, and gets the same plan there. */
static void write_handover(const struct pxed_plan *plan, struct pxed_slice base, struct pxed_buf *out) {
    if (!plan->by_url) {
        pxed_buf_str(out, "imgload pxelinux.0\nboot pxelinux.0\n");
        return;
    }
    pxed_buf_str(out, "chain ");
    pxed_buf_add(out, base);
    pxed_buf_str(out, "pxelinux.0\n");
}

/* wimboot stops at a word that it does not know (2.9, cmdline.c), and `args` are mostly those of kernels: a console for
 * all hosts of a site. */
static void write_wimboot_args(struct pxed_slice args, struct pxed_buf *out) {
    static const char *const known[] = {"gui", "index", "linear", "pause", "quiet", "rawbcd", "rawwim"};
    struct pxed_slice word;
    while ((word = pxed_slice_word(&args, " \t")).len > 0) {
        ptrdiff_t equals = pxed_slice_find(word, '=', 0);
        struct pxed_slice name = equals < 0 ? word : pxed_slice_head(word, (size_t)equals);
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            if (pxed_slice_is(name, known[i])) {
                pxed_buf_byte(out, ' ');
                pxed_buf_add(out, word);
            }
    }
}

/* wimboot finds its files by name: `--name` on UEFI, an argument on BIOS. */
static void write_wimboot(const struct pxed_plan *plan, struct pxed_slice base, struct pxed_buf *out) {
    pxed_buf_str(out, "imgfree\n");
    write_file("kernel ", plan, DIALECT_KERNEL, base, out);
    write_wimboot_args(plan->args, out);
    pxed_buf_byte(out, '\n');
    for (size_t i = 0; i < plan->n_initrds; i++) {
        struct pxed_slice as = plan->initrds[i].as;
        if (as.len == 0)
            as = dialect_basename(plan->initrds[i].path);
        pxed_buf_str(out, "initrd --name ");
        pxed_buf_add(out, as);
        write_file(" ", plan, (int)i, base, out);
        pxed_buf_byte(out, ' ');
        pxed_buf_add(out, as);
        pxed_buf_byte(out, '\n');
    }
    pxed_buf_str(out, "boot\n");
}

enum pxed_reason dialect_gpxe(enum pxed_firmware firmware, const struct pxed_plan *plan, struct pxed_slice base,
                              struct pxed_buf *out) {
    (void)firmware; /* gPXE is BIOS only */
    if (plan->how != PXED_HOW_LOCAL && plan->how != PXED_HOW_LINUX && plan->how != PXED_HOW_MULTIBOOT &&
        plan->how != PXED_HOW_PXELINUX)
        return PXED_WHY_NO_DIALECT;
    pxed_buf_str(out, "#!gpxe\n");
    write_note(plan, out);
    if (plan->how == PXED_HOW_LOCAL)
        pxed_buf_str(out, "exit\n");
    else if (plan->how == PXED_HOW_PXELINUX)
        write_handover(plan, base, out);
    else
        write_linux(false, plan, base, out);
    return PXED_WHY_OK;
}

enum pxed_reason dialect_ipxe(enum pxed_firmware firmware, const struct pxed_plan *plan, struct pxed_slice base,
                              struct pxed_buf *out) {
    bool efi = pxed_firmware_is_efi(firmware);
    /* memdisk needs INT 13h, PXELINUX the BIOS's PXE interface; iPXE for UEFI has no multiboot */
    bool for_bios = plan->how == PXED_HOW_MEMDISK || plan->how == PXED_HOW_PXELINUX || plan->how == PXED_HOW_MULTIBOOT;
    if ((for_bios && efi) || plan->how == PXED_HOW_MULTIBOOT2)
        return PXED_WHY_NO_DIALECT;
    /* These plans use only what gPXE has, so both loaders get the same text. */
    bool both = plan->how == PXED_HOW_LINUX || plan->how == PXED_HOW_LOCAL || plan->how == PXED_HOW_PXELINUX;
    pxed_buf_str(out, both ? "#!gpxe\n" : "#!ipxe\n");
    write_note(plan, out);
    switch (plan->how) {
    case PXED_HOW_LOCAL:
        /* After a loader that exits with success EDK2 stops in its setup menu; after a failure it tries the next
         * entry. */
        pxed_buf_str(out, efi ? "exit 1\n" : "exit\n");
        break;
    case PXED_HOW_PXELINUX:
        write_handover(plan, base, out);
        break;
    case PXED_HOW_WIMBOOT:
        write_wimboot(plan, base, out);
        break;
    case PXED_HOW_EFI:
        write_file("chain ", plan, DIALECT_KERNEL, base, out);
        if (plan->args.len > 0) {
            pxed_buf_byte(out, ' ');
            pxed_buf_add(out, plan->args);
        }
        pxed_buf_byte(out, '\n');
        break;
    default:
        write_linux(efi && plan->how == PXED_HOW_LINUX, plan, base, out);
    }
    return PXED_WHY_OK;
}
