/* What a load complains of, for the journal: what stands is told once, and what many lines share is one line. */
#pragma once

#include "pxed/diag.h"

enum reload_stage { RELOAD_CONFIG, RELOAD_HOSTS, RELOAD_STAGES };

/* Warnings, and errors of single hosts, that the last load of this stage told are not told again. Loop thread. */
void reload_log(const struct pxed_diags *diags, enum reload_stage stage);
