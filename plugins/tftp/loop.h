/* The count of open handles, and the one timer. */
#pragma once

#include "tftp_state.h"

/* A handle was closed; the last one frees everything. */
void tftp_handle_closed(struct tftp *tftp);

/* Makes the timer fire when the earliest deadline is due. */
void tftp_arm_timer(struct tftp *tftp);
