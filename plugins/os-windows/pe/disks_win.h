/* The disks of this machine, as Windows reports them. Reads only. */
#pragma once

#include "guard.h"
#include "signature.h"

/* Lists PhysicalDrive0 to 63 with their properties. Drives without a medium are left out. */
size_t disks_list(struct guard_disk *disks, size_t cap);
/* Reads both ends of a disk whose size is known. The bytes live to the end of the program. */
bool disks_read_ends(const struct guard_disk *disk, struct signature_disk *ret_ends);
