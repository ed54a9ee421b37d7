/* The exit codes of pxed.exe. Its *_win.c files call Windows. Functions of Windows 2000 (x86) or 2003 (x64) only; later
 * ones by GetProcAddress. One thread; buffers are static where that is simplest. */
#pragma once

enum { EXIT_DONE = 0, EXIT_NO = 1, EXIT_USAGE = 2, EXIT_WRITE = 3 };
