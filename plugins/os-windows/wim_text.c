/* What the header and the XML of a WIM say. */
#include "wim_text.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "pxed/slice.h"

/* The header ([MS-WIM] 2.2): all numbers little-endian. A pipable WIM repeats it, filled in, at its end.
 * libwim would read the table of all files too, tens of megabytes, at each reload, and it opens no part of an ISO. */
enum {
    AT_FLAGS = 16,
    AT_PART = 40,
    AT_PARTS = 42,
    AT_IMAGES = 44,
    AT_TABLE = 48, /* of files' contents */
    AT_XML = 72,
    AT_BOOT = 120,
    IMAGES_MAX = 65535,
    XML_MAX = 4 << 20,
    FLAG_METADATA_ONLY = 0x10, /* FLAG_HEADER_METADATA_ONLY: the files' data is in a .rwm */
};

static uint64_t wim_text_number(const uint8_t *bytes, unsigned n) {
    uint64_t value = 0;
    while (n-- > 0)
        value = value << 8 | bytes[n];
    return value;
}

static struct win_wim_region region_at(const uint8_t *header, unsigned at) {
    return (struct win_wim_region){.offset = wim_text_number(header + at + 8, 8),
                                   .size = wim_text_number(header + at, 7)};
}

static bool wim_text_inside(struct win_wim_region r, uint64_t size, uint64_t max) {
    return r.size <= max && r.offset <= size && r.size <= size - r.offset;
}

bool win_wim_begins(const uint8_t header[WIN_WIM_HEADER], bool *ret_pipable) {
    *ret_pipable = memcmp(header, "WLPWM\0\0\0", 8) == 0;
    return *ret_pipable || memcmp(header, "MSWIM\0\0\0", 8) == 0;
}

const char *win_wim_header(const uint8_t header[WIN_WIM_HEADER], uint64_t size, struct win_wim *ret,
                           struct win_wim_region *ret_xml) {
    struct win_wim_region xml = region_at(header, AT_XML);
    if (!wim_text_inside(region_at(header, AT_TABLE), size, UINT64_MAX) || !wim_text_inside(xml, size, XML_MAX))
        return "is damaged: its header points outside of the file";
    ret->part = (unsigned)wim_text_number(header + AT_PART, 2);
    ret->parts = (unsigned)wim_text_number(header + AT_PARTS, 2);
    ret->total = (unsigned)wim_text_number(header + AT_IMAGES, 4);
    ret->n = ret->total < WIN_WIM_IMAGES ? ret->total : WIN_WIM_IMAGES;
    ret->hollow = (wim_text_number(header + AT_FLAGS, 4) & FLAG_METADATA_ONLY) != 0;
    ret->boot_index = (unsigned)wim_text_number(header + AT_BOOT, 4);
    if (ret->total > IMAGES_MAX || ret->parts == 0 || ret->part == 0 || ret->part > ret->parts)
        return "is damaged: its header is not that of a WIM";
    *ret_xml = xml;
    return NULL;
}

/* --- what the XML says --- */

/* The element at a path below `node`, or NULL. */
static xmlNode *wim_text_find(xmlNode *node, const char *path) {
    struct pxed_slice rest = pxed_slice_of(path), name;
    while (node && (name = pxed_slice_word(&rest, "/")).len > 0) {
        for (node = node->children; node; node = node->next)
            if (node->type == XML_ELEMENT_NODE && pxed_slice_eq(pxed_slice_of((const char *)node->name), name))
                break;
    }
    return node;
}

static void wim_text_take_text(xmlNode *image, const char *path, char *to, size_t room) {
    xmlNode *node = wim_text_find(image, path);
    xmlChar *content = node ? xmlNodeGetContent(node) : NULL;
    const char *text = (const char *)content;
    size_t n = 0;
    for (; text && *text && n + 1 < room; text++)
        if ((unsigned char)*text >= ' ' && *text != 0x7f)
            to[n++] = *text;
    if (text && *text) { /* cut, but not in the middle of a character */
        while (n > 0 && ((unsigned char)to[n - 1] & 0xc0) == 0x80)
            n--;
        n -= n > 0 && ((unsigned char)to[n - 1] & 0x80) != 0;
    }
    to[n] = '\0';
    xmlFree(content);
}

static unsigned take_number(xmlNode *image, const char *path, unsigned fallback) {
    char text[16];
    uint64_t value;
    wim_text_take_text(image, path, text, sizeof(text));
    return pxed_slice_u64(pxed_slice_trim(pxed_slice_of(text)), UINT32_MAX, &value) ? (unsigned)value : fallback;
}

/* PROCESSOR_ARCHITECTURE_* of Windows. */
static const char *arch_name(unsigned code) {
    switch (code) {
    case 0:
        return "x86";
    case 5:
        return "arm";
    case 6:
        return "ia64";
    case 9:
        return "amd64";
    case 12:
        return "arm64";
    default:
        return NULL;
    }
}

static void take_image(xmlNode *image, struct win_wim_image *ret) {
    wim_text_take_text(image, "NAME", ret->name, sizeof(ret->name));
    wim_text_take_text(image, "WINDOWS/EDITIONID", ret->edition, sizeof(ret->edition));
    wim_text_take_text(image, "WINDOWS/INSTALLATIONTYPE", ret->kind, sizeof(ret->kind));
    wim_text_take_text(image, "WINDOWS/LANGUAGES/DEFAULT", ret->language, sizeof(ret->language));
    ret->arch = arch_name(take_number(image, "WINDOWS/ARCH", UINT32_MAX));
    ret->major = take_number(image, "WINDOWS/VERSION/MAJOR", 0);
    ret->minor = take_number(image, "WINDOWS/VERSION/MINOR", 0);
    ret->build = take_number(image, "WINDOWS/VERSION/BUILD", 0);
}

/* Its place among the images: INDEX, from 1. 0: none, or not among them. */
static uint64_t wim_text_index_of(xmlNode *image, unsigned n) {
    xmlChar *text = xmlGetProp(image, (const xmlChar *)"INDEX");
    uint64_t index = 0;
    if (!pxed_slice_u64(pxed_slice_of((const char *)text), n, &index))
        index = 0;
    xmlFree(text);
    return index;
}

static const char *take_document(xmlDoc *doc, struct win_wim *ret) {
    xmlNode *root = xmlDocGetRootElement(doc);
    if (root && xmlStrEqual(root->name, (const xmlChar *)"ESD"))
        return "is encrypted: an .esd of Windows Update, which only Microsoft's own tools can read; on a Windows: dism "
               "/Export-Image /SourceImageFile:install.esd /SourceIndex:1 /DestinationImageFile:install.wim";
    if (!root || doc->intSubset || !xmlStrEqual(root->name, (const xmlChar *)"WIM"))
        return "is damaged: its XML is not that of a WIM";
    for (xmlNode *node = root->children; node; node = node->next) {
        bool image = node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, (const xmlChar *)"IMAGE");
        uint64_t index = image ? wim_text_index_of(node, ret->n) : 0;
        if (index > 0)
            take_image(node, &ret->images[index - 1]);
    }
    return NULL;
}

const char *win_wim_xml(const char *text, size_t size, struct win_wim *ret) {
    xmlDoc *doc =
        xmlReadMemory(text, (int)size, NULL, "UTF-16LE", XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET);
    const char *wrong = doc ? take_document(doc, ret) : "is damaged: its XML cannot be read";
    xmlFreeDoc(doc);
    return wrong;
}
