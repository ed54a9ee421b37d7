/* A host whose board was replaced: its record and its history go over to the new MAC. */
#include "ledger.h"

void ledger_move(struct machines *ms, struct machine *from, struct machine *to) {
    struct lifecycle_record rec = *machine_rec(from), none = {.mac = from->mac};
    rec.mac = to->mac;
    struct pxed_addr no_ip = {0}, ip = machine_rec(from)->ip;
    bool leased = machine_rec(from)->ip_leased;
    machines_set_ip(ms, from, &no_ip, false);
    rec.ip = machine_rec(to)->ip;
    rec.ip_leased = machine_rec(to)->ip_leased;
    machines_set_record(ms, to, &rec);
    if (machine_rec(to)->ip.family == 0 && ip.family != 0)
        machines_set_ip(ms, to, &ip, leased);
    machines_set_record(ms, from, &none);
    from->erase = from->version > 0 || from->write != NULL;
    machines_hold(ms, to, true);
    journal_move(ms, from, to);
    to->move_steps = true;
    machines_dirty(ms, to, true);
    if (from->erase)
        machines_dirty(ms, from, true);
    if (ms->touched) {
        ms->touched(ms->touched_arg, from);
        ms->touched(ms->touched_arg, to);
    }
}
