/* Included before every source of the test program: drives become files, see fake_disks.c. */
#pragma once

#include <winsock2.h>

#include <windows.h>

#include <winioctl.h>

HANDLE WINAPI fake_create_file(LPCSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security, DWORD how,
                               DWORD flags, HANDLE like);
BOOL WINAPI fake_device_io_control(HANDLE h, DWORD code, LPVOID in, DWORD in_len, LPVOID out, DWORD size, LPDWORD len,
                                   LPOVERLAPPED overlapped);
BOOL WINAPI fake_read_file(HANDLE h, LPVOID out, DWORD size, LPDWORD len, LPOVERLAPPED overlapped);

#undef CreateFileA
#define CreateFileA     fake_create_file
#define DeviceIoControl fake_device_io_control
#define ReadFile        fake_read_file
