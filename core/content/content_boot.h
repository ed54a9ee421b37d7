/* The boot script and the loaders' configurations: what a machine is to boot, shown to those who may see it. */
#pragma once

#include "content_item.h"

enum pxed_reason content_boot_script(struct lookup *l, struct open_content **ret);
enum pxed_reason content_loader_config(struct lookup *l, struct open_content **ret);
/* An operator's own configuration `file` for the MAC in the name: used as the host's plan while it is armed, else the
 * disk boots. Takes ownership of the content. */
enum pxed_reason content_own_config(struct lookup *l, struct open_content *file, struct open_content **ret);
