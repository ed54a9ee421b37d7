#!/bin/bash
# ubuntu_image.sh with Ubuntu 22.04 on UEFI: its older netplan and GRUB, a GPT with both boot loaders' partitions and the volume's.
# proves: ubuntu installed (image mode)
SUITE=jammy RELEASE=22.04 LAB_EFI=yes exec "$(dirname "$0")/ubuntu_image.sh" "$@"
