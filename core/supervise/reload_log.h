/* Logs the diagnostics of a load: unchanged ones only once, and many of one kind as one line. */
#pragma once

#include "pxed/diag.h"

enum reload_stage { RELOAD_CONFIG, RELOAD_HOSTS, RELOAD_STAGES };

/* Warnings and errors of single hosts are not logged again if the last load of this stage had them. Loop thread
 * only. */
void reload_log(const struct pxed_diags *diags, enum reload_stage stage);
