/* Machines that fell silent in the middle of a boot. */
#pragma once

#include "context.h"

/* Tells the journal of each, once a boot. Called every second or two; looks only while some machine boots. */
void content_silence_tell(struct daemon *d);
