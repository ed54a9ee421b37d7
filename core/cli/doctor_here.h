/* The set-up of this machine without any machine that boots: for `pxed doctor`. */
#pragma once

#include "offline.h"

enum { DOCTOR_TEXT = 512 };

struct doctor_fault {
    const char *word; /* for programs: "DISK_SPACE" */
    char text[DOCTOR_TEXT];
    const char *cure;
};

enum { DOCTOR_FAULTS_MAX = 4 + INTERFACES_MAX };

/* Space of `state`, this machine's time, the interfaces' MTU, and whom the name in URLs leads to; the last by this
 * machine's own resolver, which may take its seconds. Returns their number. */
size_t doctor_here(struct offline *o, struct doctor_fault ret[static DOCTOR_FAULTS_MAX]);
