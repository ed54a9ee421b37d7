/* Names and numbers of Windows' locales and keyboard layouts, and the X and Linux console names for these layouts.
 * LanguageGroup numbers are those of Windows 2000 to 2003. */
#include "locales.h"

#include "pxed/diag.h"

static const struct win_locale locales[] = {
    {"af-ZA", 0x0436, 1, 0x00000409},  {"ar-AE", 0x3801, 13, 0x00000401},     {"ar-EG", 0x0C01, 13, 0x00000401},
    {"ar-SA", 0x0401, 13, 0x00000401}, {"az-Latn-AZ", 0x042C, 6, 0x0000042C}, {"be-BY", 0x0423, 5, 0x00000423},
    {"bg-BG", 0x0402, 5, 0x00000402},  {"ca-ES", 0x0403, 1, 0x0000040A},      {"cs-CZ", 0x0405, 2, 0x00000405},
    {"cy-GB", 0x0452, 1, 0x00000452},  {"da-DK", 0x0406, 1, 0x00000406},      {"de-AT", 0x0C07, 1, 0x00000407},
    {"de-CH", 0x0807, 1, 0x00000807},  {"de-DE", 0x0407, 1, 0x00000407},      {"de-LI", 0x1407, 1, 0x00000807},
    {"de-LU", 0x1007, 1, 0x00000407},  {"el-GR", 0x0408, 4, 0x00000408},      {"en-AU", 0x0C09, 1, 0x00000409},
    {"en-BZ", 0x2809, 1, 0x00000409},  {"en-CA", 0x1009, 1, 0x00000409},      {"en-GB", 0x0809, 1, 0x00000809},
    {"en-IE", 0x1809, 1, 0x00001809},  {"en-IN", 0x4009, 1, 0x00004009},      {"en-JM", 0x2009, 1, 0x00000409},
    {"en-NZ", 0x1409, 1, 0x00000409},  {"en-PH", 0x3409, 1, 0x00000409},      {"en-SG", 0x4809, 1, 0x00000409},
    {"en-TT", 0x2C09, 1, 0x00000409},  {"en-US", 0x0409, 1, 0x00000409},      {"en-ZA", 0x1C09, 1, 0x00000409},
    {"en-ZW", 0x3009, 1, 0x00000409},  {"es-AR", 0x2C0A, 1, 0x0000080A},      {"es-BO", 0x400A, 1, 0x0000080A},
    {"es-CL", 0x340A, 1, 0x0000080A},  {"es-CO", 0x240A, 1, 0x0000080A},      {"es-CR", 0x140A, 1, 0x0000080A},
    {"es-DO", 0x1C0A, 1, 0x0000080A},  {"es-EC", 0x300A, 1, 0x0000080A},      {"es-ES", 0x0C0A, 1, 0x0000040A},
    {"es-GT", 0x100A, 1, 0x0000080A},  {"es-HN", 0x480A, 1, 0x0000080A},      {"es-MX", 0x080A, 1, 0x0000080A},
    {"es-NI", 0x4C0A, 1, 0x0000080A},  {"es-PA", 0x180A, 1, 0x0000080A},      {"es-PE", 0x280A, 1, 0x0000080A},
    {"es-PR", 0x500A, 1, 0x0000080A},  {"es-PY", 0x3C0A, 1, 0x0000080A},      {"es-SV", 0x440A, 1, 0x0000080A},
    {"es-UY", 0x380A, 1, 0x0000080A},  {"es-VE", 0x200A, 1, 0x0000080A},      {"et-EE", 0x0425, 3, 0x00000425},
    {"eu-ES", 0x042D, 1, 0x0000040A},  {"fa-IR", 0x0429, 13, 0x00000429},     {"fi-FI", 0x040B, 1, 0x0000040B},
    {"fo-FO", 0x0438, 1, 0x00000406},  {"fr-BE", 0x080C, 1, 0x0000080C},      {"fr-CA", 0x0C0C, 1, 0x00001009},
    {"fr-CH", 0x100C, 1, 0x0000100C},  {"fr-FR", 0x040C, 1, 0x0000040C},      {"fr-LU", 0x140C, 1, 0x0000100C},
    {"fr-MC", 0x180C, 1, 0x0000040C},  {"ga-IE", 0x083C, 1, 0x00001809},      {"gl-ES", 0x0456, 1, 0x0000040A},
    {"he-IL", 0x040D, 12, 0x0000040D}, {"hi-IN", 0x0439, 15, 0x00010439},     {"hr-HR", 0x041A, 2, 0x0000041A},
    {"hu-HU", 0x040E, 2, 0x0000040E},  {"hy-AM", 0x042B, 17, 0x0000042B},     {"id-ID", 0x0421, 1, 0x00000409},
    {"is-IS", 0x040F, 1, 0x0000040F},  {"it-CH", 0x0810, 1, 0x00000410},      {"it-IT", 0x0410, 1, 0x00000410},
    {"ja-JP", 0x0411, 7, 0x00000411},  {"ka-GE", 0x0437, 16, 0x00000437},     {"kk-KZ", 0x043F, 5, 0x0000043F},
    {"ko-KR", 0x0412, 8, 0x00000412},  {"lt-LT", 0x0427, 3, 0x00010427},      {"lv-LV", 0x0426, 3, 0x00000426},
    {"mk-MK", 0x042F, 5, 0x0000042F},  {"ms-MY", 0x043E, 1, 0x00000409},      {"mt-MT", 0x043A, 1, 0x0000043A},
    {"nb-NO", 0x0414, 1, 0x00000414},  {"nl-BE", 0x0813, 1, 0x00000813},      {"nl-NL", 0x0413, 1, 0x00020409},
    {"nn-NO", 0x0814, 1, 0x00000414},  {"pl-PL", 0x0415, 2, 0x00000415},      {"pt-BR", 0x0416, 1, 0x00000416},
    {"pt-PT", 0x0816, 1, 0x00000816},  {"ro-RO", 0x0418, 2, 0x00000418},      {"ru-RU", 0x0419, 5, 0x00000419},
    {"sk-SK", 0x041B, 2, 0x0000041B},  {"sl-SI", 0x0424, 2, 0x00000424},      {"sq-AL", 0x041C, 2, 0x0000041C},
    {"sv-FI", 0x081D, 1, 0x0000041D},  {"sv-SE", 0x041D, 1, 0x0000041D},      {"ta-IN", 0x0449, 15, 0x00000449},
    {"th-TH", 0x041E, 11, 0x0000041E}, {"tr-TR", 0x041F, 6, 0x0000041F},      {"uk-UA", 0x0422, 5, 0x00000422},
    {"vi-VN", 0x042A, 14, 0x0000042A}, {"zh-CN", 0x0804, 10, 0x00000804},     {"zh-HK", 0x0C04, 9, 0x00000404},
    {"zh-SG", 0x1004, 10, 0x00000804}, {"zh-TW", 0x0404, 9, 0x00000404},
};

static const struct {
    const char *name;
    unsigned layout;
} keyboards[] = {
    {"us", 0x00000409},    {"us-intl", 0x00020409}, {"us-dvorak", 0x00010409}, {"dvorak", 0x00010409},
    {"gb", 0x00000809},    {"uk", 0x00000809},      {"ie", 0x00001809},        {"de", 0x00000407},
    {"at", 0x00000407},    {"ch", 0x00000807},      {"de-ch", 0x00000807},     {"ch-fr", 0x0000100C},
    {"fr-ch", 0x0000100C}, {"fr", 0x0000040C},      {"be", 0x0000080C},        {"nl", 0x00000413},
    {"lu", 0x0000100C},    {"ca", 0x00001009},      {"cf", 0x00001009},        {"dk", 0x00000406},
    {"no", 0x00000414},    {"se", 0x0000041D},      {"sv", 0x0000041D},        {"fi", 0x0000040B},
    {"is", 0x0000040F},    {"es", 0x0000040A},      {"la", 0x0000080A},        {"latam", 0x0000080A},
    {"pt", 0x00000816},    {"br", 0x00000416},      {"br-abnt2", 0x00000416},  {"it", 0x00000410},
    {"pl", 0x00000415},    {"cz", 0x00000405},      {"sk", 0x0000041B},        {"hu", 0x0000040E},
    {"ro", 0x00000418},    {"bg", 0x00000402},      {"gr", 0x00000408},        {"tr", 0x0000041F},
    {"trq", 0x0000041F},   {"ru", 0x00000419},      {"ua", 0x00000422},        {"by", 0x00000423},
    {"hr", 0x0000041A},    {"si", 0x00000424},      {"mk", 0x0000042F},        {"al", 0x0000041C},
    {"lt", 0x00010427},    {"lv", 0x00000426},      {"ee", 0x00000425},        {"et", 0x00000425},
    {"jp", 0x00000411},    {"kr", 0x00000412},      {"cn", 0x00000804},        {"tw", 0x00000404},
    {"il", 0x0000040D},    {"ara", 0x00000401},     {"ir", 0x00000429},        {"th", 0x0000041E},
    {"vn", 0x0000042A},    {"kz", 0x0000043F},      {"ge", 0x00000437},        {"am", 0x0000042B},
    {"az", 0x0000042C},    {"mt", 0x0000043A},
};

enum { LOCALES = sizeof(locales) / sizeof(locales[0]), KEYBOARDS = sizeof(keyboards) / sizeof(keyboards[0]) };

/* "de_DE.UTF-8@euro" without the part after the country. */
static struct pxed_slice locales_bare(struct pxed_slice name) {
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == '.' || name.ptr[i] == '@')
            return pxed_slice_head(name, i);
    return name;
}

/* Compares ignoring case, with `_` equal to `-`. */
static bool locales_same(struct pxed_slice a, const char *b) {
    if (a.len != strlen(b))
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (pxed_lower(a.ptr[i] == '_' ? '-' : a.ptr[i]) != pxed_lower(b[i]))
            return false;
    return true;
}

/* Languages without a country whose country has another code, and alternative names. */
static const char *const alone[][2] = {
    {"en", "en-US"}, {"sv", "sv-SE"}, {"da", "da-DK"}, {"cs", "cs-CZ"},    {"el", "el-GR"},    {"ja", "ja-JP"},
    {"ko", "ko-KR"}, {"zh", "zh-CN"}, {"uk", "uk-UA"}, {"he", "he-IL"},    {"nb", "nb-NO"},    {"no", "nb-NO"},
    {"pt", "pt-BR"}, {"ar", "ar-SA"}, {"vi", "vi-VN"}, {"sl", "sl-SI"},    {"et", "et-EE"},    {"fa", "fa-IR"},
    {"hi", "hi-IN"}, {"ca", "ca-ES"}, {"C", "en-US"},  {"POSIX", "en-US"}, {"no-NO", "nb-NO"}, {"az-AZ", "az-Latn-AZ"}};

const struct win_locale *win_locale_find(struct pxed_slice name) {
    struct pxed_slice text = locales_bare(name);
    for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
        if (locales_same(text, alone[i][0]))
            text = pxed_slice_of(alone[i][1]);
    for (size_t i = 0; i < LOCALES; i++) {
        struct pxed_slice own = pxed_slice_of(locales[i].name);
        bool twin = text.len == 2 && own.len == 5 && pxed_slice_eq_nocase(text, pxed_slice_head(own, 2)) &&
                    pxed_slice_eq_nocase(text, pxed_slice_skip(own, 3)); /* de: de-DE */
        if (twin || locales_same(text, locales[i].name))
            return &locales[i];
    }
    return NULL;
}

/* language "-" [Script "-"] COUNTRY, letters only: 2 or 3, 4, 2. */
bool win_locale_plausible(struct pxed_slice name) {
    size_t parts = 0, n = 0, lens[3] = {0};
    for (size_t i = 0; i <= name.len; i++) {
        if (i == name.len || name.ptr[i] == '-') {
            if (parts == 3 || n == 0)
                return false;
            lens[parts++] = n;
            n = 0;
        } else if (!pxed_is_alnum(name.ptr[i]) || pxed_is_digit(name.ptr[i])) {
            return false;
        } else {
            n++;
        }
    }
    return (lens[0] == 2 || lens[0] == 3) &&
           ((parts == 2 && lens[1] == 2) || (parts == 3 && lens[1] == 4 && lens[2] == 2));
}

static bool locales_hex(struct pxed_slice text, size_t digits, unsigned *ret) {
    *ret = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = pxed_hex_digit(text.ptr[i]);
        if (digit < 0)
            return false;
        *ret = *ret << 4 | (unsigned)digit;
    }
    return text.len == digits;
}

/* Variants that Windows does not have are the plain layout: de-nodeadkeys, de-latin1, fr(oss). */
static struct pxed_slice locales_stem(struct pxed_slice name) {
    for (size_t i = 1; i < name.len; i++)
        if (!pxed_is_alnum(name.ptr[i]))
            return pxed_slice_head(name, i);
    return name;
}

bool win_keyboard_find(struct pxed_slice name, unsigned *ret_layout, unsigned *ret_lcid) {
    struct pxed_slice names[] = {name, locales_stem(name)};
    *ret_lcid = 0;
    if (locales_hex(name, 8, ret_layout))
        return true;
    if (name.len == 13 && name.ptr[4] == ':')
        return locales_hex(pxed_slice_head(name, 4), 4, ret_lcid) &&
               locales_hex(pxed_slice_skip(name, 5), 8, ret_layout);
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < KEYBOARDS; i++)
            if (locales_same(names[k], keyboards[i].name)) {
                *ret_layout = keyboards[i].layout;
                return true;
            }
    return false;
}

const char *win_locale_nearest(struct pxed_slice name) {
    const char *names[LOCALES + 1];
    char text[16];
    struct pxed_slice word = locales_bare(name);
    if (word.len > sizeof(text))
        return NULL;
    for (size_t i = 0; i < word.len; i++)
        text[i] = word.ptr[i] == '_' ? '-' : word.ptr[i];
    for (size_t i = 0; i < LOCALES; i++)
        names[i] = locales[i].name;
    names[LOCALES] = NULL;
    return pxed_nearest(pxed_slice(text, word.len), names);
}

const char *win_keyboard_nearest(struct pxed_slice name) {
    const char *names[KEYBOARDS + 1];
    for (size_t i = 0; i < KEYBOARDS; i++)
        names[i] = keyboards[i].name;
    names[KEYBOARDS] = NULL;
    return pxed_nearest(name, names);
}
