/* Landlock: nothing is executed, and files change only below the state, the share and, if pxed writes there, root/tftp.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"

#define ACCESS_TRUNCATE (1ULL << 14) /* kernel 6.2; Debian 12's header does not name it */

static const uint64_t writes = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                               LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                               LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM |
                               LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REFER | ACCESS_TRUNCATE;
static const uint64_t never = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                              LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO;

/* What this kernel knows of; an unknown right would refuse the whole set. */
static uint64_t known_rights(long abi) {
    return (writes | never) & ~(abi < 2 ? LANDLOCK_ACCESS_FS_REFER : 0) & ~(abi < 3 ? ACCESS_TRUNCATE : 0);
}

static int allow(int rules, const char *path, uint64_t rights) {
    struct landlock_path_beneath_attr beneath = {.allowed_access = rights};
    beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (beneath.parent_fd < 0)
        return errno == ENOENT ? 0 : -errno;
    long rc = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    int error = errno;
    close(beneath.parent_fd);
    return rc < 0 ? -error : 0;
}

/* The API's socket is removed at the end, and may lie outside the state. */
static int allow_socket(int rules, const struct daemon *d, uint64_t rights) {
    const struct ini_entry *e = ini_get(&d->config->ini, "api", "socket");
    char path[PATH_MAX];
    if (!e || e->value[0] != '/' || snprintf(path, sizeof(path), "%s", e->value) >= (int)sizeof(path))
        return 0;
    return allow(rules, dirname(path), rights & (LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_SOCK));
}

int sandbox_files(const struct daemon *d) {
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 0)
        return -errno;
    uint64_t known = known_rights(abi);
    struct landlock_ruleset_attr attr = {.handled_access_fs = known};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
    if (rules < 0)
        return -errno;
    const struct catalogue *c = d->catalogue;
    int rc = allow(rules, d->config->settings.state, writes & known);
    if (rc == 0 && c->share_dir)
        rc = allow(rules, c->share_dir, writes & known);
    if (rc == 0 && c->writes_pxelinux_cfg)
        rc = allow(rules, c->tftp_dir, writes & known);
    if (rc == 0)
        rc = allow(rules, "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE);
    if (rc == 0)
        rc = allow_socket(rules, d, known);
    if (rc == 0 && syscall(SYS_landlock_restrict_self, rules, 0) < 0)
        rc = -errno;
    close(rules);
    return rc;
}
