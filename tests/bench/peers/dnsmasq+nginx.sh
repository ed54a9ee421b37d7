# shellcheck shell=bash
# dnsmasq, which names one boot script to every iPXE and snponly.efi to UEFI, and nginx, on the emulated machine's wire.
peer_needs="dnsmasq nginx"
peer_roles="boot"
peer_version() { echo "dnsmasq, nginx"; }

peer_start() {
    local args="auto=true priority=critical console=ttyS0" own=$BENCH_RUN
    printf '#!ipxe\nkernel http://10.77.0.1/boot/os/debian-12/linux %s\n' "$args" >"$own/boot.ipxe"
    printf 'initrd http://10.77.0.1/boot/os/debian-12/initrd.gz\nboot\n' >>"$own/boot.ipxe"
    cat >"$own/nginx.conf" <<CONF
daemon off; pid $own/pid; error_log $own/error.log; worker_processes auto;
events { worker_connections 512; }
http { access_log off; sendfile on; tcp_nopush on; client_body_temp_path $own/a; proxy_temp_path $own/b;
       fastcgi_temp_path $own/c; uwsgi_temp_path $own/d; scgi_temp_path $own/e;
       server { listen 10.77.0.1:80; root $LAB/root; location = /boot.ipxe { root $own; }
                location = /snponly.efi { root $own/tftp; } } }
CONF
    bench_spawn nginx nginx -c "$own/nginx.conf" -e "$own/error.log"
    mkdir -p "$own/tftp"
    cp /usr/lib/ipxe/snponly.efi "$own/tftp/"
    bench_spawn dnsmasq dnsmasq -k --conf-file=/dev/null --port=0 --interface=tap0 --bind-interfaces --dhcp-leasefile="$own/leases" \
        --dhcp-range=10.77.0.50,10.77.0.99,255.255.255.0,1h --dhcp-option=6,10.77.0.1 --enable-tftp --tftp-root="$own/tftp" \
        --dhcp-userclass=set:ipxe,iPXE --dhcp-match=set:pxe,option:client-arch,7 --dhcp-match=set:http,option:client-arch,16 \
        --dhcp-boot=tag:ipxe,http://10.77.0.1/boot.ipxe --dhcp-boot=tag:!ipxe,tag:pxe,snponly.efi \
        --dhcp-boot=tag:!ipxe,tag:http,http://10.77.0.1/snponly.efi --dhcp-option-force=tag:http,60,HTTPClient
}
