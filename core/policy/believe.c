/* Who is believed, as a table: each cell is a rule of docs/threat-model.md. */
#include "believe.h"

enum believe_who believe_tell(const struct believe_facts *f) {
    if (f->own)
        return BELIEVE_SERVER;
    if (f->token)
        return BELIEVE_TOKEN;
    if (f->query || f->nonce || (f->routed ? f->leased : f->resolved && f->its_card))
        return BELIEVE_MACHINE;
    return f->routed ? BELIEVE_ROUTED : BELIEVE_NEIGHBOUR;
}

struct believe_right believe_may(enum believe_who who, enum believe_what what) {
    static const enum pxed_reason foreign[BELIEVE_WHAT_COUNT] = {
        [BELIEVE_SCRIPT] = PXED_WHY_NOT_BELIEVED,
        [BELIEVE_ANSWER] = PXED_WHY_NOT_YOUR_FILE,
        [BELIEVE_SECRET] = PXED_WHY_NOT_YOUR_FILE,
        [BELIEVE_EVENT] = PXED_WHY_EVENT_FOREIGN,
        [BELIEVE_IMAGE] = PXED_WHY_OK,
    };
    switch (who) {
    case BELIEVE_SERVER:
        return (struct believe_right){.why = what == BELIEVE_EVENT ? PXED_WHY_EVENT_FOREIGN : PXED_WHY_OK,
                                      .masked = true};
    case BELIEVE_MACHINE:
        if (what == BELIEVE_SECRET)
            return (struct believe_right){.why = PXED_WHY_SECRET_NO_TOKEN, .notes = true};
        return (struct believe_right){.why = PXED_WHY_OK, .live = true, .notes = true, .spends = what != BELIEVE_EVENT};
    case BELIEVE_TOKEN:
        return (struct believe_right){.why = PXED_WHY_OK, .live = true, .notes = true, .spends = what != BELIEVE_EVENT};
    default:
        return (struct believe_right){.why = foreign[what]};
    }
}
