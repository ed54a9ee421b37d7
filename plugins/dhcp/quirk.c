/* Which ways a machine's firmware is told its boot file in. Pure. */
#include "quirk.h"

#include <string.h>

#include "class.h"

const char *const dhcp_way_names[DHCP_WAY_COUNT + 1] = {
    [DHCP_WAY_PLAIN] = "plain", [DHCP_WAY_FILE] = "file", [DHCP_WAY_4011] = "4011", [DHCP_WAY_MENU] = "menu"};

static bool is_way(const char *name) {
    for (int i = 0; i < DHCP_WAY_COUNT; i++)
        if (strcmp(name, dhcp_way_names[i]) == 0)
            return true;
    return false;
}

enum dhcp_way dhcp_way_of(const char *name) {
    for (int i = 0; i < DHCP_WAY_COUNT; i++)
        if (strcmp(name, dhcp_way_names[i]) == 0)
            return (enum dhcp_way)i;
    return DHCP_WAY_FILE;
}

static void add_way(struct dhcp_ways *ways, bool proxy, const char *name) {
    const char *known = dhcp_way_names[dhcp_way_of(name)];
    for (size_t i = 0; i < ways->n; i++)
        if (ways->names[i] == known)
            return;
    if (is_way(name) && !(proxy && known == dhcp_way_names[DHCP_WAY_PLAIN]))
        ways->names[ways->n++] = known;
}

struct dhcp_ways dhcp_ways_of(const struct pxed_sections *quirks, const struct dhcp_config *config, bool proxy,
                              const struct dhcp_message *m, const struct dhcp_facts *facts) {
    struct dhcp_ways ways = {.n = 0};
    bool uefi = pxed_firmware_is_efi(facts->seen.firmware);
    if (uefi && config->uefi_skip_4011)
        add_way(&ways, proxy, dhcp_way_names[DHCP_WAY_FILE]);
    for (size_t i = 0; i < quirks->n && !ways.quirk; i++) {
        const struct dhcp_config *c = quirks->items[i].config;
        const struct pxed_list *list = proxy ? &c->ways_proxy : &c->ways;
        if (list->n == 0 || !dhcp_class_fits(c, m, facts))
            continue;
        ways.quirk = quirks->items[i].name;
        for (size_t k = 0; k < list->n; k++)
            add_way(&ways, proxy, list->items[k]);
    }
    if (ways.n == 0) /* PROTOCOLS.md 5: what most firmware takes */
        add_way(&ways, proxy, dhcp_way_names[!uefi ? DHCP_WAY_FILE : proxy ? DHCP_WAY_4011 : DHCP_WAY_PLAIN]);
    return ways;
}

static const char *list_wrong(const struct pxed_list *list) {
    for (size_t i = 0; i < list->n; i++)
        if (!is_way(list->items[i]))
            return "ways: expected plain, file, 4011 or menu";
    return NULL;
}

const char *dhcp_quirk_wrong(const struct dhcp_config *quirk) {
    const char *wrong = dhcp_class_wrong(quirk);
    if (!wrong)
        wrong = list_wrong(&quirk->ways);
    if (!wrong)
        wrong = list_wrong(&quirk->ways_proxy);
    if (!wrong && quirk->ways.n + quirk->ways_proxy.n == 0)
        wrong = "says nothing: write ways = or ways-proxy =";
    if (!wrong && quirk->ways_proxy.n == 1 && strcmp(quirk->ways_proxy.items[0], "plain") == 0)
        wrong = "ways-proxy: plain is no way beside another DHCP server: firmware takes only offers with option 60";
    return wrong;
}
