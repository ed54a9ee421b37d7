/* The most precise cause that the facts show. */
#include "cause.h"

#include <string.h>

#include "pxed/content.h"

/* What is known without any fault: the machine does not come, or comes too often. */
static enum cause cause_of_absence(const struct cause_facts *f) {
    if (!f->declared)
        return CAUSE_NONE;
    if (f->stage == PXED_STAGE_NONE && f->reason == PXED_WHY_DHCP_RELAY_FOREIGN)
        return CAUSE_REASON; /* it was heard, through a relay that nobody has declared */
    if (f->stage == PXED_STAGE_NONE && f->near)
        return CAUSE_MAC_NEAR;
    if (f->install == LIFECYCLE_ARMED && f->armed_ago >= CAUSE_PATIENCE && !f->heard_since)
        return f->stage != PXED_STAGE_NONE ? CAUSE_NOT_RESTARTED
               : f->net_quiet              ? CAUSE_NET_SILENT
                                           : CAUSE_NOTHING_HEARD;
    if (f->install == LIFECYCLE_INSTALLED && f->local_again >= CAUSE_LOCAL_AGAIN)
        return CAUSE_BOOTS_AGAIN;
    return CAUSE_NONE;
}

/* Words of the protocols about a transfer that broke off. */
static enum cause cause_of_transfer(const struct cause_facts *f) {
    if (!f->broken)
        return CAUSE_NONE;
    bool before = f->stage < PXED_STAGE_LOADER; /* later it has answered; a forged request never does */
    bool loads = f->stage <= PXED_STAGE_LOADER && !f->loader_taken;
    return before && strstr(f->broken, PXED_BROKE_NO_ACK)      ? CAUSE_TFTP_NO_ACK
           : loads && strstr(f->broken, PXED_BROKE_LARGE)      ? CAUSE_TFTP_LARGE
           : f->too_large                                      ? CAUSE_MEMORY
           : f->stage == PXED_STAGE_KERNEL && f->initrd_broken ? CAUSE_INITRD_CUT
                                                               : CAUSE_NONE;
}

/* It was heard of, and asked for no file that is there. */
static enum cause cause_of_offer(const struct cause_facts *f) {
    if (f->stage == PXED_STAGE_NONE || f->stage >= PXED_STAGE_LOADER)
        return CAUSE_NONE;
    if (f->other_server)
        return f->other_pxe ? CAUSE_OTHER_PXE : CAUSE_OTHER_SERVER;
    if (f->missing_last)
        return CAUSE_LOADER_MISSING;
    if (f->elsewhere && f->quiet >= CAUSE_QUIET)
        return CAUSE_WRONG_NET;
    bool told = f->reason == PXED_WHY_OK || f->reason == PXED_WHY_OFFER_NOT_TAKEN;
    if (told && f->other_too && f->quiet >= CAUSE_QUIET)
        return CAUSE_OTHER_TOO;
    if (f->asks_4011 && f->quiet >= CAUSE_QUIET)
        return CAUSE_PORT_4011;
    if (told && f->secs >= CAUSE_LATE_SECS && f->quiet >= CAUSE_QUIET)
        return CAUSE_LINK_LATE;
    return told && f->offer_silent ? CAUSE_OFFER_IGNORED : CAUSE_NONE;
}

/* The machine has an address of another server, so what it should ask for next lies elsewhere for it. */
static bool is_led_away(const struct cause_facts *f) {
    bool loader = f->stage == PXED_STAGE_LOADER && f->reason == PXED_WHY_LOADER_SILENT && f->loader_runs;
    bool installer = f->stage == PXED_STAGE_KERNEL && f->reason == PXED_WHY_ANSWER_NOT_ASKED;
    return f->other_later && (loader || installer);
}

static enum cause cause_of_loader(const struct cause_facts *f) {
    if (f->loader_runs)
        return f->by_name ? CAUSE_SCRIPT_BY_NAME : CAUSE_SCRIPT_NOT_ASKED;
    return f->loader_cpu        ? CAUSE_LOADER_CPU
           : f->loader_unsigned ? CAUSE_LOADER_UNSIGNED
           : f->loader_one_ca   ? CAUSE_LOADER_CA
                                : CAUSE_REASON;
}

enum cause cause_of(const struct cause_facts *f) {
    enum cause absent = cause_of_absence(f);
    if (absent != CAUSE_NONE) /* what an earlier boot ended with says nothing about the one that does not come */
        return absent;
    if (f->other_port)
        return CAUSE_OTHER_PORT;
    if (f->answer_refused && f->stage == PXED_STAGE_KERNEL)
        return CAUSE_ANSWER_REFUSED;
    enum cause transfer = cause_of_transfer(f);
    if (transfer == CAUSE_NONE)
        transfer = cause_of_offer(f);
    if (transfer != CAUSE_NONE)
        return transfer;
    if (f->clock_said)
        return CAUSE_CLOCK;
    if (f->cpu_old && f->stage == PXED_STAGE_KERNEL && f->reason == PXED_WHY_ANSWER_NOT_ASKED)
        return CAUSE_CPU_OLD;
    if (f->args_stop && f->stage == PXED_STAGE_KERNEL && f->reason == PXED_WHY_ANSWER_NOT_ASKED)
        return CAUSE_ARGS;
    if (is_led_away(f))
        return CAUSE_OTHER_LATER;
    if (f->reason == PXED_WHY_LOADER_SILENT) /* what it asked in vain before is no cause: shim asks so by habit */
        return cause_of_loader(f);
    if (f->reason == PXED_WHY_SCRIPT_SILENT && f->missing_last)
        return CAUSE_NAME_ASKED;
    return pxed_reason_is_fault(f->reason) ? CAUSE_REASON : CAUSE_NONE;
}

static const struct {
    const char *id, *sentence, *cure;
} causes[] = {
#define X(name, id, sentence, cure) [CAUSE_##name] = {id, sentence, cure},
    CAUSES(X)
#undef X
};

const char *cause_id(enum cause cause, enum pxed_reason reason, char text[static 40]) {
    struct pxed_buf out = {text, 40, 0};
    if (cause != CAUSE_REASON)
        return cause == CAUSE_NONE ? "" : causes[cause].id;
    for (const char *p = pxed_reason_name(reason); *p; p++)
        pxed_buf_byte(&out, *p == '_' ? '-' : *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p);
    return pxed_buf_cstr(&out);
}

const char *cause_sentence(enum cause cause, enum pxed_reason reason) {
    return cause == CAUSE_NONE ? "" : cause == CAUSE_REASON ? pxed_reason_sentence(reason) : causes[cause].sentence;
}

const char *cause_cure(enum cause cause, enum pxed_reason reason) {
    return cause == CAUSE_NONE ? "" : cause == CAUSE_REASON ? pxed_reason_cure(reason) : causes[cause].cure;
}
