/* GRUB 2 configuration. Names are absolute paths on the device GRUB was loaded from ($root: tftp or http), because the
 * distributions' signed GRUB has no http module: the same text works with both. */
#include "dialect_grub.h"

#include "dialect_text.h"

/* GRUB's shell: everything in '...' is literal. Words without special bytes are not quoted, as people write them. */
static void write_word(struct pxed_slice word, struct pxed_buf *out) {
    bool plain = true;
    for (size_t i = 0; i < word.len; i++)
        plain &= pxed_is_alnum(word.ptr[i]) || (word.ptr[i] != '\0' && strchr("=/:._-,+@%", word.ptr[i]) != NULL);
    if (plain) {
        pxed_buf_add(out, word);
        return;
    }
    pxed_buf_byte(out, '\'');
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] == '\'')
            pxed_buf_str(out, "'\\''");
        else
            pxed_buf_byte(out, (unsigned char)word.ptr[i] < ' ' ? ' ' : word.ptr[i]);
    }
    pxed_buf_byte(out, '\'');
}

/* GRUB names a server by its name or address alone: one on another port it cannot reach. */
static bool grub_reaches(struct pxed_slice url, struct pxed_slice *ret_server, struct pxed_slice *ret_folder) {
    static const struct pxed_slice scheme = {"http://", sizeof("http://") - 1};
    if (!pxed_slice_starts(url, scheme))
        return false;
    struct pxed_slice rest = pxed_slice_skip(url, scheme.len);
    ptrdiff_t slash = pxed_slice_find(rest, '/', 0);
    *ret_server = slash < 0 ? PXED_NO_SLICE : pxed_slice_head(rest, (size_t)slash);
    *ret_folder = slash < 0 ? PXED_NO_SLICE : pxed_slice_skip(rest, (size_t)slash);
    return ret_server->len > 0 && pxed_slice_find(*ret_server, ':', 0) < 0;
}

static bool has_images(const struct pxed_plan *plan) {
    struct pxed_slice server, folder;
    return plan->elsewhere != 0 && grub_reaches(plan->images, &server, &folder);
}

/* A GRUB without the module `http`, like those that the distributions sign, takes all from where it came. */
static void write_images(const struct pxed_plan *plan, struct pxed_buf *out) {
    struct pxed_slice server, folder;
    if (!has_images(plan) || !grub_reaches(plan->images, &server, &folder))
        return;
    pxed_buf_str(out, "set images=/boot/\nif insmod http; then set images='(http,");
    pxed_buf_add(out, server);
    pxed_buf_byte(out, ')');
    pxed_buf_add(out, folder);
    pxed_buf_str(out, "'; fi\n");
}

static void write_path(const char *verb, const struct pxed_plan *plan, int file, struct pxed_buf *out) {
    pxed_buf_str(out, verb);
    pxed_buf_str(out, dialect_elsewhere(plan, file) && has_images(plan) ? " ${images}" : " /boot/");
    pxed_buf_add(out, file == DIALECT_KERNEL ? plan->kernel : plan->initrds[file].path);
}

static void write_words(struct pxed_slice rest, struct pxed_buf *out) {
    struct pxed_slice word;
    while ((word = pxed_slice_word(&rest, " \t")).len > 0) {
        pxed_buf_byte(out, ' ');
        write_word(word, out);
    }
}

static void write_initrds(const struct pxed_plan *plan, struct pxed_buf *out) {
    for (size_t i = 0; i < plan->n_initrds; i++)
        write_path(i == 0 ? "initrd" : "", plan, (int)i, out);
    if (plan->n_initrds > 0)
        pxed_buf_byte(out, '\n');
}

/* GRUB 2 hands over the arguments alone. Kernels expect their own name as the first word, as all other loaders give
 * it, and Solaris finds its files by it: it is written twice. */
static void write_multiboot(const struct pxed_plan *plan, struct pxed_buf *out) {
    bool second = plan->how == PXED_HOW_MULTIBOOT2;
    write_path(second ? "multiboot2" : "multiboot", plan, DIALECT_KERNEL, out);
    write_path("", plan, DIALECT_KERNEL, out);
    write_words(plan->args, out);
    pxed_buf_byte(out, '\n');
    for (size_t i = 0; i < plan->n_initrds; i++) {
        write_path(second ? "module2" : "module", plan, (int)i, out);
        if (plan->initrds[i].as.len > 0)
            write_path("", plan, (int)i, out);
        write_words(plan->initrds[i].as, out);
        pxed_buf_byte(out, '\n');
    }
}

/* `sleep` shows no countdown; Escape ends it. */
static void write_note(const struct pxed_plan *plan, struct pxed_buf *out) {
    struct pxed_slice rest = plan->note, line;
    while (dialect_line(&rest, &line)) {
        pxed_buf_str(out, "echo ");
        write_word(line, out);
        pxed_buf_byte(out, '\n');
    }
    if (plan->wait > 0) {
        pxed_buf_str(out, "sleep --interruptible ");
        pxed_buf_u64(out, plan->wait);
        pxed_buf_byte(out, '\n');
    }
}

static bool grub_can(enum pxed_how how) {
    return how == PXED_HOW_LOCAL || how == PXED_HOW_LINUX || how == PXED_HOW_EFI || how == PXED_HOW_MULTIBOOT ||
           how == PXED_HOW_MULTIBOOT2;
}

enum pxed_reason dialect_grub(enum pxed_firmware firmware, const struct pxed_plan *plan, struct pxed_slice base,
                              struct pxed_buf *out) {
    (void)firmware, (void)base;
    /* `newc:NAME:FILE` of GRUB up to 2.12 ends the name without a NUL, which kernels since the end of 2024 refuse. */
    if (!grub_can(plan->how) || dialect_packs(plan))
        return PXED_WHY_NO_DIALECT;
    pxed_buf_str(out, "set timeout=0\n");
    write_note(plan, out);
    if (plan->how == PXED_HOW_LOCAL) {
        pxed_buf_str(out, "exit 1\n"); /* continue with the firmware's next boot entry */
        return PXED_WHY_OK;
    }
    write_images(plan, out);
    if (plan->how == PXED_HOW_MULTIBOOT || plan->how == PXED_HOW_MULTIBOOT2) {
        write_multiboot(plan, out);
    } else {
        write_path(plan->how == PXED_HOW_EFI ? "chainloader" : "linux", plan, DIALECT_KERNEL, out);
        write_words(plan->args, out);
        pxed_buf_byte(out, '\n');
        write_initrds(plan, out);
    }
    pxed_buf_str(out, "boot\n");
    return PXED_WHY_OK;
}
