/* The stored lines, and the hashes that distinguish pxed's files from an operator's. */
#include "staged_known.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct stage_hash stage_hash_text(struct pxed_slice text) {
    struct stage_hash h;
    snprintf(h.hex, sizeof(h.hex), "%016llx%016llx", (unsigned long long)pxed_hash(text.ptr, text.len, 1),
             (unsigned long long)pxed_hash(text.ptr, text.len, 2));
    return h;
}

void staged_known_write(struct pxed_buf *out, const struct stage_known *items, size_t n) {
    for (size_t i = 0; i < n; i++) {
        pxed_buf_str(out, items[i].place == STAGE_SHARE ? "s " : "p ");
        pxed_buf_str(out, items[i].hash.hex);
        pxed_buf_byte(out, ' ');
        pxed_buf_str(out, items[i].name);
        pxed_buf_byte(out, '\n');
    }
}

size_t staged_known_room(const struct stage_known *items, size_t n) {
    size_t room = 1;
    for (size_t i = 0; i < n; i++)
        room += 36 + strlen(items[i].name);
    return room;
}

void staged_known_read(struct staged_known *known, struct pxed_slice value) {
    struct pxed_slice rest = value, line;
    size_t room = 0;
    for (size_t i = 0; i < value.len; i++)
        room += value.ptr[i] == '\n';
    known->items = PXED_NEWS(&known->arena, struct stage_known, room + 1);
    while ((line = pxed_slice_word(&rest, "\n")).len > 0) {
        struct stage_known *k = &known->items[known->n];
        if (line.len < 36 || line.ptr[1] != ' ' || line.ptr[34] != ' ' || known->n == room)
            continue;
        k->place = line.ptr[0] == 's' ? STAGE_SHARE : STAGE_PXELINUX;
        memcpy(k->hash.hex, line.ptr + 2, 32);
        k->name = pxed_arena_dup(&known->arena, pxed_slice_skip(line, 35)).ptr;
        known->n++;
    }
}

void staged_known_keep(struct staged_known *known, const struct stage_known *items, size_t n) {
    struct pxed_arena arena = {0};
    struct stage_known *copy = PXED_NEWS(&arena, struct stage_known, n + 1);
    for (size_t i = 0; i < n; i++)
        copy[i] = (struct stage_known){items[i].place, pxed_arena_dup(&arena, pxed_slice_of(items[i].name)).ptr,
                                       items[i].hash};
    pxed_arena_clear(&known->arena);
    *known = (struct staged_known){arena, copy, n};
}

bool staged_known_wrote(const struct staged_known *known, int fd) {
    char text[8192 + 1];
    ssize_t n = known ? pread(fd, text, sizeof(text), 0) : -1;
    if (n < 0 || n == (ssize_t)sizeof(text))
        return false;
    struct stage_hash hash = stage_hash_text(pxed_slice(text, (size_t)n));
    for (size_t i = 0; i < known->n; i++)
        if (known->items[i].place == STAGE_PXELINUX && strcmp(known->items[i].hash.hex, hash.hex) == 0)
            return true;
    return false;
}
