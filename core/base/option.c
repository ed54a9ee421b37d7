/* Members of configuration structs, by the rows that describe them. */
#include "pxed/option.h"

#include <string.h>

size_t pxed_option_size(enum pxed_option_type type) {
    switch (type) {
    case PXED_OPT_STR:
    case PXED_OPT_PATH:
        return sizeof(const char *);
    case PXED_OPT_LIST:
    case PXED_OPT_PATHS:
    case PXED_OPT_LINES:
        return sizeof(struct pxed_list);
    case PXED_OPT_BOOL:
        return sizeof(bool);
    case PXED_OPT_UINT:
    case PXED_OPT_DURATION:
    case PXED_OPT_SIZE:
        return sizeof(uint64_t);
    case PXED_OPT_ENUM:
        return sizeof(unsigned);
    case PXED_OPT_ADDR:
        return sizeof(struct pxed_addr);
    case PXED_OPT_ADDRS:
        return sizeof(struct pxed_addrs);
    case PXED_OPT_RANGES:
        return sizeof(struct pxed_ranges);
    }
    return 0;
}

void pxed_option_overlay(const struct pxed_option *rows, uint64_t set, const void *from, void *to) {
    for (size_t i = 0; rows[i].key && i < PXED_SECTION_ROWS; i++)
        if (set >> i & 1)
            memcpy((char *)to + rows[i].offset, (const char *)from + rows[i].offset, pxed_option_size(rows[i].type));
}
