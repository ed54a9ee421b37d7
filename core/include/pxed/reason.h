/* Why a machine was refused, ignored or sent to its disk. One row each: the name in the journal, whether it counts as a
 * fault, a sentence for people, and the cure. */
#pragma once

#include <stdbool.h>

#include "pxed/slice.h"

/* Append-only: plugins know these by number. */
/*     name                 fault  sentence                                                cure */
#define PXED_REASONS(X)                                                                                                \
    X(OK, 0, "nothing is wrong", "")                                                                                   \
    X(UNKNOWN_MACHINE, 0, "no line of the host file has this MAC", "add a line `MAC, os-id` to the host file")         \
    X(NOT_ARMED, 0, "the host has no right to be installed; it boots its disk", "pxed arm HOST")                       \
    X(INSTALLED, 0, "the host is installed and boots its disk", "pxed arm HOST: installs it again")                    \
    X(IDLE_SILENT, 0, "the host is not armed and idle = silent", "pxed arm HOST, or idle = local")                     \
    X(OS_LOCAL, 0, "the OS id `local` is never installed", "")                                                         \
    X(PROTECTED, 0, "protect=yes: nothing arms this host", "remove protect=yes, then pxed arm HOST")                   \
    X(ARM_LIMIT, 1, "one load would arm more hosts than arm-limit allows; none was", "pxed arm --new")                 \
    X(ARM_COMMAND, 0, "arm = command, or a hook is asked first: a new line does not arm", "pxed arm HOST")             \
    X(ANSWER_UNGUARDED, 1, "the operator's answer file lacks {{> disk-guard}}; a new line does not arm",               \
      "include {{> disk-guard}} in it, or pxed arm HOST, or arm = any")                                                \
    X(NO_PROFILE, 1, "no plugin claims this OS id", "correct the OS id, or enable the plugin that knows it")           \
    X(NO_IMAGE, 1, "the image files of this OS id are missing", "pxed why HOST: which files, and where")               \
    X(NO_PLAN, 1, "the profile has no plan for this firmware and loader", "pxed explain HOST --firmware F")            \
    X(NO_DIALECT, 1, "this loader cannot say what the plan asks for", "choose another loader with loader=")            \
    X(LOADER_NONE, 1, "no loader is known for this firmware",                                                          \
      "pxed loaders says what brings one; or set loader-<firmware> in [dhcp], or loader= of the host")                 \
    X(ALREADY_SPENT, 0, "the arming was used; the machine boots its disk", "pxed arm HOST to install again")           \
    X(INSTALL_UNCONFIRMED, 1, "the installer never reported back", "see pxed log HOST; then pxed arm HOST")            \
    X(INSTALL_STALLED, 1, "the installer reported and then fell silent", "see pxed log HOST; then pxed arm HOST")      \
    X(INSTALL_FAILED, 1, "the installer reported a failure", "see pxed log HOST; then pxed arm HOST")                  \
    X(DISK_NOT_BLANK, 1, "the disk is not blank and a new line may only fill a blank one",                             \
      "pxed arm HOST: erases the disk")                                                                                \
    X(DISK_AMBIGUOUS, 1, "there are several disks and no disk= says which", "set disk= in the host line")              \
    X(DISK_NONE, 1, "the installer found no disk", "check the controller; set disk=")                                  \
    X(DISK_NOT_FOUND, 1, "no disk fits disk=", "correct disk=")                                                        \
    X(DISK_UNREADABLE, 1, "a disk could not be read, so it was not touched", "check the disk")                         \
    X(CGI_FAILED, 1, "the operator's script failed or was late", "run it by hand; its stderr is in the journal")       \
    X(BAD_MAC, 1, "the MAC in the request cannot be read", "use mac=${net0/mac}")                                      \
    X(BAD_NAME, 1, "the name asked for is not a path below the root", "")                                              \
    X(NOT_FOUND, 0, "nothing has this name", "")                                                                       \
    X(PRIVATE_FILE, 1, "the file is never served",                                                                     \
      "a link is followed if it ends inside root or a folder of [pxed] image-path")                                    \
    X(SCRIPT_SOURCE, 1, "a script runs, it is never delivered as text", "")                                            \
    X(NOT_YOUR_FILE, 1, "the file belongs to another machine, or its machine is not being installed", "")              \
    X(SECRET_NO_TOKEN, 1, "the file holds a secret and was asked for without its token",                               \
      "boot the machine through pxed's script")                                                                        \
    X(TOKEN_DEAD, 1, "the token is unknown or its installation has ended", "pxed arm HOST")                            \
    X(EVENT_FOREIGN, 1, "an event came from somebody who is not the machine",                                          \
      "people report with pxed event HOST installed|failed")                                                           \
    X(BAD_STAGE, 1, "the event's stage is no word of the profile", "")                                                 \
    X(BAD_REQUEST, 1, "the request cannot be understood", "")                                                          \
    X(TOO_LARGE, 1, "the request is larger than allowed", "")                                                          \
    X(TIMEOUT, 1, "the client was too slow", "")                                                                       \
    X(BUSY, 1, "too many transfers at once", "")                                                                       \
    X(IO_ERROR, 1, "the file could not be read", "see the daemon's log")                                               \
    X(STORE_FAILED, 1, "the store could not write; nothing was acknowledged", "check disk space of state")             \
    X(TEMPLATE_BROKEN, 1, "the answer file's template cannot be rendered", "pxed check")                               \
    X(SHUTTING_DOWN, 0, "the daemon is stopping", "")                                                                  \
    X(DHCP_MALFORMED, 1, "a DHCP packet could not be read", "")                                                        \
    X(DHCP_NO_ADDRESS, 1, "the range has no free address", "widen range, or shorten lease-time")                       \
    X(DHCP_WRONG_NET, 0, "the client asked for an address of another network", "")                                     \
    X(DHCP_OTHER_SERVER, 0, "the client chose another DHCP server", "")                                                \
    X(DHCP_NOT_OURS, 0, "the message is not for this server", "")                                                      \
    X(DHCP_DECLINED, 1, "a client found its address in use by another machine", "find the machine with that address")  \
    X(DHCP_RELAY_FOREIGN, 1, "a relay's giaddr lies in no served network", "serve that network, or fix the relay")     \
    X(DHCP_RATE, 1, "too many new machines at once on this interface", "")                                             \
    X(DHCP_TAKEN, 0, "the client asked for an address that is not its own", "")                                        \
    X(TFTP_MALFORMED, 1, "a TFTP packet could not be read", "")                                                        \
    X(TFTP_WRITE, 1, "TFTP is read only here", "")                                                                     \
    X(TFTP_GAVE_UP, 1, "the client stopped answering in the middle of a transfer", "check cables and firewalls")       \
    X(TFTP_ABORTED, 0, "the client ended the transfer", "")                                                            \
    X(HTTP_MALFORMED, 1, "an HTTP request could not be read", "")                                                      \
    X(HTTP_ABORTED, 1, "the client closed before all was sent", "the client may be out of memory")                     \
    X(NO_BOOT_PROGRAM, 1, "the program that boots this image (memdisk, wimboot) is missing",                           \
      "pxed check says which, and where to put it")                                                                    \
    X(NEEDS_BIOS, 1, "what this image holds boots machines with BIOS only; this one has UEFI",                         \
      "put a boot.wim (or an install ISO) there, or set the machine to legacy boot")                                   \
    X(MISSING_IMAGE, 1, "the system image is not in the share", "see pxed check: which file, and where to put it")     \
    X(FIRMWARE_EFI, 1, "this version of Windows cannot boot by UEFI", "set the machine to legacy boot")                \
    X(FIRMWARE_CHANGED, 1, "the machine started by another firmware than its answer file was made for",                \
      "start it again")                                                                                                \
    X(LETTER_TAKEN, 1, "W: or S: is taken in WinPE, by a card reader perhaps", "unplug it, or start again")            \
    X(DISKPART_FAILED, 1, "diskpart could not make the partitions", "see its words in pxed log HOST")                  \
    X(APPLY_FAILED, 1, "the system image could not be laid on the disk", "see the tool's words in pxed log HOST")      \
    X(BOOT_RECORD_FAILED, 1, "the boot record could not be written", "see the tool's words in pxed log HOST")          \
    X(ANSWER_FAILED, 1, "the answer file could not be put into its place", "see pxed log HOST")                        \
    X(DRIVERS_FAILED, 1, "the drivers could not be added", "see dism's words in pxed log HOST")                        \
    X(SETUP_FAILED, 1, "setup.exe stopped", "see its log in pxed log HOST")                                            \
    X(NET_FAILED, 1, "WinPE got no account for the share", "is a driver for the network card in the WinPE?")           \
    X(SHARE_UNREACHABLE, 1, "WinPE could not open the share", "see docs/windows.md: the errors you may meet")          \
    X(SHARE_INCOMPLETE, 1, "the host's folder in the share holds no autorun.bat", "see the daemon's log for `stage`")  \
    X(STORE_CANNOT_WRITE, 1, "the store cannot write, so nothing armed takes effect",                                  \
      "make room in state, or make it writable: it is tried again every 2 s")                                          \
    X(STORE_OLD, 1, "the store is lost or older than what this server has done: known hosts are not armed",            \
      "pxed machines, then pxed arm HOST, or pxed arm --new for blank disks")                                          \
    X(NOT_BELIEVED, 1, "the request did not come from the machine it speaks of",                                       \
      "boot the machine itself; name its other ports with mac=; behind a router set tokens = always, or believe = "    \
      "query")                                                                                                         \
    X(ANSWER_UNREADABLE, 1, "the operator's answer file cannot be read", "see pxed check: the file and why")           \
    X(ANSWER_BROKEN, 1, "the operator's answer file cannot be used", "see pxed check: the file and its line")          \
    X(ARM_ANY_LIMIT, 1, "more orders that erase disks than arm-any-limit allows",                                      \
      "wait, or order from a terminal and type the number")                                                            \
    X(ARM_EXPIRED, 0, "not armed (expired): the arming was not used within arm-for", "pxed arm HOST")                  \
    X(NAME_KNOWN, 0, "the name belongs to a host that was seen before: known, not armed", "pxed arm HOST")             \
    X(NEIGHBOUR_TABLE_FULL, 1, "the kernel's neighbour table is too small for the hosts declared",                     \
      "raise net.ipv4.neigh.default.gc_thresh1..3")                                                                    \
    X(OPERATOR_CONFIG, 0,                                                                                              \
      "an operator's loader configuration counts only while its host is armed; the machine boots its disk",            \
      "pxed arm HOST, or remove the file")                                                                             \
    X(VALUE_UNREADABLE, 1, "a value of the host cannot be read", "see pxed check: the @FILE and why")                  \
    X(HOST_BROKEN, 1, "what the host's line asks for does not fit its image", "see pxed check")                        \
    X(DHCP_RELEASE_FOREIGN, 0, "a release came from an address that is not the lease's", "")                           \
    X(DHCP_DECLINE_UNSEEN, 0, "an address was declined, but no other machine answers there", "")                       \
    X(STORE_READ_BACK, 1, "another writer changed the store", "only one pxed may use a state folder")                  \
    X(DISK_NOT_NAMED, 1, "nothing of pxed's looks at the disk before this system's installer writes it",               \
      "name the disk with disk=, then pxed arm HOST: erased unseen")                                                   \
    X(OS_LIVE, 0, "its system writes no disk: it boots at every power-on and needs no arming", "")                     \
    X(IMAGE_INCOMPLETE, 1, "the image lacks what its installer needs", "see pxed check: what is missing")              \
    X(EVENT_RATE, 1, "a machine reports more events than an installation has", "look at what runs on it")              \
    X(DHCP_KEPT, 1, "the addresses left are kept for declared hosts without ip=", "a larger range, or ip= for hosts")  \
    X(DHCP_OFF, 0, "its net is not served", "mode = server or proxy in its [subnet]")                                  \
    X(DNS_RATE, 1, "one address asks more names than a machine needs", "look at what runs on it")                      \
    X(LEASE_NOT_HERE, 0, "pxed leases no addresses here", "[dhcp] mode = server")                                      \
    X(LEASE_OUTSIDE, 0, "the address lies in no range, and no ip= of this machine's host names it",                    \
      "a range with it, or ip= in the host's line")                                                                    \
    X(LEASE_TAKEN, 0, "the address is leased to, or reserved for, another machine", "pxed leases: who has it")         \
    X(LEASE_ANOTHER, 0, "the machine has, or has reserved, another address here", "pxed leases: which it has")         \
    X(LEASE_ENDED, 0, "the lease has ended", "")                                                                       \
    X(LOADER_SILENT, 1, "the machine took its loader and was not heard of again",                                      \
      "its screen says why: Secure Boot refuses the loader (pxed loaders), the loader is for another processor, or "   \
      "it has no driver for the card: try loader=")                                                                    \
    X(SCRIPT_SILENT, 1, "the machine got its boot script and asked for nothing in it",                                 \
      "its screen says why; pxed explain HOST shows the script: does its address or name lead here from the machine?") \
    X(INITRD_NOT_ASKED, 1, "the kernel was loaded and its initrd never asked for",                                     \
      "its screen says why: out of memory, or a kernel that the firmware refuses (Secure Boot)")                       \
    X(ANSWER_NOT_ASKED, 1, "kernel and initrd were loaded, and the installer never asked for its answer file",         \
      "its screen says why: no driver for the card, no DHCP answer, another card than the one that boots, or "         \
      "no route")                                                                                                      \
    X(TOKEN_UNKNOWN, 1, "the request has no token, or one that is not known here",                                     \
      "log in, or send Authorization: Bearer TOKEN; pxed token add NAME makes one")                                    \
    X(SCOPE_MISSING, 1, "the token may not do this", "pxed token add NAME --scope SCOPE")                              \
    X(LOGIN_RATE, 1, "too many wrong tokens from this address", "wait a minute")                                       \
    X(REQUEST_FOREIGN, 1, "another site's page sent this request", "use the page of this server")                      \
    X(OFFER_NOT_TAKEN, 1, "the machine was told a boot file and fetched nothing",                                      \
      "another server's offer that it took (pxed doctor), UDP 69 or 4011 closed, or firmware that wants to be told "   \
      "otherwise: [quirk NAME] ways =")                                                                                \
    X(HOOK_REFUSED, 1, "a hook with before = arm said no, so nothing was armed", "pxed log HOST: which, and why")      \
    X(HOOK_SILENT, 1, "a hook with before = arm did not answer, so nothing was armed",                                 \
      "pxed log HOST: which, and what happened; mend it, or remove before = arm")                                      \
    X(TLS_FAILED, 1, "a TLS handshake did not come about",                                                             \
      "its text says what the client offered; a client must trust the CA of `cert` and find its own name for us in "   \
      "it, and its clock must be right")                                                                               \
    X(ANSWER_NEEDS_TLS, 1, "the answer file holds a secret, and [http] answers = https delivers it by TLS alone",      \
      "a system whose installer can (pxed options os-linux: tls), no secret for this host, or answers = http")         \
    X(DHCP_HOST_ELSEWHERE, 1, "its ip= belongs to no net of the wire that it asks on",                                 \
      "plug it into the net of its ip= (VLAN of the port), or correct ip= in the host line")                           \
    X(FILE_UNREADABLE, 1, "the daemon's account may not read the file",                                                \
      "chmod a+r for the file, a+x for its folders: pxed check names them")                                            \
    X(SECURE_UNSIGNED, 1, "its firmware has Secure Boot on, and nobody has signed the image's kernel",                 \
      "a kernel of the distribution's own; or sign it, and enrol that key there (mokutil --import KEY.der, and "       \
      "at the next start MokManager: Enroll MOK); or, if Secure Boot is off there: loader= in the host line")          \
    X(SECURE_OTHER_KEY, 1,                                                                                             \
      "its firmware has Secure Boot on, and no shim at hand believes the key of the image's kernel",                   \
      "the distribution's ISO in the image's folder, or its shim and its GRUB for the net in EFI/BOOT there")          \
    X(IDLE_UNSEEN, 0,                                                                                                  \
      "the host is not armed, and no boot of its disk through a loader was seen to work (idle = auto)",                \
      "nothing, if it boots its disk by itself; pxed arm HOST; or idle = local")                                       \
    X(IDLE_CAME_BACK, 0, "it was sent to its disk three times and came back at once (idle = auto)",                    \
      "nothing, if it boots its disk by itself; pxed arm HOST; or idle = local")                                       \
    X(REPO_UNREACHABLE, 1, "the installer could not reach its repository or mirror; the disk is as it was",            \
      "pxed log HOST: which address, and what was said; repo=, proxy=, dns= and gateway= of the host")                 \
    X(CLOCK_WRONG, 1,                                                                                                  \
      "it refuses this server's certificate as expired, which by this server's clock is in force: one of the two "     \
      "clocks is wrong, or the CA that it trusts has expired",                                                         \
      "set the machine's clock (its firmware's setup, its BMC), or this server's; look at the CA's dates")             \
    X(SECURE_REVOKED, 1,                                                                                               \
      "its firmware has Secure Boot on, and the image's shim or GRUB is of a generation that is revoked (SBAT)",       \
      "a newer ISO of this system; its text says which file is too old")                                               \
    X(DHCP_OTHER_ANSWERS, 0, "another DHCP server, or boot server, answers this machine, too",                         \
      "pxed doctor: what that server tells, and what to do about it")                                                  \
    X(SECURE_OTHER_CA, 1,                                                                                              \
      "its firmware refused a loader that one of Microsoft's two CAs alone has signed, and so is the image's shim",    \
      "a newer ISO of this system, whose shim has the other CA's signature; or enrol that CA in its firmware")

enum pxed_reason {
#define X(name, fault, sentence, cure) PXED_WHY_##name,
    PXED_REASONS(X)
#undef X
        PXED_REASON_COUNT
};

static inline const char *pxed_reason_name(enum pxed_reason r) {
    static const char *const names[] = {
#define X(name, fault, sentence, cure) #name,
        PXED_REASONS(X)
#undef X
    };
    return r < PXED_REASON_COUNT ? names[r] : "?";
}
static inline const char *pxed_reason_sentence(enum pxed_reason r) {
    static const char *const sentences[] = {
#define X(name, fault, sentence, cure) sentence,
        PXED_REASONS(X)
#undef X
    };
    return r < PXED_REASON_COUNT ? sentences[r] : "?";
}
static inline const char *pxed_reason_cure(enum pxed_reason r) {
    static const char *const cures[] = {
#define X(name, fault, sentence, cure) cure,
        PXED_REASONS(X)
#undef X
    };
    return r < PXED_REASON_COUNT ? cures[r] : "";
}
static inline bool pxed_reason_is_fault(enum pxed_reason r) {
    static const bool faults[] = {
#define X(name, fault, sentence, cure) fault,
        PXED_REASONS(X)
#undef X
    };
    return r < PXED_REASON_COUNT && faults[r];
}

/* Finds the reason of this name; false, *ret untouched: there is none. */
static inline bool pxed_reason_find(struct pxed_slice name, enum pxed_reason *ret) {
    for (int r = 0; r < PXED_REASON_COUNT; r++)
        if (pxed_slice_is(name, pxed_reason_name((enum pxed_reason)r))) {
            *ret = (enum pxed_reason)r;
            return true;
        }
    return false;
}
