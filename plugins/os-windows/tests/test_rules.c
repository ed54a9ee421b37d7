/* Time zones, languages, keyboards and the rules of values: tables against the world, and bytes that no table has. */
#include <stdio.h>

#include "locales.h"
#include "rules.h"
#include "suite.h"
#include "timezones.h"

/* --- time zones --- */

static bool is_installed_name(const char *line, char name[64]) {
    return sscanf(line, "Z %63s", name) == 1 || sscanf(line, "L %*s %63s", name) == 1;
}

START_TEST(every_zone_of_tzdata) {
    FILE *file = fopen("/usr/share/zoneinfo/tzdata.zi", "r");
    char line[512], name[64];
    size_t n = 0;
    ck_assert_msg(file != NULL, "the package tzdata is missing");
    while (fgets(line, sizeof(line), file)) {
        if (!is_installed_name(line, name) || strcmp(name, "Factory") == 0)
            continue;
        n++;
        const struct win_zone *zone = win_zone_find(pxed_slice_of(name));
        ck_assert_msg(zone != NULL, "%s has no Windows zone", name);
        ck_assert_msg(win_zone_find(pxed_slice_of(zone->name)) != NULL, "%s", zone->name);
    }
    fclose(file);
    ck_assert_uint_gt(n, 500);
}
END_TEST

static const struct {
    const char *iana, *name;
    unsigned index;
} zones[] = {
    {"Europe/Berlin", "W. Europe Standard Time", 110},
    {"Europe/London", "GMT Standard Time", 85},
    {"America/New_York", "Eastern Standard Time", 35},
    {"America/Los_Angeles", "Pacific Standard Time", 4},
    {"Asia/Tokyo", "Tokyo Standard Time", 235},
    {"Asia/Calcutta", "India Standard Time", 190},
    {"Asia/Kolkata", "India Standard Time", 190},
    {"Australia/Sydney", "AUS Eastern Standard Time", 255},
    {"Pacific/Auckland", "New Zealand Standard Time", 290},
    {"Africa/Johannesburg", "South Africa Standard Time", 140},
    {"Pacific/Pago_Pago", "UTC-11", 1},
    {"Pacific/Apia", "Samoa Standard Time", 300},
    {"UTC", "UTC", 90},
    {"Europe/Kyiv", "FLE Standard Time", 125},
    {"tokyo standard time", "Tokyo Standard Time", 235},
};

START_TEST(zone_rows) {
    const struct win_zone *zone = win_zone_find(pxed_slice_of(zones[_i].iana));
    ck_assert_msg(zone && strcmp(zone->name, zones[_i].name) == 0 && zone->index == zones[_i].index, "%s: %s %u",
                  zones[_i].iana, zone ? zone->name : "-", zone ? zone->index : 0);
}
END_TEST

START_TEST(older_zones) { /* what an old build is given is a name that it knows */
    static const char *const names[] = {"Asia/Dhaka",         "Europe/Istanbul", "America/Caracas",  "Asia/Pyongyang",
                                        "Pacific/Kiritimati", "Africa/Juba",     "Pacific/Pago_Pago"};
    for (int i = 0; i < COUNT(names); i++) {
        const struct win_zone *zone = win_zone_find(pxed_slice_of(names[i]));
        ck_assert_msg(zone && !win_zone_exact(zone, 6000) && zone->older, "%s", names[i]);
        ck_assert_str_eq(win_zone_name(zone, 6000), zone->older);
        ck_assert_str_eq(win_zone_name(zone, 65535), zone->name);
        const struct win_zone *older = win_zone_find(pxed_slice_of(zone->older));
        ck_assert_msg(older && (older->since <= 6000 || strcmp(zone->older, "Samoa Standard Time") == 0), "%s",
                      zone->older);
    }
}
END_TEST

START_TEST(nearest_zone) {
    char room[WIN_ZONE_TEXT];
    ck_assert_str_eq(win_zone_nearest(PXED_SLICE("Europe/Berln"), room), "Europe/Berlin");
    ck_assert_str_eq(win_zone_nearest(PXED_SLICE("europe/vena"), room), "Europe/Vienna");
    ck_assert_ptr_null(win_zone_nearest(PXED_SLICE("zzzzzzzzzzzz"), room));
    ck_assert_ptr_null(win_zone_nearest(PXED_SLICE(""), room));
    ck_assert_ptr_null(win_zone_find(PXED_SLICE("")));
    ck_assert_ptr_null(win_zone_find(PXED_SLICE("Africa/Abidjan Africa/Accra")));
}
END_TEST

/* --- languages and keyboards --- */

static const struct {
    const char *text, *name;
    unsigned lcid;
} locales[] = {
    {"en_US.UTF-8", "en-US", 0x409},
    {"de_DE@euro", "de-DE", 0x407},
    {"de", "de-DE", 0x407},
    {"fr-ch", "fr-CH", 0x100c},
    {"C.UTF-8", "en-US", 0x409},
    {"no_NO", "nb-NO", 0x414},
    {"zh_TW", "zh-TW", 0x404},
    {"pt", "pt-BR", 0x416},
    {"en", "en-US", 0x409},
    {"xx_XX", NULL, 0},
    {"", NULL, 0},
    {"de_DEE", NULL, 0},
};

START_TEST(locale_rows) {
    const struct win_locale *l = win_locale_find(pxed_slice_of(locales[_i].text));
    ck_assert_msg(l ? locales[_i].name && strcmp(l->name, locales[_i].name) == 0 && l->lcid == locales[_i].lcid
                    : !locales[_i].name,
                  "%s: %s", locales[_i].text, l ? l->name : "-");
}
END_TEST

START_TEST(plausible_locales) {
    static const char *const good[] = {"sr-Cyrl-RS", "fil-PH", "de-DE"}, *const bad[] = {
                                                                             "de_DE",   "de",    "",
                                                                             "-",       "de-",   "de-DE-",
                                                                             "a-b-c-d", "d3-DE", "deutsch-DE"};
    for (int i = 0; i < COUNT(good); i++)
        ck_assert_msg(win_locale_plausible(pxed_slice_of(good[i])), "%s", good[i]);
    for (int i = 0; i < COUNT(bad); i++)
        ck_assert_msg(!win_locale_plausible(pxed_slice_of(bad[i])), "%s", bad[i]);
}
END_TEST

static const struct {
    const char *text;
    bool known;
    unsigned layout, lcid;
} keyboards[] = {
    {"us", true, 0x409, 0},
    {"US", true, 0x409, 0},
    {"us-dvorak", true, 0x10409, 0},
    {"de-latin1-nodeadkeys", true, 0x407, 0},
    {"fr(oss)", true, 0x40c, 0},
    {"00000407", true, 0x407, 0},
    {"0c07:00000407", true, 0x407, 0xc07},
    {"0c07:0000407", false, 0, 0},
    {"0x000407", false, 0, 0},
    {"", false, 0, 0},
    {"martian", false, 0, 0},
};

START_TEST(keyboard_rows) {
    unsigned layout, lcid;
    bool known = win_keyboard_find(pxed_slice_of(keyboards[_i].text), &layout, &lcid);
    ck_assert_msg(known == keyboards[_i].known &&
                      (!known || (layout == keyboards[_i].layout && lcid == keyboards[_i].lcid)),
                  "%s", keyboards[_i].text);
}
END_TEST

/* --- values --- */

#define BYTES(literal) pxed_slice((literal), sizeof(literal) - 1)

START_TEST(text_bytes) { /* what XML 1.0 has no place for */
    const struct pxed_slice good[] = {BYTES("plain"), BYTES("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"), BYTES("")},
                            bad[] = {BYTES("a\0b"),
                                     BYTES("a\x1b"),
                                     BYTES("\x7f"),
                                     BYTES("\xff"),
                                     BYTES("\x80"),
                                     BYTES("\xc3"),
                                     BYTES("\xc0\xaf"),
                                     BYTES("\xe0\x80\x80"),
                                     BYTES("\xed\xa0\x80"),
                                     BYTES("\xef\xbf\xbf"),
                                     BYTES("\xf4\x90\x80\x80"),
                                     BYTES("\xf0\x9f\x98")};
    for (int i = 0; i < COUNT(good); i++)
        ck_assert_msg(!win_text_wrong(good[i]), "good %d: %s", i, win_text_wrong(good[i]));
    for (int i = 0; i < COUNT(bad); i++) {
        ck_assert_msg(win_text_wrong(bad[i]) != NULL, "bad %d", i);
        ck_assert_msg(win_password_wrong(bad[i]) != NULL, "bad %d as a password", i);
    }
}
END_TEST

START_TEST(join_accounts) {
    struct pxed_slice domain, account = win_join_account(PXED_SLICE("LAB\\adm"), &domain);
    ck_assert(pxed_slice_is(account, "adm") && pxed_slice_is(domain, "LAB"));
    account = win_join_account(PXED_SLICE("adm@lab.test"), &domain);
    ck_assert(pxed_slice_is(account, "adm") && pxed_slice_is(domain, "lab.test"));
    account = win_join_account(PXED_SLICE("adm"), &domain);
    ck_assert(pxed_slice_is(account, "adm") && !domain.ptr);
    static const char *const bad[] = {"", "\\", "a\\", "\\a", "a@", "@a", "a\\b\\c", "a@b@c", "a\\b@c", "a:b"};
    for (int i = 0; i < COUNT(bad); i++)
        ck_assert_msg(win_join_user_wrong(pxed_slice_of(bad[i])) != NULL, "%s", bad[i]);
}
END_TEST

START_TEST(addresses) {
    struct pxed_slice list = PXED_SLICE("fe80::1 10.0.0.1,, nonsense 10.0.0.2\t");
    ck_assert(pxed_slice_is(win_ipv4(list, 0), "10.0.0.1") && pxed_slice_is(win_ipv4(list, 1), "10.0.0.2"));
    ck_assert_ptr_null(win_ipv4(list, 2).ptr);
    ck_assert_ptr_null(win_ipv4(PXED_NO_SLICE, 0).ptr);
}
END_TEST

int main(void) {
    Suite *s = suite_create("windows rules");
    TCase *t = tcase_create("rules");
    tcase_add_test(t, every_zone_of_tzdata);
    tcase_add_loop_test(t, zone_rows, 0, COUNT(zones));
    tcase_add_test(t, older_zones);
    tcase_add_test(t, nearest_zone);
    tcase_add_loop_test(t, locale_rows, 0, COUNT(locales));
    tcase_add_test(t, plausible_locales);
    tcase_add_loop_test(t, keyboard_rows, 0, COUNT(keyboards));
    tcase_add_test(t, text_bytes);
    tcase_add_test(t, join_accounts);
    tcase_add_test(t, addresses);
    suite_add_tcase(s, t);
    return suite_run(s);
}
