#!/usr/bin/env python3
"""Makes a running process do a system call, as an intruder in it would; prints the result. x86-64.

  intrude.py PID NUMBER [ARGUMENT...]    an argument is a number or a text"""
import ctypes
import os
import signal
import struct
import sys

PEEK, POKE, CONT, GETREGS, SETREGS, ATTACH, DETACH = 1, 4, 7, 12, 13, 16, 17
REGS = "27Q"
RAX, RIP, RSP, ORIG_RAX = 10, 16, 19, 15  # of user_regs_struct
ARGUMENTS = (14, 13, 12, 7, 9, 8)  # rdi rsi rdx r10 r8 r9
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
libc.ptrace.restype = ctypes.c_long


def ptrace(what, pid, address=0, data=0):
    ctypes.set_errno(0)
    value = libc.ptrace(what, pid, address, data)
    if value == -1 and ctypes.get_errno():
        sys.exit("ptrace %d: %s" % (what, os.strerror(ctypes.get_errno())))
    return value & (2 ** 64 - 1)


def regs_of(pid):
    buffer = ctypes.create_string_buffer(struct.calcsize(REGS))
    ptrace(GETREGS, pid, 0, ctypes.addressof(buffer))
    return list(struct.unpack(REGS, buffer.raw))


def set_regs(pid, regs):
    buffer = ctypes.create_string_buffer(struct.pack(REGS, *regs))
    ptrace(SETREGS, pid, 0, ctypes.addressof(buffer))


def put_text(pid, at, text):
    data = text.encode() + b"\0"
    data += bytes(-len(data) % 8)
    for i in range(0, len(data), 8):
        ptrace(POKE, pid, at + i, struct.unpack("Q", data[i:i + 8])[0])


def run_to_trap(pid):
    """Until the breakpoint. The process gets its other signals: SIGSYS is what the sandbox is made of."""
    pass_on = 0
    while True:
        ptrace(CONT, pid, 0, pass_on)
        status = os.waitpid(pid, 0)[1]
        if not os.WIFSTOPPED(status):
            sys.exit("the process has ended")
        if os.WSTOPSIG(status) == signal.SIGTRAP:
            return
        pass_on = os.WSTOPSIG(status)


def main():
    pid, number, arguments = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    ptrace(ATTACH, pid)
    os.waitpid(pid, 0)
    before = regs_of(pid)
    regs, room = before[:], (before[RSP] - 4096) & ~15
    for register, argument in zip(ARGUMENTS, arguments):
        if argument.lstrip("-").isdigit():
            regs[register] = int(argument)
        else:
            put_text(pid, room, argument)
            regs[register] = room
            room -= 512
    code = ptrace(PEEK, pid, before[RIP])
    ptrace(POKE, pid, before[RIP], code & ~0xffffff | 0xcc050f)  # syscall; int3
    regs[RAX], regs[ORIG_RAX], regs[RSP] = number, 2 ** 64 - 1, room - 4096
    set_regs(pid, regs)
    run_to_trap(pid)
    result = regs_of(pid)[RAX]
    ptrace(POKE, pid, before[RIP], code)
    set_regs(pid, before)
    ptrace(DETACH, pid)
    print(result - 2 ** 64 if result >> 63 else result)


main()
