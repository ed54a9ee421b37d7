/* What the core asks about Windows images and hosts: the operations `image`, `host` and `value` of pxed/os.h. */
#pragma once

#include "pxed/os.h"

/* Looks for WinPE and the system image, reads both WIMs, and compares them with what the OS id promises. Facts:
 *   boot               WinPE's WIM, below the folder or inside the ISO (none for a WinPE ISO that memdisk boots)
 *   pe-arch pe-build   of it; pe-version 10.0.26100, pe-smb SMB3_11 (its newest dialect)
 *   wim file           the system image: its name below the folder, and its last part
 *   wim-part           the other parts of a split image; swm install*.swm
 *   wim-arch wim-build language
 *   images             how many it holds; image-N `name (edition)`, edition-N, name-N for the first of them
 *   index edition      the one that [os ID] names, or the only one
 *   missing            what has to be put there first (a list of sentences)
 *   unpack             set: the system image lies in the ISO, or setup.exe is to be started from its tree
 *   setup              `yes`: setup.exe and its sources are there
 *   need-ram need-firmware need-winpe need-smb      for people */
void windows_image(const struct pxed_image *image, struct pxed_diags *diags);

/* Judges one host. Errors are values that Windows cannot take, warnings what will probably stop the installation. */
void windows_host(const struct pxed_host *host, const struct pxed_image *image, struct pxed_diags *diags);

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
