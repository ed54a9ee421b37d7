/* Staging: files kept on disk for machines: each host's folder in the share, and PXELINUX configurations. Loop thread
 * only. */
#pragma once

#include "context.h"

/* Before privileges are dropped: creates the folders. 0 or a negative errno. */
int stage_init(struct daemon *d);
/* After the records are loaded: reads what was staged and compares everything. Later changes are staged again. 0 or a
 * negative errno. */
int stage_start(struct daemon *d);
/* A generation came into force. */
void stage_all(struct daemon *d);
/* A machine's record may have changed. Cheap. */
void stage_mark(struct daemon *d, struct machine *m);
void stage_stop(struct daemon *d);
void stage_free(struct daemon *d);
