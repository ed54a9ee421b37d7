/* The guide's table of reasons says what the program says: every reason has one row, and every row is a reason. Marks
 * of the text (`code`, \|) do not count. */
#include <stdio.h>

#include "pxed/reason.h"
#include "pxed/slice.h"
#include "suite.h"

enum { CELLS = 4, CELL_MAX = 256 };

static const char *text_without_marks(struct pxed_slice text, char out[static CELL_MAX]) {
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < CELL_MAX - 1; i++)
        if (text.ptr[i] != '`' && text.ptr[i] != '\\')
            out[n++] = text.ptr[i];
    out[n] = '\0';
    return out;
}

/* `| a | b | c | d |` into four cells; false if it is no such row. */
static bool read_row(struct pxed_slice line, char cells[static CELLS][CELL_MAX]) {
    if (!pxed_slice_starts(line, PXED_SLICE("| ")))
        return false;
    line = pxed_slice_skip(line, 1);
    for (int i = 0; i < CELLS; i++) {
        size_t end = 0;
        while (end < line.len && (line.ptr[end] != '|' || line.ptr[end - 1] == '\\'))
            end++;
        if (end == line.len)
            return false;
        text_without_marks(pxed_slice_trim(pxed_slice_head(line, end)), cells[i]);
        line = pxed_slice_skip(line, end + 1);
    }
    return pxed_slice_trim(line).len == 0;
}

static int reason_of(const char *name) {
    for (int r = 0; r < PXED_REASON_COUNT; r++)
        if (strcmp(pxed_reason_name((enum pxed_reason)r), name) == 0)
            return r;
    return -1;
}

static void compare_row(char cells[static CELLS][CELL_MAX], unsigned seen[static PXED_REASON_COUNT]) {
    char sentence[CELL_MAX], cure[CELL_MAX];
    int r = reason_of(cells[0]);
    ck_assert_msg(r >= 0, "%s: no reason of the program has this name", cells[0]);
    ck_assert_msg(seen[r]++ == 0, "%s: two rows", cells[0]);
    enum pxed_reason reason = (enum pxed_reason)r;
    ck_assert_str_eq(cells[1], text_without_marks(pxed_slice_of(pxed_reason_sentence(reason)), sentence));
    ck_assert_msg(strcmp(cells[2], pxed_reason_is_fault(reason) ? "yes" : "") == 0, "%s: fault", cells[0]);
    ck_assert_str_eq(cells[3], text_without_marks(pxed_slice_of(pxed_reason_cure(reason)), cure));
}

START_TEST(guide) {
    char line[2048], cells[CELLS][CELL_MAX];
    unsigned seen[PXED_REASON_COUNT] = {[PXED_WHY_OK] = 1}; /* no refusal */
    bool inside = false;
    FILE *f = fopen(PXED_DOCS "/operators-guide.md", "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof(line), f)) {
        struct pxed_slice text = pxed_slice_trim(pxed_slice_of(line));
        if (pxed_slice_starts(text, PXED_SLICE("|---|---|---|---|")))
            continue;
        if (pxed_slice_starts(text, PXED_SLICE("| name | what it says | fault | cure |")))
            inside = true;
        else if (inside && read_row(text, cells))
            compare_row(cells, seen);
        else
            inside = false;
    }
    fclose(f);
    for (int r = 0; r < PXED_REASON_COUNT; r++)
        ck_assert_msg(seen[r] == 1, "%s has no row in the guide", pxed_reason_name((enum pxed_reason)r));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("reasons");
    TCase *tc = tcase_create("guide");
    tcase_add_test(tc, guide);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
