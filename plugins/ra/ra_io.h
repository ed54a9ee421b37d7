/* Packet sockets: receive solicitations, send advertisements. */
#pragma once

#include "ra_state.h"

void ra_open(struct ra *ra);  /* privileged; an interface that cannot be opened stays idle, which is logged */
int ra_listen(struct ra *ra); /* 0 or a negative errno, logged */
void ra_close(struct ra *ra); /* frees `ra`, now or with its last handle */
