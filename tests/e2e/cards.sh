#!/bin/bash
# A served interface that loses its address, goes away, or is made anew under the same name.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa
e2e_client one $M1
echo "$M1, debian-12, name=web01" >"$E2E/host-os.conf"
printf '[dhcp]\nmode = server\nrange = 10.77.0.100 - 10.77.0.149\ndns = 10.77.0.1\n' | e2e_ini
e2e_start
offer() { dhcp_as one discover --mac $M1 --firmware bios | jq -r .yiaddr; }
is "DHCP answers" 10.77.0.100 "$(offer)"

e2e_in server ip addr del $E2E_SERVER/24 dev lan0
until_true 5 logged 'error core interface lan0 has lost 10.77.0.1'
ok "a lost address is told" logged 'error core interface lan0 has lost 10.77.0.1'
e2e_in server ip addr add $E2E_SERVER/24 dev lan0
until_true 5 logged 'info core interface lan0 has 10.77.0.1 again'
ok "and that it is back" logged 'info core interface lan0 has 10.77.0.1 again'
is "DHCP answers as before" 10.77.0.100 "$(offer)"
ok "nothing else was needed" e2e_alive pxed

renew() { # what a network manager does
    e2e_in server ip link add lan0 type bridge
    e2e_in server ip link set lan0 address 02:00:0a:4d:00:01 up
    e2e_in server ip link set p_one master lan0
    e2e_in server ip addr add $E2E_SERVER/24 dev lan0
}
e2e_in server ip link del lan0
until_true 5 logged 'error core interface lan0 is gone'
ok "an interface that goes away is told" logged 'error core interface lan0 is gone'
ok "and waited for" e2e_alive pxed
renew
until_true 15 eval '! e2e_alive pxed'
ok "an interface made anew is told" logged 'error core interface lan0 was made anew'
wait "${E2E_PIDS[pxed]}"
is "the daemon ends with a status after which systemd starts it again" 75 $?
unset "E2E_PIDS[pxed]"
e2e_start
is "and then it hears" 10.77.0.100 "$(offer)"
e2e_stop

# --- another DHCP server of this machine
e2e_in server ip link add lan1 type dummy
e2e_in server ip link set lan1 up
e2e_in server ip addr add 10.88.0.1/24 dev lan1
beside() { # INTERFACE RANGE
    e2e_spawn dnsmasq server dnsmasq -k --conf-file=/dev/null --port=0 --interface="$1" --bind-interfaces --dhcp-range="$2,255.255.255.0" \
        --dhcp-leasefile="$E2E/dnsmasq.leases" --pid-file= --user=root
    until_true 10 eval 'e2e_in server ss -ulnH "sport = :67" | grep -q .'
    e2e_mark
    e2e_start
}
beside lan1 10.88.0.50,10.88.0.60
no "one on another interface is no matter" logged 'dhcp beside'
e2e_stop
e2e_kill dnsmasq
beside lan0 10.77.0.50,10.77.0.60
ok "one on the same interface is told" logged 'warning dhcp beside another program of this server listens to DHCP on lan0'
e2e_kill dnsmasq
e2e_stop && e2e_pass "it ends well"
e2e_done
