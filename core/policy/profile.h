/* Matches profiles to OS ids, and profile rows to machines. */
#pragma once

#include "pxed/os.h"

/* How well a claim matches an OS id: 0 not at all, higher is more specific. */
unsigned profile_claim_score(const struct pxed_claim *claim, const struct pxed_os_id *os);

/* The profile's best claim for the id, or NULL; *ret_score is its score. */
const struct pxed_claim *profile_claim(const struct pxed_profile *profile, const struct pxed_os_id *os,
                                       unsigned *ret_score);

/* An initrd of a row: [{KEY}]FILE[=NAME]. Missing parts are unset. */
struct profile_initrd {
    struct pxed_slice key, file, as;
};
struct profile_initrd profile_initrd(const char *text);

/* Does this file exist in the image's folder? */
typedef bool profile_exists_fn(void *ctx, const char *file);

/* `via` of [os ID]: how to boot a system that can be booted in several ways. */
enum profile_via { PROFILE_VIA_AUTO, PROFILE_VIA_MEMDISK, PROFILE_VIA_PXELINUX, PROFILE_VIA_WIMBOOT };
extern const char *const profile_via_names[];
/* False, and AUTO, for anything else. */
bool profile_via_parse(struct pxed_slice word, enum profile_via *ret);

struct profile_client {
    enum pxed_firmware firmware;
    enum pxed_loader loader;
    enum profile_via via;
};

/* The first row that matches the client and whose files exist. *ret_handover: the loader cannot use it, but PXELINUX
 * can, and the client can load PXELINUX. NULL and *ret_why: NO_IMAGE (files are missing), NO_BOOT_PROGRAM (only memdisk
 * or wimboot is missing), NEEDS_BIOS (only a BIOS machine could boot what is there) or NO_PLAN (no row matches firmware
 * and loader). */
const struct pxed_boot *profile_boot(const struct pxed_profile *profile, const struct profile_client *client,
                                     profile_exists_fn *exists, void *ctx, bool *ret_handover,
                                     enum pxed_reason *ret_why);

/* The row of this file name whose `when` exists; NULL: the profile has no such file. */
const struct pxed_file *profile_file(const struct pxed_profile *profile, struct pxed_slice name,
                                     profile_exists_fn *exists, void *ctx);
/* The row flagged ANSWER whose `when` exists, or NULL. */
const struct pxed_file *profile_answer(const struct pxed_profile *profile, profile_exists_fn *exists, void *ctx);
/* Does any of the profile's files have the disk guard? */
bool profile_guards(const struct pxed_profile *profile);
