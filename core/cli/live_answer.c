/* Splits the daemon's answer on the socket. */
#include "live_answer.h"

#include <stdlib.h>
#include <string.h>

bool live_answer_split(const char *answer, size_t len, int *ret_status, struct pxed_slice *ret_body) {
    const char *end = strstr(answer, "\r\n\r\n");
    if (!end || strncmp(answer, "HTTP/1.", 7) != 0 || strlen(answer) < 12)
        return false;
    *ret_status = atoi(answer + 9);
    *ret_body = pxed_slice(end + 4, len - (size_t)(end + 4 - answer));
    struct pxed_slice head = pxed_slice(answer, (size_t)(end - answer));
    while (head.len > 0) {
        struct pxed_slice line = pxed_slice_word(&head, "\r\n");
        ptrdiff_t colon = pxed_slice_find(line, ':', 0);
        uint64_t said;
        if (colon < 0 || !pxed_slice_eq_nocase(pxed_slice_head(line, (size_t)colon), PXED_SLICE("content-length")))
            continue;
        if (!pxed_slice_u64(pxed_slice_trim(pxed_slice_skip(line, (size_t)colon + 1)), SIZE_MAX, &said) ||
            ret_body->len < said)
            return false;
        ret_body->len = (size_t)said;
    }
    return true;
}
