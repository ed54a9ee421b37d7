/* Lines of the host file: quotes, comments, @FILE, spellings, and what is said about the wrong ones. */
#include "hostfile.h"

#include <errno.h>
#include <stdio.h>

#include "suite.h"
#include "tree.h"

static struct tree tree;
static struct hostfile hosts;
static struct pxed_diags diags;

static void setup(void) {
    tree_open(&tree);
    memset(&hosts, 0, sizeof(hosts));
}
static void teardown(void) {
    hostfile_free(&hosts);
    pxed_diags_clear(&diags);
    tree_close(&tree);
}

static const char *line_text(const struct hostfile_line *l) {
    char mac[PXED_MAC_TEXT];
    if (l->mac.len == 0)
        return "";
    const char *all = pxed_arena_printf(&tree.arena, "%s %.*s", pxed_mac_text(&l->mac, "-", mac), PXED_S(l->os));
    for (size_t i = 0; i < l->n_pairs; i++)
        all = pxed_arena_printf(&tree.arena, "%s|%.*s=%.*s", all, PXED_S(l->pairs[i].key), PXED_S(l->pairs[i].value));
    return all;
}

#define MAC "08:00:27:4d:4d:aa"
#define ME  "08-00-27-4d-4d-aa"

static const struct {
    const char *name, *text, *line, *wrong;
} rows[] = {
    {"the contract's first line", MAC ", centos-5.5-i386", ME " centos-5.5-i386", NULL},
    {"the contract's second", "08:00:27:b2:40:3e, windows-2008r2-x64, name=win01, ip=10.77.0.61",
     "08-00-27-b2-40-3e windows-2008r2-x64|name=win01|ip=10.77.0.61", NULL},
    {"empty", "", "", NULL},
    {"blanks", " \t ", "", NULL},
    {"a comment", "# " MAC ", debian-12", "", NULL},
    {"an indented comment", "   # x", "", NULL},
    {"no blanks", MAC ",debian-12,name=a,ip=10.0.0.1", ME " debian-12|name=a|ip=10.0.0.1", NULL},
    {"many blanks", "  " MAC "  ,\tdebian-12 ,  name = a  ", ME " debian-12|name=a", NULL},
    {"CR at the end", MAC ", debian-12, name=a\r", ME " debian-12|name=a", NULL},
    {"a comment behind", MAC ", debian-12 # the web server", ME " debian-12", NULL},
    {"a comment behind a pair", MAC ", debian-12, name=a # b, c=d", ME " debian-12|name=a", NULL},
    {"# inside a word is no comment", MAC ", debian-12, args=a#b", ME " debian-12|args=a#b", NULL},
    {"quotes", MAC ", debian-12, packages=\"vim, git\"", ME " debian-12|packages=vim, git", NULL},
    {"quotes around a pair", MAC ", debian-12, \"packages=vim, git\"", ME " debian-12|packages=vim, git", NULL},
    {"\"\" is one \"", MAC ", debian-12, args=\"a=\"\"b c\"\"\"", ME " debian-12|args=a=\"b c\"", NULL},
    {"# in quotes", MAC ", debian-12, args=\"a # b\"", ME " debian-12|args=a # b", NULL},
    {"= in a value", MAC ", debian-12, args=a=b=c", ME " debian-12|args=a=b=c", NULL},
    {"an empty value", MAC ", debian-12, domain=", ME " debian-12|domain=", NULL},
    {"an empty quoted value", MAC ", debian-12, domain=\"\"", ME " debian-12|domain=", NULL},
    {"a trailing comma", MAC ", debian-12,", ME " debian-12", NULL},
    {"a trailing comma and a comment", MAC ", debian-12, # x", ME " debian-12", NULL},
    {"no OS id", MAC, "", "expected `MAC, os-id`"},
    {"an empty OS id", MAC ",", "", "expected `MAC, os-id`"},
    {"an empty OS id, then more", MAC ", , name=a", "", "expected `MAC, os-id`"},
    {"no comma", MAC " debian-12", "", "no comma behind the MAC: write `" MAC ", debian-12`"},
    {"no MAC", "web01, debian-12", "", "the first word is no MAC address: 'web01' (write 08:00:27:4d:4d:aa, OS-ID)"},
    {"a short MAC", "08:00:27:4d:4d, debian-12", "",
     "the first word is no MAC address: '08:00:27:4d:4d' (write 08:00:27:4d:4d:aa, OS-ID)"},
    {"a quote is not closed", MAC ", debian-12, args=\"a", "", "a quoted value lacks its closing `\"`"},
    {"no =", MAC ", debian-12, protect", "", "expected key=value"},
    {"no key", MAC ", debian-12, =x", "", "expected key=value"},
    {"two commas", MAC ", debian-12,, name=a", "", "expected key=value"},
    {"a control byte", MAC ", debian-12, args=a\x1b[2J", "", "the line holds a control byte"},
};

START_TEST(lines) {
    struct hostfile_line line;
    char *copy = strdup(rows[_i].text); /* exactly as long as it is */
    const char *wrong = hostfile_split(pxed_slice(copy, strlen(copy)), &tree.arena, &line);
    ck_assert_msg(wrong == NULL ? rows[_i].wrong == NULL : rows[_i].wrong && strcmp(wrong, rows[_i].wrong) == 0,
                  "%s: %s", rows[_i].name, wrong ? wrong : "fine");
    ck_assert_msg(strcmp(line_text(&line), rows[_i].line) == 0, "%s: %s", rows[_i].name, line_text(&line));
    free(copy);
}
END_TEST

static const char *const spellings[] = {MAC,
                                        "08-00-27-4d-4d-aa",
                                        "0800.274d.4daa",
                                        "0800274d4daa",
                                        "08:00:27:4D:4D:AA",
                                        "01-08-00-27-4d-4d-aa",
                                        "\"08:00:27:4d:4d:aa\""};

START_TEST(macs) {
    struct hostfile_line line;
    const char *text = pxed_arena_printf(&tree.arena, "%s, debian-12", spellings[_i]);
    ck_assert_ptr_null(hostfile_split(pxed_slice_of(text), &tree.arena, &line));
    ck_assert_str_eq(line_text(&line), ME " debian-12");
}
END_TEST

START_TEST(many_variables) { /* a limit would be one host's trouble that refuses the table */
    struct hostfile_line line;
    const char *text = MAC ", debian-12";
    for (int i = 0; i < 1000; i++)
        text = pxed_arena_printf(&tree.arena, "%s, k%d=v", text, i);
    ck_assert_ptr_null(hostfile_split(pxed_slice_of(text), &tree.arena, &line));
    ck_assert_uint_eq(line.n_pairs, 1000);
    ck_assert(pxed_slice_is(line.pairs[999].key, "k999") && pxed_slice_is(line.pairs[999].value, "v"));
}
END_TEST

START_TEST(a_nul_byte) {
    struct hostfile_line line;
    static const char text[] = MAC ", debian-12\0, name=a";
    ck_assert_str_eq(hostfile_split(pxed_slice(text, sizeof(text) - 1), &tree.arena, &line),
                     "the line holds a control byte");
}
END_TEST

START_TEST(a_file) {
    const char *path = tree_write(&tree, "hosts.conf",
                                  "\xEF\xBB\xBF# written on another system\r\n" MAC ", debian-12\r\n\r\nnonsense\r\n"
                                  "08:00:27:00:00:02, debian-12, x\r\n08:00:27:00:00:03, rocky-9, name=c");
    hostfile_read(&hosts, path, &tree.arena, &diags);
    ck_assert_uint_eq(hosts.n, 2);
    ck_assert_str_eq(line_text(&hosts.lines[0]), ME " debian-12");
    ck_assert_uint_eq(hosts.lines[0].line, 2);
    ck_assert_str_eq(line_text(&hosts.lines[1]), "08-00-27-00-00-03 rocky-9|name=c");
    ck_assert_uint_eq(hosts.lines[1].line, 6);
    ck_assert_str_eq(
        diags_text(&tree, &diags),
        "error hosts.conf:4: the first word is no MAC address: 'nonsense' (write 08:00:27:4d:4d:aa, OS-ID)\n"
        "error hosts.conf:5: expected key=value\n");
    ck_assert_uint_eq(hosts.n_files, 1);
    ck_assert_str_eq(hosts.files[0], path);
}
END_TEST

START_TEST(values_from_files) {
    tree_write(&tree, "keys/web.pub", "ssh-ed25519 AAAA web\n");
    const char *path =
        tree_write(&tree, "hosts.conf", MAC ", debian-12, ssh-key=@keys/web.pub, root-password-hash=@none, domain=@\n");
    hostfile_read(&hosts, path, &tree.arena, &diags);
    hostfile_values(&hosts, &tree.arena);
    const struct hostfile_pair *pairs = hosts.lines[0].pairs;
    ck_assert(pxed_slice_is(pairs[0].value, "ssh-ed25519 AAAA web") && !pairs[0].wrong);
    ck_assert_str_eq(pairs[0].from, tree_path(&tree, "keys/web.pub"));
    ck_assert_uint_eq(diags.errors, 0); /* the host's trouble, not the table's */
    ck_assert(!pairs[1].value.ptr && strstr(pairs[1].wrong, "for 'root-password-hash': No such file or directory"));
    ck_assert(pxed_slice_is(hosts.lines[0].pairs[2].value, "@")); /* names no file */
    ck_assert_uint_eq(hosts.n_files, 3);                          /* all of them are private, found or not */
    ck_assert_str_eq(hosts.files[1], tree_path(&tree, "keys/web.pub"));
}
END_TEST

START_TEST(a_folder) {
    tree_write(&tree, "hosts.d/20-b.conf", "08:00:27:00:00:02, debian-12\n");
    tree_write(&tree, "hosts.d/10-a.conf", "08:00:27:00:00:01, debian-12\nbad\n");
    tree_write(&tree, "hosts.d/30-c.conf~", "08:00:27:00:00:03, debian-12\n");
    tree_write(&tree, "hosts.d/.40-d.conf", "08:00:27:00:00:04, debian-12\n");
    hostfile_read(&hosts, tree_path(&tree, "hosts.d"), &tree.arena, &diags);
    ck_assert_uint_eq(hosts.n, 2);
    ck_assert_uint_eq(hosts.lines[0].mac.bytes[5], 1);
    ck_assert_uint_eq(hosts.lines[1].mac.bytes[5], 2);
    ck_assert_str_eq(diags_text(&tree, &diags),
                     "error 10-a.conf:2: the first word is no MAC address: 'bad' (write 08:00:27:4d:4d:aa, OS-ID)\n");
}
END_TEST

START_TEST(no_file) {
    hostfile_read(&hosts, tree_path(&tree, "none.conf"), &tree.arena, &diags);
    ck_assert_str_eq(diags_text(&tree, &diags), "error none.conf:0: cannot read: No such file or directory\n");
    tree_write(&tree, "empty.d/x", "");
    pxed_diags_clear(&diags);
    hostfile_read(&hosts, tree_path(&tree, "empty.d"), &tree.arena, &diags); /* a folder may be empty */
    ck_assert_uint_eq(diags.n, 0);
}
END_TEST

START_TEST(slurp_limits) {
    const char *path = tree_write(&tree, "x", "12345");
    ck_assert(pxed_slice_is(hostfile_slurp(path, 5, &tree.arena), "12345"));
    ck_assert_ptr_null(hostfile_slurp(path, 4, &tree.arena).ptr);
    ck_assert_int_eq(errno, EFBIG);
    ck_assert_ptr_null(hostfile_slurp("/dev/zero", 1 << 20, &tree.arena).ptr);
    ck_assert_ptr_null(hostfile_slurp(tree.path, 1 << 20, &tree.arena).ptr);
}
END_TEST

START_TEST(any_bytes) {
    char junk[200];
    uint32_t dice = 1;
    for (int round = 0; round < 20000; round++) {
        struct hostfile_line line;
        size_t n = (size_t)snprintf(junk, sizeof(junk), "%s", round % 2 ? MAC "," : "");
        for (; n < sizeof(junk) - 100 + (size_t)round % 100; n++) {
            dice = dice * 1664525 + 1013904223;
            junk[n] = ",,\"\"== #@a:-.\x80"[(dice >> 16) % 14];
        }
        char *copy = malloc(n);
        memcpy(copy, junk, n);
        const char *wrong = hostfile_split(pxed_slice(copy, n), &tree.arena, &line);
        ck_assert(!wrong || line.mac.len == 0);
        free(copy);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("hostfile");
    TCase *t = tcase_create("hostfile");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, lines, 0, COUNT(rows));
    tcase_add_loop_test(t, macs, 0, COUNT(spellings));
    tcase_add_test(t, many_variables);
    tcase_add_test(t, a_nul_byte);
    tcase_add_test(t, a_file);
    tcase_add_test(t, values_from_files);
    tcase_add_test(t, a_folder);
    tcase_add_test(t, no_file);
    tcase_add_test(t, slurp_limits);
    tcase_add_test(t, any_bytes);
    suite_add_tcase(s, t);
    return suite_run(s);
}
