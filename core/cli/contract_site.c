/* A whole configuration in a temporary folder, read as the daemon reads it: ini, host file, image folders, plugins. */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contract.h"

struct contract contract;

void contract_require(bool good, const char *format, ...) {
    va_list args;
    if (good)
        return;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
    _exit(1); /* the folder is removed by who made it */
}

void contract_open(void) {
    snprintf(contract.path, sizeof(contract.path), "/tmp/pxed-contract-XXXXXX");
    contract_require(mkdtemp(contract.path) != NULL, "no temporary folder: %s", strerror(errno));
    contract.ifaces[0] =
        (struct pxed_iface){.name = "eth1", .index = 2, .addr = pxed_addr_v4(0x0a4d0001), .prefix = 24, .mtu = 1500};
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st, (void)type, (void)at;
    return remove(path);
}

static void forget(void) {
    catalogue_unref(contract.catalogue);
    if (contract.config)
        config_unref(contract.config);
    pxed_diags_clear(&contract.diags);
    contract.catalogue = NULL;
    contract.config = NULL;
}

void contract_close(void) {
    forget();
    plugins_free(&contract.plugins);
    nftw(contract.path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    pxed_arena_clear(&contract.arena);
}

const char *contract_write_bytes(const char *name, const void *bytes, size_t n) {
    char *path = (char *)(uintptr_t)pxed_arena_printf(&contract.arena, "%s/%s", contract.path, name);
    for (char *slash = strchr(path + strlen(contract.path) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        contract_require(mkdir(path, 0755) == 0 || errno == EEXIST, "%s: %s", path, strerror(errno));
        *slash = '/';
    }
    FILE *f = fopen(path, "we");
    contract_require(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0, "%s: %s", path, strerror(errno));
    return path;
}

const char *contract_write(const char *name, const char *text) {
    return contract_write_bytes(name, text, strlen(text));
}

void contract_image(const char *name) {
    contract_write(pxed_arena_printf(&contract.arena, "root/boot/os/%s", name), "x");
}

static const char *what_was_said(void) {
    const char *all = "";
    for (size_t i = 0; i < contract.diags.n; i++) {
        const struct pxed_diag *d = &contract.diags.items[i];
        all = pxed_arena_printf(&contract.arena, "%s\n    %s%s", all, d->severity == PXED_WARNING ? "warning: " : "",
                                d->text);
    }
    return all;
}

const char *contract_build(const char *host) {
    forget();
    contract_write("host-os.conf", host);
    contract_write("state/mark", "");
    contract_write("root/boot/mark", "");
    const char *ini = contract_write("pxed.ini", "[pxed]\ninterface = eth1\nroot = root\nstate = state\n");
    contract.config = config_load(ini, &contract.plugins, &contract.diags);
    if (contract.config) {
        struct catalogue_input in = {.ini = &contract.config->ini,
                                     .settings = &contract.config->settings,
                                     .plugins = &contract.plugins,
                                     .ifaces = contract.ifaces,
                                     .n_ifaces = 1};
        contract.catalogue = catalogue_build(&in, &contract.diags);
    }
    return what_was_said();
}

struct render contract_prepare(enum lifecycle_right right) {
    static struct lifecycle_record record;
    static const uint8_t token[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                      0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    const struct catalogue_host *host = &contract.catalogue->hosts[0];
    record = (struct lifecycle_record){.tries = 0};
    lifecycle_arm(&record, right, host->os->id.text, 1, token, PXED_SLICE("contract-test"), 1);
    return (struct render){
        .catalogue = contract.catalogue, .host = host, .os = host->os, .record = &record, .arena = &contract.arena};
}
