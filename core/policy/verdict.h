/* What a machine is offered over DHCP. Pure. */
#pragma once

#include "pxed/model.h"

struct verdict_facts {
    bool declared;
    enum pxed_reason wants; /* lifecycle_wants of a declared host */
    unsigned unknown;       /* 0 ignore, 1 local, 2 script, 3 screen */
    bool script_exists;     /* the operator's */
    unsigned idle;          /* of one that is not armed: 0 auto, 1 local, 2 silent */
    enum pxed_reason exit;  /* exits_judge of a declared host */
};

struct verdict {
    enum pxed_reason reason; /* OK: it will be installed */
    bool offer_boot;
    bool install;
};

struct verdict verdict_decide(const struct verdict_facts *facts);
