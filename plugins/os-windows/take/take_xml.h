/* XML of the folders: decoded by us, whatever it says of its encoding, since tools of Windows write what is not so. */
#pragma once

#include <libxml/tree.h>

#include "take.h"

/* NULL: it is missing, or (then told) it is no XML with this root. The caller frees it with xmlFreeDoc. */
xmlDoc *take_xml(struct take *t, const char *path, const char *root);
/* Is it an element of this name? Namespaces are not looked at. */
bool take_is(const xmlNode *node, const char *name);
/* The text of the first child element of this name, trimmed; "" if there is none. In the arena. */
const char *take_child(struct take *t, const xmlNode *node, const char *name);
/* The text of all that is in it, trimmed. In the arena. */
const char *take_content(struct take *t, const xmlNode *node);
/* An attribute's value, or "". In the arena. */
const char *take_attribute(struct take *t, const xmlNode *node, const char *name);
