/* The operation `host` of pxed/os.h: which hosts Windows cannot be installed on as declared. */
#pragma once

#include "pxed/os.h"

/* Checks one host. Errors are values that Windows cannot accept, warnings what will probably stop the installation. */
void windows_host(const struct pxed_host *host, const struct pxed_image *image, struct pxed_diags *diags);
