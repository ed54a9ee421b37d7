/* Checks the sections [defaults], [group NAME], [os ID] and [os-NAME], each variable once, where it is written. */
#pragma once

#include "build_state.h"

void build_systems_of_sections(struct build *b);
/* After the hosts have been read. */
void build_check_sections(struct build *b);
