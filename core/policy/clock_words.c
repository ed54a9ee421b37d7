/* Phrases of the tools that installers use. */
#define _GNU_SOURCE
#include "clock_words.h"

#include <string.h>

enum { LINES_MAX = 4096 };
#define CLOCK_MAX (UINT64_C(1) << 40)

#define LINE_END "\\x0a"

/* By the clock of who says it the other's time lies ahead. */
static const char *const early[] = {
    "is not valid yet",             /* apt: Release file for ... (invalid for another ...) */
    "time warp or clock problem",   /* gpg, gpgv: ... was created ... seconds in the future */
    "created in the future",        /* other readers of signatures */
    "certificate is not yet valid", /* OpenSSL: curl, python, dnf, apk */
    "not yet activated",            /* GnuTLS: wget */
    "not yet valid certificate",    /* GnuTLS: apt */
};
/* Too far away, on either side. */
static const char *const skewed[] = {
    "Clock skew too great", /* Kerberos: MIT, Heimdal */
    "KRB_AP_ERR_SKEW",      /* Windows, Samba */
    "ERROR_TIME_SKEW",      /* Windows: joining a domain */
};
/* Over: which may be true. */
static const char *const late[] = {
    "certificate has expired",
    "expired certificate",
    "is expired (invalid since",
};

static bool holds(struct pxed_slice line, struct pxed_slice phrase) {
    return line.len > 0 && memmem(line.ptr, line.len, phrase.ptr, phrase.len) != NULL;
}

static bool holds_one(struct pxed_slice line, const char *const *phrases, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (holds(line, pxed_slice_of(phrases[i])))
            return true;
    return false;
}

/* Cuts a line off; journal texts have no line ends of their own. */
static struct pxed_slice next_line(struct pxed_slice *rest) {
    struct pxed_slice all = *rest;
    const char *end = all.len > 0 ? memmem(all.ptr, all.len, LINE_END, sizeof(LINE_END) - 1) : NULL;
    if (!end) {
        *rest = PXED_NO_SLICE;
        return all;
    }
    *rest = pxed_slice_skip(all, (size_t)(end - all.ptr) + sizeof(LINE_END) - 1);
    return pxed_slice_head(all, (size_t)(end - all.ptr));
}

#define KEY  "clock: "
#define BODY "body=\""

/* `clock: N`, at the beginning of the body or of a line. */
static bool read_clock(struct pxed_slice line, uint64_t *ret) {
    for (struct pxed_slice at = line; at.len > 0; at = pxed_slice_skip(at, 1))
        if (pxed_slice_starts(at, PXED_SLICE(BODY))) {
            line = pxed_slice_skip(at, sizeof(BODY) - 1);
            break;
        }
    if (!pxed_slice_starts(line, PXED_SLICE(KEY)))
        return false;
    struct pxed_slice rest = pxed_slice_skip(line, sizeof(KEY) - 1);
    return pxed_slice_u64(pxed_slice_word(&rest, " \""), CLOCK_MAX, ret);
}

enum { EARLY, SKEWED, LATE, KINDS };

struct clock_words clock_words_read(struct pxed_slice text, int64_t now) {
    static const struct {
        const char *const *phrases;
        size_t n;
    } kinds[KINDS] = {{early, sizeof(early) / sizeof(early[0])},
                      {skewed, sizeof(skewed) / sizeof(skewed[0])},
                      {late, sizeof(late) / sizeof(late[0])}};
    struct pxed_slice said[KINDS] = {{0}};
    struct clock_words w = {0};
    uint64_t clock;
    for (int i = 0; i < LINES_MAX && text.len > 0; i++) {
        struct pxed_slice line = next_line(&text);
        if (!w.told && read_clock(line, &clock)) {
            w.told = true;
            w.ahead = (int64_t)clock - now;
        }
        for (int k = 0; k < KINDS; k++)
            if (!said[k].ptr && holds_one(line, kinds[k].phrases, kinds[k].n))
                said[k] = line;
    }
    bool behind = !w.told || w.ahead <= -CLOCK_OFF_SECONDS, ahead = w.told && w.ahead >= CLOCK_OFF_SECONDS;
    if (said[EARLY].ptr && behind)
        w.line = said[EARLY];
    else if (said[SKEWED].ptr && (behind || ahead))
        w.line = said[SKEWED];
    else if (ahead)
        w.line = said[LATE];
    return w;
}
