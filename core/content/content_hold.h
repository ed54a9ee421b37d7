/* What must be on disk before a content leaves, or its end: the step of a script that installs, the use of a right. One
 * commit serves all that wait. */
#pragma once

#include "content_item.h"
#include "content_wait.h"

/* Notes what the request says. HTTP only: true if the content may go at once; false: `later` comes. */
bool content_release_when_noted(struct open_content *c, struct opening *o);
/* TFTP notes after the first ACK; whatever spends is held back. */
void content_arm_holds(struct open_content *c);
