/* Parses values as people write them: yes, 2h, 64K. Pure. */
#pragma once

#include "pxed/slice.h"

/* For host variables and tests. False: invalid. */
bool options_parse_duration(struct pxed_slice text, uint64_t *ret_ms);
bool options_parse_size(struct pxed_slice text, uint64_t *ret_bytes);
bool options_parse_bool(struct pxed_slice text, bool *ret);
