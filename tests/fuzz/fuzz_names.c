/* Every name that can be asked for: normalised, parsed, judged; each returned byte is touched. */
#include "names.h"
#include "pxed/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sink;

static void touch(struct pxed_slice s) {
    for (size_t i = 0; i < s.len; i++)
        sink += (unsigned char)s.ptr[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char text[PXED_PATH_MAX];
    struct pxed_buf b = PXED_BUF(text);
    struct name name;
    unsigned flags = size > 0 ? data[0] & 3u : 0;
    struct pxed_slice raw = pxed_slice((const char *)data, size);
    if (pxed_path_normalise(pxed_slice_skip(raw, 1), flags, &b) < 0)
        return 0;
    if (name_parse(pxed_buf_slice(&b), PXED_SLICE("home.php"), &name) != PXED_WHY_OK)
        return 0;
    touch(name.path);
    touch(name.os);
    touch(name.file);
    touch(name.pattern);
    sink += name_is_private(&name) + name_fits_pattern(name.path, "hosts/linux-ks/<mac>.txt");
    return 0;
}
