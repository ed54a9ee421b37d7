/* Windows' answer files: what pxed has a variable for, and a list of the rest. */
#include "take_xml.h"

enum { DEPTH_MAX = 64 };

enum kind { SET, SECRET, OURS, COMMAND };

/* Elements by name, wherever they stand; a name with `/` asks for its parent, too. The last that fits counts. OURS:
 * pxed's own answer file says it. */
static const struct {
    const char *name, *key;
    enum kind kind;
} elements[] = {
    {"TimeZone", "timezone", SET},
    {"RegisteredOwner", "owner", SET},
    {"RegisteredOrganization", "organization", SET},
    {"FullName", "owner", SET},
    {"Organization", "organization", SET},
    {"JoinDomain", "join-domain", SET},
    {"JoinWorkgroup", "workgroup", SET},
    {"MachineObjectOU", "join-ou", SET},
    {"UILanguage", "ui-language", SET},
    {"InputLocale", "keyboard", SET},
    {"UserLocale", "locale", SET},
    {"SystemLocale", NULL, OURS},
    {"ProductKey", "product-key", SECRET},
    {"ProductKey/Key", "product-key", SECRET},
    {"AdministratorPassword/Value", "admin-password", SECRET},
    {"Password", NULL, SECRET},
    {"Password/Value", NULL, SECRET},
    {"Credentials/Password", "join-password", SECRET},
    {"Credentials/Username", "join-user", SET},
    {"PlainText", NULL, OURS},
    {"AcceptEula", NULL, OURS},
    {"CommandLine", NULL, COMMAND},
    {"Path", NULL, COMMAND},
};

/* Parts that pxed does in its own way: their content is told as one. */
static const struct {
    const char *name, *what;
} parts[] = {
    {"DiskConfiguration", "pxed's script partitions the disk that disk= names, after its guard"},
    {"OOBE", "pxed's own answer file hides these pages"},
    {"UpgradeData", NULL},
    {"ImageInstall", NULL},
    {"WindowsDeploymentServices", NULL},
};

static const char *name_of(const xmlNode *node) {
    return (const char *)node->name;
}

static bool is_element(const char *wanted, const xmlNode *node) {
    const char *slash = strchr(wanted, '/');
    if (!slash)
        return take_is(node, wanted);
    return take_is(node, slash + 1) && node->parent && node->parent->type == XML_ELEMENT_NODE &&
           pxed_slice_eq_nocase(pxed_slice(wanted, (size_t)(slash - wanted)), pxed_slice_of(name_of(node->parent)));
}

static void take_leaf(struct take *t, const char *path, const char *section, const xmlNode *node) {
    const char *text = take_content(t, node);
    unsigned line = (unsigned)xmlGetLineNo(node);
    if (!*text)
        return;
    if (take_is(node, "ComputerName")) {
        if (strcmp(text, "*") != 0 && !strchr(text, '%'))
            take_left(t, path, line, "ComputerName %s is one name for all machines: give each line name=", text);
        return;
    }
    for (size_t i = sizeof(elements) / sizeof(elements[0]); i-- > 0;) {
        if (!is_element(elements[i].name, node))
            continue;
        if (elements[i].kind == SET)
            take_set(t, section, elements[i].key, pxed_slice_of(text), path, line);
        else if (elements[i].kind == SECRET)
            take_left(t, path, line, "%s is a secret: put it into a file of its own, and name that by %s=@FILE",
                      name_of(node), elements[i].key ? elements[i].key : "admin-password");
        else if (elements[i].kind == COMMAND)
            take_left(t, path, line, "the command `%s`: put it into an answer file of your own (answer =)", text);
        return;
    }
    take_left(t, path, line, "%s = %s", name_of(node), text);
}

static bool take_part(struct take *t, const char *path, const xmlNode *node) {
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (!take_is(node, parts[i].name))
            continue;
        if (parts[i].what)
            take_left(t, path, (unsigned)xmlGetLineNo(node), "%s: %s", name_of(node), parts[i].what);
        else
            take_left(t, path, (unsigned)xmlGetLineNo(node), "%s: the image is wim =, index = or edition = of [os ID]",
                      name_of(node));
        return true;
    }
    return false;
}

static void walk(struct take *t, const char *path, const char *section, const xmlNode *node, unsigned depth) {
    bool leaf = true;
    if (depth > DEPTH_MAX || take_part(t, path, node))
        return;
    for (const xmlNode *child = node->children; child; child = child->next)
        if (child->type == XML_ELEMENT_NODE) {
            leaf = false;
            walk(t, path, section, child, depth + 1);
        }
    if (leaf)
        take_leaf(t, path, section, node);
}

void take_unattend(struct take *t, const char *path, const char *section) {
    xmlDoc *doc = take_xml(t, path, "unattend");
    if (!doc)
        return;
    walk(t, path, section, xmlDocGetRootElement(doc), 0);
    xmlFreeDoc(doc);
}
