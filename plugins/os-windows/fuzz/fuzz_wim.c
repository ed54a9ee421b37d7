/* A WIM's header (208 bytes), and what follows it as its XML. */
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "wim_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct win_wim wim;
    struct win_wim_region xml = {0};
    bool pipable;
    if (size < WIN_WIM_HEADER)
        return 0;
    memset(&wim, 0, sizeof(wim));
    (void)win_wim_begins(data, &pipable);
    const char *wrong = win_wim_header(data, size, &wim, &xml);
    if (!wrong && (xml.offset > size || xml.size > size - xml.offset))
        abort();
    if (wrong)
        wim.n = WIN_WIM_IMAGES; /* the XML on its own */
    (void)win_wim_xml((const char *)data + WIN_WIM_HEADER, size - WIN_WIM_HEADER, &wim);
    for (unsigned i = 0; i < WIN_WIM_IMAGES; i++) {
        const struct win_wim_image *image = &wim.images[i];
        if (strlen(image->name) >= sizeof(image->name) || strlen(image->language) >= sizeof(image->language))
            abort();
    }
    return 0;
}
