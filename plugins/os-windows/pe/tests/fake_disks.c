/* \\.\PhysicalDriveN is %PXED_FAKE_DISKS%\N.img, and N.txt beside it says in words, one a line, how it answers:
 *   bus=17 removable serial=S product=P naa=HEX   the descriptors (without `bus`: no descriptor at all)
 *   nvme=S                 the serial number in NVMe's own page
 *   length=BYTES           where it is not the file's; `geometry`: told by the second question only; `notready`:
 * neither denied                 cannot be opened for reading; badread: breaks at its end protected, attributes=N
 * IOCTL_DISK_IS_WRITABLE says no; what Windows' own attributes are */
#include <windows.h>
#undef CreateFileA
#undef DeviceIoControl
#undef ReadFile

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    HANDLE h;
    char facts[1024];
} drives[512]; /* by handle, the last use wins */
static unsigned n_drives;

static const char *fact(const char *facts, const char *key) { /* its value, to the line's end */
    static char value[256];
    size_t n = strlen(key);
    for (const char *line = facts; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
        if (strncmp(line, key, n) == 0 && strchr("=\r\n", line[n])) {
            const char *from = line + n + (line[n] == '=');
            size_t len = strcspn(from, "\r\n");
            len = len < sizeof(value) - 1 ? len : sizeof(value) - 1;
            memcpy(value, from, len);
            value[len] = '\0';
            return value;
        }
    return NULL;
}

static const char *facts_of(HANDLE h) {
    for (unsigned i = n_drives; i-- > 0;)
        if (drives[i].h == h)
            return drives[i].facts;
    return NULL;
}

HANDLE WINAPI fake_create_file(LPCSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security, DWORD how,
                               DWORD flags, HANDLE like) {
    static const char prefix[] = "\\\\.\\PhysicalDrive";
    const char *folder = getenv("PXED_FAKE_DISKS");
    char path[300], facts[1024] = "";
    if (strncmp(name, prefix, strlen(prefix)) != 0)
        return CreateFileA(name, access, share, security, how, flags, like);
    if ((access & ~GENERIC_READ) != 0 || !folder) { /* the guard only reads */
        SetLastError(ERROR_FILE_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }
    snprintf(path, sizeof(path), "%s\\%s.txt", folder, name + strlen(prefix));
    FILE *file = fopen(path, "rb");
    if (file) {
        size_t n = fread(facts, 1, sizeof(facts) - 1, file);
        facts[n] = '\0';
        fclose(file);
    }
    if (fact(facts, "denied") && access != 0) {
        SetLastError(ERROR_ACCESS_DENIED);
        return INVALID_HANDLE_VALUE;
    }
    snprintf(path, sizeof(path), "%s\\%s.img", folder, name + strlen(prefix));
    HANDLE h = CreateFileA(path, access, share, security, how, flags, like);
    if (h != INVALID_HANDLE_VALUE && n_drives < sizeof(drives) / sizeof(*drives)) {
        drives[n_drives].h = h;
        memcpy(drives[n_drives++].facts, facts, sizeof(facts));
    }
    return h;
}

static BOOL say(LPVOID out, DWORD size, LPDWORD ret_len, const void *bytes, size_t len) {
    DWORD n = len < size ? (DWORD)len : size;
    memcpy(out, bytes, n);
    *ret_len = n;
    return TRUE;
}

static BOOL fail(DWORD error) {
    SetLastError(error);
    return FALSE;
}

static BOOL answer_query(const char *facts, const uint32_t *query, LPVOID out, DWORD size, LPDWORD len) {
    static uint8_t bytes[8192];
    memset(bytes, 0, sizeof(bytes));
    uint32_t *words = (uint32_t *)bytes;
    const char *value;
    if (query[0] == 0 && (value = fact(facts, "bus"))) {
        words[7] = (uint32_t)atoi(value);
        bytes[10] = fact(facts, "removable") != NULL;
        words[4] = 64;
        words[6] = 256;
        if ((value = fact(facts, "product")))
            strcpy((char *)bytes + 64, value);
        if ((value = fact(facts, "serial")))
            strcpy((char *)bytes + 256, value);
        return say(out, size, len, bytes, 512);
    }
    if (query[0] == 2 && (value = fact(facts, "naa"))) {
        words[2] = 1; /* identifiers */
        words[3] = 1; /* binary */
        words[4] = 3; /* NAA */
        bytes[20] = (uint8_t)(strlen(value) / 2);
        for (size_t i = 0; i < strlen(value) / 2; i++) {
            char digits[3] = {value[2 * i], value[2 * i + 1], '\0'};
            bytes[28 + i] = (uint8_t)strtoul(digits, NULL, 16);
        }
        return say(out, size, len, bytes, 64);
    }
    if (query[0] == 49 && query[2] == 3 && query[3] == 1 && query[4] == 1 && (value = fact(facts, "nvme"))) {
        memset(bytes + 48 + 4, ' ', 20);
        memcpy(bytes + 48 + 4, value, strlen(value));
        return say(out, size, len, bytes, 48 + 4096);
    }
    return fail(ERROR_INVALID_FUNCTION);
}

static uint64_t length_of(HANDLE h, const char *facts) {
    const char *value = fact(facts, "length");
    LARGE_INTEGER size = {.QuadPart = 0};
    if (value)
        return strtoull(value, NULL, 10);
    GetFileSizeEx(h, &size);
    return (uint64_t)size.QuadPart;
}

BOOL WINAPI fake_device_io_control(HANDLE h, DWORD code, LPVOID in, DWORD in_len, LPVOID out, DWORD size, LPDWORD len,
                                   LPOVERLAPPED overlapped) {
    const char *facts = facts_of(h);
    uint64_t words[4] = {0};
    (void)overlapped;
    if (!facts)
        return fail(ERROR_INVALID_HANDLE);
    if (code == IOCTL_STORAGE_QUERY_PROPERTY)
        return in_len >= 12 ? answer_query(facts, in, out, size, len) : fail(ERROR_INVALID_PARAMETER);
    if (fact(facts, "notready"))
        return fail(ERROR_NOT_READY);
    words[0] = words[3] = length_of(h, facts);
    if (code == IOCTL_DISK_GET_LENGTH_INFO && !fact(facts, "geometry"))
        return say(out, size, len, words, 8);
    if (code == IOCTL_DISK_GET_DRIVE_GEOMETRY_EX)
        return say(out, size, len, words, 32);
    if (code == IOCTL_DISK_IS_WRITABLE)
        return fact(facts, "protected") ? fail(ERROR_WRITE_PROTECT) : TRUE;
    if (code == 0x000700f0 && fact(facts, "attributes")) {
        words[1] = (uint64_t)atoi(fact(facts, "attributes"));
        return say(out, size, len, words, 16);
    }
    return fail(ERROR_INVALID_FUNCTION);
}

BOOL WINAPI fake_read_file(HANDLE h, LPVOID out, DWORD size, LPDWORD len, LPOVERLAPPED overlapped) {
    const char *facts = facts_of(h);
    LARGE_INTEGER zero = {.QuadPart = 0}, at = {.QuadPart = 0};
    if (facts && fact(facts, "badread") && SetFilePointerEx(h, zero, &at, FILE_CURRENT) && at.QuadPart >= (16 << 20))
        return fail(ERROR_CRC);
    return ReadFile(h, out, size, len, overlapped);
}
