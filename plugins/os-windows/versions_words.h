/* Words of versions.def. */
#pragma once

#include "versions.h"

#define CLIENT  "windows win"
#define SERVER  "windows windows-server win win-server"
#define S2003   "2003 2003-* 2003r2 2003r2-* 2k3 2k3-* 2k3r2 2k3r2-*"
#define S2008R2 "2008r2 2008r2-* 2008-r2 2008-r2-* 2k8r2 2k8r2-* 2k8-r2 2k8-r2-*"
#define S2012R2 "2012r2 2012r2-* 2012-r2 2012-r2-* 2k12r2 2k12r2-* 2k12-r2 2k12-r2-*"

#define NT60 "nt6 vista imagex"
#define NT61 "nt6 nt61 nt61plus imagex"
#define NT62 "nt6 nt62 nt61plus nt62plus dism"
#define NT63 "nt6 nt63 nt61plus nt62plus nt63plus dism"
#define NT10 "nt6 nt10 nt61plus nt62plus nt63plus nt10plus dism"
#define NT11 NT10 " win11"

#define APPLY       WINDOWS_APPLY
#define BOTH        WINDOWS_BOTH
#define PE2         WINDOWS_PE(6, 0, 6000)
#define PE3         WINDOWS_PE(6, 1, 7600)
#define PE4         WINDOWS_PE(6, 2, 9200)
#define PE5         WINDOWS_PE(6, 3, 9600)
#define PE10(build) WINDOWS_PE(10, 0, build)

/* The firmware of each profile. x64 UEFI can start only an x64 WinPE, so 32-bit systems need 32-bit UEFI. */
#define FIRMWARE_NT5   PXED_FW_BIT(PXED_FW_BIOS)
#define FIRMWARE_BIOS  PXED_FW_BIT(PXED_FW_BIOS)
#define FIRMWARE_X64   (PXED_FW_BIT(PXED_FW_BIOS) | PXED_FW_BIT(PXED_FW_EFI_X64) | PXED_FW_BIT(PXED_FW_HTTP_X64))
#define FIRMWARE_X86   (PXED_FW_BIT(PXED_FW_BIOS) | PXED_FW_BIT(PXED_FW_EFI_IA32))
#define FIRMWARE_ARM64 (PXED_FW_BIT(PXED_FW_EFI_ARM64) | PXED_FW_BIT(PXED_FW_HTTP_ARM64))
