/* The operation `image` of pxed/os.h: what lies in the image's folder or ISO. */
#pragma once

#include "pxed/os.h"

/* Looks for WinPE and the system image, reads both WIMs, and compares them with what the OS id promises. Facts:
 *   boot               WinPE's WIM, below the folder or inside the ISO (none for a WinPE ISO that memdisk boots)
 *   pe-arch pe-build   of it; pe-version 10.0.26100, pe-smb SMB3_11 (its newest dialect)
 *   wim file           the system image: its name below the folder, and its last part; share, share-alias: to link
 *   wim-part           the other parts of a split image; swm install*.swm
 *   wim-arch wim-build language
 *   images             how many it holds; image-N `name (edition)`, edition-N, name-N for the first of them
 *   index edition      the one that [os ID] names, or the only one
 *   missing            what has to be put there first (a list of sentences)
 *   unpack             set: the system image lies in the ISO, or setup.exe is to be started from its tree
 *   setup              `yes`: setup.exe and its sources are there
 *   need-ram need-firmware need-winpe need-smb      for people */
void windows_image(const struct pxed_image *image, struct pxed_diags *diags);
