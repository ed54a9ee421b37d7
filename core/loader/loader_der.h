/* DER (X.690): values walked one behind the other, each a tag, a length, its content. Nothing is decoded, and nothing
 * goes deeper by itself. */
#pragma once

#include "pxed/slice.h"

/* First octet of a value: class, form and number of its tag. */
enum loader_tag {
    LOADER_TAG_INTEGER = 0x02,
    LOADER_TAG_OID = 0x06,
    LOADER_TAG_BMP_STRING = 0x1e,
    LOADER_TAG_SEQUENCE = 0x30,
    LOADER_TAG_SET = 0x31,
    LOADER_TAG_CONTEXT_0 = 0xa0,
    LOADER_TAG_CONTEXT_1 = 0xa1,
};

/* Takes the next value off `from`: its first octet and its content. False: there is none, it does not lie inside, it
 * has a tag of several octets or no stated length (which DER forbids); `from` is untouched. */
bool loader_der_any(struct pxed_slice *from, unsigned *ret_tag, struct pxed_slice *ret);
/* The same, if its tag is `tag`. */
bool loader_der_take(struct pxed_slice *from, enum loader_tag tag, struct pxed_slice *ret);
