/* Which profile knows an OS id, and which of its rows fits a machine. */
#pragma once

#include "pxed/os.h"

/* How well a claim fits an OS id: 0 not at all, higher is more specific. */
unsigned profile_claim_score(const struct pxed_claim *claim, const struct pxed_os_id *os);

/* The profile's best claim for the id, or NULL; *ret_score is its score. */
const struct pxed_claim *profile_claim(const struct pxed_profile *profile, const struct pxed_os_id *os,
                                       unsigned *ret_score);

/* Asks whether a file exists in the image's folder. */
typedef bool profile_exists_fn(void *ctx, const char *file);

/* First row that fits firmware and loader and whose files exist. NULL and *ret_why: NO_IMAGE (files are missing) or
 * NO_PLAN (no row fits this firmware and loader). */
const struct pxed_boot *profile_boot(const struct pxed_profile *profile, enum pxed_firmware firmware,
                                     enum pxed_loader loader, profile_exists_fn *exists, void *ctx,
                                     enum pxed_reason *ret_why);

/* The row of this file name whose `when` holds; NULL: the profile has no such file. */
const struct pxed_file *profile_file(const struct pxed_profile *profile, struct pxed_slice name,
                                     profile_exists_fn *exists, void *ctx);
/* The row flagged ANSWER whose `when` holds, or NULL. */
const struct pxed_file *profile_answer(const struct pxed_profile *profile, profile_exists_fn *exists, void *ctx);
