/* The system calls that are left to the process that reads UDF. */
#pragma once

#include <stdbool.h>

/* From now on: pread of `image`, write to `out`, memory that is not executed, and the end. Another call ends the
 * process; those that error messages make fail. False: the kernel or this architecture has no such filter. */
bool iso_child_calls(int image, int out);
