/* Staging: files that lie on disk for machines: the folder of each host in the share, and PXELINUX configurations. */
#pragma once

#include "context.h"

/* Before privileges are dropped: makes the folders. 0 or a negative errno. */
int stage_init(struct daemon *d);
/* Records are there: what was staged is known, everything is compared. Whatever changes afterwards is staged anew. */
int stage_start(struct daemon *d);
/* A generation came into force. */
void stage_all(struct daemon *d);
/* A machine's record may have changed. Cheap. */
void stage_mark(struct daemon *d, struct machine *m);
void stage_stop(struct daemon *d);
void stage_free(struct daemon *d);
