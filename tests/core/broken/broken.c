/* Plugins that must be refused, and a few that must not: one source, one module per set of definitions in
 * tests/CMakeLists.txt. Not made with PXED_PLUGIN(), which could not write most of them. */
#include "pxed/plugin.h"

#ifndef MAGIC
#define MAGIC PXED_PLUGIN_MAGIC
#endif
#ifndef MAJOR
#define MAJOR PXED_ABI_MAJOR
#endif
#ifndef MINOR
#define MINOR PXED_ABI_MINOR
#endif
#ifndef SIZE
#define SIZE sizeof(struct pxed_plugin)
#endif
#ifndef KIND
#define KIND PXED_KIND_SERVICE
#endif
#ifndef OFFSET
#define OFFSET 0
#endif
#ifndef TYPE
#define TYPE PXED_OPT_UINT
#endif
#ifndef PROVIDES
#define PROVIDES
#endif
#ifndef NEEDS
#define NEEDS
#endif

static const struct pxed_option options[] = {
    {.key = "number", .type = (enum pxed_option_type)(TYPE), .offset = OFFSET, .help = "a number"}, {0}};
static const char *const provides[] = {PROVIDES NULL};
static const char *const needs[] = {NEEDS NULL};

#ifdef CLAIMS
static const struct pxed_claim claims[] = {{CLAIMS, NULL, NULL, NULL}, {0}};
static const struct pxed_boot boots[] = {{.how = PXED_HOW_LINUX, .kernel = "kernel"}, {0}};
static const struct pxed_profile profile = {.name = "tie", .claims = claims, .boots = boots};
static const struct pxed_profile *const profiles[] = {&profile, NULL};
static const struct pxed_os_ops os_ops = {.size = sizeof(os_ops), .profiles = profiles};
#define OPS &os_ops
#else
#define OPS NULL
#endif

static const struct pxed_plugin plugin = {
    .magic = MAGIC,
    .abi_major = MAJOR,
    .abi_minor = MINOR,
    .size = (uint32_t)(SIZE),
    .kind = (enum pxed_kind)(KIND),
    .name = NAME,
    .version = "1",
    .summary = "made for a test",
    .provides = provides,
    .needs = needs,
    .options = options,
    .config_size = sizeof(uint64_t),
    .ops = OPS,
};

#ifdef NO_SYMBOL
#define pxed_plugin_query pxed_plugin_quest
#endif
const struct pxed_plugin *pxed_plugin_query(uint16_t host_major);
__attribute__((visibility("default"))) const struct pxed_plugin *pxed_plugin_query(uint16_t host_major) {
    (void)host_major;
#ifdef NO_DESCRIPTOR
    return NULL;
#endif
    return &plugin;
}
