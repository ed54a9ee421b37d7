/* What must be on disk before a content or its end leaves: the step of a script that installs, the use of an arming.
 * One commit serves all waiting contents. */
#pragma once

#include "content_item.h"
#include "content_wait.h"

/* Records what the request says. HTTP only: true if the content may be sent at once; false: `later` is called. */
bool content_release_when_noted(struct open_content *c, struct opening *o);
/* TFTP records after the first ACK; a content that uses up an arming is held back. */
void content_arm_holds(struct open_content *c);
