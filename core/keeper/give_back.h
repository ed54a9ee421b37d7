/* Memory that only the start needed. */
#pragma once

/* Gives the heap's free pages back to the kernel, and takes the code and constants that were run so far out of this
 * process's memory: what is still needed is mapped again when it is touched, from the page cache. Costs tens of
 * microseconds, and a page fault for each 64 KiB that is used again. */
void give_back(void);
