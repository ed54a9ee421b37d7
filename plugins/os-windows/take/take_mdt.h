/* What MDT's Control folder knows of systems: shared by the reader of its XML and that of CustomSettings.ini. */
#pragma once

#include "take.h"

struct mdt_sequence {
    const char *id;    /* TaskSequenceID */
    const char *os_id; /* NULL: its system is not known */
};

struct mdt {
    struct take *t;
    struct mdt_sequence *sequences;
    size_t n;
};

/* Reads OperatingSystems.xml and TaskSequences.xml; hands over images and [os ID] sections. */
void mdt_systems(struct mdt *m);
/* Reads CustomSettings.ini; hands over hosts, groups and defaults. */
void mdt_settings(struct mdt *m);
