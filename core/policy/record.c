/* Writes and reads a machine's record as text, one key=value per line, for the store. */
#include "record.h"

enum field_type {
    FIELD_TEXT,
    FIELD_BOOL,
    FIELD_UINT,
    FIELD_TIME,
    FIELD_STATE,
    FIELD_RIGHT,
    FIELD_TOKEN,
    FIELD_ADDR,
    FIELD_FIRMWARE
};

struct field {
    struct pxed_slice key;
    enum field_type type;
    size_t offset, size;
};

#define FIELD(key, type, member)                                                                                       \
    {                                                                                                                  \
        {key, sizeof(key) - 1}, type, offsetof(struct lifecycle_record, member),                                       \
            sizeof(((struct lifecycle_record *)0)->member)                                                             \
    }

static const struct field fields[] = {
    FIELD("new", FIELD_BOOL, held_new),
    FIELD("line", FIELD_TEXT, line_os),
    FIELD("names", FIELD_TEXT, names),
    FIELD("state", FIELD_STATE, state),
    FIELD("right", FIELD_RIGHT, right),
    FIELD("os", FIELD_TEXT, os),
    FIELD("tries", FIELD_UINT, tries),
    FIELD("reported", FIELD_BOOL, reported),
    FIELD("disk", FIELD_BOOL, on_disk),
    FIELD("token", FIELD_TOKEN, token),
    FIELD("account", FIELD_TOKEN, account),
    FIELD("armed", FIELD_TIME, armed_at),
    FIELD("since", FIELD_TIME, state_at),
    FIELD("event", FIELD_TIME, event_at),
    FIELD("expires", FIELD_TIME, expires_at),
    FIELD("by", FIELD_TEXT, by),
    FIELD("step", FIELD_TEXT, step),
    FIELD("fail", FIELD_TEXT, fail),
    FIELD("was", FIELD_STATE, was.state),
    FIELD("was-right", FIELD_RIGHT, was.right),
    FIELD("was-os", FIELD_TEXT, was.os),
    FIELD("was-armed", FIELD_TIME, was.armed_at),
    FIELD("was-since", FIELD_TIME, was.state_at),
    FIELD("was-by", FIELD_TEXT, was.by),
    FIELD("was-step", FIELD_TEXT, was.step),
    FIELD("was-fail", FIELD_TEXT, was.fail),
    FIELD("boot", FIELD_TIME, boot_at),
    FIELD("stage", FIELD_UINT, stage),
    FIELD("staged", FIELD_TIME, stage_at),
    FIELD("script", FIELD_TIME, script_at),
    FIELD("ip", FIELD_ADDR, ip),
    FIELD("leased", FIELD_BOOL, ip_leased),
    FIELD("firmware", FIELD_FIRMWARE, firmware),
    FIELD("judged", FIELD_BOOL, judged),
    FIELD("own", FIELD_BOOL, own_script),
    FIELD("fed", FIELD_BOOL, fed),
    FIELD("rung", FIELD_TEXT, ladder.rung),
    FIELD("rung-silent", FIELD_UINT, ladder.silent),
    FIELD("rung-good", FIELD_BOOL, ladder.good),
    FIELD("rung-good-at", FIELD_TIME, ladder.good_at),
    FIELD("rung-was", FIELD_TEXT, ladder.was),
    FIELD("rung-was-at", FIELD_TIME, ladder.was_at),
    FIELD("rung-taken", FIELD_BOOL, ladder.taken),
    FIELD("rung-heard", FIELD_BOOL, ladder.heard),
    FIELD("rung-ran", FIELD_BOOL, ladder.ran),
    FIELD("secure", FIELD_UINT, ladder.secure),
    FIELD("lacks", FIELD_UINT, ladder.lacks),
    FIELD("model", FIELD_TEXT, ladder.model),
    FIELD("way", FIELD_TEXT, ways.way),
    FIELD("way-silent", FIELD_UINT, ways.silent),
    FIELD("way-good", FIELD_BOOL, ways.good),
    FIELD("way-told", FIELD_BOOL, ways.told),
    FIELD("way-took", FIELD_BOOL, ways.took),
    FIELD("exit-good", FIELD_BOOL, exits.good),
    FIELD("exit-back", FIELD_UINT, exits.back),
    FIELD("exit-up", FIELD_BOOL, exits.up),
    FIELD("product", FIELD_TEXT, hardware.product),
    FIELD("serial", FIELD_TEXT, hardware.serial),
    FIELD("memory", FIELD_TIME, hardware.memory),
    FIELD("cpu", FIELD_TIME, hardware.cpu),
};

static void record_write_value(const struct field *f, const struct lifecycle_record *r, struct pxed_buf *out) {
    const void *at = (const char *)r + f->offset;
    unsigned number;
    int64_t time;
    switch (f->type) {
    case FIELD_TEXT:
        for (const char *c = at; *c; c++) /* a line end would start another field */
            pxed_buf_byte(out, (unsigned char)*c < ' ' ? ' ' : *c);
        break;
    case FIELD_BOOL:
        pxed_buf_u64(out, *(const bool *)at);
        break;
    case FIELD_TIME:
        memcpy(&time, at, sizeof(time));
        pxed_buf_u64(out, time > 0 ? (uint64_t)time : 0);
        break;
    case FIELD_UINT:
        memcpy(&number, at, sizeof(number));
        pxed_buf_u64(out, number);
        break;
    case FIELD_STATE:
        pxed_buf_str(out, lifecycle_state_names[*(const enum lifecycle_state *)at]);
        break;
    case FIELD_RIGHT:
        pxed_buf_str(out, lifecycle_right_names[*(const enum lifecycle_right *)at]);
        break;
    case FIELD_TOKEN:
        pxed_buf_hex(out, at, f->size, "");
        break;
    case FIELD_ADDR:
        if (r->ip.family != 0)
            pxed_addr_format(&r->ip, out);
        break;
    case FIELD_FIRMWARE:
        if (r->has_firmware)
            pxed_buf_str(out, pxed_firmware_names[r->firmware]);
        break;
    }
}

/* What a record that was just made holds too: most of what most machines' have. */
static bool record_has_nothing(const struct field *f, const struct lifecycle_record *r) {
    static const uint8_t zero[sizeof(*r)];
    const char *at = (const char *)r + f->offset;
    if (f->type == FIELD_TEXT)
        return *at == '\0';
    if (f->type == FIELD_ADDR)
        return r->ip.family == 0;
    if (f->type == FIELD_FIRMWARE)
        return !r->has_firmware;
    return memcmp(at, zero, f->size) == 0;
}

void record_write(const struct lifecycle_record *r, struct pxed_buf *out) {
    pxed_buf_str(out, "pxed-machine 1\nmac=");
    pxed_mac_format(&r->mac, "-", out);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (record_has_nothing(&fields[i], r))
            continue;
        pxed_buf_byte(out, '\n');
        pxed_buf_add(out, fields[i].key);
        pxed_buf_byte(out, '=');
        record_write_value(&fields[i], r, out);
    }
    pxed_buf_byte(out, '\n');
}

static unsigned record_find_word(const char *const *words, struct pxed_slice value) {
    for (unsigned i = 0; words[i]; i++)
        if (pxed_slice_is(value, words[i]))
            return i;
    return 0;
}

static void record_read_value(const struct field *f, struct pxed_slice value, struct lifecycle_record *r) {
    void *at = (char *)r + f->offset;
    uint64_t number = 0;
    unsigned small;
    switch (f->type) {
    case FIELD_TEXT:
        if (value.len > 0)
            memcpy(at, value.ptr, value.len < f->size - 1 ? value.len : f->size - 1);
        break;
    case FIELD_BOOL:
        *(bool *)at = pxed_slice_is(value, "1");
        break;
    case FIELD_TIME:
        if (pxed_slice_u64(value, INT64_MAX, &number)) {
            int64_t time = (int64_t)number;
            memcpy(at, &time, sizeof(time));
        }
        break;
    case FIELD_UINT:
        if (pxed_slice_u64(value, 1000, &number)) {
            small = (unsigned)number;
            memcpy(at, &small, sizeof(small));
        }
        break;
    case FIELD_STATE:
        *(enum lifecycle_state *)at = (enum lifecycle_state)record_find_word(lifecycle_state_names, value);
        break;
    case FIELD_RIGHT:
        *(enum lifecycle_right *)at = (enum lifecycle_right)record_find_word(lifecycle_right_names, value);
        break;
    case FIELD_TOKEN:
        for (size_t i = 0; value.len == 32 && i < 16; i++)
            ((uint8_t *)at)[i] =
                (uint8_t)((pxed_hex_digit(value.ptr[2 * i]) & 15) << 4 | (pxed_hex_digit(value.ptr[2 * i + 1]) & 15));
        break;
    case FIELD_ADDR:
        pxed_addr_parse(value, &r->ip);
        break;
    case FIELD_FIRMWARE:
        r->has_firmware = pxed_firmware_parse(value, &r->firmware);
        break;
    }
}

/* Its index in `fields`; their number: unknown. `hint`: where to begin, because a record is written in their order. */
static size_t record_find_field(struct pxed_slice key, size_t hint) {
    size_t n = sizeof(fields) / sizeof(fields[0]);
    for (size_t k = 0; k < n; k++)
        if (pxed_slice_eq(key, fields[(hint + k) % n].key))
            return (hint + k) % n;
    return n;
}

bool record_read(struct pxed_slice text, struct lifecycle_record *ret) {
    struct pxed_slice rest = text, line = pxed_slice_word(&rest, "\n");
    struct lifecycle_record r = {0};
    size_t hint = 0;
    if (!pxed_slice_is(line, "pxed-machine 1"))
        return false;
    while ((line = pxed_slice_word(&rest, "\n")).len > 0) {
        ptrdiff_t eq = pxed_slice_find(line, '=', 0);
        if (eq <= 0)
            return false;
        struct pxed_slice key = pxed_slice_head(line, (size_t)eq), value = pxed_slice_skip(line, (size_t)eq + 1);
        if (pxed_slice_is(key, "mac")) {
            if (!pxed_mac_parse(value, &r.mac))
                return false;
            continue;
        }
        size_t i = record_find_field(key, hint);
        if (i == sizeof(fields) / sizeof(fields[0])) /* of a newer pxed */
            continue;
        record_read_value(&fields[i], value, &r);
        hint = i + 1;
    }
    if (r.mac.len == 0 || r.stage >= PXED_STAGE_COUNT)
        return false;
    *ret = r;
    return true;
}
