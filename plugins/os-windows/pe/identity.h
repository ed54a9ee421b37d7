/* Identifies a disk from the answers to Windows' storage queries. Pure; any bytes are safe. */
#pragma once

#include "guard.h"

/* STORAGE_DEVICE_DESCRIPTOR: bus, removable, model, serial number. False if it is too short to tell. */
bool identity_device(struct guard_disk *disk, const uint8_t *bytes, size_t len);

/* STORAGE_DEVICE_ID_DESCRIPTOR: the WWNs of SCSI's vital product data page 83h. */
void identity_vpd83(struct guard_disk *disk, const uint8_t *bytes, size_t len);

/* NVMe's Identify Controller (the serial number) and Identify Namespace (NGUID, EUI-64): the 4096 bytes each. */
void identity_nvme_controller(struct guard_disk *disk, const uint8_t *bytes, size_t len);
void identity_nvme_namespace(struct guard_disk *disk, const uint8_t *bytes, size_t len);
