/* What the CGI files include of the plugin. */
#pragma once

#include "http_state.h"
#include "loop.h"
