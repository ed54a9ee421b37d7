/* Parses XML without entities, network or depth without end. */
#include "take_xml.h"

#include <libxml/parser.h>

xmlDoc *take_xml(struct take *t, const char *path, const char *root) {
    struct pxed_slice text = take_read(t, path);
    if (!text.ptr)
        return NULL;
    xmlDoc *doc = xmlReadMemory(text.ptr, (int)text.len, NULL, "UTF-8",
                                XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET | XML_PARSE_NOBLANKS);
    xmlNode *top = doc ? xmlDocGetRootElement(doc) : NULL;
    if (top && !doc->intSubset && take_is(top, root))
        return doc;
    take_left(t, path, 0, "%s", top ? "its XML is of another kind: not read" : "no XML that can be read");
    xmlFreeDoc(doc);
    return NULL;
}

bool take_is(const xmlNode *node, const char *name) {
    return node->type == XML_ELEMENT_NODE &&
           pxed_slice_eq_nocase(pxed_slice_of((const char *)node->name), pxed_slice_of(name));
}

const char *take_content(struct take *t, const xmlNode *node) {
    xmlChar *text = xmlNodeGetContent(node);
    const char *copy = pxed_arena_dup(t->arena, pxed_slice_trim(pxed_slice_of(text ? (const char *)text : ""))).ptr;
    xmlFree(text);
    return copy ? copy : "";
}

const char *take_child(struct take *t, const xmlNode *node, const char *name) {
    for (const xmlNode *child = node->children; child; child = child->next)
        if (take_is(child, name))
            return take_content(t, child);
    return "";
}

const char *take_attribute(struct take *t, const xmlNode *node, const char *name) {
    xmlChar *text = xmlGetProp(node, (const xmlChar *)name);
    const char *copy = pxed_arena_dup(t->arena, pxed_slice_of(text ? (const char *)text : "")).ptr;
    xmlFree(text);
    return copy ? copy : "";
}
