/* What editors on Windows add to files that go to installers. */
#pragma once

#include "build_state.h"

/* Warns of a byte order mark and of CR LF in a file's text; XML may have both. */
void build_check_bytes(struct build *b, const char *path, struct pxed_slice text);
/* The same for the file of every run=@FILE, each once. */
void build_check_scripts(struct build *b);
