/* Hosts whose secrets could only be delivered in the clear, although [http] answers = https. */
#pragma once

#include "build_state.h"

void build_judge_tls(struct build *b);
