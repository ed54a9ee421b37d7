#!/usr/bin/env python3
"""Talos of os-linux: each layout of an image; without the operator's machine configuration nothing boots.   usage: talos.py PXED"""
import box
from box import BASE, HOST, Explained, check, same

OWN = "version: v1alpha1\n"
for os_id, kernel, initrd in (("talos-1.7.0", "vmlinuz-amd64", "initramfs-amd64.xz"), ("talos-1.8-arm64", "vmlinuz-arm64", "initramfs-arm64.xz"),
                              ("talos-1.9-amd64", "kernel-amd64", "initramfs-amd64.xz"), ("talos", "vmlinuz", "initramfs.xz")):
    seen = Explained(os_id, [kernel, initrd], own=OWN)
    same(f"{os_id}: its kernel line", seen.line(), f"{BASE}/os/{os_id}/{kernel} talos.platform=metal talos.config={HOST}/config.yaml "
         "init_on_alloc=1 slab_nomerge pti=on printk.devkmsg=on")
    same(f"{os_id}: its initrd", seen.initrds(), [f"{BASE}/os/{os_id}/{initrd}"])
    same(f"{os_id}: the operator's file", seen.file("config.yaml"), OWN)
    seen = Explained(os_id, [kernel, initrd])
    check(f"{os_id}: without answer= nothing boots", not seen.initrds() and "IMAGE_INCOMPLETE" in seen.out, seen.out)
    seen = Explained(os_id, [kernel, initrd], verb="check")
    check(f"{os_id}: check says what is missing", "needs a machine configuration" in seen.out + seen.err, seen.out + seen.err)
    seen = Explained(os_id, [kernel, initrd], own=OWN, verb="check")
    check(f"{os_id}: a new line does not arm", "a new line that uses it does not arm" in seen.out + seen.err, seen.out + seen.err)
box.finish("proves: talos scripted")
