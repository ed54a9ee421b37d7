/* Any bytes as a disk's two ends, and as answers of storage queries: no read past the end, finds within bounds. */
#include <stdlib.h>
#include <string.h>

#include "fill.h"
#include "identity.h"
#include "signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *copy_of(const uint8_t *bytes, size_t len) {
    uint8_t *copy = malloc(len ? len : 1);
    if (len)
        memcpy(copy, bytes, len);
    return copy;
}

static void fuzz_identity(const uint8_t *data, size_t size) {
    struct guard_disk disk = {0};
    identity_device(&disk, data, size);
    identity_vpd83(&disk, data, size);
    identity_nvme_controller(&disk, data, size);
    identity_nvme_namespace(&disk, data, size);
    if (disk.serials.count > GUARD_IDS || disk.wwns.count > GUARD_IDS)
        abort();
    for (unsigned i = 0; i < disk.serials.count; i++)
        if (strlen(disk.serials.text[i]) == 0 || strlen(disk.serials.text[i]) >= GUARD_ID_SIZE)
            abort();
    size_t index = 0;
    disk.bytes = size;
    enum guard_reason reason = guard_choose(pxed_slice((const char *)data, size), &disk, 1, &index);
    if (index != 0 || *guard_reason_name(reason) == (reason == GUARD_OK ? 'D' : '\0'))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 12)
        return 0;
    struct signature_disk disk;
    size_t cut = (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
    memcpy(&disk.bytes, data + 4, 8); /* any size that is no less than its ends */
    data += 12;
    size -= 12;
    disk.head_len = cut % (size + 1);
    disk.tail_len = size - disk.head_len;
    if (disk.bytes < disk.head_len || disk.bytes < disk.tail_len)
        disk.bytes = size;
    uint8_t *head = copy_of(data, disk.head_len), *tail = copy_of(data + disk.head_len, disk.tail_len);
    disk.head = head;
    disk.tail = tail;
    const char *names[4] = {0};
    size_t n = signature_find(&disk, names, 4);
    for (size_t i = 0; i < 4; i++)
        if ((names[i] != NULL) != (i < n))
            abort();
    free(head);
    free(tail);
    uint8_t *all = copy_of(data, size);
    fuzz_identity(all, size);
    char *filled = malloc(size ? size : 1);
    if (fill_text(filled, pxed_slice((const char *)all, size), "12") > size)
        abort();
    (void)fill_is_number("12");
    free(filled);
    free(all);
    return 0;
}
