/* The rows of [pxed]. */
#include "settings.h"

#define OPTION(member, kind, name, ...) PXED_OPTION(struct settings, member, kind, name, __VA_ARGS__)

const struct pxed_option settings_options[] = {
    OPTION(interfaces, LIST, "interface", .flags = PXED_OPT_REQUIRED | PXED_OPT_RESTART, .help = "interfaces to serve"),
    OPTION(plugins, LIST, "plugins", .flags = PXED_OPT_RESTART,
           .help = "what is not named is not loaded; default: store-sqlite api dhcp tftp http ra and every os-* "
                   "installed, and smb if the ini has a section [smb]"),
    OPTION(address, ADDR, "address", .flags = PXED_OPT_RESTART,
           .help = "the server's address; default: the first of the interface"),
    OPTION(name, STR, "name", .help = "host name in URLs; machines must be able to resolve it; default: the address"),
    OPTION(root, PATH, "root", .fallback = "/srv/pxed", .flags = PXED_OPT_RESTART,
           .help = "the folder with boot/ and tftp/"),
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
    OPTION(arm_for, DURATION, "arm-for", .fallback = "24h", .help = "an unused `pxed arm` ends after this; 0: never"),
    OPTION(arm_any_limit, STR, "arm-any-limit", .fallback = "25/1h",
           .help = "at most so many hosts per time may be armed with the right to erase any disk; more only from a "
                   "terminal, by typing the number; 0: no limit"),
    OPTION(believe, ENUM, "believe", .fallback = "wire", .words = "wire query",
           .help = "wire: a machine is believed if the kernel's neighbour table says that the asking address is its "
                   "card's; query: whoever names its MAC is it, as in the classic recipe"),
    OPTION(tokens, ENUM, "tokens", .fallback = "auto", .words = "auto secrets always",
           .help = "which URLs of answer files and events carry a token; auto: all of a host with a secret, with mac=, "
                   "or with an address outside the served nets; secrets: files with a secret; always: all"),
    OPTION(install_timeout, DURATION, "install-timeout", .fallback = "2h",
           .help = "an installer silent for this long is stalled"),
    OPTION(drain, DURATION, "drain", .fallback = "30s",
           .help = "how long running transfers may continue after SIGTERM"),
    OPTION(unknown, ENUM, "unknown", .fallback = "ignore", .words = "ignore local script screen",
           .help =
               "a machine without a line; ignore: no boot data; local: it boots its disk; script: the operator's "
               "script is asked; screen: its screen shows MAC, serial number and the line to ask for, then it boots "
               "its disk"),
    OPTION(screen_wait, DURATION, "screen-wait", .fallback = "0s",
           .help = "how long the lines stay on the screen that say why a machine boots its disk; a stranger's with "
                   "unknown = screen: 10s if this is 0"),
    OPTION(
        sandbox, ENUM, "sandbox", .fallback = "yes", .words = "yes log no", .flags = PXED_OPT_RESTART,
        .help =
            "yes: the daemon makes only the system calls it needs, executes nothing, and writes below state and share "
            "only; log: others are allowed and noted by the kernel"),
    OPTION(idle, ENUM, "idle", .fallback = "auto", .words = "auto local silent",
           .help = "a known host that is not armed; auto: local where that was seen to work on it, or where it was "
                   "installed from here and not seen to fail, else no boot offer; local: a script that boots its disk; "
                   "silent: no boot offer"),
    OPTION(image_path, PATHS, "image-path",
           .help = "further folders for images: one that root/boot/os lacks is FOLDER/OS-ID; links into them are "
                   "followed. Everything in a folder named like an OS id can be fetched by anyone"),
    OPTION(loader_path, PATHS, "loader-path", .flags = PXED_OPT_RESTART,
           .fallback = "/usr/lib/ipxe /usr/lib/PXELINUX /usr/lib/syslinux/modules/bios /usr/lib/syslinux /usr/lib/shim "
                       "/usr/lib/grub/x86_64-efi-signed /usr/lib/grub/arm64-efi-signed "
                       "/usr/lib/grub/i386-efi/monolithic /usr/local/lib/pxed/loaders",
           .help = "folders for loaders that root/tftp lacks"),
    /* Resolved while the ini is read, so it never holds anything: the row is for the manual. */
    OPTION(include, LIST, "include", .help = "further ini files, a pattern relative to this file: conf.d/*.ini"),
    {0},
};

bool settings_any_limit(struct pxed_slice text, uint64_t *ret_count, uint64_t *ret_ms) {
    struct pxed_slice count = pxed_slice_word(&text, "/ "), time = pxed_slice_word(&text, "/ ");
    *ret_ms = 0;
    return pxed_slice_u64(count, 1000000, ret_count) && (*ret_count == 0 || options_parse_duration(time, ret_ms));
}
