#include "settings.h"

#define OPTION(member, kind, name, ...) PXED_OPTION(struct settings, member, kind, name, __VA_ARGS__)

const struct pxed_option settings_options[] = {
    OPTION(interfaces, LIST, "interface", .flags = PXED_OPT_REQUIRED | PXED_OPT_RESTART, .help = "interfaces to serve"),
    OPTION(plugins, LIST, "plugins", .flags = PXED_OPT_RESTART,
           .help =
               "what is not named is not loaded; default: store-sqlite api dhcp tftp http ra and every os-* installed"),
    OPTION(address, ADDR, "address", .flags = PXED_OPT_RESTART,
           .help = "the server's address; default: the first of the interface"),
    OPTION(name, STR, "name", .help = "host name in URLs; machines must be able to resolve it; default: the address"),
    OPTION(root, PATH, "root", .fallback = "/srv/pxed", .flags = PXED_OPT_RESTART, .help = "boot/ and tftp/ lie in it"),
    OPTION(state, PATH, "state", .fallback = "/var/lib/pxed", .flags = PXED_OPT_RESTART,
           .help = "store, last good host table, socket"),
    OPTION(hosts, PATHS, "hosts", .fallback = "host-os.conf", .flags = PXED_OPT_RESTART,
           .help = "the host file, or a folder of *.conf read in order of their names"),
    OPTION(user, STR, "user", .flags = PXED_OPT_RESTART,
           .help = "the account to run as after binding; default: pxed if it exists"),
    OPTION(arm, ENUM, "arm", .fallback = "new", .words = "new command any",
           .help =
               "new: a line never seen before may install on a blank disk; command: only `pxed arm`; any: a new line "
               "installs without the disk guard"),
    OPTION(arm_limit, UINT, "arm-limit", .fallback = "100",
           .help = "one load that would arm more hosts than this arms none; 0: no limit"),
    OPTION(install_timeout, DURATION, "install-timeout", .fallback = "2h",
           .help = "an installer silent for this long is stalled"),
    OPTION(drain, DURATION, "drain", .fallback = "30s", .help = "how long running transfers may go on after SIGTERM"),
    OPTION(unknown, ENUM, "unknown", .fallback = "ignore", .words = "ignore local script",
           .help = "a machine without a line; ignore: no boot data; local: it boots its disk; script: the operator's "
                   "script is asked"),
    OPTION(idle, ENUM, "idle", .fallback = "local", .words = "local silent",
           .help = "a host that is not armed; local: a script that boots its disk; silent: no boot offer"),
    OPTION(loader_path, PATHS, "loader-path",
           .fallback = "/usr/lib/ipxe /usr/lib/PXELINUX /usr/lib/syslinux/modules/bios /usr/lib/syslinux",
           .help = "folders for loaders that root/tftp lacks"),
    /* `include` is resolved while reading; the row is for the manual */
    OPTION(plugins, LIST, "include", .help = "further ini files, a pattern relative to this file: conf.d/*.ini"),
    {0},
};
