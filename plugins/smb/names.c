/* Checks names, paths, users, passwords and MACs before they are written anywhere. */
#include "names.h"

static bool only_letters_and(struct pxed_slice text, bool upper, const char *others) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = upper ? pxed_is_alnum(c) : pxed_is_digit(c) || (c >= 'a' && c <= 'z');
        if (!letter && (c == '\0' || !strchr(others, c)))
            return false;
    }
    return text.len > 0;
}

static bool is_reserved_word(struct pxed_slice word, const char *const *words) {
    for (; *words; words++)
        if (pxed_slice_eq_nocase(word, pxed_slice_of(*words)))
            return true;
    return false;
}

bool smb_name_valid(struct pxed_slice name) {
    static const char *const special[] = {"global", "homes", "printers", "print$", "ipc$", "admin$", NULL};
    return name.len <= 80 && only_letters_and(name, true, "._-$") && pxed_is_alnum(name.ptr[0]) &&
           !is_reserved_word(name, special);
}

bool smb_path_valid(struct pxed_slice path) {
    if (path.len < 2 || path.len > 1000 || path.ptr[0] != '/' || pxed_is_space(path.ptr[path.len - 1]))
        return false;
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.ptr[i] < ' ' || path.ptr[i] == 0x7f || strchr("%\"\\", path.ptr[i]))
            return false;
    return true;
}

bool smb_user_valid(struct pxed_slice user) {
    static const char *const known[] = {"root", "nobody", "nogroup", NULL};
    return user.len <= SMB_USER_MAX && only_letters_and(user, false, "-") && user.ptr[0] != '-' &&
           !is_reserved_word(user, known);
}

bool smb_password_valid(struct pxed_slice password) {
    for (size_t i = 0; i < password.len; i++)
        if (pxed_hex_digit(password.ptr[i]) < 0 || password.ptr[i] != pxed_lower(password.ptr[i]))
            return false;
    return password.len == SMB_PASSWORD_MAX;
}

bool smb_operator_valid(struct pxed_slice user) {
    return user.len <= 100 && only_letters_and(user, true, "._-\\") && pxed_is_alnum(user.ptr[0]) &&
           user.ptr[user.len - 1] != '\\';
}

bool smb_mac_valid(struct pxed_slice mac) {
    if (mac.len < 17 || mac.len > 59 || mac.len % 3 != 2)
        return false;
    for (size_t i = 0; i < mac.len; i++) {
        char c = mac.ptr[i];
        if (i % 3 == 2 ? c != '-' : pxed_hex_digit(c) < 0 || c != pxed_lower(c))
            return false;
    }
    return true;
}

struct pxed_slice smb_last_part(struct pxed_slice path) {
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    for (size_t i = path.len; i > 0; i--)
        if (path.ptr[i - 1] == '/')
            return pxed_slice_skip(path, i);
    return path;
}
