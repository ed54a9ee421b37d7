/* menu.lst of GRUB 0.97. It knows neither quotes nor messages; names are paths on the TFTP server it
 * came from, whatever has the images. */
#include "dialect_pxegrub.h"

#include "dialect_text.h"

static void write_line(const char *verb, struct pxed_slice path, struct pxed_slice args, struct pxed_buf *out) {
    pxed_buf_str(out, verb);
    pxed_buf_str(out, " /boot/");
    pxed_buf_add(out, path);
    if (args.len > 0)
        pxed_buf_byte(out, ' ');
    pxed_buf_add(out, args);
    pxed_buf_byte(out, '\n');
}

/* The note is the entry's title, the only text it shows: its lines stand behind one another. */
static void write_title(const struct pxed_plan *plan, struct pxed_buf *out) {
    struct pxed_slice note = plan->note;
    pxed_buf_str(out, "default 0\ntimeout ");
    pxed_buf_u64(out, plan->wait);
    pxed_buf_str(out, "\ntitle ");
    if (note.len == 0)
        pxed_buf_str(out, "pxed");
    for (size_t i = 0; i < note.len; i++)
        pxed_buf_byte(out, note.ptr[i] < ' ' || note.ptr[i] > '~' ? ' ' : note.ptr[i]);
    pxed_buf_byte(out, '\n');
}

static bool pxegrub_can(const struct pxed_plan *plan) {
    return plan->how == PXED_HOW_LOCAL || plan->how == PXED_HOW_MULTIBOOT ||
           (plan->how == PXED_HOW_LINUX && plan->n_initrds <= 1 && !dialect_packs(plan));
}

enum pxed_reason dialect_pxegrub(enum pxed_firmware firmware, const struct pxed_plan *plan, struct pxed_slice base,
                                 struct pxed_buf *out) {
    (void)base;
    if (!pxegrub_can(plan) || pxed_firmware_is_efi(firmware))
        return PXED_WHY_NO_DIALECT;
    write_title(plan, out);
    if (plan->how == PXED_HOW_LOCAL) {
        pxed_buf_str(out, "rootnoverify (hd0)\nchainloader +1\n");
        return PXED_WHY_OK;
    }
    bool multiboot = plan->how == PXED_HOW_MULTIBOOT;
    write_line("kernel", plan->kernel, plan->args, out);
    for (size_t i = 0; i < plan->n_initrds; i++)
        write_line(multiboot ? "module" : "initrd", plan->initrds[i].path,
                   multiboot ? plan->initrds[i].as : PXED_NO_SLICE, out);
    return PXED_WHY_OK;
}
