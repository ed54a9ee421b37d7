/* Staging over its life: copies out of ISOs that fail, are tried again or overtaken, and a start that fails. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "isomake.h"
#include "site.h"
#include "stage.h"
#include "stage_image.h"
#include "suite.h"

enum { AGAIN_S = 10 };

static const struct pxed_claim claims[] = {{"testos", NULL, NULL, NULL}, {0}};
static const struct pxed_boot boots[] = {{.how = PXED_HOW_LINUX, .kernel = "install.wim"}, {0}};
static const struct pxed_profile profile = {"test", claims, boots, NULL, NULL, NULL};
static const struct pxed_profile *const profiles[] = {&profile, NULL};

static struct site site;
static uv_loop_t loop;
static unsigned readies;
static struct images *images;

#define FILE_NAME "install.wim"
#define COPY      "share/.images/testos-1/" FILE_NAME

static void setup(void) {
    site_open(&site);
    site_fake_os(&site, "os-test", profiles);
    uv_loop_init(&loop);
    readies = 0;
}

static void teardown(void) {
    ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
    site_close(&site);
}

static void make_iso(const char *bytes, unsigned megabytes, const char *when) {
    tree_write(&site.tree, "d/note", bytes);
    tree_write(&site.tree, "root/boot/os/testos-1/x.iso", "");
    isomake_run(site.tree.path,
                pxed_arena_printf(&site.tree.arena,
                                  "{ cat d/note; head -c %uM /dev/zero; } >d/" FILE_NAME
                                  " && genisoimage -R -o root/boot/os/testos-1/x.iso d && rm -r d && touch -d %s "
                                  "root/boot/os/testos-1/x.iso",
                                  megabytes, when));
}

static void on_ready(void *arg) {
    (void)arg;
    readies++;
}

/* A generation with the share; what a reload does. */
static void generation(void) {
    const char *said = site_build(&site, "", "", "08:00:27:4d:4d:aa, testos-1\n");
    ck_assert_msg(site.catalogue != NULL, "%s", said);
    site.catalogue->share_dir =
        pxed_arena_dup(&site.catalogue->arena, pxed_slice_of(tree_path(&site.tree, "share"))).ptr;
    images_generation(images, site.catalogue);
}

static int find(const char **ret_path) {
    return images_find(images, catalogue_os(site.catalogue, PXED_SLICE("testos-1")), FILE_NAME, &site.tree.arena,
                       ret_path);
}

static void run_until(unsigned n) {
    while (readies < n)
        uv_run(&loop, UV_RUN_ONCE);
}

static char first_byte(const char *path) {
    char byte = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(read(fd, &byte, 1), 1);
    close(fd);
    return byte;
}

static void end(void) {
    images_stop(images);
    uv_run(&loop, UV_RUN_DEFAULT);
    images_free(images);
}

START_TEST(a_failed_copy_is_tried_again) {
    const char *path;
    make_iso("1", 1, "2026-01-01");
    tree_write(&site.tree, "share/.images", "in the way");
    images = images_new(&loop, on_ready, NULL);
    generation();
    ck_assert_int_eq(find(&path), -EAGAIN);
    run_until(1);
    int rc = find(&path);
    ck_assert_msg(rc == -ENOTDIR || rc == -EEXIST, "%d", rc);
    ck_assert_int_eq(find(&path), rc); /* not in a tight loop: nothing is queued */
    unlink(tree_path(&site.tree, "share/.images"));
    ck_assert_int_eq(find(&path), rc);
    generation(); /* a reload tries at once */
    ck_assert_int_eq(find(&path), -EAGAIN);
    run_until(2);
    ck_assert_int_eq(find(&path), 0);
    ck_assert_int_eq(first_byte(path), '1');
    end();
}
END_TEST

START_TEST(and_after_a_pause) {
    const char *path;
    make_iso("1", 1, "2026-01-01");
    tree_write(&site.tree, "share/.images", "in the way");
    images = images_new(&loop, on_ready, NULL);
    generation();
    ck_assert_int_eq(find(&path), -EAGAIN);
    run_until(1);
    unlink(tree_path(&site.tree, "share/.images"));
    uint64_t begin = uv_hrtime();
    run_until(2); /* the caller is told to ask again */
    ck_assert_uint_ge((uv_hrtime() - begin) / 1000000000 + 1, AGAIN_S);
    ck_assert_int_eq(find(&path), -EAGAIN);
    run_until(3);
    ck_assert_int_eq(find(&path), 0);
    end();
}
END_TEST

/* The ISO is replaced while it is being copied: the second copy does not write into the first one's file. */
START_TEST(one_copy_at_a_time) {
    const char *path;
    make_iso("1", 200, "2026-01-01");
    images = images_new(&loop, on_ready, NULL);
    generation();
    ck_assert_int_eq(find(&path), -EAGAIN);
    make_iso("2", 1, "2026-01-02");
    generation();
    for (int i = 0; i < 100 && find(&path) == -EAGAIN; i++)
        run_until(readies + 1);
    ck_assert_int_eq(find(&path), 0);
    ck_assert_int_eq(first_byte(path), '2');
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_size, (1 << 20) + 1);
    end();
}
END_TEST

static int load_nothing(void *self, const char *table,
                        void (*row)(void *, struct pxed_slice, struct pxed_slice, uint64_t), void *arg) {
    (void)self, (void)table, (void)row, (void)arg;
    return -EIO;
}

/* The store says nothing about what is staged: the start fails, and no timer keeps the loop from ending. */
START_TEST(a_store_that_fails) {
    static struct daemon d;
    const struct pxed_store store = {.size = sizeof(store), .load = load_nothing};
    memset(&d, 0, sizeof(d));
    images = images_new(&loop, on_ready, NULL);
    make_iso("1", 1, "2026-01-01");
    generation();
    end();
    d.loop = &loop;
    d.catalogue = site.catalogue;
    machines_init(&d.machines);
    services_publish(&d.services, "store/1", &store);
    ck_assert_int_eq(stage_init(&d), 0);
    ck_assert_int_eq(stage_start(&d), -EIO);
    stage_stop(&d);
    ck_assert_int_eq(uv_run(&loop, UV_RUN_NOWAIT), 0);
    stage_free(&d);
    machines_free(&d.machines);
}
END_TEST

int main(void) {
    Suite *s = suite_create("stage_life");
    TCase *t = tcase_create("stage_life");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_failed_copy_is_tried_again);
    tcase_add_test(t, and_after_a_pause);
    tcase_add_test(t, one_copy_at_a_time);
    tcase_add_test(t, a_store_that_fails);
    suite_add_tcase(s, t);
    return suite_run(s);
}
