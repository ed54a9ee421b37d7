/* The plugin with a core just large enough, for smbd.sh: orders come as lines on stdin, the log goes to stdout.
 *   driver STATE FOLDER UID KEY=VALUE...    keys: mode guest name port addr user smbd; UID 0: stays root
 *   open MAC USER PASSWORD | close MAC | settled | many N | installing yes|no (those opened from now on) | quit */
#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "smb.h"

extern const struct pxed_plugin *pxed_plugin_query_smb(uint16_t host_major);

static uv_loop_t loop;
static uv_poll_t input;
static const char *state, *folder;
static bool installing;
static struct pxed_iface iface = {.name = "lo"};
static const struct pxed_plugin *plugin;
static const struct pxed_share_smb *service;
static struct smb_config config = {
    .name = "", .server = "", .user = "", .password = "", .program = "/usr/sbin/smbd", .port = 445, .first_id = 600000};

static struct uv_loop_s *core_loop(struct pxed_ctx *ctx) {
    (void)ctx;
    return &loop;
}
static void core_log(struct pxed_ctx *ctx, enum pxed_log_level level, const char *event, const struct pxed_hwaddr *mac,
                     const struct pxed_addr *ip, const char *format, va_list args) {
    char text[PXED_MAC_TEXT];
    (void)ctx;
    (void)ip;
    printf("%d %s %s ", (int)level, event, mac ? pxed_mac_text(mac, "-", text) : "-");
    vprintf(format, args);
    putchar('\n');
    fflush(stdout);
}
static size_t core_ifaces(struct pxed_ctx *ctx, const struct pxed_iface **ret) {
    (void)ctx;
    *ret = &iface;
    return 1;
}
static void core_publish(struct pxed_ctx *ctx, const char *name, const void *s) {
    (void)ctx;
    if (strcmp(name, "share.smb/1") == 0)
        service = s;
}
static const char *core_state_dir(struct pxed_ctx *ctx) {
    (void)ctx;
    return state;
}
static int core_helper(struct pxed_ctx *unused, const struct pxed_helper_setup *setup, struct pxed_helper *ret) {
    (void)unused;
    return pxed_helper_start(setup, ret);
}
static const struct pxed_core core = {.size = sizeof(core),
                                      .loop = core_loop,
                                      .log = core_log,
                                      .ifaces = core_ifaces,
                                      .publish = core_publish,
                                      .state_dir = core_state_dir,
                                      .helper = core_helper};
static struct pxed_ctx ctx = {.core = &core, .config = &config};

static void set(const char *pair) {
    const char *value = strchr(pair, '=') + 1;
    if (strncmp(pair, "mode=", 5) == 0)
        config.mode = strcmp(value, "managed") == 0    ? SMB_MANAGED
                      : strcmp(value, "external") == 0 ? SMB_EXTERNAL
                                                       : SMB_OFF;
    else if (strncmp(pair, "guest=", 6) == 0)
        config.guest = strcmp(value, "yes") == 0;
    else if (strncmp(pair, "name=", 5) == 0)
        config.name = value;
    else if (strncmp(pair, "user=", 5) == 0)
        config.user = value;
    else if (strncmp(pair, "smbd=", 5) == 0)
        config.program = value;
    else if (strncmp(pair, "port=", 5) == 0)
        config.port = strtoull(value, NULL, 10);
    else if (strncmp(pair, "addr=", 5) != 0 || !pxed_addr_parse(pxed_slice_of(value), &iface.addr))
        exit(2);
}

static void open_account(const char *mac, const char *user, const char *password) {
    char path[1100];
    struct pxed_share_account a = {.folder = path, .user = user, .password = password, .installs = installing};
    if (!pxed_mac_parse(pxed_slice_of(mac), &a.mac))
        exit(2);
    snprintf(path, sizeof(path), "%s/%s", folder, mac);
    service->open(service->self, &a);
}

/* The account of number n: 02-00-00-00-HH-LL, pxed-n, 32 times the same digit. */
static void open_many(int n) {
    char mac[32], user[32], password[33];
    for (int i = 0; i < n; i++) {
        snprintf(mac, sizeof(mac), "02-00-00-00-%02x-%02x", i >> 8 & 255, i & 255);
        snprintf(user, sizeof(user), "pxed-%d", i);
        snprintf(password, sizeof(password), "%032x", i);
        open_account(mac, user, password);
    }
}

static void order(char *line) {
    char *words[4] = {0};
    size_t n = 0;
    for (char *w = strtok(line, " "); w && n < 4; w = strtok(NULL, " "))
        words[n++] = w;
    struct pxed_hwaddr mac;
    if (n == 4 && strcmp(words[0], "open") == 0) {
        open_account(words[1], words[2], words[3]);
    } else if (n == 2 && strcmp(words[0], "many") == 0) {
        open_many(atoi(words[1]));
    } else if (n == 2 && strcmp(words[0], "close") == 0 && pxed_mac_parse(pxed_slice_of(words[1]), &mac)) {
        service->close(service->self, &mac);
    } else if (n == 2 && strcmp(words[0], "installing") == 0) {
        installing = strcmp(words[1], "yes") == 0;
    } else if (n == 1 && strcmp(words[0], "settled") == 0) {
        service->settled(service->self);
    } else if (n == 1 && strcmp(words[0], "quit") == 0) {
        plugin->fini(&ctx);
        uv_close((uv_handle_t *)&input, NULL);
    } else {
        exit(2);
    }
}

static void on_input(uv_poll_t *poll, int status, int events) {
    static char text[65536];
    static size_t len;
    (void)poll;
    (void)events;
    ssize_t n = status == 0 ? read(0, text + len, sizeof(text) - len - 1) : 0;
    if (n <= 0)
        strcpy(text, "quit\n");
    else
        text[len += (size_t)n] = '\0';
    char *at = text;
    for (char *end; (end = strchr(at, '\n')); at = end + 1) {
        *end = '\0';
        order(at);
    }
    len = strlen(at);
    memmove(text, at, len + 1);
}

int main(int argc, char **argv) {
    if (argc < 4)
        return 2;
    state = argv[1];
    folder = argv[2];
    uid_t uid = (uid_t)atoi(argv[3]);
    for (int i = 4; i < argc; i++)
        set(argv[i]);
    uv_loop_init(&loop);
    plugin = pxed_plugin_query_smb(PXED_ABI_MAJOR);
    if (plugin->init(&ctx) != 0)
        return 3;
    if (uid != 0 && (setgroups(0, NULL) != 0 || setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0))
        return 4;
    if (plugin->start(&ctx) != 0)
        return 5;
    struct pxed_share_site site = {.folder = folder};
    ((const struct pxed_protocol_ops *)plugin->ops)->share_site(&config, &site);
    service->serve(service->self, &site);
    uv_poll_init(&loop, &input, 0);
    uv_poll_start(&input, UV_READABLE, on_input);
    uv_run(&loop, UV_RUN_DEFAULT);
    return uv_loop_close(&loop) == 0 ? 0 : 6;
}
