/* GRUB for firmware that boots by HTTP: it would have no net and no configuration, as nothing tells it where it came
 * from (GRUB 2.06, grub_efi_net_config: PXE alone). On a disk it finds one, which has it ask for an address. */
#pragma once

#include "content_item.h"

/* NAME.img for a GRUB, or a shim before a GRUB, that is told as NAME.efi. NOT_FOUND: it is none such. */
enum pxed_reason content_disk(const struct lookup *l, struct open_content **ret);
