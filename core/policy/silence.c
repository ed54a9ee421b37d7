/* What a machine should have asked for next. */
#include "silence.h"

bool silence_due(enum pxed_stage stage) {
    return stage == PXED_STAGE_LOADER || stage == PXED_STAGE_SCRIPT || stage == PXED_STAGE_KERNEL;
}

enum pxed_reason silence_of(const struct silence_facts *f) {
    if (f->loads || !silence_due(f->stage))
        return PXED_WHY_OK;
    if (f->stage == PXED_STAGE_LOADER)
        return f->quiet > SILENCE_LOADER ? PXED_WHY_LOADER_SILENT : PXED_WHY_OK;
    if (!f->armed || f->own_script)
        return PXED_WHY_OK; /* it boots its disk, or what nobody here knows */
    if (f->elsewhere)       /* it need not ask here for more than its answers */
        return f->answer && f->quiet > SILENCE_ANSWER ? PXED_WHY_ANSWER_NOT_ASKED : PXED_WHY_OK;
    if (f->stage == PXED_STAGE_SCRIPT)
        return f->quiet > SILENCE_SCRIPT ? PXED_WHY_SCRIPT_SILENT : PXED_WHY_OK;
    if (f->initrd && !f->initrd_asked)
        return f->quiet > SILENCE_KERNEL ? PXED_WHY_INITRD_NOT_ASKED : PXED_WHY_OK;
    return f->answer && f->quiet > SILENCE_ANSWER ? PXED_WHY_ANSWER_NOT_ASKED : PXED_WHY_OK;
}
