/* tests/data/os-ids.txt: OS ids as people write them and as media are named, and how each is read. A line:
 * ID PLUGIN/PROFILE ARCH; `-` where there is none. */
#include <stdio.h>
#include <stdlib.h>

#include "catalogue_os.h"
#include "site.h"
#include "suite.h"

static struct site site;

static void setup(void) {
    site_open(&site);
    site_load(&site, "os-linux");
    site_load(&site, "os-windows");
    site_load(&site, "os-solaris");
    site_build(&site, "", "", "");
}
static void teardown(void) {
    site_close(&site);
}

static const char *reading(const char *id) {
    const struct catalogue_os *os =
        catalogue_os_make(site.catalogue, &site.plugins, pxed_slice_of(id), &site.tree.arena);
    const char *profile =
        !os->profile ? "-" : pxed_arena_printf(&site.tree.arena, "%s/%s", os->plugin, os->profile->name);
    return pxed_arena_printf(&site.tree.arena, "%s %.*s", profile,
                             PXED_S(os->id.arch.len ? os->id.arch : PXED_SLICE("-")));
}

/* docs/systems.md: `os-linux/debian` shows the family debian, `os-windows/windows-nt6` windows. Each once. */
static void proves(const char *profile) {
    static char seen[64][32];
    size_t i = 0;
    const char *slash = strchr(profile, '/');
    struct pxed_slice family = PXED_SLICE("");
    if (slash)
        family = strncmp(profile, "os-linux/", 9) == 0 ? pxed_slice_of(slash + 1)
                                                       : pxed_slice(profile + 3, (size_t)(slash - profile) - 3);
    family = pxed_slice_head(family, strcspn(family.ptr, " ") < family.len ? strcspn(family.ptr, " ") : family.len);
    while (i < 63 && seen[i][0] && !pxed_slice_is(family, seen[i]))
        i++;
    if (family.len == 0 || family.len >= sizeof(seen[0]) || seen[i][0])
        return;
    memcpy(seen[i], family.ptr, family.len);
    printf("proves: %s claimed\n", seen[i]);
}

START_TEST(ids_are_read) {
    FILE *f = fopen(PXED_DATA "/os-ids.txt", "r");
    char line[256], all[4096] = "";
    size_t n = 0, len = 0;
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\n")] = '\0';
        char *space = strchr(line, ' ');
        if (line[0] == '#' || !space)
            continue;
        *space = '\0';
        n++;
        const char *got = reading(line);
        if (strcmp(got, space + 1) != 0 && len < sizeof(all))
            len += (size_t)snprintf(all + len, sizeof(all) - len, "%s %s (expected %s)\n", line, got, space + 1);
    }
    ck_assert_msg(len == 0, "read otherwise:\n%s", all);
    rewind(f);
    while (fgets(line, sizeof(line), f))
        if (line[0] != '#' && strchr(line, ' '))
            proves(strchr(line, ' ') + 1);
    fclose(f);
    ck_assert_uint_ge(n, 200);
}
END_TEST

int main(void) {
    Suite *s = suite_create("os-ids");
    TCase *t = tcase_create("os-ids");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, ids_are_read);
    suite_add_tcase(s, t);
    return suite_run(s);
}
