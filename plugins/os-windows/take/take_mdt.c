/* MDT's deployment share: its systems, and which task sequence installs which. */
#include "take_mdt.h"

#include <unistd.h>

#include "pxed/grow.h"
#include "take_xml.h"

#define SYSTEMS   "Control/OperatingSystems.xml"
#define SEQUENCES "Control/TaskSequences.xml"

struct mdt_system {
    const char *guid, *base, *os_id; /* base: the id without a number */
    struct mdt_system *next;
};

static unsigned build_of(const char *version) {
    struct pxed_slice rest = pxed_slice_of(version), part = PXED_NO_SLICE;
    uint64_t build = 0;
    for (unsigned i = 0; i < 3; i++)
        part = pxed_slice_word(&rest, ".");
    return pxed_slice_u64(part, UINT32_MAX, &build) ? (unsigned)build : 0;
}

static bool is_server(const char *text) {
    return pxed_slice_match(PXED_SLICE("*server*"), pxed_slice_of(text)) ||
           pxed_slice_match(PXED_SLICE("*Server*"), pxed_slice_of(text)) || strncmp(text, "SERVER", 6) == 0;
}

static bool is_on(struct take *t, const xmlNode *node) {
    return !pxed_slice_eq_nocase(pxed_slice_of(take_attribute(t, node, "enable")), PXED_SLICE("false"));
}

/* A second system of the same id gets its number in it. */
static const char *unique_id(struct take *t, const struct mdt_system *known, const char *base) {
    unsigned same = 1;
    for (const struct mdt_system *s = known; s; s = s->next)
        same += strcmp(s->base, base) == 0;
    const char *last = strrchr(base, '-');
    return same == 1 ? base : pxed_arena_printf(t->arena, "%.*s-%u%s", (int)(last - base), base, same, last);
}

static struct mdt_system *read_system(struct take *t, const xmlNode *os, struct mdt_system *known) {
    const char *name = take_child(t, os, "Name"), *image = take_child(t, os, "ImageFile"),
               *index = take_child(t, os, "ImageIndex"), *platform = take_child(t, os, "Platform");
    bool server = is_server(take_child(t, os, "Flags")) || is_server(take_child(t, os, "ImageName")) || is_server(name);
    const char *id = take_os_id(t, build_of(take_child(t, os, "Build")), server, platform), *spelled;
    unsigned line = (unsigned)xmlGetLineNo(os);
    int fd = *image ? take_open(t, image, &spelled) : -1;
    if (fd >= 0)
        close(fd);
    if (!id || fd < 0 || !take_ends(image, ".wim")) {
        take_left(t, SYSTEMS, line, "%s: %s", *name ? name : "a system without a name",
                  !id      ? "which Windows it is does not follow from its Build and Platform: import its image by hand"
                  : fd < 0 ? "its ImageFile is not in the folder"
                           : "its ImageFile is no .wim: wimlib-imagex export makes one");
        return known;
    }
    struct mdt_system *s = PXED_NEW(t->arena, struct mdt_system);
    *s = (struct mdt_system){take_attribute(t, os, "guid"), id, unique_id(t, known, id), known};
    const char *section = pxed_arena_printf(t->arena, "os %s", s->os_id);
    t->out->file(t->out, s->os_id, spelled, "install.wim");
    take_set(t, section, "wim", PXED_SLICE("install.wim"), SYSTEMS, line);
    take_set(t, section, "index", pxed_slice_of(index), SYSTEMS, line);
    return s;
}

static struct mdt_system *read_systems(struct take *t) {
    struct mdt_system *all = NULL;
    xmlDoc *doc = take_xml(t, SYSTEMS, "oss");
    if (!doc)
        take_left(t, SYSTEMS, 0, "not read: no system is known");
    for (const xmlNode *os = doc ? xmlDocGetRootElement(doc)->children : NULL; os; os = os->next)
        if (take_is(os, "os") && is_on(t, os))
            all = read_system(t, os, all);
    xmlFreeDoc(doc);
    return all;
}

/* WinPE of the same architecture: MDT makes one for each. */
static void take_boot(struct take *t, const char *os_id) {
    const char *arch = strrchr(os_id, '-') + 1, *spelled;
    const char *path = pxed_arena_printf(t->arena, "Boot/LiteTouchPE_%s.wim", strcmp(arch, "i386") == 0 ? "x86" : arch);
    int fd = take_open(t, path, &spelled);
    if (fd < 0) {
        take_left(t, path, 0, "is missing: '%s' needs a boot.wim (docs/windows.md)", os_id);
        return;
    }
    close(fd);
    t->out->file(t->out, os_id, spelled, "boot.wim");
}

struct counts {
    unsigned applications, commands, others;
};

/* Steps that somebody added; those of MDT's own templates have counterparts in pxed's scripts, or none are needed. */
static void count_steps(struct take *t, const char *path, const xmlNode *node, struct counts *n, unsigned depth) {
    for (const xmlNode *child = node->children; child && depth < 64; child = child->next) {
        if (take_is(child, "step")) {
            const char *type = take_attribute(t, child, "type"), *name = take_attribute(t, child, "name");
            bool off = pxed_slice_eq_nocase(pxed_slice_of(take_attribute(t, child, "disable")), PXED_SLICE("true"));
            n->others++;
            if (!off && strcmp(type, "BDD_InstallApplication") == 0)
                take_left(t, path, (unsigned)xmlGetLineNo(child),
                          "the step `%s` installs an application: put it into the image, or into SetupComplete.cmd",
                          name);
        }
        count_steps(t, path, child, n, depth + 1);
    }
}

static const char *guid_of(struct take *t, const xmlNode *node, unsigned depth) {
    for (const xmlNode *child = node->children; child && depth < 64; child = child->next) {
        if (take_is(child, "variable") &&
            pxed_slice_eq_nocase(pxed_slice_of(take_attribute(t, child, "name")), PXED_SLICE("OSGUID")))
            return take_content(t, child);
        const char *found = guid_of(t, child, depth + 1);
        if (found)
            return found;
    }
    return NULL;
}

static const struct mdt_system *system_of(const struct mdt_system *all, const char *guid) {
    for (const struct mdt_system *s = all; s && guid; s = s->next)
        if (pxed_slice_eq_nocase(pxed_slice_of(s->guid), pxed_slice_of(guid)))
            return s;
    return NULL;
}

static void read_sequence(struct mdt *m, const struct mdt_system *all, const char *id, unsigned line) {
    struct take *t = m->t;
    const char *path = pxed_arena_printf(t->arena, "Control/%s/ts.xml", id);
    xmlDoc *doc = take_xml(t, path, "sequence");
    const struct mdt_system *system = doc ? system_of(all, guid_of(t, xmlDocGetRootElement(doc), 0)) : NULL;
    struct counts n = {0};
    PXED_ARENA_GROW(t->arena, m->sequences, m->n);
    m->sequences[m->n++] = (struct mdt_sequence){id, system ? system->os_id : NULL};
    if (!system)
        take_left(t, SEQUENCES, line, "task sequence %s: %s", id,
                  doc ? "the system that its ts.xml names is not among those read" : "its ts.xml cannot be read");
    if (doc)
        count_steps(t, path, xmlDocGetRootElement(doc), &n, 0);
    if (n.others > 0)
        take_left(t, path, 0, "%u steps: pxed installs by a script of its own; look for those that you added",
                  n.others);
    xmlFreeDoc(doc);
    if (system)
        take_unattend(t, pxed_arena_printf(t->arena, "Control/%s/Unattend.xml", id),
                      pxed_arena_printf(t->arena, "os %s", system->os_id));
}

void mdt_systems(struct mdt *m) {
    struct take *t = m->t;
    struct mdt_system *all = read_systems(t);
    xmlDoc *doc = take_xml(t, SEQUENCES, "tss");
    if (!doc)
        take_left(t, SEQUENCES, 0, "not read: which task sequence installs what is not known");
    for (const xmlNode *ts = doc ? xmlDocGetRootElement(doc)->children : NULL; ts; ts = ts->next)
        if (take_is(ts, "ts") && is_on(t, ts) && *take_child(t, ts, "ID"))
            read_sequence(m, all, take_child(t, ts, "ID"), (unsigned)xmlGetLineNo(ts));
    xmlFreeDoc(doc);
    for (const struct mdt_system *s = all; s; s = s->next)
        take_boot(t, s->os_id);
}
