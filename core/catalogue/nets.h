/* The nets that are served beside those of the interfaces, as a plugin declares them. */
#pragma once

#include "build_state.h"

void nets_build(struct build *b);
/* The declared net of an address, or NULL. */
const struct pxed_net *nets_find(const struct catalogue *c, const struct pxed_addr *addr);
/* Where machines of this address's net get image content, "http://HOST/FOLDER/"; NULL: from this server. */
const char *nets_images(const struct catalogue *c, const struct pxed_addr *peer);
