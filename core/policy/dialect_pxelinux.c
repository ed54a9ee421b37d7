/* PXELINUX configuration, over TFTP or (lpxelinux) HTTP: file names are URLs. */
#include "dialect_pxelinux.h"

#include "dialect_text.h"

static void write_label(const char *label, struct pxed_buf *out) {
    pxed_buf_str(out, "default ");
    pxed_buf_str(out, label);
    pxed_buf_str(out, "\nlabel ");
    pxed_buf_str(out, label);
    pxed_buf_byte(out, '\n');
}

/* It waits at its prompt alone, and counts in tenths of a second. */
static void write_note(const struct pxed_plan *plan, struct pxed_buf *out) {
    struct pxed_slice rest = plan->note, line;
    while (dialect_line(&rest, &line)) {
        pxed_buf_str(out, "say ");
        for (size_t i = 0; i < line.len; i++)
            pxed_buf_byte(out, line.ptr[i] < ' ' || line.ptr[i] > '~' ? ' ' : line.ptr[i]);
        pxed_buf_byte(out, '\n');
    }
    if (plan->wait > 0) {
        pxed_buf_str(out, "prompt 1\ntimeout ");
        pxed_buf_u64(out, plan->wait * (uint64_t)10);
        pxed_buf_byte(out, '\n');
    }
}

/* mboot.c32 takes the kernel and its modules from one line; each file is followed by its arguments. */
static void write_multiboot(const struct pxed_plan *plan, struct pxed_slice base, struct pxed_buf *out) {
    pxed_buf_str(out, "kernel mboot.c32\nappend ");
    dialect_url(plan, DIALECT_KERNEL, base, out);
    if (plan->args.len > 0)
        pxed_buf_byte(out, ' ');
    pxed_buf_add(out, plan->args);
    for (size_t i = 0; i < plan->n_initrds; i++) {
        pxed_buf_str(out, " --- ");
        dialect_url(plan, (int)i, base, out);
        if (plan->initrds[i].as.len > 0)
            pxed_buf_byte(out, ' ');
        pxed_buf_add(out, plan->initrds[i].as);
    }
    pxed_buf_byte(out, '\n');
}

static bool pxelinux_can(enum pxed_firmware firmware, enum pxed_how how) {
    bool bios = !pxed_firmware_is_efi(firmware);
    return how == PXED_HOW_LOCAL || how == PXED_HOW_LINUX ||
           (bios && (how == PXED_HOW_MEMDISK || how == PXED_HOW_MULTIBOOT));
}

enum pxed_reason dialect_pxelinux(enum pxed_firmware firmware, const struct pxed_plan *plan, struct pxed_slice base,
                                  struct pxed_buf *out) {
    if (!pxelinux_can(firmware, plan->how) || dialect_packs(plan)) /* it only joins initrds as they are */
        return PXED_WHY_NO_DIALECT;
    write_note(plan, out);
    if (plan->how == PXED_HOW_LOCAL) {
        write_label("local", out);
        pxed_buf_str(out, "localboot 0\n");
        return PXED_WHY_OK;
    }
    if (plan->how == PXED_HOW_MULTIBOOT) {
        write_label("multiboot", out);
        write_multiboot(plan, base, out);
        return PXED_WHY_OK;
    }
    write_label(plan->how == PXED_HOW_MEMDISK ? "pe" : "linux", out);
    pxed_buf_str(out, "kernel ");
    dialect_url(plan, DIALECT_KERNEL, base, out);
    if (plan->args.len > 0 || plan->n_initrds > 0)
        pxed_buf_str(out, "\nappend ");
    pxed_buf_add(out, plan->args);
    for (size_t i = 0; i < plan->n_initrds; i++) {
        pxed_buf_str(out, i > 0 ? "," : plan->args.len > 0 ? " initrd=" : "initrd=");
        dialect_url(plan, (int)i, base, out);
    }
    pxed_buf_byte(out, '\n');
    return PXED_WHY_OK;
}
