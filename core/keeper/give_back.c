/* A daemon idles with the pages that it touched at its start, most of them of libraries. The kernel would take them one
 * by one when memory is short, mapped and executable ones last. */
#define _GNU_SOURCE
#include "give_back.h"

#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* The dynamic linker has written into its code: it would be lost. */
static bool is_patched(const struct dl_phdr_info *object) {
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &object->dlpi_phdr[i];
        if (p->p_type != PT_DYNAMIC)
            continue;
        for (const ElfW(Dyn) *d = (const ElfW(Dyn) *)(object->dlpi_addr + p->p_vaddr); d->d_tag != DT_NULL; d++)
            if (d->d_tag == DT_TEXTREL || (d->d_tag == DT_FLAGS && (d->d_un.d_val & DF_TEXTREL)))
                return true;
    }
    return false;
}

/* Segments that cannot be written are the file's bytes alone: what is relocated, read-only afterwards or not, lies in
 * one that can. The kernel's own object has no file. */
static int give_object(struct dl_phdr_info *object, size_t size, void *arg) {
    uintptr_t page = *(const uintptr_t *)arg;
    (void)size;
    if ((object->dlpi_name[0] != '\0' && object->dlpi_name[0] != '/') || is_patched(object))
        return 0;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &object->dlpi_phdr[i];
        if (p->p_type != PT_LOAD || (p->p_flags & PF_W))
            continue;
        uintptr_t from = (object->dlpi_addr + p->p_vaddr) / page * page;
        uintptr_t to = (object->dlpi_addr + p->p_vaddr + p->p_filesz) / page * page;
        if (to > from)
            madvise((void *)from, to - from, MADV_DONTNEED); /* refused: it stays, as it was */
    }
    return 0;
}

void give_back(void) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    malloc_trim(0);
    dl_iterate_phdr(give_object, &page);
}
