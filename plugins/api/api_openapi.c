/* The OpenAPI 3.1 document, written from the table of routes. The schemas of rows say what api_json.c writes, and a
 * test compares. */
#include "api_openapi.h"

#include "api_json.h"
#include "pxed/json.h"

#define REASON " reason fault:flag sentence cure"
#define MACHINE                                                                                                        \
    "mac name declared:flag os arm_os ip firmware stage stage_at:time" REASON                                          \
    " install not_ready not_ready_text install_at:time right held_new:flag protect:flag tries_left:int armed_at:time " \
    "armed_by step disk fail disk_cleared:flag was_install was_os was_at:time unguarded:flag busy loader "             \
    "loader_silent:int loader_good:flag loader_was disk_good:flag "                                                    \
    "disk_back:int product serial memory:int cause cause_sentence evidence cause_cure file line:int"

static const struct {
    const char *name, *fields;
} schemas[] = {
    {"machine", MACHINE},
    {"host", "mac name os family ip group protect:flag vars:map file line:int"},
    {"order", MACHINE " order_os order_right refusal refusal_sentence refusal_cure boot_url"},
    {"step", "seq:int at:time mac name what" REASON " text"},
    {"transfer", "mac name ip path via sent:int size:int since:time"},
    {"lease", "ip mac name hostname state never:flag expires:time"},
    {"taken", "ip mac reason text"},
    {"net", "net mode size:int live:int declared:int behind"},
    {"image", "os hosts:int" REASON " text plugin profile live:flag file line:int"},
    {"health", "name good:flag count:int text cure"},
    {"text", "kind path" REASON " text"},
    {"token", "name scopes groups made_at:time made_by used_at:time token"},
    {"backup", "file"},
    {"error", "error reason"},
};

/* One name of a list. */
struct field {
    struct pxed_slice name, type;
    bool must;
};

static bool next_field(struct pxed_slice *rest, struct field *ret) {
    struct pxed_slice word = pxed_slice_word(rest, " ");
    ptrdiff_t colon = pxed_slice_find(word, ':', 0);
    ret->name = pxed_slice_head(word, colon < 0 ? word.len : (size_t)colon);
    ret->type = colon < 0 ? PXED_SLICE("text") : pxed_slice_skip(word, (size_t)colon + 1);
    ret->must = pxed_slice_ends(ret->name, PXED_SLICE("!"));
    ret->name.len -= ret->must ? 1 : 0;
    return word.len > 0;
}

static void put_type(struct pxed_buf *out, struct pxed_slice type) {
    static const struct {
        const char *word, *json;
    } types[] = {
        {"text", "{\"type\":\"string\"}"},
        {"texts", "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"},
        {"map", "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}"},
        {"objects", "{\"type\":\"array\",\"items\":{\"type\":\"object\"}}"},
        {"int", "{\"type\":\"integer\",\"minimum\":0}"},
        {"flag", "{\"type\":\"boolean\"}"},
        {"time", "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"},
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (pxed_slice_is(type, types[i].word))
            pxed_buf_str(out, types[i].json);
}

static void put_name(struct pxed_buf *out, struct pxed_slice name, const char *suffix) {
    pxed_buf_byte(out, '"');
    pxed_buf_add(out, name);
    pxed_buf_str(out, suffix);
    pxed_buf_byte(out, '"');
}

static void put_properties(struct pxed_buf *out, struct pxed_slice fields) {
    struct field f;
    for (const char *comma = ""; next_field(&fields, &f); comma = ",") {
        pxed_buf_str(out, comma);
        put_name(out, f.name, "");
        pxed_buf_byte(out, ':');
        put_type(out, f.type);
        if (!pxed_slice_is(f.type, "time"))
            continue;
        pxed_buf_byte(out, ',');
        put_name(out, f.name, "_ms");
        pxed_buf_byte(out, ':');
        put_type(out, PXED_SLICE("int"));
    }
}

/* `all`: every name; else those with `!`. */
static void put_required(struct pxed_buf *out, struct pxed_slice fields, bool all) {
    const char *comma = "";
    struct field f;
    pxed_buf_byte(out, '[');
    while (next_field(&fields, &f)) {
        if (!all && !f.must)
            continue;
        pxed_buf_str(out, comma);
        put_name(out, f.name, "");
        comma = ",";
        if (!all || !pxed_slice_is(f.type, "time"))
            continue;
        pxed_buf_byte(out, ',');
        put_name(out, f.name, "_ms");
    }
    pxed_buf_byte(out, ']');
}

static void put_object(struct pxed_buf *out, const char *fields, bool answer) {
    pxed_buf_str(out, "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
    put_properties(out, pxed_slice_of(fields));
    pxed_buf_str(out, "},\"required\":");
    put_required(out, pxed_slice_of(fields), answer);
    pxed_buf_byte(out, '}');
}

static void put_query(struct pxed_buf *out, const char *query) {
    struct pxed_slice fields = pxed_slice_of(query);
    struct field f;
    pxed_buf_str(out, ",\"parameters\":[");
    for (const char *comma = ""; next_field(&fields, &f); comma = ",") {
        pxed_buf_str(out, comma);
        pxed_buf_str(out, "{\"name\":");
        put_name(out, f.name, "");
        pxed_buf_str(out, ",\"in\":\"query\",\"required\":");
        pxed_buf_str(out, f.must ? "true" : "false");
        pxed_buf_str(out, ",\"schema\":");
        if (pxed_slice_is(f.type, "flag"))
            pxed_buf_str(out, "{\"enum\":[\"0\",\"1\"]}");
        else
            put_type(out, f.type);
        pxed_buf_byte(out, '}');
    }
    pxed_buf_byte(out, ']');
}

static void put_answers(struct pxed_buf *out, const struct api_route *r) {
    pxed_buf_str(out, ",\"responses\":{\"200\":{\"description\":\"the answer\",\"content\":{\"");
    pxed_buf_str(out, r->row ? "application/json" : r->type);
    pxed_buf_str(out, "\":{");
    if (r->row) {
        pxed_buf_str(out, "\"schema\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/");
        pxed_buf_str(out, r->row);
        pxed_buf_str(out, "\"}}");
    }
    pxed_buf_str(out, "}}},\"default\":{\"description\":\"a refusal\",\"content\":{\"application/json\":{\"schema\":"
                      "{\"$ref\":\"#/components/schemas/error\"}}}}}");
}

static void put_route(struct pxed_buf *out, const struct api_route *r) {
    pxed_buf_str(out, "\"/api/v1/");
    pxed_buf_str(out, r->name);
    pxed_buf_str(out, r->post ? "\":{\"post\":{" : "\":{\"get\":{");
    pxed_buf_str(out, "\"summary\":");
    pxed_json_text(out, pxed_slice_of(r->summary));
    pxed_buf_str(out, ",\"security\":[{\"token\":[]},{\"cookie\":[]}],\"x-scope\":\"");
    pxed_buf_str(out, r->scope == PXED_API_ARM ? "arm" : r->scope == PXED_API_OPERATE ? "operate" : "read");
    pxed_buf_byte(out, '"');
    if (r->query)
        put_query(out, r->query);
    if (r->body) {
        pxed_buf_str(out, ",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":");
        put_object(out, r->body, false);
        pxed_buf_str(out, "}}}");
    }
    put_answers(out, r);
    pxed_buf_str(out, "}}");
}

void api_openapi_write(const struct api_route *table, struct pxed_buf *out) {
    const char *comma = "";
    pxed_buf_str(out, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"pxed\",\"version\":\"1\",\"description\":"
                      "\"Answers are arrays of flat objects. Times are RFC 3339 in UTC, and KEY_ms.\"},\"paths\":{\n");
    for (const struct api_route *r = table; r->name; r++) {
        if (r->scope == 0)
            continue; /* of the socket alone */
        pxed_buf_str(out, comma);
        put_route(out, r);
        comma = ",\n";
    }
    pxed_buf_str(out, "},\n\"components\":{\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
                      "\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"pxed\"}},\"schemas\":{\n");
    comma = "";
    for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
        pxed_buf_str(out, comma);
        put_name(out, pxed_slice_of(schemas[i].name), "");
        pxed_buf_byte(out, ':');
        put_object(out, schemas[i].fields, true);
        comma = ",\n";
    }
    pxed_buf_str(out, "}}}\n");
}
