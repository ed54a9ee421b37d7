/* System images for the share: those that lie in a folder are linked as they are; what lies inside an ISO is laid
 * beside the hosts' folders once, as .images/<os-id>/NAME, or whole, as .media/<os-id>. Loop thread only; copying is a
 * worker's. */
#pragma once

#include <uv.h>

#include "catalogue.h"

struct images;

/* `ready` is called when something that was on its way has arrived, or will not. */
struct images *images_new(uv_loop_t *loop, void (*ready)(void *arg), void *arg);
/* A generation came into force: starts laying out trees that it asks for ("unpack"). */
void images_generation(struct images *im, struct catalogue *c);
/* The absolute path of a file of the image, for linking: 0, -EAGAIN while it is on its way, or why not. */
int images_find(struct images *im, const struct catalogue_os *os, const char *file, struct pxed_arena *arena,
                const char **ret_path);
void images_stop(struct images *im); /* copies are given up */
void images_free(struct images *im); /* after the loop has ended */
