/* Which computer names, passwords and numbers Windows accepts. Pure. */
#include "rules.h"

#include "pxed/addr.h"

static bool has_any(struct pxed_slice text, const char *bytes) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\0' && strchr(bytes, text.ptr[i]))
            return true;
    return false;
}

static bool has_text(struct pxed_slice text, struct pxed_slice part) {
    for (size_t i = 0; i + part.len <= text.len; i++)
        if (pxed_slice_starts(pxed_slice_skip(text, i), part))
            return true;
    return false;
}

static bool has_control(struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
            return true;
    return false;
}

static bool all_digits(struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (!pxed_is_digit(text.ptr[i]))
            return false;
    return true;
}

/* Length of the UTF-8 character at the start, 0 if there is none that XML 1.0 (2.2) allows. */
static size_t xml_char(struct pxed_slice text) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)text.ptr[0];
    size_t n = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (n <= 1 || n > text.len)
        return n == 1 ? 1 : 0;
    uint32_t code = first & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if (((unsigned char)text.ptr[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | ((unsigned char)text.ptr[i] & 0x3f);
    }
    bool bad =
        code < least[n] || (code >= 0xd800 && code <= 0xdfff) || code == 0xfffe || code == 0xffff || code > 0x10ffff;
    return bad ? 0 : n;
}

static bool is_text(struct pxed_slice text) {
    while (text.len > 0) {
        size_t n = xml_char(text);
        if (n == 0)
            return false;
        text = pxed_slice_skip(text, n);
    }
    return true;
}

const char *win_name_wrong(struct pxed_slice name) {
    if (name.len == 0 || name.len > WIN_NAME_MAX)
        return "a Windows name has 1 to 15 characters (NetBIOS)";
    for (size_t i = 0; i < name.len; i++)
        if (!pxed_is_alnum(name.ptr[i]) && name.ptr[i] != '-')
            return "a Windows name has only letters, digits and hyphens";
    if (name.ptr[0] == '-' || name.ptr[name.len - 1] == '-')
        return "a Windows name does not begin or end with a hyphen";
    return all_digits(name) ? "a Windows name cannot be a number" : NULL;
}

const char *win_text_wrong(struct pxed_slice text) {
    if (text.len > WIN_TEXT_MAX)
        return "longer than 255 bytes";
    if (has_control(text))
        return "it holds control characters";
    return is_text(text) ? NULL : "it is not UTF-8 text";
}

const char *win_password_wrong(struct pxed_slice password) {
    if (has_text(password, PXED_SLICE("]]>")))
        return "`]]>` in a password ends text in XML files";
    if (password.len > WIN_PASSWORD_MAX)
        return "a Windows password has at most 127 characters";
    return win_text_wrong(password);
}

/* Two parsers of Windows read the file: GetPrivateProfileString knows no escape of `"`, and the one for INF files makes
 * `%` of `%%`. Both read it in the machine's code page, of which only ASCII is certain. */
const char *win_inf_wrong(struct pxed_slice text, bool password) {
    if (has_any(text, "\""))
        return "`\"` cannot be written into a sysprep.inf";
    if (has_text(text, PXED_SLICE("%%")))
        return "`%%` cannot be written into a sysprep.inf";
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x80)
            return "a sysprep.inf can only hold ASCII";
    return password && pxed_slice_is(text, "*") ? "`*` means an empty password in a sysprep.inf" : NULL;
}

const char *win_product_key_wrong(struct pxed_slice key) {
    static const char wrong[] = "a product key looks like AAAAA-BBBBB-CCCCC-DDDDD-EEEEE";
    if (key.len != 29)
        return wrong;
    for (size_t i = 0; i < key.len; i++)
        if (i % 6 == 5 ? key.ptr[i] != '-' : !pxed_is_alnum(key.ptr[i]))
            return wrong;
    return NULL;
}

const char *win_user_wrong(struct pxed_slice user, struct pxed_slice machine) {
    static const char *const taken[] = {"Administrator",      "Guest", "DefaultAccount",
                                        "WDAGUtilityAccount", "NONE",  "SYSTEM"};
    if (user.len == 0 || user.len > WIN_USER_MAX)
        return "a local account's name has 1 to 20 characters";
    if (win_text_wrong(user) || has_any(user, "\"/\\[]:;|=,+*?<>@"))
        return "a local account's name has none of \"/\\[]:;|=,+*?<>@";
    if (user.ptr[user.len - 1] == '.' || user.ptr[0] == ' ' || user.ptr[user.len - 1] == ' ')
        return "a local account's name does not end with a dot or a blank";
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        if (pxed_slice_eq_nocase(user, pxed_slice_of(taken[i])))
            return "Windows has an account of that name already";
    return pxed_slice_eq_nocase(user, machine) ? "a local account cannot have the machine's name" : NULL;
}

const char *win_workgroup_wrong(struct pxed_slice workgroup) {
    if (workgroup.len == 0 || workgroup.len > WIN_NAME_MAX)
        return "a workgroup's name has 1 to 15 characters (NetBIOS)";
    return win_text_wrong(workgroup) || has_any(workgroup, "\"/\\[]:;|=,+*?<>")
               ? "a workgroup's name has none of \"/\\[]:;|=,+*?<>"
               : NULL;
}

struct pxed_slice win_join_account(struct pxed_slice user, struct pxed_slice *ret_domain) {
    ptrdiff_t slash = pxed_slice_find(user, '\\', 0), at = pxed_slice_find(user, '@', 0);
    *ret_domain = PXED_NO_SLICE;
    if (slash >= 0) {
        *ret_domain = pxed_slice_head(user, (size_t)slash);
        return pxed_slice_skip(user, (size_t)slash + 1);
    }
    if (at >= 0) {
        *ret_domain = pxed_slice_skip(user, (size_t)at + 1);
        return pxed_slice_head(user, (size_t)at);
    }
    return user;
}

const char *win_join_user_wrong(struct pxed_slice user) {
    struct pxed_slice domain, account = win_join_account(user, &domain);
    if (win_text_wrong(user) || account.len == 0 || (domain.ptr && domain.len == 0) ||
        has_any(account, "\"/\\[]:;|=,+*?<>@") || has_any(domain, "\"/\\[]:;|=,+*?<>@ "))
        return "expected user, DOMAIN\\user or user@domain";
    return NULL;
}

const char *win_disk_wrong(struct pxed_slice disk) {
    return pxed_slice_starts(disk, PXED_SLICE("/"))
               ? "Windows knows no /dev names: number:N, serial:S, wwn:W, size:400G-500G or smallest"
               : NULL;
}

struct pxed_slice win_ipv4(struct pxed_slice list, size_t n) {
    struct pxed_slice word;
    struct pxed_addr addr;
    while ((word = pxed_slice_word(&list, " ,\t")).len > 0)
        if (pxed_addr_parse(word, &addr) && addr.family == 4 && n-- == 0)
            return word;
    return PXED_NO_SLICE;
}
