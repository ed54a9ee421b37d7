#!/bin/bash
# A host that is not armed: whether a loader is told to send it to its disk goes by what was seen on it.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac
e2e_client one $M1
e2e_client two $M2
e2e_client three $M3
e2e_address one 10.77.0.61
e2e_address two 10.77.0.62
e2e_address three 10.77.0.63
e2e_image debian-12
cat >"$E2E/host-os.conf" <<HOSTS
$M1, debian-12, name=web01, ip=10.77.0.61
$M2, debian-12, name=web02, ip=10.77.0.62
$M3, local, name=db01, ip=10.77.0.63
HOSTS
config() { # MODE [IDLE]: web01 and web02 are known and not armed
    printf 'arm = command\n%s[dhcp]\nmode = %s\nrange = 10.77.0.70 - 10.77.0.79\ndns = 10.77.0.1\n' "${2:+idle = $2$'\n'}" "$1" | e2e_ini
}
config server
e2e_start
told() { dhcp_as "$1" discover --mac "$2" --firmware "${3:-bios}" "${@:4}" | jq -r .file; } # NAME MAC [FIRMWARE]: switched on
disk() { has "$2 is sent to its disk" "$3" "$(curl_as "$1" -A iPXE "$U/home.php?mac=$2")"; }  # NAME MAC WORD
system() { dhcp_as "$1" lease --mac "$2" >/dev/null; }                                         # NAME MAC: it runs, and asks for its address

field() { jq -r ".$1"; }

# --- nothing was seen: it boots by itself
is "a known host gets no boot file" "" "$(told one $M1)"
is "but its address" "ack 10.77.0.61" "$(dhcp_as one lease --mac $M1 --firmware bios | jq -r '.type + " " + .yiaddr')"
has "told in its journal" IDLE_UNSEEN "$(e2e_journal web01)"
has "why says what to do" "idle = local" "$(e2e_pxed why web01)"
is "nor does iPXE get a script" "" "$(told one $M1 bios --loader ipxe)"
is "nor one that is only named" "" "$(told three $M3)"
has "explain says so" "idle = auto: told the following only while" "$("$E2E_BIN" explain -c "$E2E/pxed.ini" web01 --as installed)"
lacks "not of one that is armed" "idle = auto" "$("$E2E_BIN" explain -c "$E2E/pxed.ini" web01 --as armed)"

# --- it gets there by a loader of its own, and its system asks for an address
disk one $M1 "boots its disk"
system one $M1
is "seen to work: it is told a loader" undionly.kpxe "$(told one $M1)"
has "why says so" "sent to its disk by a loader: it came up" "$(e2e_pxed why web01)"
is "as an object, too" "true 0" "$(e2e_pxed machines --json | jq -r 'select(.name == "web01") | "\(.disk_good) \(.disk_back)"')"
until_true 10 e2e_pxed machines >/dev/null
e2e_stop && e2e_start
is "known after a restart" undionly.kpxe "$(told one $M1)"

# --- it comes back at once
disk one $M1 "boots its disk"
is "a return is forgiven" undionly.kpxe "$(told one $M1)"
disk one $M1 "boots its disk"
is "and another" undionly.kpxe "$(told one $M1)"
has "and told" "it came back at once, 2 times in a row" "$(e2e_pxed why web01)"
disk one $M1 "boots its disk"
is "HTTP boot after PXE is no return" "http://$E2E_SERVER/boot/snponly.efi" "$(told one $M1 http-x64)"
disk one $M1 "boots its disk"
is "three times are enough" "" "$(told one $M1)"
has "told in its journal" IDLE_CAME_BACK "$(e2e_journal web01)"

# --- an installation went through our loader: its way out is tried
e2e_pxed arm web02 --yes >/dev/null
is "an armed host gets its loader" undionly.kpxe "$(told two $M2)"
curl_as two -A iPXE -o /dev/null "$U/home.php?mac=$M2"
curl_as two -o /dev/null "$U/hosts/08-00-27-4d-4d-ab/preseed.cfg"
curl_as two -o /dev/null "$U/event?mac=$M2&stage=installed"
is "it is installed" installed "$(e2e_state $M2 install)"
is "at its first start it gets a loader, too" undionly.kpxe "$(told two $M2)"
disk two $M2 INSTALLED
for _ in 1 2; do
    is "it comes back" undionly.kpxe "$(told two $M2)"
    disk two $M2 INSTALLED
done
is "and again" "" "$(told two $M2)"
has "the cause" "boots-again" "$(e2e_pxed why web02 --json)"
e2e_pxed arm web02 --yes >/dev/null
is "armed again it gets its loader" undionly.kpxe "$(told two $M2)"
e2e_stop

# --- what the operator says
config server local
e2e_start
is "idle = local: always a loader" undionly.kpxe "$(told one $M1)"
e2e_stop
config proxy
e2e_start
is "beside another server nothing is said at all" none "$(dhcp_as three discover --mac $M3 --firmware bios --wait 1 | field type)"
e2e_stop && e2e_pass "it ends well"
e2e_done
