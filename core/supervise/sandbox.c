/* Enters the sandbox: no new privileges, no core dumps, then the file half and the call half. */
#include "sandbox.h"

#include <errno.h>
#include <sys/prctl.h>

#include "log.h"
#include "settings.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1 /* its reports need ptrace, execve and files anywhere */
#endif
#endif

void sandbox_enter(struct daemon *d) {
    unsigned mode = d->config->settings.sandbox;
    prctl(PR_SET_DUMPABLE, 0); /* a core dump would hold what is secret */
#ifdef SANITIZED
    mode = SETTINGS_SANDBOX_NO;
#endif
    if (mode == SETTINGS_SANDBOX_NO) {
        log_core(PXED_LOG_INFO, "sandbox", "off");
        return;
    }
    int rc = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
    int files = rc == 0 && mode == SETTINGS_SANDBOX_YES ? sandbox_files(d) : rc;
    int calls = rc == 0 ? sandbox_calls(mode) : rc;
    if (files < 0)
        log_core(PXED_LOG_WARNING, "sandbox", "no Landlock: the daemon may write where its account may: %s",
                 strerror(-files));
    if (calls < 0)
        log_core(PXED_LOG_WARNING, "sandbox", "no seccomp filter: the daemon may make any system call: %s",
                 strerror(-calls));
    if (mode == SETTINGS_SANDBOX_LOG)
        log_core(PXED_LOG_WARNING, "sandbox",
                 "unknown system calls are allowed, and noted by the kernel (audit, dmesg)");
}
