/* Drops every capability that the helper does not need. */
#include "helper_rights.h"

#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*  NET_BIND_SERVICE     port 445
 *  SETUID SETGID        a session becomes its account
 *  CHOWN FOWNER         group and mode of the hosts' folders, which belong to the daemon's account
 *  DAC_OVERRIDE         the same folders, and paths that are closed to others
 *  KILL                 sessions of dead accounts */
static const unsigned kept[] = {CAP_NET_BIND_SERVICE, CAP_SETUID,       CAP_SETGID, CAP_CHOWN,
                                CAP_FOWNER,           CAP_DAC_OVERRIDE, CAP_KILL};

uint64_t smb_rights(void) {
    uint64_t wanted = 0;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        wanted |= UINT64_C(1) << kept[i];
    return wanted;
}

bool smb_rights_keep(void) {
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}, {0}};
    uint64_t wanted = smb_rights();
    if (geteuid() != 0)
        return true;
    for (unsigned c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
        if (!(wanted >> c & 1) && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) != 0)
            return false;
    if (syscall(SYS_capget, &head, data) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        data[i].permitted &= (uint32_t)(wanted >> (32 * i));
        data[i].effective = data[i].permitted;
        data[i].inheritable = 0;
    }
    return syscall(SYS_capset, &head, data) == 0;
}
