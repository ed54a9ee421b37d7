/* The version of the plugin, for its descriptor and for scripts. */
#pragma once

#define HTTP_VERSION "0.1"
