/* A new command adds a row here and a file of its own. */
#include "commands.h"

#include <string.h>

#include "pxed/diag.h"

const struct cli_command cli_commands[] = {
    {"run", "-c FILE [--debug]", "run the daemon in the foreground", cli_run},
    {"check", "-c FILE [--offline|--quick]", "report every error and warning of a configuration", cli_check},
    {"explain", "-c FILE HOST [--as armed|installed] [--firmware F] [--loader L]", "what a machine would get, and why",
     cli_explain},
    {"import", "[-c FILE] ISO|FOLDER [--as OS-ID] | --wds DIR | --mdt DIR  [--write|--copy]",
     "what an installation medium is, or what another server's folder says, and bring it here", cli_import},
    {"snippet", "[-c FILE] dnsmasq|kea|isc|windows|mikrotik|opnsense|cisco|juniper [HOST...]",
     "lines for a DHCP server or relay that stays, for all or some hosts", cli_snippet},
    {"replay", "[-c FILE] FILE.pcap [--as armed|installed]",
     "a boot from a capture: what was answered, and what pxed would have answered", cli_replay},
    {"doctor", "[-c FILE] [--json]", "other DHCP and boot servers on the served networks, and what this set-up lacks",
     cli_doctor},
    {"loaders", "[-c FILE] [--json]",
     "the boot loaders at hand for each firmware, and what brings those that are missing", cli_loaders},
    {"options", "[PLUGIN]", "every key of pxed.ini, with its meaning", cli_options},
    {"hosts", "[-c FILE] export|import|edit [FILE] [--csv] [--to FILE] [--dry-run] [--json]",
     "the lines of the host file: out, in from host lines, CSV or JSON, or in an editor that checks them", cli_hosts},
    {"contract-test", "PLUGIN.so | --all", "a plugin against what is promised to and by plugins", cli_contract_test},
    {"new-plugin", "os|protocol NAME", "a folder with a plugin that builds and does little: a beginning",
     cli_new_plugin},
    {"machines", "[-c FILE] [--armed|--failed|--unknown] [--json]", "every machine and its state", cli_machines},
    {"find", "[-c FILE] WORD [--json]", "the machines with this in their MAC, name, address or system", cli_find},
    {"watch", "[-c FILE] [HOST] [--until STAGE] [--timeout SECONDS] [--json]", "each machine's timeline as it happens",
     cli_watch},
    {"why", "[-c FILE] [HOST | --all | --screen TEXT] [--json]",
     "the last steps and the named refusals, with their cure; or what a text on a machine's screen means", cli_why},
    {"report", "[-c FILE] [--since 1d] [--html FILE] [--json]",
     "installations, how long each stage took, and what failed", cli_report},
    {"log", "[-c FILE] HOST [--json]", "the journal of one machine", cli_log},
    {"leases", "[-c FILE] [import|export dnsmasq|isc|kea|kea-sql|windows [FILE]] [--dry-run] [--json]",
     "addresses given out; taken over from, or handed to, another server", cli_leases},
    {"arm", "[-c FILE] HOST... | --new  [--os OS-ID] [--tries N] [--for 24h] [--dry-run] [--yes] [--url] [--json]",
     "give the right to install, once", cli_arm},
    {"disarm", "[-c FILE] HOST... [--json]", "take it back", cli_disarm},
    {"adopt", "[-c FILE] HOST... | --new  [--json]", "known, not armed: new lines of machines that run already",
     cli_adopt},
    {"event", "[-c FILE] HOST installed|failed [REASON] [--json]", "say how an installation ended", cli_event},
    {"token", "[-c FILE] list | add NAME --scope read|operate|arm [--hosts group:NAME] | remove NAME...  [--json]",
     "who may ask over the network: the page and programs", cli_token},
    {"backup", "[-c FILE] FILE [--json]", "copy the store into a file, while the daemon runs or not", cli_backup},
    {"restore", "[-c FILE] FILE [--dry-run] [--json]",
     "put such a copy in the place of the store: nothing is armed after that", cli_restore},
    {"store", "[-c FILE] copy --from FILE --to FILE [--dry-run] [--json]",
     "a store in the place of another, by the rules of restore", cli_store},
    {"stop", "[-c FILE] [--when-idle [--timeout 2h]] [--dry-run] [--json]",
     "end the daemon, at once or when no host is being installed", cli_stop},
    {0},
};

const struct cli_command *commands_find(const char *name) {
    for (const struct cli_command *c = cli_commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

const char *commands_nearest(const char *word) {
    const char *names[sizeof(cli_commands) / sizeof(*cli_commands)];
    size_t n = 0;
    for (const struct cli_command *c = cli_commands; c->name; c++)
        names[n++] = c->name;
    names[n] = NULL;
    return pxed_nearest(pxed_slice_of(word), names);
}
