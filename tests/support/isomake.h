/* ISOs for tests: real ones, made by genisoimage and xorriso, and damaged ones. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "iso.h"
#include "tree.h"

/* Runs a shell command in `folder`; the test ends if a tool is missing or fails. */
static inline void isomake_run(const char *folder, const char *command) {
    char all[4096];
    snprintf(all, sizeof(all), "cd '%s' && { %s; } >make.log 2>&1", folder, command);
    if (system(all) != 0) {
        snprintf(all, sizeof(all), "tail -n 5 '%s/make.log' >&2", folder);
        if (system(all) != 0)
            fputs("no log either\n", stderr);
        fprintf(stderr, "failed: %s\n", command);
        abort();
    }
}

/* Copies the bytes to memory; returns a descriptor. */
static inline int isomake_memory(const void *bytes, size_t n) {
    int fd = memfd_create("iso", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
        abort();
    return fd;
}

/* Properties of every index, whatever it was made from. */
static inline void isomake_check(const struct iso *iso) {
    if (iso->n > ISO_ENTRIES_MAX)
        abort();
    for (size_t i = 0; i < iso->n; i++) {
        const struct iso_file *f = &iso->files[i];
        uint64_t total = (uint64_t)iso->st.st_size;
        size_t n = strlen(f->path);
        if (n == 0 || n >= PXED_PATH_MAX || f->path[0] == '/' || f->path[n - 1] == '/')
            abort();
        if (!f->target && !f->bytes && f->size > 0 && (f->size > total || f->offset > total - f->size))
            abort();
        if (!f->target && !iso_find(iso, pxed_slice_of(f->path)))
            abort();
        if (f->target)
            iso_find(iso, pxed_slice_of(f->path)); /* may find nothing, but must return */
    }
}

/* The index behind a descriptor, checked; NULL and why: there is none. */
static inline struct iso *isomake_open(int fd, char why[ISO_WHY_MAX]) {
    enum iso_error error;
    struct iso *iso = iso_get(fd, &error, why);
    if ((iso == NULL) != (error != ISO_OK))
        abort();
    if (iso)
        isomake_check(iso);
    return iso;
}

/* A descriptor's tag is believed when its checksum is right: ECMA-167 3/7.2.3. */
static inline void isomake_tag(uint8_t block[2048]) {
    unsigned sum = 0;
    for (int i = 0; i < 16; i++)
        sum += i == 4 ? 0 : block[i];
    block[4] = (uint8_t)sum;
}

/* A tree that every tool can write, in `d`. */
static inline void isomake_files(struct tree *tree) {
    char bytes[50000];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 7 + i / 251);
    tree_write(tree, "d/README.TXT", "read me\n");
    tree_write(tree, "d/EMPTY", "");
    tree_write_bytes(tree, "d/SOURCES/BOOT.WIM", bytes, sizeof(bytes));
    tree_write_bytes(tree, "d/SOURCES/BLOCK", bytes + 100, 2048);
    tree_write_bytes(tree, "d/SOURCES/BLOCK1", bytes + 200, 2049);
}

/* Names that need more than 8.3, deep folders, and one that fills several sectors. */
static inline void isomake_long_files(struct tree *tree) {
    tree_write(tree, "d/install.amd/vmlinuz", "kernel\n");
    tree_write(tree, "d/A b+c.d e", "blanks\n");
    tree_write(tree, "d/gr\xc3\xbc\xc3\x9f.txt", "umlauts\n");
    tree_write(tree, "d/1/2/3/4/5/6/7/8/9/10/deep", "deep\n");
    for (unsigned i = 0; i < 200; i++)
        tree_write(tree, pxed_arena_printf(&tree->arena, "d/many/file-%u", i), "x");
}
