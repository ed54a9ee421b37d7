/* A folder of its own for each test, and records to compare with. */
#include "support.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[PATH_MAX - 512];

const char *enter_folder(void) {
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof(folder), "%s/pxed-store-XXXXXX", base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    return folder;
}

const char *in_folder(const char *file) {
    static char paths[4][PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, PATH_MAX, "%s/%s", folder, file);
    return path;
}

bool exists_in_folder(const char *file) {
    return access(in_folder(file), F_OK) == 0;
}

void leave_folder(void) {
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlink(in_folder(e->d_name));
    }
    if (dir)
        closedir(dir);
    rmdir(folder);
}

void see(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    struct seen *seen = arg;
    size_t at = strlen(seen->text);
    seen->n++;
    snprintf(seen->text + at, sizeof(seen->text) - at, "%.*s=%.*s@%llu ", PXED_S(key), PXED_S(value),
             (unsigned long long)version);
}
