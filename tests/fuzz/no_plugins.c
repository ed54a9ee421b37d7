/* No built-in plugins, instead of the table of a static build: a target that needs the rooms alone links no plugin. */
#include "plugins.h"

const struct plugins_static plugins_static_table[] = {{0}};
