# shellcheck shell=bash
# tftpd-hpa: a process for each transfer.
peer_needs="in.tftpd"
peer_roles="tftp"
peer_unseen=yes # nobody awaits its children: /proc forgets what they used
peer_version() { in.tftpd -V | cut -d, -f1; }
tftpd_hpa_start() { bench_spawn tftpd in.tftpd -L -4 -a "$BENCH_SERVER:69" -u nobody -s "$BENCH_DATA/tftp"; }
peer_start() { tftpd_hpa_start; }
