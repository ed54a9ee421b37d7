/* The Red Hat family: kickstart. */
#pragma once

#include "pxed/os.h"

extern const struct pxed_profile linux_redhat_legacy, linux_redhat;
