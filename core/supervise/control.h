/* The service control/1: what live commands see and order. */
#pragma once

#include "context.h"
#include "pxed/control.h"

/* Publishes it; `d` must live as long as the services. */
void control_init(struct daemon *d);
