/* Which disk may be written: applies the rule `disk=` and the right of the arming to the machine's disks. Pure. The
 * same rule as the template disk-guard of os-linux, with Windows' terms. */
#pragma once

#include "pxed/slice.h"

enum {
    GUARD_DISKS = 64,  /* PhysicalDrive0 and up that are asked for */
    GUARD_IDS = 8,     /* spellings kept of one disk's serial number, and of its WWN */
    GUARD_ID_SIZE = 96 /* with the zero byte */
};

struct guard_ids {
    unsigned count;
    char text[GUARD_IDS][GUARD_ID_SIZE];
};

struct guard_disk {
    unsigned number; /* of PhysicalDrive, and of diskpart's `select disk` */
    uint64_t bytes;  /* 0: cannot be told */
    unsigned bus;    /* STORAGE_BUS_TYPE, 0: unknown */
    bool removable;  /* its medium is */
    bool protected;  /* by a switch or its firmware, not by Windows' own attribute */
    char model[GUARD_ID_SIZE];
    struct guard_ids serials, wwns; /* as guard_add_serial and guard_add_wwn write them */
};

enum guard_kind { GUARD_LOCAL, GUARD_DOUBTFUL, GUARD_REMOVABLE, GUARD_REMOTE, GUARD_VIRTUAL, GUARD_PROTECTED };

enum guard_reason {
    GUARD_OK,
    GUARD_NONE,       /* no rule, and no disk that is neither removable nor remote */
    GUARD_NOT_FOUND,  /* no disk fits the rule */
    GUARD_AMBIGUOUS,  /* several do, or whether the one is local cannot be told */
    GUARD_UNREADABLE, /* its size or its ends cannot be read */
    GUARD_NOT_BLANK,
};

/* "DISK_NONE" and so on; "" for GUARD_OK. */
const char *guard_reason_name(enum guard_reason reason);
/* "local", "removable", ... */
const char *guard_kind_name(enum guard_kind kind);
/* "SATA", ...; "bus 99" has no name and is "unknown". */
const char *guard_bus_name(unsigned bus);

enum guard_kind guard_kind(const struct guard_disk *disk);

/* Adds a serial number's spelling: what is not printable goes, runs of blanks become one. Empty, long (GUARD_ID_SIZE)
 * or further ones than GUARD_IDS are left out. */
void guard_add_serial(struct guard_ids *ids, struct pxed_slice text);
/* Adds a WWN: lower case, without wwn- naa. eui. nvme. uuid. 0x and without separators. */
void guard_add_wwn(struct guard_ids *ids, struct pxed_slice text);

/* Finds the disk that `rule` means: "", number:N, serial:S, wwn:W, size:A-B, smallest. Without a rule: the only one
 * that is neither removable nor remote. GUARD_OK and its index, or why there is none. */
enum guard_reason guard_choose(struct pxed_slice rule, const struct guard_disk *disks, size_t count, size_t *ret_index);

/* The last check of the chosen disk. `any`: the arming's right; `readable`: both ends were read; `finds`: number of
 * signatures found in them. */
enum guard_reason guard_judge(const struct guard_disk *disk, bool any, bool readable, size_t finds);
