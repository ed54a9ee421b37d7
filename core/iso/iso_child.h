/* The process that reads UDF: libudfread trusts its input, so it runs where it can harm nobody. */
#pragma once

enum { ISO_CHILD_CPU = 60 /* s */, ISO_CHILD_MEMORY = 512 << 20 /* bytes beyond what it begins with */ };

/* Runs in a process of its own, which ends with the returned status: gives up every descriptor but these two and every
 * system call but reading the one, writing to the other and taking memory; then reads the image's UDF and writes its
 * index as messages of iso_wire.h. The process may be a fork of one with threads: it only reads, computes and
 * allocates, which glibc allows there. In a sanitizer build it keeps its system calls and memory. */
int iso_child_run(int image_fd, int out_fd);
