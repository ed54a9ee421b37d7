/* pxed.exe, which runs in WinPE on the machine: pxed.exe VERB ... Exit code 0 done, 1 no, 2 usage, 3 a file cannot be
 * written. */
#include "files_win.h"
#include "fill.h"
#include "net_win.h"
#include "pe.h"
#include "verb_guard.h"
#include "verb_net.h"

#include <stdio.h>

#include <winsock2.h>

#include <iphlpapi.h>
#include <windows.h>

int _dowildcard = 0; /* a `?` in an argument is a URL's */

/* --- mac --- */

static void print_mac(const unsigned char *mac) {
    printf("%02x-%02x-%02x-%02x-%02x-%02x\n", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static int verb_mac(int n, char **args) {
    (void)n;
    (void)args;
    static IP_ADAPTER_INFO adapters[64];
    ULONG size = sizeof(adapters);
    static const unsigned char none[6];
    unsigned printed = 0;
    if (GetAdaptersInfo(adapters, &size) != ERROR_SUCCESS) {
        printf("pxed: no network card\n");
        return EXIT_NO;
    }
    for (const IP_ADAPTER_INFO *a = adapters; a; a = a->Next)
        if (a->AddressLength == 6 && memcmp(a->Address, none, 6) != 0) {
            print_mac(a->Address);
            printed++;
        }
    return printed > 0 ? EXIT_DONE : EXIT_NO;
}

/* --- firmware --- */

typedef DWORD(WINAPI *variable_function)(LPCSTR name, LPCSTR guid, PVOID out, DWORD size);

/* A variable that cannot exist: firmware without variables is no function (legacy BIOS), EFI says what is wrong with
 * the name. Windows before XP SP2 and Vista knows no EFI on a PC. */
static int verb_firmware(int n, char **args) {
    (void)n;
    (void)args;
    union {
        FARPROC any;
        variable_function ask;
    } get = {.any = GetProcAddress(GetModuleHandleA("kernel32.dll"), "GetFirmwareEnvironmentVariableA")};
    bool efi = false;
    if (get.any) {
        SetLastError(ERROR_SUCCESS);
        DWORD len = get.ask("", "{00000000-0000-0000-0000-000000000000}", NULL, 0);
        DWORD error = GetLastError();
        efi = len > 0 || (error != ERROR_SUCCESS && error != ERROR_INVALID_FUNCTION &&
                          error != ERROR_CALL_NOT_IMPLEMENTED && error != ERROR_NOT_SUPPORTED);
    }
    printf(efi ? "efi\n" : "bios\n");
    return EXIT_DONE;
}

/* --- fill --- */

/* IN OUT DISK */
static int verb_fill(int n, char **args) {
    static char text[65536];
    (void)n;
    struct pxed_slice in;
    struct file_out out;
    if (!fill_is_number(args[2])) {
        printf("pxed: fill: not a disk's number: '%.20s'\n", args[2]);
        return EXIT_USAGE;
    }
    if (!file_tail(args[0], sizeof(text), &in))
        return EXIT_NO;
    if (file_size(args[0]) > sizeof(text)) {
        printf("pxed: %s is too long\n", args[0]);
        return EXIT_NO;
    }
    size_t len = fill_text(text, in, args[2]);
    if (!file_begin(&out, args[1]))
        return EXIT_WRITE;
    return file_done(&out, file_write(&out, pxed_slice(text, len))) ? EXIT_DONE : EXIT_WRITE;
}

/* --- */

static const struct {
    const char *name;
    int least, most; /* arguments */
    bool net;
    int (*run)(int n, char **args);
    const char *usage;
} verbs[] = {
    {"event", 2, 4, true, verb_event, "event URL STAGE [REASON [TEXTFILE]]"},
    {"get", 2, 2, true, verb_get, "get URL FILE"},
    {"mac", 0, 0, false, verb_mac, "mac"},
    {"firmware", 0, 0, false, verb_firmware, "firmware"},
    {"guard", 3, 3, false, verb_guard, "guard RULE RIGHT OUTFILE"},
    {"fill", 3, 3, false, verb_fill, "fill IN OUT DISK"},
};

int main(int argc, char **argv) {
    for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(*verbs); i++) {
        int n = argc - 2;
        if (strcmp(argv[1], verbs[i].name) != 0 || n < verbs[i].least || n > verbs[i].most)
            continue;
        if (verbs[i].net && !net_start()) {
            printf("pxed: no TCP/IP\n");
            return EXIT_NO;
        }
        return verbs[i].run(n, argv + 2);
    }
    printf("usage:\n");
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
        printf("  pxed %s\n", verbs[i].usage);
    return EXIT_USAGE;
}
