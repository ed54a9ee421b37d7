/* The version of the plugin, for its descriptor and for scripts. */
#pragma once

#define SMB_VERSION "0.1"
