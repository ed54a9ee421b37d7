/* The environment of the operator's script: the machine as pxed sees it. */
#pragma once

#include "content_item.h"

/* Fills in `cgi` for a script: PXED_* of the machine in the query, if it names one. */
void content_script_env(struct lookup *l, struct open_content *c, const struct pxed_hwaddr *mac);
