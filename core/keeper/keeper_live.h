/* The root process's life after the division. */
#pragma once

#include "keeper.h"

/* `signals`: a signalfd with CHLD and the signals to pass on, which are blocked. Ends with the serving process's status
 * or by its signal. */
_Noreturn void keeper_live(struct keeper *k, pid_t serving, int signals);
