/* A medium with both UDF and ISO 9660: what only the other half knows. */
#pragma once

#include "iso_index.h"

/* UDF is read; adds the symbolic links that Rock Ridge has, which the makers of such media write into UDF as empty
 * files, or leave out. */
void iso_bridge_links(struct iso_build *b);
