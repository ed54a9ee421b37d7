/* Syncs files so that they survive a power cut. */
#pragma once

/* Syncs the bytes of a file, or the entries of a folder. 0 or a negative errno. */
int store_sync(const char *path);
/* Syncs the folder of `path`, which makes renames in it durable. */
int store_sync_folder(const char *path);
/* Syncs `temporary` and renames it to `path`, replacing the old file. */
int store_put_in_place(const char *temporary, const char *path);
