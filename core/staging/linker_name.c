/* Judges the one text of an order to pxed-link. */
#include "linker_name.h"

#include <string.h>

bool linker_name_valid(const char *name) {
    return name[0] != '\0' && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}
