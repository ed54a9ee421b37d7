/* Text inside HTML. Pure. */
#pragma once

#include "pxed/buf.h"

/* As content or as a quoted value: & < > " ' become entities, bytes below blank (but line ends and tabs) `?`. */
void console_html_text(struct pxed_buf *out, struct pxed_slice text);
