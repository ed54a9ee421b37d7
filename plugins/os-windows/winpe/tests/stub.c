/* Stands for a tool of WinPE under wine: logs its name and arguments to C:\stub.log and ends with STUBRC_<name>.
 *   net       makes J: (the folder STUB_SHARE of the host) from its call STUB_LATE + 1 on; before that it fails
 *   ipconfig  prints C:\ipconfig.txt
 *   pxed      mac prints C:\macs.txt; get copies C:\http\<name of the folder of the URL>.cmd if it is there, and fails
 *             the first STUB_LATE times; event is logged
 *   ping      does not wait */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static char name[MAX_PATH];

static int number(const char *prefix, const char *what) {
    char key[MAX_PATH];
    snprintf(key, sizeof(key), "%s%s", prefix, what);
    const char *text = getenv(key);
    return text ? atoi(text) : 0;
}

static int print(const char *path) {
    char bytes[4096];
    FILE *in = fopen(path, "rb");
    size_t n;
    while (in && (n = fread(bytes, 1, sizeof(bytes), in)) > 0)
        fwrite(bytes, 1, n, stdout);
    return in ? 0 : 1;
}

/* How often this was called, this call included. */
static int calls(const char *counter) {
    char line[16] = "0";
    FILE *f = fopen(counter, "r");
    if (f) {
        fgets(line, sizeof(line), f);
        fclose(f);
    }
    int n = atoi(line) + 1;
    if ((f = fopen(counter, "w"))) {
        fprintf(f, "%d", n);
        fclose(f);
    }
    return n;
}

static int net(void) {
    if (calls("C:\\net.calls") <= number("STUB_", "LATE"))
        return 2;
    /* wine runs programs of the host; its drives are links. */
    STARTUPINFOA start = {.cb = sizeof(start)};
    PROCESS_INFORMATION process;
    char line[1024];
    snprintf(line, sizeof(line), "ln -s \"%s\" \"%s/dosdevices/j:\"", getenv("STUB_SHARE"), getenv("STUB_PREFIX"));
    if (!CreateProcessA("Z:\\bin\\ln", line, NULL, NULL, FALSE, 0, NULL, NULL, &start, &process))
        return 2;
    WaitForSingleObject(process.hProcess, 5000);
    for (int i = 0; i < 100 && GetFileAttributesA("J:\\") == INVALID_FILE_ATTRIBUTES; i++)
        Sleep(50);
    return GetFileAttributesA("J:\\") == INVALID_FILE_ATTRIBUTES ? 2 : 0;
}

static int get(const char *url, const char *to) {
    char from[MAX_PATH];
    const char *end = strrchr(url, '/'), *start = end;
    if (calls("C:\\get.calls") <= number("STUB_", "LATE"))
        return 1;
    while (start > url && start[-1] != '/')
        start--;
    snprintf(from, sizeof(from), "C:\\http\\%.*s.cmd", (int)(end - start), start);
    return CopyFileA(from, to, FALSE) ? 0 : 1;
}

int main(int argc, char **argv) {
    char path[MAX_PATH];
    GetModuleFileNameA(NULL, path, sizeof(path));
    const char *base = strrchr(path, '\\');
    snprintf(name, sizeof(name), "%s", base ? base + 1 : path);
    if (strrchr(name, '.'))
        *strrchr(name, '.') = '\0';
    if (strcmp(name, "ping") != 0) {
        FILE *log = fopen("C:\\stub.log", "a");
        fprintf(log, "%s", name);
        for (int i = 1; i < argc; i++)
            fprintf(log, " %s", argv[i]);
        fprintf(log, "\n");
        fclose(log);
    }
    if (strcmp(name, "ipconfig") == 0)
        return print("C:\\ipconfig.txt");
    if (strcmp(name, "net") == 0)
        return net();
    if (strcmp(name, "pxed") == 0 && argc > 1 && strcmp(argv[1], "mac") == 0)
        return print("C:\\macs.txt");
    if (strcmp(name, "pxed") == 0 && argc > 3 && strcmp(argv[1], "get") == 0)
        return get(argv[2], argv[3]);
    return number("STUBRC_", name);
}
