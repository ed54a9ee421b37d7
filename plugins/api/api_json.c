/* Writes the core's views as JSON. Pure. */
#include "api_json.h"

#include "pxed/json.h"

/* An object being written: the comma before the next key. */
struct object {
    struct pxed_buf *out;
    bool more;
};

/* By index: the model's names are in an archive that plugins do not link. */
static const char *const firmware_names[PXED_FW_COUNT] = {
    [PXED_FW_BIOS] = "bios",
    [PXED_FW_EFI_IA32] = "efi-ia32",
    [PXED_FW_EFI_X64] = "efi-x64",
    [PXED_FW_EFI_ARM64] = "efi-arm64",
    [PXED_FW_HTTP_X64] = "http-x64",
    [PXED_FW_HTTP_ARM64] = "http-arm64",
    [PXED_FW_OTHER] = "other",
    [PXED_FW_EFI_RISCV64] = "efi-riscv64",
    [PXED_FW_EFI_LOONGARCH64] = "efi-loongarch64",
};

static struct object json_begin(struct pxed_buf *out) {
    pxed_buf_byte(out, '{');
    return (struct object){out, false};
}

static void json_end(struct object *o) {
    pxed_buf_byte(o->out, '}');
}

/* `key` and `suffix` are literals. */
static void put_key(struct object *o, const char *key, const char *suffix) {
    if (o->more)
        pxed_buf_byte(o->out, ',');
    o->more = true;
    pxed_buf_byte(o->out, '"');
    pxed_buf_str(o->out, key);
    pxed_buf_str(o->out, suffix);
    pxed_buf_str(o->out, "\":");
}

static void json_put_text(struct object *o, const char *key, struct pxed_slice text) {
    put_key(o, key, "");
    pxed_json_text(o->out, text);
}

static void put_word(struct object *o, const char *key, const char *word) {
    json_put_text(o, key, pxed_slice_of(word));
}

static void put_bool(struct object *o, const char *key, bool value) {
    put_key(o, key, "");
    pxed_buf_str(o->out, value ? "true" : "false");
}

static void json_put_number(struct object *o, const char *key, uint64_t value) {
    put_key(o, key, "");
    /* Readers keep integers in 64 signed bits. */
    pxed_buf_u64(o->out, value > INT64_MAX ? INT64_MAX : value);
}

static void put_time(struct object *o, const char *key, int64_t ms) {
    put_key(o, key, "");
    if (ms <= 0)
        pxed_buf_str(o->out, "null");
    else
        pxed_json_time(o->out, ms);
    put_key(o, key, "_ms");
    pxed_buf_u64(o->out, ms < 0 ? 0 : (uint64_t)ms);
}

static void put_mac(struct object *o, const struct pxed_hwaddr *mac) {
    char text[PXED_MAC_TEXT];
    put_word(o, "mac", mac->len == 0 ? "" : pxed_mac_text(mac, ":", text));
}

static void put_ip(struct object *o, const struct pxed_addr *ip) {
    char text[PXED_ADDR_TEXT];
    put_word(o, "ip", ip->family == 0 ? "" : pxed_addr_text(ip, text));
}

static void put_reason(struct object *o, enum pxed_reason reason) {
    put_word(o, "reason", pxed_reason_name(reason));
    put_bool(o, "fault", pxed_reason_is_fault(reason));
    put_word(o, "sentence", reason == PXED_WHY_OK ? "" : pxed_reason_sentence(reason));
    put_word(o, "cure", pxed_reason_cure(reason));
}

static void put_machine(struct object *o, const struct pxed_machine_view *m) {
    enum pxed_reason fault = pxed_machine_fault(m);
    bool seen = m->stage && *m->stage && (unsigned)m->firmware < PXED_FW_COUNT;
    put_mac(o, &m->mac);
    json_put_text(o, "name", m->name);
    put_bool(o, "declared", m->declared);
    json_put_text(o, "os", m->os);
    json_put_text(o, "arm_os", m->arm_os);
    put_ip(o, &m->ip);
    put_word(o, "firmware", seen ? firmware_names[m->firmware] : "");
    put_word(o, "stage", m->stage);
    put_time(o, "stage_at", m->stage_at);
    put_reason(o, fault != PXED_WHY_OK ? fault : m->reason);
    bool ready = m->not_ready == PXED_WHY_OK;
    put_word(o, "install", ready ? m->install : "not ready");
    put_word(o, "not_ready", ready ? "" : pxed_reason_name(m->not_ready));
    json_put_text(o, "not_ready_text", m->not_ready_text);
    put_time(o, "install_at", m->install_at);
    put_word(o, "right", m->right);
    put_bool(o, "held_new", m->held_new);
    put_bool(o, "protect", m->protect);
    json_put_number(o, "tries_left", m->tries_left);
    put_time(o, "armed_at", m->armed_at);
    json_put_text(o, "armed_by", m->armed_by);
    json_put_text(o, "step", m->step);
    json_put_text(o, "disk", m->disk);
    json_put_text(o, "fail", m->fail);
    put_bool(o, "disk_cleared", m->disk_cleared);
    put_word(o, "was_install", m->was_install);
    json_put_text(o, "was_os", m->was_os);
    put_time(o, "was_at", m->was_at);
    put_bool(o, "unguarded", m->unguarded);
    put_word(o, "busy", m->busy);
    json_put_text(o, "loader", m->loader);
    json_put_number(o, "loader_silent", m->loader_silent);
    put_bool(o, "loader_good", m->loader_good);
    json_put_text(o, "loader_was", m->loader_was);
    put_bool(o, "disk_good", m->disk_good);
    json_put_number(o, "disk_back", m->disk_back);
    json_put_text(o, "product", m->product);
    json_put_text(o, "serial", m->serial);
    json_put_number(o, "memory", m->memory);
    put_word(o, "cause", m->cause);
    put_word(o, "cause_sentence", m->cause_sentence);
    put_word(o, "evidence", m->evidence);
    put_word(o, "cause_cure", m->cause_cure);
    put_word(o, "file", m->file);
    json_put_number(o, "line", m->line);
}

void api_json_machine(struct pxed_buf *out, const void *machine_view) {
    struct object o = json_begin(out);
    put_machine(&o, machine_view);
    json_end(&o);
}

void api_json_host(struct pxed_buf *out, const void *host) {
    const struct pxed_host *h = host;
    struct object o = json_begin(out);
    put_mac(&o, &h->macs[0]);
    json_put_text(&o, "name", h->name);
    json_put_text(&o, "os", h->os.text);
    json_put_text(&o, "family", h->os.family);
    put_ip(&o, &h->ip);
    json_put_text(&o, "group", pxed_host_value(h, "group"));
    put_bool(&o, "protect", h->protect);
    put_key(&o, "vars", "");
    struct object vars = json_begin(out);
    size_t at = 0;
    for (const struct pxed_var *v; (v = pxed_host_next_var(h, &at)) != NULL;) {
        if (!v->file || (v->flags & PXED_VAR_SECRET))
            continue;
        if (vars.more)
            pxed_buf_byte(out, ',');
        vars.more = true;
        pxed_json_text(out, v->key);
        pxed_buf_byte(out, ':');
        pxed_json_text(out, v->value);
    }
    json_end(&vars);
    put_word(&o, "file", h->file);
    json_put_number(&o, "line", h->line);
    json_end(&o);
}

void api_json_order(struct pxed_buf *out, const void *api_order_view) {
    const struct api_order_view *v = api_order_view;
    struct object o = json_begin(out);
    put_machine(&o, v->machine);
    json_put_text(&o, "order_os", v->os);
    put_word(&o, "order_right", v->right);
    bool refused = v->refusal != PXED_WHY_OK;
    put_word(&o, "refusal", refused ? pxed_reason_name(v->refusal) : "");
    put_word(&o, "refusal_sentence", refused ? pxed_reason_sentence(v->refusal) : "");
    put_word(&o, "refusal_cure", refused ? pxed_reason_cure(v->refusal) : "");
    put_word(&o, "boot_url", v->boot_url ? v->boot_url : "");
    json_end(&o);
}

void api_json_journal(struct pxed_buf *out, const void *journal_view) {
    const struct pxed_journal_view *j = journal_view;
    struct object o = json_begin(out);
    json_put_number(&o, "seq", j->seq);
    put_time(&o, "at", j->at);
    put_mac(&o, &j->mac);
    json_put_text(&o, "name", j->name);
    json_put_text(&o, "what", j->what);
    put_reason(&o, j->reason);
    json_put_text(&o, "text", j->text);
    json_end(&o);
}

void api_json_transfer(struct pxed_buf *out, const void *transfer_view) {
    const struct pxed_transfer_view *t = transfer_view;
    struct object o = json_begin(out);
    put_mac(&o, &t->mac);
    json_put_text(&o, "name", t->name);
    put_ip(&o, &t->ip);
    json_put_text(&o, "path", t->path);
    put_word(&o, "via", t->via);
    json_put_number(&o, "sent", t->sent);
    json_put_number(&o, "size", t->size);
    put_time(&o, "since", t->since);
    json_end(&o);
}

void api_json_lease(struct pxed_buf *out, const void *api_lease_view) {
    const struct api_lease_view *v = api_lease_view;
    /* Seconds to milliseconds without overflow; INT64_MAX is "never", shown as null. */
    bool never = v->lease->expires > INT64_MAX / 1000;
    struct object o = json_begin(out);
    put_ip(&o, &v->lease->ip);
    put_mac(&o, &v->lease->mac);
    json_put_text(&o, "name", v->name);
    json_put_text(&o, "hostname", v->lease->hostname);
    put_word(&o, "state", v->lease->state);
    put_bool(&o, "never", never);
    put_time(&o, "expires", never || v->lease->expires < 0 ? 0 : v->lease->expires * 1000);
    json_end(&o);
}

void api_json_taken(struct pxed_buf *out, const void *api_taken_view) {
    const struct api_taken_view *v = api_taken_view;
    struct object o = json_begin(out);
    put_ip(&o, &v->lease->ip);
    put_mac(&o, &v->lease->mac);
    put_word(&o, "reason", pxed_reason_name(v->reason));
    put_word(&o, "text", v->reason == PXED_WHY_OK ? "" : pxed_reason_sentence(v->reason));
    json_end(&o);
}

void api_json_token(struct pxed_buf *out, const void *api_token_view) {
    const struct api_token_view *v = api_token_view;
    struct object o = json_begin(out);
    put_word(&o, "name", v->name);
    put_word(&o, "scopes", v->scopes);
    put_word(&o, "groups", v->groups);
    put_time(&o, "made_at", v->made);
    put_word(&o, "made_by", v->by);
    put_time(&o, "used_at", v->used);
    put_word(&o, "token", v->text);
    json_end(&o);
}

void api_json_image(struct pxed_buf *out, const void *image_view) {
    const struct pxed_image_view *v = image_view;
    struct object o = json_begin(out);
    json_put_text(&o, "os", v->os);
    json_put_number(&o, "hosts", v->hosts);
    put_reason(&o, v->reason);
    put_word(&o, "text", v->text);
    put_word(&o, "plugin", v->plugin);
    put_word(&o, "profile", v->profile);
    put_bool(&o, "live", v->live);
    put_word(&o, "file", v->file);
    json_put_number(&o, "line", v->line);
    json_end(&o);
}

void api_json_pool(struct pxed_buf *out, const void *pool) {
    const struct pxed_pool *v = pool;
    struct object o = json_begin(out);
    put_word(&o, "net", v->net);
    put_word(&o, "mode", v->mode);
    json_put_number(&o, "size", v->size);
    json_put_number(&o, "live", v->live);
    json_put_number(&o, "declared", v->declared);
    put_word(&o, "behind", v->behind);
    json_end(&o);
}

void api_json_health(struct pxed_buf *out, const void *api_health_view) {
    const struct api_health_view *v = api_health_view;
    struct object o = json_begin(out);
    put_word(&o, "name", v->name);
    put_bool(&o, "good", v->good);
    json_put_number(&o, "count", v->count);
    json_put_text(&o, "text", v->text);
    put_word(&o, "cure", v->cure);
    json_end(&o);
}

void api_json_shown(struct pxed_buf *out, const void *api_text_view) {
    const struct api_text_view *v = api_text_view;
    struct object o = json_begin(out);
    put_word(&o, "kind", v->kind);
    json_put_text(&o, "path", v->path);
    put_reason(&o, v->reason);
    json_put_text(&o, "text", v->text);
    json_end(&o);
}

void api_json_backup(struct pxed_buf *out, const void *path) {
    struct object o = json_begin(out);
    put_word(&o, "file", path);
    json_end(&o);
}
