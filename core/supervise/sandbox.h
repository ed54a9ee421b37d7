/* What the serving process can still do after it has dropped its privileges: system calls it needs, files it writes. */
#pragma once

#include "context.h"

/* After the helpers were forked and the account changed, before the first thread. What a kernel cannot do is told and
 * left out. */
void sandbox_enter(struct daemon *d);
/* Now and then: says which calls were refused. */
void sandbox_tick(void);

/* The two halves; each returns 0 or a negative errno. */
int sandbox_calls(unsigned mode);
int sandbox_files(const struct daemon *d);
