/* The service names/1: what pxed and its hosts are called. */
#pragma once

#include "context.h"

/* Publishes it; `d` must live as long as the services. */
void names_told_init(struct daemon *d);
