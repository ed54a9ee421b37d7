/* What stands in [defaults], [group NAME], [os ID] and [os-NAME]: variables, judged once where they stand. */
#pragma once

#include "build_state.h"

void build_systems_of_sections(struct build *b);
/* The hosts are known. */
void build_check_sections(struct build *b);
