/* System images for the share: those in a folder are linked as they are; those inside an ISO are copied once beside the
 * hosts' folders, as .images/<os-id>/NAME, or the whole ISO as .media/<os-id>. Loop thread only; copying runs on a
 * worker. */
#pragma once

#include <uv.h>

#include "catalogue.h"

struct images;

/* `ready` is called when a copy has been completed or has failed. The caller ends it with images_stop and
 * images_free. */
struct images *images_new(uv_loop_t *loop, void (*ready)(void *arg), void *arg);
/* A generation came into force: starts unpacking the trees it asks for ("unpack"). */
void images_generation(struct images *im, struct catalogue *c);
/* The absolute path of a file of the image, for linking. 0, -EAGAIN while it is being copied, or another negative
 * errno. */
int images_find(struct images *im, const struct catalogue_os *os, const char *file, struct pxed_arena *arena,
                const char **ret_path);
void images_stop(struct images *im); /* cancels copies */
void images_free(struct images *im); /* after the loop has ended */
