/* Values for answer files: the operation `value` of pxed/os.h. */
#pragma once

#include "pxed/os.h"

/* win-name                     the computer name, in capitals
 * win-timezone win-timezone-index     for this Windows; UTC where the host names none
 * win-locale win-ui-language win-keyboard    for unattend.xml; default: the image's own language
 * win-lcid win-input win-language-group      for sysprep.inf; unset where the host names neither locale nor keyboard
 * win-arch                     x86, amd64, arm64
 * win-gateway win-dns win-dns1 ... win-dns3      IPv4; win-dns separates by commas
 * win-dns-client               set if there is a name server or a domain to write down
 * win-join-realm win-join-user win-join-account   domain and name of the account that joins; both as LAB\name
 * win-setup                    set with method=setup
 * win-index                    the host's edition= or [os ID] index or edition: a number; unset: not settled
 * win-missing                  one sentence of what is missing: image.missing, or that the index is not settled */
struct pxed_slice windows_value(const struct pxed_host *host, const struct pxed_image *image, const char *key,
                                struct pxed_arena *arena);

/* Rows of pxed_profile.vars that the answer files and these operations read. */
#define WINDOWS_ANSWER_VARS                                                                                            \
    {"join-domain", "domain to join; without one the machine is in a workgroup", NULL, 0},                             \
        {"join-user", "account that joins: user, DOMAIN\\user or user@domain", NULL, 0},                               \
        {"join-password", "its password", NULL, PXED_VAR_SECRET},                                                      \
        {"join-ou", "where the machine's account is made: OU=Labs,DC=lab,DC=test", NULL, 0},                           \
        {"workgroup", "workgroup of a machine that joins no domain", "WORKGROUP", 0},                                  \
        {"owner", "registered owner", "Windows User", 0},                                                              \
        {"organization", "registered organization", "Organization", 0},                                                \
        {"admin-user", "local administrator that a client is given, with admin-password", "admin", 0},                 \
        {"ui-language", "display language, en-US; default: the image's own", NULL, 0}, {                               \
        "client-licences", "per-server licences of Windows 2000 and 2003", "5", 0                                      \
    }
