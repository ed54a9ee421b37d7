/* The rows of a family for one OS id: conditions judged, placeholders filled. */
#pragma once

#include "families.h"
#include "profile.h"

/* The newest of an image's files that this pattern fits, below the image; NULL: none. */
typedef const char *family_glob_fn(void *ctx, const char *pattern, struct pxed_arena *arena);

/* Does the claim have one of these flags? An empty list: yes. */
bool family_only(const struct pxed_list *only, const struct pxed_claim *claim);
/* A file's name for this id: {arch} is the claim's own word for the id's architecture, or its nth if the id names none;
 * a pattern becomes the file it fits. NULL: there is no such word. `glob` may be NULL: patterns stay. */
const char *family_name(const char *text, const struct pxed_claim *claim, const struct pxed_os_id *id, size_t nth,
                        family_glob_fn *glob, void *ctx, struct pxed_arena *arena);
/* The profile with the boots and files of this id, in `arena`. */
const struct pxed_profile *family_rows(const struct family *f, const struct pxed_claim *claim,
                                       const struct pxed_os_id *id, family_glob_fn *glob, void *ctx,
                                       struct pxed_arena *arena);

/* Every `mark` of the text becomes the value; lives in the arena. */
const char *family_fill(const char *text, const char *mark, struct pxed_slice value, struct pxed_arena *arena);

/* What an id's family can see of an image or of a medium. */
struct family_sight {
    const struct pxed_claim *claim;
    const struct pxed_os_id *id;
    profile_exists_fn *has;
    void *has_ctx;
    family_glob_fn *glob;
    void *glob_ctx;
    struct pxed_arena *arena;
};

/* The first of these files that is there, or NULL. */
const char *family_first(const struct family_sight *s, const struct pxed_list *files);
/* A file that begs this lack's question, while none is there that would answer it; NULL: nothing is lacking. Facts are
 * the caller's to judge. */
const char *family_lacks(const struct family_sight *s, const struct family_lack *lack);
/* What to say of it. */
const char *family_lack_text(const struct family_sight *s, const struct family_lack *lack, const char *file,
                             const char *folder);
