<?php
// The classic script: it reads the table, looks for the machine and prints what it boots.
$mac = strtolower($_GET['mac'] ?? '');
$os = null;
foreach (file(__DIR__ . '/../host-os.conf', FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES) as $line) {
    [$name, $what] = explode(',', $line, 2);
    if (strtolower(trim($name)) === $mac) {
        $os = trim($what);
        break;
    }
}
header('Content-Type: text/plain');
if ($os === null) {
    http_response_code(404);
    echo "#!gpxe\necho unknown host\n";
    exit;
}
$dashed = str_replace(':', '-', $mac);
echo "#!gpxe\nimgfree\nkernel http://10.100.0.1/boot/vmlinuz ksdevice=link ks=http://10.100.0.1/boot/hosts/linux-ks/$dashed.txt os=$os\n";
echo "initrd http://10.100.0.1/boot/initrd.img\nboot\n";
