/* The store without a daemon: `pxed backup` and `pxed restore`. */
#pragma once

#include <stdbool.h>

#include "offline.h"

struct store_tool {
    const char *command; /* for messages */
    struct offline offline;
    const struct pxed_store_files *files;
    char path[4096]; /* of the configured store */
};

/* Reads the ini and finds the plugin that keeps the store. False after a message. End with store_tool_close in either
 * case. */
bool store_tool_open(struct store_tool *t, const char *command, const char *ini);
void store_tool_close(struct store_tool *t);
/* Folders and files of the state belong to the daemon's account: what root does there is done as that account, so that
 * no link leads root astray. Ends with eyes_close(). */
void store_tool_as_account(const struct store_tool *t);
/* `pxed COMMAND: FILE: TEXT` on stderr; returns CLI_NO. */
int store_tool_fail(const struct store_tool *t, const char *file, const char *text);
