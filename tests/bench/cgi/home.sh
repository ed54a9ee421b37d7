#!/bin/sh
# The same as home.php, for servers that start a program for each request.
mac=${QUERY_STRING#*mac=}
mac=${mac%%&*}
os=$(grep -i -m1 "^$mac," "$(dirname "$0")/../host-os.conf")
os=${os#*, }
if [ -z "$os" ]; then
    printf 'Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\n#!gpxe\necho unknown host\n'
    exit
fi
dashed=$(echo "$mac" | tr : -)
printf 'Content-Type: text/plain\r\n\r\n#!gpxe\nimgfree\nkernel http://10.100.0.1/boot/vmlinuz ksdevice=link '
printf 'ks=http://10.100.0.1/boot/hosts/linux-ks/%s.txt os=%s\ninitrd http://10.100.0.1/boot/initrd.img\nboot\n' "$dashed" "$os"
