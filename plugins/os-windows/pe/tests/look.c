/* look FILE: prints what signature_find finds in a disk image, a name a line. Exit code 1: something was found, 2: no
 * such file. */
#include <stdio.h>
#include <stdlib.h>

#include "signature.h"

static uint8_t *read_part(FILE *file, uint64_t at, size_t len) {
    uint8_t *bytes = malloc(len + 1);
    if (!bytes || fseeko(file, (off_t)at, SEEK_SET) != 0 || fread(bytes, 1, len, file) != len)
        exit(2);
    return bytes;
}

int main(int argc, char **argv) {
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file || fseeko(file, 0, SEEK_END) != 0)
        return 2;
    uint64_t size = (uint64_t)ftello(file);
    size_t head_len = size < SIGNATURE_HEAD ? (size_t)size : SIGNATURE_HEAD;
    size_t tail_len = size < SIGNATURE_TAIL ? (size_t)size : SIGNATURE_TAIL;
    uint8_t *head = read_part(file, 0, head_len), *tail = read_part(file, size - tail_len, tail_len);
    struct signature_disk disk = {size, head, head_len, tail, tail_len};
    const char *names[32];
    size_t n = signature_find(&disk, names, 32);
    for (size_t i = 0; i < n && i < 32; i++)
        puts(names[i]);
    free(head);
    free(tail);
    fclose(file);
    return n > 0;
}
