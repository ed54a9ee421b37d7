/* What servers that were heard mean for machines that are to boot from pxed. */
#pragma once

#include "cli.h"
#include "heard.h"
#include "offline.h"

enum { DOCTOR_TEXT_MAX = 512, DOCTOR_FAULTS_MAX = 4 };

struct doctor_site {
    bool leases;  /* [dhcp] mode = server */
    uint32_t own; /* pxed's address on this interface */
};

struct doctor_fault {
    const char *word; /* for programs */
    char text[DOCTOR_TEXT_MAX];
    const char *cure;
};

/* The faults of one server, or with `s` NULL those of all together; returns their number. */
size_t doctor_judge(const struct heard *h, const struct heard_server *s, const struct doctor_site *site,
                    struct doctor_fault ret[static DOCTOR_FAULTS_MAX]);
/* One server in one line, into `line`. */
const char *doctor_describe(const struct heard_server *s, char line[static DOCTOR_TEXT_MAX]);
