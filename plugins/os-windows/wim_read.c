/* A WIM's metadata: its header and its XML. */
#include "wim_read.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pxed/arena.h"

/* The header ([MS-WIM] 2.2): 208 bytes, all numbers little-endian. A pipable WIM repeats it, filled in, at its end.
 * libwim would read the table of all files too, tens of megabytes, at each reload, and it opens no part of an ISO. */
enum {
    HEADER = 208,
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

struct region {
    uint64_t offset, size; /* as stored */
};

static uint64_t wim_read_number(const uint8_t *bytes, unsigned n) {
    uint64_t value = 0;
    while (n-- > 0)
        value = value << 8 | bytes[n];
    return value;
}

static struct region region_at(const uint8_t *header, unsigned at) {
    return (struct region){.offset = wim_read_number(header + at + 8, 8), .size = wim_read_number(header + at, 7)};
}

static bool wim_read_read_at(int fd, uint64_t offset, void *to, size_t n) {
    uint8_t *at = to;
    while (n > 0) {
        ssize_t got = offset <= INT64_MAX ? pread(fd, at, n, (off_t)offset) : 0;
        if (got <= 0 && !(got < 0 && errno == EINTR))
            return false;
        if (got > 0) {
            at += got;
            offset += (uint64_t)got;
            n -= (size_t)got;
        }
    }
    return true;
}

static bool wim_read_inside(struct region r, uint64_t size, uint64_t max) {
    return r.size <= max && r.offset <= size && r.size <= size - r.offset;
}

/* Reads the filled-in header; fails if the file is too short for the data it points to. */
static const char *read_header(int fd, uint64_t offset, uint64_t size, uint8_t header[HEADER]) {
    if (size < HEADER || !wim_read_read_at(fd, offset, header, HEADER))
        return "is too short to be a WIM";
    if (memcmp(header, "WLPWM\0\0\0", 8) == 0) {
        if (!wim_read_read_at(fd, offset + size - HEADER, header, HEADER) || memcmp(header, "WLPWM\0\0\0", 8) != 0)
            return "is a pipable WIM that was not written to its end";
    } else if (memcmp(header, "MSWIM\0\0\0", 8) != 0) {
        return "is no WIM";
    }
    if (!wim_read_inside(region_at(header, AT_TABLE), size, UINT64_MAX) ||
        !wim_read_inside(region_at(header, AT_XML), size, XML_MAX))
        return "is damaged: its header points outside of the file";
    return NULL;
}

/* --- what the XML says --- */

/* The element at a path below `node`, or NULL. */
static xmlNode *wim_read_find(xmlNode *node, const char *path) {
    struct pxed_slice rest = pxed_slice_of(path), name;
    while (node && (name = pxed_slice_word(&rest, "/")).len > 0) {
        for (node = node->children; node; node = node->next)
            if (node->type == XML_ELEMENT_NODE && pxed_slice_eq(pxed_slice_of((const char *)node->name), name))
                break;
    }
    return node;
}

static void wim_read_take_text(xmlNode *image, const char *path, char *to, size_t room) {
    xmlNode *node = wim_read_find(image, path);
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
    wim_read_take_text(image, path, text, sizeof(text));
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
    wim_read_take_text(image, "NAME", ret->name, sizeof(ret->name));
    wim_read_take_text(image, "WINDOWS/EDITIONID", ret->edition, sizeof(ret->edition));
    wim_read_take_text(image, "WINDOWS/INSTALLATIONTYPE", ret->kind, sizeof(ret->kind));
    wim_read_take_text(image, "WINDOWS/LANGUAGES/DEFAULT", ret->language, sizeof(ret->language));
    ret->arch = arch_name(take_number(image, "WINDOWS/ARCH", UINT32_MAX));
    ret->major = take_number(image, "WINDOWS/VERSION/MAJOR", 0);
    ret->minor = take_number(image, "WINDOWS/VERSION/MINOR", 0);
    ret->build = take_number(image, "WINDOWS/VERSION/BUILD", 0);
}

/* Its place among the images: INDEX, from 1. 0: none, or not among them. */
static uint64_t wim_read_index_of(xmlNode *image, unsigned n) {
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
        uint64_t index = image ? wim_read_index_of(node, ret->n) : 0;
        if (index > 0)
            take_image(node, &ret->images[index - 1]);
    }
    return NULL;
}

/* UTF-16LE, with a byte order mark that wimlib and Windows both write. */
static const char *read_xml(int fd, uint64_t offset, uint64_t size, struct win_wim *ret) {
    char *text = pxed_xalloc((size_t)size);
    const char *wrong = "cannot be read";
    xmlDoc *doc = NULL;
    if (wim_read_read_at(fd, offset, text, (size_t)size)) {
        doc =
            xmlReadMemory(text, (int)size, NULL, "UTF-16LE", XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET);
        wrong = doc ? take_document(doc, ret) : "is damaged: its XML cannot be read";
    }
    xmlFreeDoc(doc);
    free(text);
    return wrong;
}

const char *win_wim_read(int fd, uint64_t offset, uint64_t size, struct win_wim *ret) {
    uint8_t header[HEADER];
    memset(ret, 0, sizeof(*ret));
    const char *wrong = read_header(fd, offset, size, header);
    if (wrong)
        return wrong;
    struct region xml = region_at(header, AT_XML);
    ret->part = (unsigned)wim_read_number(header + AT_PART, 2);
    ret->parts = (unsigned)wim_read_number(header + AT_PARTS, 2);
    ret->total = (unsigned)wim_read_number(header + AT_IMAGES, 4);
    ret->n = ret->total < WIN_WIM_IMAGES ? ret->total : WIN_WIM_IMAGES;
    ret->hollow = (wim_read_number(header + AT_FLAGS, 4) & FLAG_METADATA_ONLY) != 0;
    ret->boot_index = (unsigned)wim_read_number(header + AT_BOOT, 4);
    if (ret->total > IMAGES_MAX || ret->parts == 0 || ret->part == 0 || ret->part > ret->parts)
        return "is damaged: its header is not that of a WIM";
    return xml.size > 0 ? read_xml(fd, offset + xml.offset, xml.size, ret) : NULL;
}
