#!/bin/bash
# contrib/ansible with Debian's ansible-core against a running daemon: the inventory over the socket and over the console's port, the role
# in check and in real mode while a machine that curl plays walks to `installed`. usage: ansible.sh BUILD_FOLDER
. "$(dirname "$0")/../e2e/common.sh"
HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
INVENTORY=$TOP/contrib/ansible/pxed_inventory.py
command -v ansible-playbook >/dev/null || { echo "skipped: no ansible-playbook (package ansible-core)"; exit 77; }

e2e_begin
M1=08:00:27:4d:4d:a1 M2=08:00:27:4d:4d:a2
e2e_client web01 $M1
e2e_address web01 10.77.0.61
e2e_client db01 $M2
e2e_address db01 10.77.0.62
e2e_image debian-12
cat >"$E2E/host-os.conf" <<HOSTS
$M1, debian-12, name=web01, ip=10.77.0.61, group=web, disk=/dev/vda, root-password-hash=\$6\$saltsalt\$SecretSecret
$M2, debian-12, name=db01, ip=10.77.0.62, group=data-base
08:00:27:4d:4d:a3, rocky-9, name=no-image, locale=de_DE.UTF-8
08:00:27:4d:4d:a4, debian-12, name=kept, protect=yes
HOSTS
e2e_ini <<INI
plugins = store-sqlite api console dhcp tftp http os-linux
arm = command
[dhcp]
mode = server
range = 10.77.0.100 - 10.77.0.199
[console]
listen = 127.0.0.1:8080
[group web]
timezone = Europe/Berlin
[group data-base]
INI
e2e_start
SOCKET=$E2E/state/pxed.sock
READ=$(e2e_pxed token add inventory --scope read 2>/dev/null)
ARM=$(e2e_pxed token add role --scope arm 2>/dev/null)
export ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=0 ANSIBLE_HOME=$E2E/ansible HOME=$E2E ANSIBLE_ROLES_PATH=$TOP/contrib/ansible/roles
export ANSIBLE_LOCAL_TEMP=$E2E/ansible/tmp ANSIBLE_REMOTE_TEMP=$E2E/ansible/remote ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3
here() { e2e_in server env PXED_SOCKET="$SOCKET" "$@"; }
over_http() { e2e_in server env PXED_URL=http://127.0.0.1:8080 "$@"; }

# --- the script by itself
here "$INVENTORY" --list >"$E2E/list"
of() { jq -r "$1" "$E2E/list"; }
is "every declared host" "db01 kept no-image web01" "$(of '._meta.hostvars | keys | sort | join(" ")')"
is "groups by system" "db01 kept web01" "$(of '.os_debian_12.hosts | sort | join(" ")')"
is "by family" no-image "$(of '.family_rocky.hosts | join(" ")')"
is "by group, in letters that Ansible takes" db01 "$(of '.group_data_base.hosts | join(" ")')"
is "by state" "web01" "$(of '.state_none.hosts[] | select(. == "web01")')"
is "an address to log in to" 10.77.0.61 "$(of '._meta.hostvars.web01.ansible_host')"
is "none, if there is none" null "$(of '._meta.hostvars.kept.ansible_host')"
is "what identifies it" "$M1 debian-12 web01" "$(of '._meta.hostvars.web01 | [.pxed_mac, .pxed_os, .pxed_name] | join(" ")')"
is "its line's variables and its group's" "/dev/vda Europe/Berlin" "$(of '._meta.hostvars.web01.pxed_vars | [.disk, .timezone] | join(" ")')"
is "another's own" de_DE.UTF-8 "$(of '._meta.hostvars["no-image"].pxed_vars.locale')"
lacks "no secret, by value" Secret "$(cat "$E2E/list")"
lacks "nor by name" root-password-hash "$(cat "$E2E/list")"
is "--host" "$M2" "$(here "$INVENTORY" --host db01 | jq -r .pxed_mac)"
no "an unknown host" here "$INVENTORY" --host nobody
no "neither question" here "$INVENTORY"
is "over the console's port it is the same" "$(jq -S . "$E2E/list")" "$(over_http env PXED_TOKEN="$READ" "$INVENTORY" --list | jq -S .)"
echo "$READ" >"$E2E/token"
is "with the token in a file" "$M1" "$(over_http env PXED_TOKEN_FILE="$E2E/token" "$INVENTORY" --host web01 | jq -r .pxed_mac)"
no "without a token" over_http "$INVENTORY" --list
has "it says why" 401 "$(over_http "$INVENTORY" --list 2>&1)"
no "a socket that is not there" e2e_in server env PXED_SOCKET="$E2E/none" "$INVENTORY" --list
has "it says which" "$E2E/none" "$(e2e_in server env PXED_SOCKET="$E2E/none" "$INVENTORY" --list 2>&1)"
no "something that is not pxed" e2e_in server env PXED_URL="http://$E2E_SERVER" "$INVENTORY" --list
lacks "no failure is a traceback" Traceback "$(e2e_in server env PXED_URL=nonsense PXED_TIMEOUT=x "$INVENTORY" --list 2>&1)"
is "a token for one group sees that group" web01 "$(over_http env PXED_TOKEN="$(e2e_pxed token add web --scope read --hosts group:web 2>/dev/null)" \
    "$INVENTORY" --list | jq -r '._meta.hostvars | keys | join(" ")')"

# --- with ansible itself
ok "ansible-inventory takes it" here ansible-inventory -i "$INVENTORY" --list
here ansible-inventory -i "$INVENTORY" --list >"$E2E/taken" 2>"$E2E/said"
is "and has nothing to remark" "" "$(cat "$E2E/said")"
is "the same hosts" "$(of '._meta.hostvars | keys | sort | join(" ")')" "$(jq -r '._meta.hostvars | keys | sort | join(" ")' "$E2E/taken")"
has "a pattern of groups" web01 "$(here ansible -i "$INVENTORY" 'group_web:&os_debian_12' --list-hosts)"

# --- the role
cat >"$E2E/install.yml" <<'YML'
- hosts: "{{ which }}"
  gather_facts: false
  connection: local
  roles:
    - pxed_install
YML
cat >"$E2E/power.yml" <<YML
- name: Power on
  ansible.builtin.file: {path: "$E2E/power-{{ pxed_machine.name }}", state: touch, mode: "0644"}
  delegate_to: localhost
YML
play() { # HOST ARGUMENTS...
    local host=$1
    shift
    here timeout 120 ansible-playbook -i "$INVENTORY" "$E2E/install.yml" -e "which=$host pxed_install_socket=$SOCKET pxed_install_delay=1" "$@" 2>&1
}
erase() { printf '{"pxed_install_erase": ["%s"], "pxed_install_power_tasks": "%s"}' "$1" "$E2E/power.yml"; }
state() { e2e_state "$1" install; }

# The machine: waits for its power button, and does what an installer does, up to ssh.
machine() { # NAME MAC LAST-EVENT
    local dashes=${2//:/-} script answer
    until_true 60 [ -e "$E2E/power-$1" ] || return
    script=$(curl_as "$1" -A iPXE "$U/home.php?mac=$dashes")
    answer=$(sed -n 's/.* url=\([^ ]*\).*/\1/p' <<<"$script")
    curl_as "$1" "$U/os/debian-12/linux" >/dev/null
    curl_as "$1" "${answer:?the script names an answer file}" >/dev/null
    curl_as "$1" "$U/event?mac=$dashes&stage=installing" >/dev/null
    sleep 2 # the role looks each second: it sees `installing`, too
    curl_as "$1" "$U/event?mac=$dashes&stage=$3" >/dev/null
}
cat >"$E2E/ssh.py" <<'PY'
import socket
server = socket.create_server(("0.0.0.0", 22))
while True:
    client, _ = server.accept()
    client.sendall(b"SSH-2.0-played\r\n")
    client.close()
PY

text=$(play web01)
has "a disk is not erased unless the host is named" "Name it in pxed_install_erase" "$text"
has "what is at stake is told" "which erases its disk (/dev/vda" "$(tr -s '\n ' ' ' <<<"$text")"
is "nothing was armed" "" "$(state $M1)"
text=$(play web01 -e '{"pxed_install_erase": ["db01"]}')
has "another's name does not do" "Name it in pxed_install_erase" "$text"
text=$(play web01 --check -e "$(erase web01)")
has "check mode would change it" "changed=1" "$text"
has "and fails nowhere" "failed=0" "$text"
is "but arms nothing" "" "$(state $M1)"
no "and does not touch its power" [ -e "$E2E/power-web01" ]
text=$(play kept -e "$(erase kept)")
has "a protected host: pxed's own refusal" PROTECTED "$text"
text=$(play no-image -e "$(erase no-image)")
has "an image that is missing, too" NO_IMAGE "$text"

e2e_spawn ssh web01 python3 "$E2E/ssh.py"
machine web01 $M1 installed &
WALK=$!
text=$(play web01 -e "$(erase web01)")
wait $WALK
has "it is installed" "failed=0" "$text"
is "as pxed says" installed "$(state $M1)"
has "something was changed" "changed=2" "$text" # armed, powered on
has "it has answered by ssh" "Until it answers by ssh" "$text"
has "who armed it is on record" "uid 0 (root)" "$(e2e_state $M1 armed_by)"
text=$(play web01)
has "once more: nothing to do" "changed=0" "$text"
has "without the erase list" "failed=0" "$text"
is "it stays as it is" installed "$(state $M1)"

machine db01 $M2 "failed&reason=DISK_NOT_FOUND" &
WALK=$!
text=$(over_http env PXED_TOKEN="$ARM" timeout 120 ansible-playbook -vvv -i "$INVENTORY" "$E2E/install.yml" \
    -e "which=db01 pxed_install_url=http://127.0.0.1:8080 pxed_install_delay=1" -e "$(erase db01)" 2>&1)
wait $WALK
has "over the console's port; an installation that fails" "db01 is failed" "$(tr -s '\n ' ' ' <<<"$text")"
has "with its reason" "no disk fits disk=" "$(tr -s '\n ' ' ' <<<"$text")"
lacks "the token is not shown, however much is" "$ARM" "$text"
has "by name of the token" "token role" "$(e2e_state $M2 armed_by)"
text=$(over_http env PXED_TOKEN="$READ" timeout 60 ansible-playbook -i "$INVENTORY" "$E2E/install.yml" \
    -e "which=db01 pxed_install_url=http://127.0.0.1:8080" -e "$(erase db01)" 2>&1)
has "a token that may only read" "SCOPE_MISSING" "$text"
rm -f "$E2E/power-db01"
text=$(play db01 -e "$(erase db01)" -e pxed_install_timeout=3)
has "a machine that never starts: the wait ends" "db01 is armed after 3 s" "$(tr -s '\n ' ' ' <<<"$text")"
e2e_stop
e2e_done
