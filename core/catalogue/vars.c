/* The table of host variables. */
#include "vars.h"

#include "users.h"
#include "var_checks.h"

const struct vars_row vars_rows[] = {
    {"name", "host name; default pxe- and the last six digits of the MAC", true, false, var_check_name},
    {"domain", "DNS domain", false, false, var_check_domain},
    {"ip", "the machine's address, with prefix if its net is not served here; reserves the lease in server mode", true,
     false, var_check_ip},
    {"gateway", "default gateway of the installed system and the lease", false, false, var_check_addrs},
    {"dns", "name servers, blank-separated", false, false, var_check_addrs},
    {"ip6", "IPv6 addresses of the installed system, each with its prefix, blank-separated", true, false,
     var_check_ip6},
    {"gateway6", "IPv6 default gateway of the installed system", false, false, var_check_addr6},
    {"vlan", "VLAN number of the installed system's network", false, false, var_check_vlan},
    {"bond",
     "802.3ad, active-backup or another mode: the installed system's network is a bond of the line's MAC and those of "
     "mac=",
     false, false, var_check_bond},
    {"install-net", "port: the installer uses one plain port, whatever bond= and vlan= say; bond, vlan, both", false,
     false, var_check_install_net},
    {"bootorder",
     "network: what booted the installer stands first again in UEFI's boot order (default); disk: the installed "
     "system; "
     "keep: as the installer leaves it",
     false, false, var_check_bootorder},
    {"net", "static: write ip= into the installed system (default with ip=); dhcp", false, false, var_check_net},
    {"disk",
     "the only disk that is ever written: /dev/NAME, serial:S, wwn:W, size:400G-500G, smallest; number:N "
     "where disks have numbers",
     false, false, var_check_disk},
    {"layout",
     "plain, lvm, raid1 or raid1-lvm: what is made of the disk; raid1 needs two, which disk= may name with two words",
     false, false, var_check_layout},
    {"timezone", "Europe/Berlin", false, false, var_check_line},
    {"locale", "en_US.UTF-8", false, false, var_check_line},
    {"keyboard", "us", false, false, var_check_line},
    {"ntp", "time servers, blank-separated", false, false, var_check_line},
    {"proxy", "HTTP proxy for packages, a URL", false, false, var_check_line},
    {"repo", "installation source, a URL; default: the image's own tree", false, false, var_check_line},
    {"packages", "further packages, blank-separated", false, false, var_check_line},
    {"root-password-hash", "crypt(3) hash; without one the account is locked", false, true, var_check_line},
    {"admin-password", "administrator's password where a system takes no hash", false, true, var_check_line},
    {"ssh-key", "public key for root", false, false, var_check_line},
    {"users", "further accounts, NAME:HASH:sudo:SSH-KEY, separated by `;`, or an @FILE with one a line", false, true,
     users_check},
    {"run", "commands for the end of an installation, run in the new system: @FILE of a script, or one line", false,
     false, var_check_run},
    {"product-key", "licence key", false, true, var_check_line},
    {"edition", "edition of the system inside the image", false, false, var_check_line},
    {"args", "ends the installer's kernel line; a template: {{host.name}}, {{server.url}}", false, false,
     var_check_args},
    {"args-installed", "kernel arguments of the installed system", false, false, var_check_line},
    {"answer", "the operator's own answer file, relative to the file that names it", false, false, var_check_path},
    {"answer-raw", "yes: answer= is no template: it is served as it is, whatever tags of other systems are in it",
     false, false, var_check_bool},
    {"loader", "boot loader for this host's firmware, a name below root/tftp or loader-path", false, false,
     var_check_line},
    {"option", "DHCP options of this host, NUMBER or NAME and VALUE, separated by `;`: 100 EST5EDT; mtu 1400", false,
     false, var_check_line},
    {"group", "takes the variables of [group NAME]", true, false, var_check_line},
    {"protect", "yes: nothing arms this host", false, false, var_check_bool},
    {"mac", "further ports of the same host", true, false, var_check_macs},
    {0},
};

const struct vars_row *vars_find_row(struct pxed_slice key) {
    for (const struct vars_row *r = vars_rows; r->key; r++)
        if (pxed_slice_is(key, r->key))
            return r;
    return NULL;
}

const struct pxed_os_var *vars_find_own(const struct pxed_profile *profile, struct pxed_slice key) {
    for (const struct pxed_os_var *v = profile ? profile->vars : NULL; v && v->key; v++)
        if (pxed_slice_is(key, v->key))
            return v;
    return NULL;
}

static const char *vars_nearest(struct pxed_slice key, const struct pxed_profile *profile) {
    const char *names[128];
    size_t n = 0;
    for (const struct vars_row *r = vars_rows; r->key; r++)
        names[n++] = r->key;
    for (const struct pxed_os_var *v = profile ? profile->vars : NULL; v && v->key && n < 127; v++)
        names[n++] = v->key;
    names[n] = NULL;
    return pxed_nearest(key, names);
}

bool vars_check(struct pxed_slice key, struct pxed_slice value, const struct pxed_profile *profile, bool in_line,
                const char *file, unsigned line, struct pxed_diags *diags) {
    const struct vars_row *row = vars_find_row(key);
    if (!row && vars_find_own(profile, key))
        return true;
    if (!row) {
        const char *near = vars_nearest(key, profile);
        pxed_diag_add(diags, PXED_ERROR, file, line,
                      near ? "unknown variable '%.*s', did you mean '%s'?" : "unknown variable '%.*s'", PXED_S(key),
                      near);
        return false;
    }
    if (row->line_only && !in_line) {
        pxed_diag_add(diags, PXED_ERROR, file, line, "'%s' names one machine: it belongs into a line of the host file",
                      row->key);
        return false;
    }
    const char *wrong = value.len > 0 && row->check ? row->check(value) : NULL;
    if (wrong)
        pxed_diag_add(diags, PXED_ERROR, file, line, "%s=%.*s: %s", row->key,
                      PXED_S(row->secret ? PXED_SLICE("***") : value), wrong);
    else if (value.len > 0 && strcmp(row->key, "root-password-hash") == 0 && !users_is_hash(value))
        pxed_diag_add(diags, PXED_WARNING, file, line,
                      "root-password-hash=***: this is no hash but plain text, which lets nobody in: make one with "
                      "`openssl passwd -6`");
    return !wrong;
}
