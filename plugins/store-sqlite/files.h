/* Files that must be there after a power cut. */
#pragma once

/* The bytes of a file, or the entries of a folder, on the disk. 0 or a negative errno. */
int store_sync(const char *path);
/* The folder that `path` lies in: what was renamed there stays renamed. */
int store_sync_folder(const char *path);
/* Syncs `temporary` and gives it its name, replacing what has it. */
int store_put_in_place(const char *temporary, const char *path);
