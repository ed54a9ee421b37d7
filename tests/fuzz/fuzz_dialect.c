/* Any words as a plan: no word of it begins a line of the loader's script. The input is a kind and words, parted by
 * line ends, which no word of a plan can hold. */
#include "dialect.h"
#include "touch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_lines(const struct pxed_buf *b) {
    size_t n = 0;
    for (size_t i = 0; i < b->len && i < b->cap; i++)
        n += b->ptr[i] == '\n';
    return n;
}

static size_t write_lines(enum pxed_loader loader, enum pxed_firmware firmware, const struct pxed_plan *plan) {
    static char text[1 << 17];
    struct pxed_buf out = PXED_BUF(text);
    enum pxed_reason why = dialect_write(loader, firmware, plan, PXED_SLICE("http://pxe-server/boot/"), &out);
    must(why == PXED_WHY_OK || why == PXED_WHY_NO_DIALECT);
    if (why != PXED_WHY_OK || pxed_buf_full(&out))
        return 0;
    touch(pxed_buf_slice(&out));
    for (size_t i = 0; i < out.len; i++)
        must(text[i] != '\0' && text[i] != '\r');
    return count_lines(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2)
        return 0;
    struct pxed_slice rest = pxed_slice((const char *)data + 2, size - 2), x = PXED_SLICE("x"), none = PXED_NO_SLICE;
    for (size_t i = 0; i < rest.len; i++)
        if (rest.ptr[i] == '\r' || rest.ptr[i] == '\0')
            return 0;
    struct pxed_plan plan = {.how = (enum pxed_how)(data[0] % PXED_HOW_COUNT), .reason = PXED_WHY_NOT_ARMED};
    plan.kernel = pxed_slice_word(&rest, "\n");
    plan.args = pxed_slice_word(&rest, "\n");
    plan.note = pxed_slice_word(&rest, "\n");
    while (rest.len > 0 && plan.n_initrds < PXED_PLAN_INITRDS) {
        plan.initrds[plan.n_initrds].path = pxed_slice_word(&rest, "\n");
        plan.initrds[plan.n_initrds++].as = pxed_slice_word(&rest, "\n");
    }
    struct pxed_plan plain = plan; /* the same shape with harmless words */
    plain.kernel = plan.kernel.len > 0 ? x : none;
    plain.args = plan.args.len > 0 ? x : none;
    plain.note = plan.note.len > 0 ? x : none;
    for (size_t i = 0; i < plan.n_initrds; i++) {
        plain.initrds[i].path = x;
        plain.initrds[i].as = plan.initrds[i].as.len > 0 ? x : none;
    }
    for (unsigned loader = 0; loader < PXED_LOADER_COUNT; loader++) {
        enum pxed_firmware firmware = (enum pxed_firmware)(data[1] % PXED_FW_COUNT);
        size_t lines = write_lines((enum pxed_loader)loader, firmware, &plan);
        must(lines == 0 || lines == write_lines((enum pxed_loader)loader, firmware, &plain));
    }
    (void)dialect_of_agent(plan.kernel);
    return 0;
}
