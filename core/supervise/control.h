/* The service control/1 for the live commands. */
#pragma once

#include "context.h"
#include "pxed/control.h"

/* Publishes it; `d` must live as long as the services. */
void control_init(struct daemon *d);
