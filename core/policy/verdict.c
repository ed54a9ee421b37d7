/* What a protocol should do for a machine, from the facts about it. */
#include "verdict.h"

struct verdict verdict_decide(const struct verdict_facts *f) {
    if (!f->declared)
        return (struct verdict){PXED_WHY_UNKNOWN_MACHINE,
                                f->unknown == 1 || f->unknown == 3 || (f->unknown == 2 && f->script_exists), false};
    if (f->wants == PXED_WHY_OK)
        return (struct verdict){PXED_WHY_OK, true, true};
    if (f->idle == 2)
        return (struct verdict){PXED_WHY_IDLE_SILENT, false, false};
    if (f->idle == 0 && f->exit != PXED_WHY_OK)
        return (struct verdict){f->exit, false, false};
    return (struct verdict){f->wants, true, false};
}
