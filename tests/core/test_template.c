#include "pxed/template.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef PXED_TEST_DATA
#define PXED_TEST_DATA "tests/data"
#endif

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* ---- JSON as template data ---- */

static enum pxed_value_kind json_kind(const void *node) {
    switch (json_typeof((const json_t *)node)) {
    case JSON_OBJECT:
        return PXED_VALUE_MAP;
    case JSON_ARRAY:
        return json_array_size(node) > 0 ? PXED_VALUE_LIST : PXED_VALUE_FALSE;
    case JSON_STRING:
    case JSON_INTEGER:
    case JSON_REAL:
        return PXED_VALUE_TEXT;
    case JSON_TRUE:
        return PXED_VALUE_TRUE;
    case JSON_FALSE:
        return PXED_VALUE_FALSE;
    case JSON_NULL:
        break;
    }
    return PXED_VALUE_NONE;
}

static struct pxed_slice json_text(const void *node) {
    static char number[64]; /* read before the next call */
    if (json_is_string((const json_t *)node))
        return pxed_slice(json_string_value(node), json_string_length(node));
    if (json_is_true((const json_t *)node))
        return PXED_SLICE("true");
    if (json_is_integer((const json_t *)node))
        snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(node));
    else
        snprintf(number, sizeof(number), "%.15g", json_real_value(node));
    return pxed_slice_of(number);
}

static const void *json_get(const void *node, struct pxed_slice key) {
    return json_object_getn(node, key.ptr, key.len);
}

static const void *json_item(const void *node, size_t index) {
    return json_array_get(node, index);
}

static bool json_partial(void *ctx, struct pxed_slice name, struct pxed_slice *ret_text) {
    const json_t *text = json_object_getn(ctx, name.ptr, name.len);
    if (text)
        *ret_text = pxed_slice(json_string_value(text), json_string_length(text));
    return text != NULL;
}

static const struct pxed_template_data json_data = {json_kind, json_text, json_get, json_item};

/* Renders twice: to learn the size, then into exactly that much. The caller frees. */
static char *render(const json_t *root, json_t *partials, struct pxed_slice text) {
    struct pxed_template t = {
        .data = &json_data, .root = root, .escape = pxed_escape_html, .partial = json_partial, .partial_ctx = partials};
    struct pxed_buf none = {NULL, 0, 0};
    unsigned line = 0;
    int rc = pxed_template_render(&t, text, &none, &line);
    ck_assert_msg(rc == 0, "line %u: %s", line, pxed_template_strerror(rc));

    struct pxed_buf out = {malloc(none.len + 1), none.len, 0};
    ck_assert_int_eq(pxed_template_render(&t, text, &out, NULL), 0);
    ck_assert_uint_eq(out.len, none.len);
    out.ptr[out.len] = '\0';
    return out.ptr;
}

static char *render_json(const char *root, const char *partials, const char *text) {
    json_t *data = json_loads(root, JSON_DECODE_ANY, NULL), *others = json_loads(partials, 0, NULL);
    ck_assert(data && others);
    char *out = render(data, others, pxed_slice_of(text));
    json_decref(data);
    json_decref(others);
    return out;
}

/* ---- The published tests ---- */

static const struct {
    const char *file;
    size_t at_least; /* so that an empty file is no success */
} specs[] = {
    {"comments", 11}, {"delimiters", 14}, {"interpolation", 40}, {"inverted", 21}, {"partials", 12}, {"sections", 34},
};

static void check_spec(const char *file, json_t *test) {
    const char *name = json_string_value(json_object_get(test, "name"));
    const json_t *text = json_object_get(test, "template");
    char *out = render(json_object_get(test, "data"), json_object_get(test, "partials"),
                       pxed_slice(json_string_value(text), json_string_length(text)));
    const char *expected = json_string_value(json_object_get(test, "expected"));
    ck_assert_msg(!strcmp(out, expected), "%s, %s:\nexpected %s\ngot      %s", file, name, expected, out);
    free(out);
}

START_TEST(test_spec) {
    char path[1024];
    json_error_t error;
    snprintf(path, sizeof(path), PXED_TEST_DATA "/mustache-spec/%s.json", specs[_i].file);
    json_t *spec = json_load_file(path, 0, &error), *tests = json_object_get(spec, "tests"), *test;
    ck_assert_msg(spec != NULL, "%s: %s", path, error.text);
    ck_assert_uint_ge(json_array_size(tests), specs[_i].at_least);

    size_t i;
    json_array_foreach(tests, i, test) {
        check_spec(specs[_i].file, test);
    }
    json_decref(spec);
}
END_TEST

/* ---- What the published tests leave open ---- */

static const struct {
    const char *name, *data, *partials, *text, *expected;
} vectors[] = {
    {"shell text passes untouched", "{}", "{}", "echo $HOME ${x} %y% {z} }} 100%\n",
     "echo $HOME ${x} %y% {z} }} 100%\n"},
    {"empty text", "{}", "{}", "", ""},
    {"empty name", "{\"a\":1}", "{}", "[{{}}{{ }}]", "[]"},
    {"blanks before the sigil", "{\"a\":\"<\"}", "{}", "{{ & a }}{{ #a }}x{{ /a }}", "<x"},
    {"true as text", "{\"a\":true}", "{}", "{{a}}{{#a}}{{.}}{{/a}}", "truetrue"},
    {"map and list render empty", "{\"a\":{\"b\":1},\"c\":[1]}", "{}", "[{{a}}{{c}}]", "[]"},
    {"empty text is true", "{\"a\":\"\"}", "{}", "{{#a}}yes{{/a}}{{^a}}no{{/a}}", "yes"},
    {"null hides the outer one", "{\"a\":\"outer\",\"m\":{\"a\":null}}", "{}", "{{#m}}[{{a}}]{{/m}}", "[]"},
    {"trailing dot", "{\"a\":{\"b\":1}}", "{}", "[{{a.}}{{.a}}{{a..b}}]", "[]"},
    {"nested lists", "[[1,2],[3]]", "{}", "{{#.}}({{#.}}{{.}},{{/.}}){{/.}}", "(1,2,)(3,)"},
    {"delimiters outlive their section", "{\"a\":1}", "{}", "{{#a}}{{=| |=}}|/a||a|{{a}}", "1{{a}}"},
    {"delimiters set in a skipped section", "{\"a\":1}", "{}", "{{^a}}{{=| |=}}|/a||a|", "1"},
    {"delimiters set in a list", "{\"l\":[1,2]}", "{}", "{{#l}}{{.}}{{=| |=}}|.||/l||={{ }}=|{{=| |=}}", "1122"},
    {"brace tag with other delimiters", "{\"a\":\"<\"}", "{}", "{{=| |=}}|{a}||a|", "<&lt;"},
    {"CR LF lines", "{\"a\":1}", "{}", "{{#a}}\r\nx\r\n{{/a}}\r\n", "x\r\n"},
    {"lone CR is no line end", "{}", "{}", "{{!c}}\r", "\r"},
    {"two tags on a line: not alone", "{\"a\":1}", "{}", "{{#a}} {{/a}}\n", " \n"},
    {"comment over lines", "{}", "{}", "a\n {{! x\n y }} \nb", "a\nb"},
    {"indent of an inner partial adds up", "{}", "{\"p\":\"p\\n {{>q}}\\np\\n\",\"q\":\"q\\nq\\n\"}", "  {{>p}}\n.",
     "  p\n   q\n   q\n  p\n."},
    {"inline partial starts without indent", "{}", "{\"p\":\"[{{>q}}]\\n\",\"q\":\"q\\nq\"}", "  {{>p}}\n",
     "  [q\nq]\n"},
    {"empty lines of a partial stay empty", "{}", "{\"p\":\"a\\n\\n\\r\\nb\\n\"}", "  {{>p}}\n", "  a\n\n\r\n  b\n"},
    {"indent once before a tag", "{\"l\":[1,2]}", "{\"p\":\"{{#l}}{{.}}{{/l}}\\n{{nothing}}x\\n\"}", "  {{>p}}\n",
     "  12\n  x\n"},
    {"indent in a repeated section", "{\"l\":[1,2]}", "{\"p\":\"{{#l}}\\n- {{.}}\\n{{/l}}\\n\"}", "  {{>p}}\n",
     "  - 1\n  - 2\n"},
    {"values are no template text", "{\"a\":\"{{b}}\",\"b\":\"x\"}", "{}", "{{{a}}}", "{{b}}"},
    {"partial that ends by itself", "{\"t\":{\"t\":{\"t\":null}}}", "{\"p\":\"({{#t}}{{>p}}{{/t}})\"}", "{{>p}}",
     "((()))"},
    {"partial in a skipped section", "{}", "{\"p\":\"{{>p}}\"}", "{{#no}}{{>p}}{{/no}}ok", "ok"},
};

START_TEST(test_vector) {
    char *out = render_json(vectors[_i].data, vectors[_i].partials, vectors[_i].text);
    ck_assert_msg(!strcmp(out, vectors[_i].expected), "%s: %s", vectors[_i].name, out);
    free(out);
}
END_TEST

/* Text behind the end must never be looked at. */
START_TEST(test_not_terminated) {
    char *text = malloc(4);
    json_t *data = json_loads("{\"a\":\"1\"}", 0, NULL);
    memcpy(text, "{{a}", 4);
    struct pxed_template t = {.data = &json_data, .root = data};
    struct pxed_buf out = {NULL, 0, 0};
    for (size_t n = 0; n <= 4; n++)
        ck_assert_int_eq(pxed_template_render(&t, pxed_slice(text, n), &out, NULL),
                         n < 2 ? PXED_TEMPLATE_OK : PXED_TEMPLATE_UNCLOSED_TAG);
    ck_assert_int_eq(pxed_template_render(&t, PXED_NO_SLICE, &out, NULL), 0);
    json_decref(data);
    free(text);
}
END_TEST

START_TEST(test_bare) {
    struct pxed_template t = {.data = &json_data, .root = NULL}; /* no data, no escape, no partials */
    char text[32];
    struct pxed_buf out = PXED_BUF(text);
    ck_assert_int_eq(pxed_template_render(&t, PXED_SLICE("[{{a.b}}{{.}}{{#a}}x{{/a}}{{>p}}]"), &out, NULL), 0);
    ck_assert_str_eq(pxed_buf_cstr(&out), "[]");

    json_t *data = json_loads("{\"a\":\"<&>\"}", 0, NULL);
    t.root = data;
    out.len = 0;
    ck_assert_int_eq(pxed_template_render(&t, PXED_SLICE("{{a}}"), &out, NULL), 0);
    ck_assert_str_eq(pxed_buf_cstr(&out), "<&>");
    json_decref(data);
}
END_TEST

/* ---- Errors ---- */

static const struct {
    const char *name, *text;
    int error;
    unsigned line;
    bool only_render; /* partials are not followed by the strict pass */
} errors[] = {
    {"tag not closed", "a\n{{b\n", PXED_TEMPLATE_UNCLOSED_TAG, 2, false},
    {"triple not closed", "{{{b}}\n", PXED_TEMPLATE_UNCLOSED_TAG, 1, false},
    {"only the opening", "{{", PXED_TEMPLATE_UNCLOSED_TAG, 1, false},
    {"section not closed", "a\n\n{{#t}}\nb\n", PXED_TEMPLATE_UNCLOSED_SECTION, 3, false},
    {"innermost not closed", "{{#t}}\n{{^f}}\n", PXED_TEMPLATE_UNCLOSED_SECTION, 2, false},
    {"skipped section not closed", "{{#f}}\n{{#t}}\n{{/t}}\n", PXED_TEMPLATE_UNCLOSED_SECTION, 1, false},
    {"nothing to close", "a\n{{/t}}", PXED_TEMPLATE_STRAY_CLOSE, 2, false},
    {"crossed sections", "{{#t}}\n{{#u}}\n{{/t}}\n{{/u}}", PXED_TEMPLATE_STRAY_CLOSE, 3, false},
    {"crossed while skipped", "{{#f}}\n{{#u}}\n{{/f}}\n{{/u}}", PXED_TEMPLATE_STRAY_CLOSE, 3, false},
    {"error after a comment over lines", "{{!\n\n}}{{/t}}", PXED_TEMPLATE_STRAY_CLOSE, 3, false},
    {"one delimiter", "\n{{=x=}}", PXED_TEMPLATE_BAD_DELIMITER, 2, false},
    {"no delimiter", "{{= =}}", PXED_TEMPLATE_BAD_DELIMITER, 1, false},
    {"bare equals", "{{=}}", PXED_TEMPLATE_BAD_DELIMITER, 1, false},
    {"second equals missing", "{{=a b}}", PXED_TEMPLATE_BAD_DELIMITER, 1, false},
    {"three delimiters", "{{=a b c=}}", PXED_TEMPLATE_BAD_DELIMITER, 1, false},
    {"equals as delimiter", "{{=a= b=}}", PXED_TEMPLATE_BAD_DELIMITER, 1, false},
    {"partial includes itself", "\n\n{{>self}}", PXED_TEMPLATE_TOO_DEEP, 3, true},
    {"partials include each other", "\n{{>ping}}", PXED_TEMPLATE_TOO_DEEP, 2, true},
    {"error inside a partial", "a\n{{#t}}\n{{>broken}}{{/t}}", PXED_TEMPLATE_UNCLOSED_TAG, 3, true},
    {"section not closed in a partial", "a\n{{>open}}{{/t}}", PXED_TEMPLATE_UNCLOSED_SECTION, 2, true},
};

static void ignore_name(void *ctx, char sigil, struct pxed_slice name, unsigned line) {
    (void)ctx, (void)sigil, (void)name, (void)line;
}

static int render_error(const char *text, unsigned *ret_line) {
    json_t *data = json_loads("{\"t\":true,\"u\":true,\"f\":false}", 0, NULL);
    json_t *partials =
        json_loads("{\"self\":\"x{{>self}}{{>self}}\",\"ping\":\"\\n\\n{{>pong}}\",\"pong\":\"{{>ping}}\","
                   "\"broken\":\"\\n\\n\\n{{x\",\"open\":\"{{#t}}\"}",
                   0, NULL);
    struct pxed_template t = {.data = &json_data, .root = data, .partial = json_partial, .partial_ctx = partials};
    struct pxed_buf out = {NULL, 0, 0};
    int rc = pxed_template_render(&t, pxed_slice_of(text), &out, ret_line);
    ck_assert_int_eq(pxed_template_render(&t, pxed_slice_of(text), &out, NULL), rc);
    json_decref(data);
    json_decref(partials);
    return rc;
}

START_TEST(test_error) {
    unsigned line = 0;
    int rc = render_error(errors[_i].text, &line);
    ck_assert_msg(rc == errors[_i].error && line == errors[_i].line, "%s: %s in line %u", errors[_i].name,
                  pxed_template_strerror(rc), line);
    if (errors[_i].only_render)
        return;
    line = 0;
    rc = pxed_template_names(pxed_slice_of(errors[_i].text), ignore_name, NULL, &line);
    ck_assert_msg(rc == errors[_i].error && line == errors[_i].line, "%s, names: %s in line %u", errors[_i].name,
                  pxed_template_strerror(rc), line);
}
END_TEST

/* 32 sections inside each other are allowed, rendered or not; one more is too many. */
static void check_depth(const char *open, const char *close, unsigned depth, int expected) {
    char text[1024];
    struct pxed_buf b = PXED_BUF(text);
    unsigned line = 77;
    for (unsigned i = 0; i < depth; i++)
        pxed_buf_str(&b, open);
    for (unsigned i = 0; i < depth; i++)
        pxed_buf_str(&b, close);
    ck_assert_int_eq(render_error(pxed_buf_cstr(&b), &line), expected);
    ck_assert_uint_eq(line, expected ? depth : 77); /* each opens on a line of its own */
    ck_assert_int_eq(pxed_template_names(pxed_buf_slice(&b), ignore_name, NULL, &line), expected);
}

START_TEST(test_depth) {
    check_depth("{{#t}}\n", "{{/t}}\n", 32, PXED_TEMPLATE_OK);
    check_depth("{{#t}}\n", "{{/t}}\n", 33, PXED_TEMPLATE_TOO_DEEP);
    check_depth("{{#f}}\n", "{{/f}}\n", 32, PXED_TEMPLATE_OK);
    check_depth("{{#f}}\n", "{{/f}}\n", 33, PXED_TEMPLATE_TOO_DEEP);
}
END_TEST

START_TEST(test_strerror) {
    for (int i = 0; i <= PXED_TEMPLATE_TOO_DEEP; i++)
        ck_assert_str_ne(pxed_template_strerror(i), pxed_template_strerror(99));
}
END_TEST

/* ---- Names ---- */

static void note_name(void *ctx, char sigil, struct pxed_slice name, unsigned line) {
    struct pxed_buf *b = ctx;
    pxed_buf_u64(b, line);
    if (sigil)
        pxed_buf_byte(b, sigil);
    else
        pxed_buf_byte(b, ' ');
    pxed_buf_add(b, name);
    pxed_buf_byte(b, ';');
}

START_TEST(test_names) {
    char text[256];
    struct pxed_buf b = PXED_BUF(text);
    const char *use = "{{host.name}}\n"
                      "{{#disks}}{{.}}{{/disks}}\n"
                      "{{! no.name }}{{{ raw }}} {{&amp}}\n"
                      "{{^os.id}}\n"
                      "{{> part }}\n"
                      "{{/os.id}}{{a.b | shell}}{{c|no mode}}{{=<% %>=}}<% last %>{{not.this}}\n";
    ck_assert_int_eq(pxed_template_names(pxed_slice_of(use), note_name, &b, NULL), 0);
    ck_assert_str_eq(pxed_buf_cstr(&b), "1 host.name;2#disks;2 .;3&raw;3&amp;4^os.id;5>part;6 a.b;6 c|no mode;6 last;");
}
END_TEST

/* ---- Escapes ---- */

static const struct {
    const char *name;
    pxed_escape_fn *escape;
    const char *plain;
    size_t len;
    const char *escaped;
} escapes[] = {
#define ROW(name, mode, plain, escaped)                                                                                \
    { name, pxed_escape_##mode, plain, sizeof(plain) - 1, escaped }
    ROW("html: marks", html, "<a href=\"x\" b='y'>&</a>", "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;&lt;/a&gt;"),
    ROW("html: XML's own control bytes", html, "a\tb\r\nc", "a\tb\r\nc"),
    ROW("html: forbidden bytes", html, "a\0b\x01\x1b c", "ab c"),
    ROW("html: UTF-8", html, "\xc3\xbc", "\xc3\xbc"),
    ROW("line: newline cannot start a command", line, "x\nrootpw y\r\0\t\x7f", "x rootpw y    "),
    ROW("line: quotes and dollars stay", line, "a \"b\" $c 'd'", "a \"b\" $c 'd'"),
    ROW("line: a backslash at the end takes no further line in", line, "a\\b\\", "a\\b\\ "),
    ROW("ks: quote, backslash, comment", ks, "a \"b\" 'c' \\d #e $f %g", "a \\\"b\\\" 'c' \\\\d #e $f %g"),
    ROW("ks: newline cannot start a command", ks, "x\"\nclearpart --all\0", "x\\\" clearpart --all "),
    ROW("word: groups, environments, modules", word, "@^a-b_c @nodejs:18/x -vim* lib++.i686",
        "@^a-b_c@nodejs:18/x-vim*lib++.i686"),
    ROW("word: no section, comment or command", word, "%post\n#a;$(b)`c`|d\"'\\\0", "postabcd"),
    ROW("url: all but letters, digits and -._~", url, "aZ9-._~ %:/#\n\0\xc3\xbc", "aZ9-._~%20%25%3a%2f%23%0a%00%c3%bc"),
    ROW("shell: quote", shell, "it's $HOME `x` \\", "it'\\''s $HOME `x` \\"),
    ROW("shell: NUL dropped, newline kept", shell, "a\0b\nc", "ab\nc"),
    ROW("cmd: operators", cmd, "a&b|c<d>e^f!g", "a&b|c<d>e^f!g"),
    ROW("cmd: quote", cmd, "a\" & del x & \"b", "a\"\" & del x & \"\"b"),
    ROW("cmd: percent", cmd, "100%PATH%", "100%%PATH%%"),
    ROW("cmd: control bytes", cmd, "a\r\ndel x\0\x7f\t", "adel x"),
    ROW("ini: quote, comment, control bytes", ini, "a\"b;c=%d\r\n", "a\"\"b;c=%d  "),
    ROW("yaml: quote and backslash", yaml, "a\"b\\c", "a\\\"b\\\\c"),
    ROW("yaml: control bytes", yaml, "\n\r\t\b\f\0\x1b\x7f", "\\n\\r\\t\\b\\f\\u0000\\u001b\\u007f"),
    ROW("yaml: colon, hash and UTF-8", yaml, "a: #b \xc3\xbc", "a: #b \xc3\xbc"),
#undef ROW
};

START_TEST(test_escape) {
    char text[128];
    struct pxed_buf b = PXED_BUF(text);
    escapes[_i].escape(&b, pxed_slice(escapes[_i].plain, escapes[_i].len));
    ck_assert_msg(!strcmp(pxed_buf_cstr(&b), escapes[_i].escaped), "%s: %s", escapes[_i].name, text);
}
END_TEST

/* The mode of a tag counts before the template's, in partials and lists as well; what is none belongs to the name. */
START_TEST(test_mode) {
    json_t *data = json_loads("{\"a\":\"it's <\\\"\",\"b\":{\"c\":[\"'\",\"\\\"\"]},\"x|y\":\"bar\"}", 0, NULL);
    json_t *partials = json_loads("{\"p\":\"{{ a | shell }}\"}", 0, NULL);
    char *got = render(data, partials,
                       PXED_SLICE("{{a}} {{a|shell}} {{a | ks}} {{> p}} {{#b.c}}{{.|ks}}{{/b.c}} {{&a|shell}}{{x|y}}"));
    ck_assert_str_eq(got, "it&#39;s &lt;&quot; it'\\''s <\" it's <\\\" it'\\''s <\" '\\\" bar");
    free(got);
    json_decref(data);
    json_decref(partials);

    static const char *const known[] = {"line", "xml", "shell", "cmd", "ini", "yaml", "ks", "word", "url"};
    for (int i = 0; i < COUNT(known); i++)
        ck_assert_msg(pxed_escape_named(pxed_slice_of(known[i])) != NULL, "%s", known[i]);
    ck_assert_ptr_null(pxed_escape_named(PXED_SLICE("shel")));
    ck_assert_ptr_null(pxed_escape_named(PXED_NO_SLICE));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("template");
    TCase *tests = tcase_create("template");
    tcase_add_loop_test(tests, test_spec, 0, COUNT(specs));
    tcase_add_loop_test(tests, test_vector, 0, COUNT(vectors));
    tcase_add_test(tests, test_not_terminated);
    tcase_add_test(tests, test_bare);
    tcase_add_loop_test(tests, test_error, 0, COUNT(errors));
    tcase_add_test(tests, test_depth);
    tcase_add_test(tests, test_strerror);
    tcase_add_test(tests, test_names);
    tcase_add_loop_test(tests, test_escape, 0, COUNT(escapes));
    tcase_add_test(tests, test_mode);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
