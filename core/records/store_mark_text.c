/* Reads the text of the mark's file. */
#include "store_mark_text.h"

#include "ledger_mark.h"

static bool mark_number(struct pxed_slice *text, const char *key, uint64_t *ret) {
    struct pxed_slice word = pxed_slice_word(text, " "), name = pxed_slice_of(key);
    return pxed_slice_starts(word, name) && pxed_slice_u64(pxed_slice_skip(word, name.len), UINT64_MAX, ret);
}

bool store_mark_parse(struct pxed_slice text, const struct store_identity *own, struct store_mark *ret) {
    struct pxed_slice magic = pxed_slice_word(&text, " "), version = pxed_slice_word(&text, " ");
    struct store_identity was;
    if (!pxed_slice_is(magic, "pxed-mark") || !pxed_slice_is(version, "1") ||
        !mark_number(&text, "inode=", &was.inode) || !mark_number(&text, "born=", &was.born))
        return false;
    ret->copied = was.inode != own->inode || was.born != own->born;
    return ledger_mark_read(text, &ret->mark);
}
