/* The temporary folder beside OUTPUT, and the last step: OUTPUT appears complete or not at all. */
#pragma once

#include <stdbool.h>

/* Makes ".NAME.XXXXXX" beside `output` (0700). Returns its path, which work_remove frees, or NULL after printing the
 * error. */
char *work_make(const char *output);
/* Removes it with everything in it. NULL is fine. */
void work_remove(char *work);

/* dir/name as a new string; never NULL: the program ends if memory runs out. */
char *work_path(const char *dir, const char *name);
/* Makes the missing folders above `path`, from the end of `base` on. -1 after printing the error. */
int work_parents(const char *base, const char *path);
/* Writes a new file. -1 after printing the error. */
int work_write(const char *path, const void *bytes, unsigned long len);

/* Flushes `made` to disk and renames it to `output`; without `force` an existing file is kept, which is an error. */
int work_publish(const char *made, const char *output, bool force);
