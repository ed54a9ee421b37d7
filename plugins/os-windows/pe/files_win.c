/* Files on Windows: new ones that appear under their name only when they are complete, and the end of a log. */
#include "files_win.h"

#include <stdio.h>
#include <windows.h>

static bool files_complain(const char *what, const char *path) {
    printf("pxed: cannot %s %s: error %lu\n", what, path, GetLastError());
    return false;
}

bool file_begin(struct file_out *out, const char *path) {
    *out = (struct file_out){.path = path};
    int n = snprintf(out->part, sizeof(out->part), "%s.part", path);
    if (n < 0 || (size_t)n >= sizeof(out->part)) {
        SetLastError(ERROR_BUFFER_OVERFLOW);
        return files_complain("write", path);
    }
    out->handle = CreateFileA(out->part, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (out->handle == INVALID_HANDLE_VALUE)
        return files_complain("write", out->part);
    return true;
}

bool file_write(struct file_out *out, struct pxed_slice bytes) {
    while (bytes.len > 0 && !out->failed) {
        DWORD n = 0, most = bytes.len < (1u << 20) ? (DWORD)bytes.len : 1u << 20;
        if (!WriteFile(out->handle, bytes.ptr, most, &n, NULL) || n == 0) {
            files_complain("write", out->part);
            out->failed = true;
        }
        bytes = pxed_slice_skip(bytes, n);
    }
    return !out->failed;
}

bool file_done(struct file_out *out, bool keep) {
    if (!CloseHandle(out->handle))
        out->failed = true;
    if (keep && !out->failed) {
        if (MoveFileExA(out->part, out->path, MOVEFILE_REPLACE_EXISTING))
            return true;
        files_complain("write", out->path);
    }
    DeleteFileA(out->part);
    return false;
}

static HANDLE open_to_read(const char *path, uint64_t *ret_size) {
    LARGE_INTEGER size;
    HANDLE h = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    if (h != INVALID_HANDLE_VALUE && !GetFileSizeEx(h, &size)) {
        CloseHandle(h);
        return INVALID_HANDLE_VALUE;
    }
    if (h != INVALID_HANDLE_VALUE)
        *ret_size = (uint64_t)size.QuadPart;
    return h;
}

uint64_t file_size(const char *path) {
    uint64_t size = 0;
    HANDLE h = open_to_read(path, &size);
    if (h != INVALID_HANDLE_VALUE)
        CloseHandle(h);
    return size;
}

bool file_tail(const char *path, size_t most, struct pxed_slice *ret_bytes) {
    uint64_t size = 0;
    HANDLE h = open_to_read(path, &size);
    if (h == INVALID_HANDLE_VALUE)
        return files_complain("read", path);
    size_t want = size < most ? (size_t)size : most, got = 0;
    char *bytes = VirtualAlloc(NULL, want + 1, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    LARGE_INTEGER from = {.QuadPart = (LONGLONG)(size - want)};
    bool good = bytes && SetFilePointerEx(h, from, NULL, FILE_BEGIN);
    while (good && got < want) {
        DWORD n = 0;
        good = ReadFile(h, bytes + got, (DWORD)(want - got), &n, NULL) && n > 0;
        got += n;
    }
    if (!good)
        files_complain("read", path);
    CloseHandle(h);
    if (good)
        *ret_bytes = pxed_slice(bytes, got);
    return good;
}
