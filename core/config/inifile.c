/* Opens the ini and the files that it includes. */
#include "inifile.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>

#include "initext.h"

enum { INCLUDE_DEPTH = 4 };

static int load_file(struct ini *ini, const char *path, int depth, struct pxed_diags *diags);

const char *ini_path(struct pxed_arena *arena, const char *file, const char *relative) {
    const char *slash = file ? strrchr(file, '/') : NULL;
    if (relative[0] == '/' || !slash)
        return pxed_arena_dup(arena, pxed_slice_of(relative)).ptr;
    return pxed_arena_printf(arena, "%.*s/%s", (int)(slash - file), file, relative);
}

static void ini_include(const struct initext *text, struct ini *ini, const char *pattern, unsigned line) {
    glob_t found;
    const char *path = ini_path(&ini->arena, text->file, pattern);
    if (text->depth >= INCLUDE_DEPTH) {
        pxed_diag_add(text->diags, PXED_ERROR, text->file, line, "include nested deeper than %d", INCLUDE_DEPTH);
        return;
    }
    int rc = glob(path, 0, NULL, &found);
    if (rc == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            load_file(ini, pxed_arena_dup(&ini->arena, pxed_slice_of(found.gl_pathv[i])).ptr, text->depth + 1,
                      text->diags);
    else if (!strpbrk(pattern, "*?["))
        pxed_diag_add(text->diags, PXED_ERROR, text->file, line, "include: cannot read %s", path);
    if (rc == 0)
        globfree(&found);
}

static int load_file(struct ini *ini, const char *path, int depth, struct pxed_diags *diags) {
    struct initext text = {
        .stream = fopen(path, "re"), .file = path, .depth = depth, .diags = diags, .include = ini_include};
    if (!text.stream) {
        pxed_diag_add(diags, PXED_ERROR, path, 0, "cannot read: %s", strerror(errno));
        return -1;
    }
    initext_read(ini, &text);
    fclose(text.stream);
    return 0;
}

int ini_load(struct ini *ini, const char *path, struct pxed_diags *diags) {
    memset(ini, 0, sizeof(*ini));
    ini->path = pxed_arena_dup(&ini->arena, pxed_slice_of(path)).ptr;
    return load_file(ini, ini->path, 0, diags);
}

void ini_append(struct ini *ini, const char *folder, struct pxed_diags *diags) {
    glob_t found;
    if (glob(pxed_arena_printf(&ini->arena, "%s/*.ini", folder), 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        load_file(ini, pxed_arena_dup(&ini->arena, pxed_slice_of(found.gl_pathv[i])).ptr, 1, diags);
    globfree(&found);
}

void ini_free(struct ini *ini) {
    free(ini->entries);
    free(ini->sections);
    pxed_arena_clear(&ini->arena);
    memset(ini, 0, sizeof(*ini));
}

const struct ini_entry *ini_get(const struct ini *ini, const char *section, const char *key) {
    const struct ini_entry *found = NULL;
    for (size_t i = 0; i < ini->n; i++)
        if (strcmp(ini->entries[i].section, section) == 0 && strcmp(ini->entries[i].key, key) == 0)
            found = &ini->entries[i];
    return found;
}
