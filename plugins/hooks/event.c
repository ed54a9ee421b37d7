/* Writes events and questions for hooks. */
#include "event.h"

#include "pxed/json.h"

enum { RETRY_FIRST = 1000, RETRY_LAST = 5 * 60 * 1000 };

const char *const hooks_words[HOOKS_WORDS + 1] = {
    "discovered", "offered", "leased",     "loader",    "script", "kernel",      "answer",
    "installer",  "local",   "refused",    "declared",  "armed",  "not-armed",   "disarmed",
    "adopted",    "spent",   "installing", "installed", "failed", "unconfirmed", "stalled",
};

int hooks_word(struct pxed_slice word) {
    for (int i = 0; hooks_words[i]; i++)
        if (pxed_slice_is(word, hooks_words[i]))
            return i;
    return -1;
}

uint64_t hooks_retry_ms(unsigned tries) {
    uint64_t ms = RETRY_FIRST;
    for (unsigned i = 1; i < tries && ms < RETRY_LAST; i++)
        ms *= 2;
    return ms < RETRY_LAST ? ms : RETRY_LAST;
}

/* ---- JSON */

static void put_key(struct pxed_buf *out, const char *key) {
    pxed_buf_str(out, ",\"");
    pxed_buf_str(out, key);
    pxed_buf_str(out, "\":");
}

static void put_text(struct pxed_buf *out, const char *key, struct pxed_slice text) {
    put_key(out, key);
    pxed_json_text(out, text);
}

static void put_mac(struct pxed_buf *out, const char *key, const struct pxed_hwaddr *mac) {
    char text[PXED_MAC_TEXT];
    put_text(out, key, pxed_slice_of(mac->len ? pxed_mac_text(mac, ":", text) : ""));
}

static struct pxed_slice ip_text(const struct pxed_addr *ip, char room[static PXED_ADDR_TEXT]) {
    return pxed_slice_of(ip->family ? pxed_addr_text(ip, room) : "");
}

void hooks_event_json(const struct hooks_event *e, const char *hook, struct pxed_buf *out) {
    char ip[PXED_ADDR_TEXT];
    pxed_buf_str(out, "{\"hook\":");
    pxed_json_text(out, pxed_slice_of(hook));
    put_text(out, "event", e->what);
    put_key(out, "seq");
    pxed_buf_u64(out, e->seq);
    put_key(out, "at");
    pxed_json_time(out, e->at);
    put_key(out, "at_ms");
    pxed_buf_u64(out, e->at < 0 ? 0 : (uint64_t)e->at);
    put_mac(out, "mac", &e->mac);
    put_text(out, "name", e->name);
    put_text(out, "os", e->os);
    put_text(out, "ip", ip_text(&e->ip, ip));
    put_text(out, "reason", pxed_slice_of(pxed_reason_name(e->reason)));
    put_text(out, "sentence", pxed_slice_of(e->reason == PXED_WHY_OK ? "" : pxed_reason_sentence(e->reason)));
    put_text(out, "cure", pxed_slice_of(pxed_reason_cure(e->reason)));
    put_text(out, "text", pxed_slice_head(e->text, HOOKS_TEXT_MAX));
    pxed_buf_str(out, "}\n");
}

void hooks_ask_json(const struct pxed_veto_question *a, const char *hook, struct pxed_buf *out) {
    pxed_buf_str(out, "{\"hook\":");
    pxed_json_text(out, pxed_slice_of(hook));
    put_text(out, "ask", PXED_SLICE("arm"));
    put_text(out, "by", a->who);
    put_key(out, "erases");
    pxed_buf_str(out, a->erases ? "true" : "false");
    put_key(out, "hosts");
    pxed_buf_byte(out, '[');
    for (size_t i = 0; i < a->n; i++) {
        pxed_buf_str(out, i == 0 ? "{\"name\":" : ",{\"name\":");
        pxed_json_text(out, a->hosts[i].name);
        put_mac(out, "mac", &a->hosts[i].mac);
        put_text(out, "os", a->hosts[i].os);
        pxed_buf_byte(out, '}');
    }
    pxed_buf_str(out, "]}\n");
}

/* ---- environment */

/* No value has a NUL: it would end the text. */
static void put_env(struct pxed_buf *out, size_t *n, const char *key, struct pxed_slice value) {
    pxed_buf_str(out, key);
    pxed_buf_byte(out, '=');
    for (size_t i = 0; i < value.len; i++)
        pxed_buf_byte(out, value.ptr[i] ? value.ptr[i] : ' ');
    pxed_buf_byte(out, '\0');
    (*n)++;
}

static void put_env_number(struct pxed_buf *out, size_t *n, const char *key, uint64_t number) {
    char text[24];
    struct pxed_buf b = PXED_BUF(text);
    pxed_buf_u64(&b, number);
    put_env(out, n, key, pxed_buf_slice(&b));
}

static void put_env_mac(struct pxed_buf *out, size_t *n, const struct pxed_hwaddr *mac) {
    char text[PXED_MAC_TEXT];
    put_env(out, n, "PXED_MAC", pxed_slice_of(mac->len ? pxed_mac_text(mac, ":", text) : ""));
}

static size_t begin_env(struct pxed_buf *out, const char *hook) {
    size_t n = 0;
    put_env(out, &n, "PATH", PXED_SLICE("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
    put_env(out, &n, "LANG", PXED_SLICE("C.UTF-8"));
    put_env(out, &n, "PXED_HOOK", pxed_slice_of(hook));
    return n;
}

size_t hooks_event_env(const struct hooks_event *e, const char *hook, struct pxed_buf *out) {
    char ip[PXED_ADDR_TEXT];
    size_t n = begin_env(out, hook);
    put_env(out, &n, "PXED_EVENT", e->what);
    put_env_number(out, &n, "PXED_SEQ", e->seq);
    put_env_number(out, &n, "PXED_AT_MS", e->at < 0 ? 0 : (uint64_t)e->at);
    put_env_mac(out, &n, &e->mac);
    put_env(out, &n, "PXED_NAME", e->name);
    put_env(out, &n, "PXED_OS", e->os);
    put_env(out, &n, "PXED_IP", ip_text(&e->ip, ip));
    put_env(out, &n, "PXED_REASON", pxed_slice_of(pxed_reason_name(e->reason)));
    put_env(out, &n, "PXED_TEXT", pxed_slice_head(e->text, HOOKS_TEXT_MAX));
    return n;
}

size_t hooks_ask_env(const struct pxed_veto_question *a, const char *hook, struct pxed_buf *out) {
    size_t n = begin_env(out, hook);
    put_env(out, &n, "PXED_ASK", PXED_SLICE("arm"));
    put_env(out, &n, "PXED_BY", a->who);
    put_env(out, &n, "PXED_ERASES", a->erases ? PXED_SLICE("yes") : PXED_SLICE("no"));
    put_env_number(out, &n, "PXED_COUNT", a->n);
    if (a->n > 0) {
        put_env_mac(out, &n, &a->hosts[0].mac);
        put_env(out, &n, "PXED_NAME", a->hosts[0].name);
        put_env(out, &n, "PXED_OS", a->hosts[0].os);
    }
    return n;
}
