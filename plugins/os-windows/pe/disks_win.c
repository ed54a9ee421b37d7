/* Disks as Windows reports them, and their bytes. GENERIC_READ only: nothing here can write. */
#include "disks_win.h"
#include "identity.h"

#include <stdio.h>
#include <windows.h>

#include <winioctl.h>

/* Newer than the SDK version that the headers are set to. */
enum {
    QUERY_DEVICE = 0,
    QUERY_DEVICE_ID = 2,
    QUERY_ADAPTER_PROTOCOL = 49,
    QUERY_DEVICE_PROTOCOL = 50,
    BUS_NVME = 0x11,
    PROTOCOL_NVME = 3,
    NVME_IDENTIFY = 1,
    NVME_CNS_NAMESPACE = 0,
    NVME_CNS_CONTROLLER = 1,
    NVME_BYTES = 4096
};
static const DWORD get_disk_attributes = 0x000700f0; /* IOCTL_DISK_GET_DISK_ATTRIBUTES */

static HANDLE open_drive(unsigned number, DWORD access) {
    char name[32];
    snprintf(name, sizeof(name), "\\\\.\\PhysicalDrive%u", number);
    return CreateFileA(name, access, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
}

static bool disks_ask(HANDLE h, DWORD code, const void *in, size_t in_len, void *out, size_t size, DWORD *ret_len) {
    *ret_len = 0;
    return DeviceIoControl(h, code, (void *)(uintptr_t)in, (DWORD)in_len, out, (DWORD)size, ret_len, NULL);
}

/* --- identity --- */

struct protocol_query {
    uint32_t property, type;
    struct {
        uint32_t protocol, data_type, value, subvalue, offset, length, result, reserved[3];
    } data;
};

/* The controller's and the namespace's own page: Windows 10 and later. */
static void ask_nvme(HANDLE h, struct guard_disk *disk) {
    static uint8_t answer[8 + 40 + NVME_BYTES];
    static const struct {
        uint32_t property, cns, nsid;
        void (*read)(struct guard_disk *disk, const uint8_t *bytes, size_t len);
    } pages[] = {
        {QUERY_ADAPTER_PROTOCOL, NVME_CNS_CONTROLLER, 0, identity_nvme_controller},
        {QUERY_DEVICE_PROTOCOL, NVME_CNS_NAMESPACE, 1, identity_nvme_namespace},
    };
    for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
        struct protocol_query query = {
            pages[i].property,
            0,
            {PROTOCOL_NVME, NVME_IDENTIFY, pages[i].cns, pages[i].nsid, sizeof(query.data), NVME_BYTES, 0, {0, 0, 0}}};
        DWORD len;
        memset(answer, 0, sizeof(answer));
        memcpy(answer, &query, sizeof(query)); /* documented as one buffer for both */
        if (disks_ask(h, IOCTL_STORAGE_QUERY_PROPERTY, answer, sizeof(answer), answer, sizeof(answer), &len) &&
            len >= 8 + 40 + 128 && len <= sizeof(answer))
            pages[i].read(disk, answer + 8 + 40, len - 8 - 40);
    }
}

static void disks_identify(HANDLE h, struct guard_disk *disk) {
    static uint8_t answer[8192];
    uint32_t device[3] = {QUERY_DEVICE, 0, 0}, id[3] = {QUERY_DEVICE_ID, 0, 0};
    DWORD len;
    if (disks_ask(h, IOCTL_STORAGE_QUERY_PROPERTY, device, sizeof(device), answer, sizeof(answer), &len))
        identity_device(disk, answer, len);
    if (disks_ask(h, IOCTL_STORAGE_QUERY_PROPERTY, id, sizeof(id), answer, sizeof(answer), &len))
        identity_vpd83(disk, answer, len);
    if (disk->bus == BUS_NVME)
        ask_nvme(h, disk);
}

/* --- size and state --- */

/* Length, else the geometry's (both are exact), else that of a file that represents a drive, as in emulators. The
 * cylinders of the oldest call are rounded down and would hide the disk's end, so they are not used. */
static uint64_t size_of(HANDLE h) {
    uint64_t length = 0;
    uint8_t geometry[256];
    LARGE_INTEGER size;
    DWORD len;
    if (disks_ask(h, IOCTL_DISK_GET_LENGTH_INFO, NULL, 0, &length, sizeof(length), &len) && len == sizeof(length))
        return length;
    if (disks_ask(h, IOCTL_DISK_GET_DRIVE_GEOMETRY_EX, NULL, 0, geometry, sizeof(geometry), &len) && len >= 32) {
        memcpy(&length, geometry + 24, sizeof(length)); /* DISK_GEOMETRY_EX.DiskSize */
        return length;
    }
    if (GetFileSizeEx(h, &size) && size.QuadPart > 0)
        return (uint64_t)size.QuadPart;
    return 0;
}

/* A disk that Windows itself holds read-only or offline (SAN policy of a server's WinPE) is not protected: diskpart
 * brings it online. */
static bool is_protected(HANDLE h) {
    DWORD len;
    uint64_t attributes[2] = {0, 0}; /* Version and a reserved word, Attributes: 1 offline, 2 read-only */
    if (disks_ask(h, IOCTL_DISK_IS_WRITABLE, NULL, 0, NULL, 0, &len) || GetLastError() != ERROR_WRITE_PROTECT)
        return false;
    return !disks_ask(h, get_disk_attributes, NULL, 0, attributes, sizeof(attributes), &len) ||
           (attributes[1] & 3) == 0;
}

/* False if there is no such drive. One that exists but cannot be queried stays in the list, as unknown. */
static bool disks_look(unsigned number, struct guard_disk *ret_disk) {
    struct guard_disk *disk = ret_disk;
    *disk = (struct guard_disk){.number = number};
    HANDLE h = open_drive(number, GENERIC_READ);
    bool readable = h != INVALID_HANDLE_VALUE;
    if (!readable) {
        DWORD error = GetLastError();
        if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND)
            return false;
        h = open_drive(number, 0); /* enough to be told what it is */
        if (h == INVALID_HANDLE_VALUE)
            return true;
    }
    disks_identify(h, disk);
    uint64_t bytes = readable ? size_of(h) : 0;
    disk->bytes = bytes;
    disk->protected = bytes > 0 && is_protected(h);
    CloseHandle(h);
    return bytes > 0 || !disk->removable; /* else an empty card reader */
}

size_t disks_list(struct guard_disk *disks, size_t cap) {
    size_t count = 0;
    for (unsigned number = 0; number < GUARD_DISKS && count < cap; number++)
        if (disks_look(number, &disks[count]))
            count++;
    return count;
}

/* --- bytes --- */

/* Raw reads are whole sectors at whole sectors; `offset` and `len` are, if the disk's size is. */
static uint8_t *disks_read_at(HANDLE h, uint64_t offset, size_t len) {
    uint8_t *bytes = VirtualAlloc(NULL, len, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE); /* aligned for any driver */
    LARGE_INTEGER place = {.QuadPart = (LONGLONG)offset};
    if (!bytes || !SetFilePointerEx(h, place, NULL, FILE_BEGIN))
        return NULL;
    for (size_t done = 0; done < len;) {
        DWORD n = 0, most = len - done < 65536 ? (DWORD)(len - done) : 65536;
        if (!ReadFile(h, bytes + done, most, &n, NULL) || n == 0)
            return NULL;
        done += n;
    }
    return bytes;
}

bool disks_read_ends(const struct guard_disk *disk, struct signature_disk *ret_ends) {
    struct signature_disk ends = {.bytes = disk->bytes};
    ends.head_len = disk->bytes < SIGNATURE_HEAD ? (size_t)disk->bytes : SIGNATURE_HEAD;
    ends.tail_len = disk->bytes < SIGNATURE_TAIL ? (size_t)disk->bytes : SIGNATURE_TAIL;
    HANDLE h = open_drive(disk->number, GENERIC_READ);
    if (h == INVALID_HANDLE_VALUE)
        return false;
    ends.head = disks_read_at(h, 0, ends.head_len);
    ends.tail = ends.head ? disks_read_at(h, disk->bytes - ends.tail_len, ends.tail_len) : NULL;
    CloseHandle(h);
    if (!ends.tail)
        return false;
    *ret_ends = ends;
    return true;
}
