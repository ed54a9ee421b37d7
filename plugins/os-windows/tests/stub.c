/* Stands in for a tool of WinPE: writes its name and arguments as a line of C:\stub.log and ends with %STUBRC_<name>%.
 * What others depend on: diskpart makes the letters that its script assigns, the helper's verbs answer by environment.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static const char *variable(const char *name, const char *fallback) {
    const char *value = getenv(name);
    return value && *value ? value : fallback;
}

static void log_line(const char *name, int n, char **args) {
    FILE *log = fopen("C:\\stub.log", "a");
    if (!log)
        exit(120);
    fprintf(log, "%s", name);
    for (int i = 1; i < n; i++)
        fprintf(log, " [%s]", args[i]);
    fprintf(log, "\n");
    fclose(log);
    printf("output of %s\n", name);
}

static void append(const char *from, const char *to) {
    char buffer[4096];
    size_t n;
    FILE *in = fopen(from, "rb"), *out = fopen(to, "ab");
    if (!in || !out)
        exit(121);
    while ((n = fread(buffer, 1, sizeof(buffer), in)) > 0)
        fwrite(buffer, 1, n, out);
    fclose(in);
    fclose(out);
}

/* A drive letter of wine is a link that only the host can make. */
static void make_letters(const char *script) {
    char line[256], command[1024];
    FILE *in = fopen(script, "rb");
    STARTUPINFOA start = {.cb = sizeof(start)};
    PROCESS_INFORMATION child;
    if (!in)
        exit(122);
    while (fgets(line, sizeof(line), in)) {
        if (strncmp(line, "assign letter=", 14) != 0)
            continue;
        char letter = (char)(line[14] | 0x20);
        snprintf(command, sizeof(command), "sh -c \"ln -sfn '%s/%c' '%s/dosdevices/%c:'\"", getenv("STUB_ROOT"), letter,
                 getenv("WINEPREFIX"), letter);
        if (!CreateProcessA("Z:\\bin\\sh", command, NULL, NULL, FALSE, 0, NULL, NULL, &start, &child))
            exit(123);
        char path[] = {letter, ':', '\\', '\0'};
        for (int i = 0; i < 100 && GetFileAttributesA(path) == INVALID_FILE_ATTRIBUTES; i++)
            Sleep(20);
    }
    fclose(in);
}

static int helper(int n, char **args) {
    if (n > 1 && strcmp(args[1], "firmware") == 0) { /* asked, not done: no line */
        printf("%s\n", variable("STUB_FIRMWARE", "bios"));
        return 0;
    }
    log_line("pxed", n, args);
    if (n > 2 && strcmp(args[1], "event") == 0 && n > 5)
        append(args[5], "C:\\body.txt");
    if (n == 5 && strcmp(args[1], "guard") == 0) {
        const char *why = variable("STUB_REFUSE", "");
        char list[512];
        FILE *out = fopen(args[4], "wb");
        fprintf(out, *why ? "set PXED_REASON=%s\r\n" : "set PXED_DISK=%s\r\n", *why ? why : variable("STUB_DISK", "0"));
        fclose(out);
        snprintf(list, sizeof(list), "%s.txt", args[4]);
        out = fopen(list, "wb");
        fprintf(out, "the disks of this machine\r\n");
        fclose(out);
        return *why ? 1 : atoi(variable("STUBRC_guard", "0"));
    }
    if (n == 4 && strcmp(args[1], "get") == 0 && atoi(variable("STUBRC_get", "0")) == 0)
        append(variable("STUB_NET", ""), args[3]);
    if (n == 5 && strcmp(args[1], "fill") == 0)
        append(args[2], args[3]);
    char name[64];
    snprintf(name, sizeof(name), "STUBRC_%s", n > 1 ? args[1] : "");
    return atoi(variable(name, "0"));
}

int main(int n, char **args) {
    char path[512], name[64], rc[80];
    GetModuleFileNameA(NULL, path, sizeof(path));
    char *base = strrchr(path, '\\') + 1;
    *strrchr(base, '.') = '\0';
    snprintf(name, sizeof(name), "%s", base);
    if (strncmp(name, "pxed", 4) == 0)
        return helper(n, args);
    if (strcmp(name, "dism") == 0 && n == 3 && strcmp(args[2], "/?") == 0) /* a question, no step */
        return atoi(variable("STUBRC_dism_knows", "0"));
    log_line(name, n, args);
    snprintf(rc, sizeof(rc), "STUBRC_%s", name);
    int code = atoi(variable(rc, "0"));
    if (code == -1)
        *(volatile int *)NULL = 0; /* a crash */
    if (code == 0 && strcmp(name, "diskpart") == 0) {
        append(args[2], "C:\\diskpart.seen");
        if (!*variable("STUB_LAZY", ""))
            make_letters(args[2]);
    }
    return code;
}
