/* The Windows zone for an IANA zone: the Unicode CLDR's mapping, with later changes of tzdata. The numbers are those of
 * Windows 2000 to 2003 ("Index" in their registry). `since` is the first build whose media have the zone. */
#include "timezones.h"

#include "pxed/diag.h"

static const struct win_zone zones[] = {
    {"AUS Central Standard Time", 0, 245, NULL, "Australia/Darwin Australia/North"},
    {"AUS Eastern Standard Time", 0, 255, NULL,
     "Australia/ACT Australia/Canberra Australia/Melbourne Australia/NSW Australia/Sydney Australia/Victoria"},
    {"Afghanistan Standard Time", 0, 175, NULL, "Asia/Kabul"},
    {"Alaskan Standard Time", 0, 3, NULL,
     "America/Anchorage America/Juneau America/Metlakatla America/Nome America/Sitka America/Yakutat US/Alaska"},
    {"Aleutian Standard Time", 14393, 2, "Hawaiian Standard Time", "America/Adak America/Atka US/Aleutian"},
    {"Altai Standard Time", 14393, 205, "SE Asia Standard Time", "Asia/Barnaul"},
    {"Arab Standard Time", 0, 150, NULL, "Asia/Aden Asia/Bahrain Asia/Kuwait Asia/Qatar Asia/Riyadh"},
    {"Arabian Standard Time", 0, 165, NULL, "Asia/Dubai Asia/Muscat Etc/GMT-4"},
    {"Arabic Standard Time", 0, 158, NULL, "Asia/Baghdad"},
    {"Argentina Standard Time", 7600, 70, "SA Eastern Standard Time",
     "America/Argentina/Buenos_Aires America/Argentina/Catamarca America/Argentina/ComodRivadavia "
     "America/Argentina/Cordoba America/Argentina/Jujuy America/Argentina/La_Rioja America/Argentina/Mendoza "
     "America/Argentina/Rio_Gallegos America/Argentina/Salta America/Argentina/San_Juan America/Argentina/San_Luis "
     "America/Argentina/Tucuman America/Argentina/Ushuaia America/Buenos_Aires America/Catamarca America/Cordoba "
     "America/Jujuy America/Mendoza America/Rosario"},
    {"Astrakhan Standard Time", 14393, 165, "Arabian Standard Time", "Europe/Astrakhan Europe/Ulyanovsk"},
    {"Atlantic Standard Time", 0, 50, NULL,
     "America/Glace_Bay America/Goose_Bay America/Halifax America/Moncton America/Thule Atlantic/Bermuda "
     "Canada/Atlantic"},
    {"Aus Central W. Standard Time", 14393, 225, "W. Australia Standard Time", "Australia/Eucla"},
    {"Azerbaijan Standard Time", 6000, 165, "Arabian Standard Time", "Asia/Baku"},
    {"Azores Standard Time", 0, 80, NULL, "Atlantic/Azores"},
    {"Bahia Standard Time", 9200, 70, "SA Eastern Standard Time", "America/Bahia"},
    {"Bangladesh Standard Time", 7600, 195, "Central Asia Standard Time",
     "Asia/Dacca Asia/Dhaka Asia/Thimbu Asia/Thimphu"},
    {"Belarus Standard Time", 10240, 155, "E. Africa Standard Time", "Europe/Minsk"},
    {"Bougainville Standard Time", 14393, 280, "Central Pacific Standard Time", "Pacific/Bougainville"},
    {"Canada Central Standard Time", 0, 25, NULL, "America/Regina America/Swift_Current Canada/Saskatchewan"},
    {"Cape Verde Standard Time", 0, 83, NULL, "Atlantic/Cape_Verde Etc/GMT+1"},
    {"Caucasus Standard Time", 0, 170, NULL, "Asia/Yerevan"},
    {"Cen. Australia Standard Time", 0, 250, NULL,
     "Australia/Adelaide Australia/Broken_Hill Australia/South Australia/Yancowinna"},
    {"Central America Standard Time", 0, 33, NULL,
     "America/Belize America/Costa_Rica America/El_Salvador America/Guatemala America/Managua America/Tegucigalpa "
     "Etc/GMT+6 Pacific/Galapagos"},
    {"Central Asia Standard Time", 0, 195, NULL, "Asia/Bishkek Asia/Kashgar Asia/Urumqi Etc/GMT-6 Indian/Chagos"},
    {"Central Brazilian Standard Time", 6000, 55, "SA Western Standard Time", "America/Campo_Grande America/Cuiaba"},
    {"Central Europe Standard Time", 0, 95, NULL,
     "Europe/Belgrade Europe/Bratislava Europe/Budapest Europe/Ljubljana Europe/Podgorica Europe/Prague Europe/Tirane"},
    {"Central European Standard Time", 0, 100, NULL,
     "Europe/Sarajevo Europe/Skopje Europe/Warsaw Europe/Zagreb Poland"},
    {"Central Pacific Standard Time", 0, 280, NULL,
     "Etc/GMT-11 Pacific/Efate Pacific/Guadalcanal Pacific/Kosrae Pacific/Noumea Pacific/Pohnpei Pacific/Ponape"},
    {"Central Standard Time", 0, 20, NULL,
     "America/Chicago America/Indiana/Knox America/Indiana/Tell_City America/Knox_IN America/Matamoros "
     "America/Menominee America/North_Dakota/Beulah America/North_Dakota/Center America/North_Dakota/New_Salem "
     "America/Rainy_River America/Rankin_Inlet America/Resolute America/Winnipeg CST6CDT Canada/Central US/Central "
     "US/Indiana-Starke"},
    {"Central Standard Time (Mexico)", 0, 30, NULL,
     "America/Bahia_Banderas America/Chihuahua America/Merida America/Mexico_City America/Monterrey Mexico/General"},
    {"Chatham Islands Standard Time", 14393, 290, "New Zealand Standard Time", "NZ-CHAT Pacific/Chatham"},
    {"China Standard Time", 0, 210, NULL,
     "Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Hong_Kong Asia/Macao Asia/Macau Asia/Shanghai Hongkong PRC"},
    {"Cuba Standard Time", 14393, 35, "Eastern Standard Time", "America/Havana Cuba"},
    {"Dateline Standard Time", 0, 0, NULL, "Etc/GMT+12"},
    {"E. Africa Standard Time", 0, 155, NULL,
     "Africa/Addis_Ababa Africa/Asmara Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala "
     "Africa/Mogadishu Africa/Nairobi Antarctica/Syowa Etc/GMT-3 Indian/Antananarivo Indian/Comoro Indian/Mayotte"},
    {"E. Australia Standard Time", 0, 260, NULL, "Australia/Brisbane Australia/Lindeman Australia/Queensland"},
    {"E. Europe Standard Time", 0, 115, NULL, "Europe/Chisinau Europe/Tiraspol"},
    {"E. South America Standard Time", 0, 65, NULL, "America/Sao_Paulo Brazil/East"},
    {"Easter Island Standard Time", 14393, 33, "Central America Standard Time", "Chile/EasterIsland Pacific/Easter"},
    {"Eastern Standard Time", 0, 35, NULL,
     "America/Detroit America/Indiana/Petersburg America/Indiana/Vincennes America/Indiana/Winamac America/Iqaluit "
     "America/Kentucky/Louisville America/Kentucky/Monticello America/Louisville America/Montreal America/Nassau "
     "America/New_York America/Nipigon America/Pangnirtung America/Thunder_Bay America/Toronto Canada/Eastern EST5EDT "
     "US/Eastern US/Michigan"},
    {"Eastern Standard Time (Mexico)", 10240, 45, "SA Pacific Standard Time", "America/Cancun"},
    {"Egypt Standard Time", 0, 120, NULL, "Africa/Cairo Egypt"},
    {"Ekaterinburg Standard Time", 0, 180, NULL, "Asia/Yekaterinburg"},
    {"FLE Standard Time", 0, 125, NULL,
     "Europe/Helsinki Europe/Kiev Europe/Kyiv Europe/Mariehamn Europe/Riga Europe/Sofia Europe/Tallinn Europe/Uzhgorod "
     "Europe/Vilnius Europe/Zaporozhye"},
    {"Fiji Standard Time", 0, 285, NULL, "Pacific/Fiji"},
    {"GMT Standard Time", 0, 85, NULL,
     "Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe Atlantic/Madeira Eire Europe/Belfast Europe/Dublin "
     "Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/Lisbon Europe/London GB GB-Eire Portugal WET"},
    {"GTB Standard Time", 0, 130, NULL,
     "Asia/Famagusta Asia/Nicosia EET Europe/Athens Europe/Bucharest Europe/Nicosia"},
    {"Georgian Standard Time", 6000, 165, "Arabian Standard Time", "Asia/Tbilisi"},
    {"Greenland Standard Time", 0, 73, NULL, "America/Godthab America/Nuuk America/Scoresbysund"},
    {"Greenwich Standard Time", 0, 90, NULL,
     "Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau Africa/Conakry Africa/Dakar "
     "Africa/Freetown Africa/Lome Africa/Monrovia Africa/Nouakchott Africa/Ouagadougou Africa/Timbuktu "
     "America/Danmarkshavn Atlantic/Reykjavik Atlantic/St_Helena Iceland"},
    {"Haiti Standard Time", 14393, 35, "Eastern Standard Time", "America/Port-au-Prince"},
    {"Hawaiian Standard Time", 0, 2, NULL,
     "Etc/GMT+10 HST Pacific/Honolulu Pacific/Johnston Pacific/Rarotonga Pacific/Tahiti US/Hawaii"},
    {"India Standard Time", 0, 190, NULL, "Asia/Calcutta Asia/Kolkata"},
    {"Iran Standard Time", 0, 160, NULL, "Asia/Tehran Iran"},
    {"Israel Standard Time", 0, 135, NULL, "Asia/Jerusalem Asia/Tel_Aviv Israel"},
    {"Jordan Standard Time", 6000, 150, "Arab Standard Time", "Asia/Amman"},
    {"Kaliningrad Standard Time", 9200, 140, "South Africa Standard Time", "Europe/Kaliningrad"},
    {"Kamchatka Standard Time", 7600, 285, "Fiji Standard Time", NULL},
    {"Korea Standard Time", 0, 230, NULL, "Asia/Seoul ROK"},
    {"Libya Standard Time", 9200, 140, "South Africa Standard Time", "Africa/Tripoli Libya"},
    {"Line Islands Standard Time", 10240, 300, "Tonga Standard Time", "Etc/GMT-14 Pacific/Kiritimati"},
    {"Lord Howe Standard Time", 14393, 255, "AUS Eastern Standard Time", "Australia/LHI Australia/Lord_Howe"},
    {"Magadan Standard Time", 9200, 280, "Central Pacific Standard Time", "Asia/Magadan"},
    {"Magallanes Standard Time", 16299, 70, "SA Eastern Standard Time", "America/Coyhaique America/Punta_Arenas"},
    {"Marquesas Standard Time", 14393, 2, "Hawaiian Standard Time", "Pacific/Marquesas"},
    {"Mauritius Standard Time", 7600, 165, "Arabian Standard Time", "Indian/Mahe Indian/Mauritius Indian/Reunion"},
    {"Mid-Atlantic Standard Time", 0, 75, NULL, NULL},
    {"Middle East Standard Time", 6000, 130, "GTB Standard Time", "Asia/Beirut"},
    {"Montevideo Standard Time", 6000, 70, "SA Eastern Standard Time", "America/Montevideo"},
    {"Morocco Standard Time", 7600, 113, "W. Central Africa Standard Time", "Africa/Casablanca Africa/El_Aaiun"},
    {"Mountain Standard Time", 0, 10, NULL,
     "America/Boise America/Cambridge_Bay America/Ciudad_Juarez America/Denver America/Edmonton America/Inuvik "
     "America/Ojinaga America/Shiprock America/Yellowknife Canada/Mountain MST7MDT Navajo US/Mountain"},
    {"Mountain Standard Time (Mexico)", 0, 13, NULL, "America/Mazatlan Mexico/BajaSur"},
    {"Myanmar Standard Time", 0, 203, NULL, "Asia/Rangoon Asia/Yangon Indian/Cocos"},
    {"N. Central Asia Standard Time", 0, 201, NULL, "Asia/Novosibirsk"},
    {"Namibia Standard Time", 6000, 140, "South Africa Standard Time", "Africa/Windhoek"},
    {"Nepal Standard Time", 0, 193, NULL, "Asia/Kathmandu Asia/Katmandu"},
    {"New Zealand Standard Time", 0, 290, NULL, "Antarctica/McMurdo Antarctica/South_Pole NZ Pacific/Auckland"},
    {"Newfoundland Standard Time", 0, 60, NULL, "America/St_Johns Canada/Newfoundland"},
    {"Norfolk Standard Time", 14393, 280, "Central Pacific Standard Time", "Pacific/Norfolk"},
    {"North Asia East Standard Time", 0, 227, NULL, "Asia/Irkutsk"},
    {"North Asia Standard Time", 0, 207, NULL, "Asia/Krasnoyarsk Asia/Novokuznetsk"},
    {"North Korea Standard Time", 14393, 230, "Korea Standard Time", "Asia/Pyongyang"},
    {"Omsk Standard Time", 14393, 195, "Central Asia Standard Time", "Asia/Omsk"},
    {"Pacific SA Standard Time", 0, 56, NULL, "America/Santiago Chile/Continental"},
    {"Pacific Standard Time", 0, 4, NULL, "America/Los_Angeles America/Vancouver Canada/Pacific PST8PDT US/Pacific"},
    {"Pacific Standard Time (Mexico)", 6000, 4, "Pacific Standard Time",
     "America/Ensenada America/Santa_Isabel America/Tijuana Mexico/BajaNorte"},
    {"Pakistan Standard Time", 7600, 185, "West Asia Standard Time", "Asia/Karachi"},
    {"Paraguay Standard Time", 7600, 70, "SA Eastern Standard Time", "America/Asuncion"},
    {"Qyzylorda Standard Time", 18362, 185, "West Asia Standard Time", "Asia/Qyzylorda"},
    {"Romance Standard Time", 0, 105, NULL,
     "Africa/Ceuta CET Europe/Brussels Europe/Copenhagen Europe/Madrid Europe/Paris MET"},
    {"Russia Time Zone 10", 10240, 280, "Central Pacific Standard Time", "Asia/Srednekolymsk"},
    {"Russia Time Zone 11", 10240, 285, "Fiji Standard Time", "Asia/Anadyr Asia/Kamchatka"},
    {"Russia Time Zone 3", 10240, 165, "Arabian Standard Time", "Europe/Samara"},
    {"Russian Standard Time", 0, 145, NULL, "Europe/Kirov Europe/Moscow Europe/Simferopol W-SU"},
    {"SA Eastern Standard Time", 0, 70, NULL,
     "America/Belem America/Cayenne America/Fortaleza America/Maceio America/Paramaribo America/Recife "
     "America/Santarem Antarctica/Palmer Antarctica/Rothera Atlantic/Stanley Etc/GMT+3"},
    {"SA Pacific Standard Time", 0, 45, NULL,
     "America/Atikokan America/Bogota America/Cayman America/Coral_Harbour America/Eirunepe America/Guayaquil "
     "America/Jamaica America/Lima America/Panama America/Porto_Acre America/Rio_Branco Brazil/Acre EST Etc/GMT+5 "
     "Jamaica"},
    {"SA Western Standard Time", 0, 55, NULL,
     "America/Anguilla America/Antigua America/Aruba America/Barbados America/Blanc-Sablon America/Boa_Vista "
     "America/Curacao America/Dominica America/Grenada America/Guadeloupe America/Guyana America/Kralendijk "
     "America/La_Paz America/Lower_Princes America/Manaus America/Marigot America/Martinique America/Montserrat "
     "America/Port_of_Spain America/Porto_Velho America/Puerto_Rico America/Santo_Domingo America/St_Barthelemy "
     "America/St_Kitts America/St_Lucia America/St_Thomas America/St_Vincent America/Tortola America/Virgin "
     "Brazil/West Etc/GMT+4"},
    {"SE Asia Standard Time", 0, 205, NULL,
     "Antarctica/Davis Asia/Bangkok Asia/Ho_Chi_Minh Asia/Jakarta Asia/Phnom_Penh Asia/Pontianak Asia/Saigon "
     "Asia/Vientiane Etc/GMT-7 Indian/Christmas"},
    {"Saint Pierre Standard Time", 14393, 73, "Greenland Standard Time", "America/Miquelon"},
    {"Sakhalin Standard Time", 14393, 280, "Central Pacific Standard Time", "Asia/Sakhalin"},
    {"Samoa Standard Time", 9200, 300, "Tonga Standard Time", "Pacific/Apia"},
    {"Sao Tome Standard Time", 17763, 90, "Greenwich Standard Time", "Africa/Sao_Tome"},
    {"Saratov Standard Time", 16299, 165, "Arabian Standard Time", "Europe/Saratov"},
    {"Singapore Standard Time", 0, 215, NULL,
     "Asia/Brunei Asia/Kuala_Lumpur Asia/Kuching Asia/Makassar Asia/Manila Asia/Singapore Asia/Ujung_Pandang Etc/GMT-8 "
     "Singapore"},
    {"South Africa Standard Time", 0, 140, NULL,
     "Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Johannesburg Africa/Kigali "
     "Africa/Lubumbashi Africa/Lusaka Africa/Maputo Africa/Maseru Africa/Mbabane Etc/GMT-2"},
    {"South Sudan Standard Time", 20348, 140, "South Africa Standard Time", "Africa/Juba"},
    {"Sri Lanka Standard Time", 0, 200, NULL, "Asia/Colombo"},
    {"Sudan Standard Time", 16299, 140, "South Africa Standard Time", "Africa/Khartoum"},
    {"Syria Standard Time", 7600, 150, "Arab Standard Time", "Asia/Damascus"},
    {"Taipei Standard Time", 0, 220, NULL, "Asia/Taipei ROC"},
    {"Tasmania Standard Time", 0, 265, NULL,
     "Antarctica/Macquarie Australia/Currie Australia/Hobart Australia/Tasmania"},
    {"Tocantins Standard Time", 14393, 70, "SA Eastern Standard Time", "America/Araguaina"},
    {"Tokyo Standard Time", 0, 235, NULL, "Asia/Dili Asia/Jayapura Asia/Tokyo Etc/GMT-9 Japan Pacific/Palau"},
    {"Tomsk Standard Time", 14393, 205, "SE Asia Standard Time", "Asia/Tomsk"},
    {"Tonga Standard Time", 0, 300, NULL, "Pacific/Tongatapu"},
    {"Transbaikal Standard Time", 14393, 235, "Tokyo Standard Time", "Asia/Chita"},
    {"Turkey Standard Time", 9200, 150, "Arab Standard Time", "Asia/Istanbul Europe/Istanbul Turkey"},
    {"Turks And Caicos Standard Time", 14393, 35, "Eastern Standard Time", "America/Grand_Turk"},
    {"US Eastern Standard Time", 0, 40, NULL,
     "America/Fort_Wayne America/Indiana/Indianapolis America/Indiana/Marengo America/Indiana/Vevay "
     "America/Indianapolis US/East-Indiana"},
    {"US Mountain Standard Time", 0, 15, NULL,
     "America/Creston America/Dawson_Creek America/Fort_Nelson America/Hermosillo America/Phoenix Etc/GMT+7 MST "
     "US/Arizona"},
    {"UTC", 7600, 90, "Greenwich Standard Time",
     "Antarctica/Troll Etc/GMT Etc/GMT+0 Etc/GMT-0 Etc/GMT0 Etc/Greenwich Etc/UCT Etc/UTC Etc/Universal Etc/Zulu GMT "
     "GMT+0 GMT-0 GMT0 Greenwich UCT UTC Universal Zulu"},
    {"UTC+12", 7600, 285, "Fiji Standard Time",
     "Etc/GMT-12 Kwajalein Pacific/Funafuti Pacific/Kwajalein Pacific/Majuro Pacific/Nauru Pacific/Tarawa Pacific/Wake "
     "Pacific/Wallis"},
    {"UTC+13", 16299, 300, "Tonga Standard Time", "Etc/GMT-13 Pacific/Enderbury Pacific/Fakaofo Pacific/Kanton"},
    {"UTC-02", 7600, 75, "Mid-Atlantic Standard Time",
     "America/Noronha Atlantic/South_Georgia Brazil/DeNoronha Etc/GMT+2"},
    {"UTC-08", 14393, 4, "Pacific Standard Time", "Etc/GMT+8 Pacific/Pitcairn"},
    {"UTC-09", 14393, 3, "Alaskan Standard Time", "Etc/GMT+9 Pacific/Gambier"},
    {"UTC-11", 7600, 1, "Samoa Standard Time",
     "Etc/GMT+11 Pacific/Midway Pacific/Niue Pacific/Pago_Pago Pacific/Samoa US/Samoa"},
    {"Ulaanbaatar Standard Time", 7600, 227, "North Asia East Standard Time",
     "Asia/Choibalsan Asia/Ulaanbaatar Asia/Ulan_Bator"},
    {"Venezuela Standard Time", 7600, 55, "SA Western Standard Time", "America/Caracas"},
    {"Vladivostok Standard Time", 0, 270, NULL, "Asia/Ust-Nera Asia/Vladivostok"},
    {"Volgograd Standard Time", 20348, 145, "Russian Standard Time", "Europe/Volgograd"},
    {"W. Australia Standard Time", 0, 225, NULL, "Antarctica/Casey Australia/Perth Australia/West"},
    {"W. Central Africa Standard Time", 0, 113, NULL,
     "Africa/Algiers Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Lagos Africa/Libreville "
     "Africa/Luanda Africa/Malabo Africa/Ndjamena Africa/Niamey Africa/Porto-Novo Africa/Tunis Etc/GMT-1"},
    {"W. Europe Standard Time", 0, 110, NULL,
     "Arctic/Longyearbyen Atlantic/Jan_Mayen Europe/Amsterdam Europe/Andorra Europe/Berlin Europe/Busingen "
     "Europe/Gibraltar Europe/Luxembourg Europe/Malta Europe/Monaco Europe/Oslo Europe/Rome Europe/San_Marino "
     "Europe/Stockholm Europe/Vaduz Europe/Vatican Europe/Vienna Europe/Zurich"},
    {"W. Mongolia Standard Time", 14393, 205, "SE Asia Standard Time", "Asia/Hovd"},
    {"West Asia Standard Time", 0, 185, NULL,
     "Antarctica/Mawson Antarctica/Vostok Asia/Almaty Asia/Aqtau Asia/Aqtobe Asia/Ashgabat Asia/Ashkhabad Asia/Atyrau "
     "Asia/Dushanbe Asia/Oral Asia/Qostanay Asia/Samarkand Asia/Tashkent Etc/GMT-5 Indian/Kerguelen Indian/Maldives"},
    {"West Bank Standard Time", 14393, 130, "GTB Standard Time", "Asia/Gaza Asia/Hebron"},
    {"West Pacific Standard Time", 0, 275, NULL,
     "Antarctica/DumontDUrville Etc/GMT-10 Pacific/Chuuk Pacific/Guam Pacific/Port_Moresby Pacific/Saipan Pacific/Truk "
     "Pacific/Yap"},
    {"Yakutsk Standard Time", 0, 240, NULL, "Asia/Khandyga Asia/Yakutsk"},
    {"Yukon Standard Time", 20348, 15, "US Mountain Standard Time", "America/Dawson America/Whitehorse Canada/Yukon"},
};

enum { ZONES = sizeof(zones) / sizeof(zones[0]) };

static bool timezones_has_word(const char *words, struct pxed_slice name) {
    struct pxed_slice rest = pxed_slice_of(words), word;
    while ((word = pxed_slice_word(&rest, " ")).len > 0)
        if (pxed_slice_eq_nocase(word, name))
            return true;
    return false;
}

const struct win_zone *win_zone_find(struct pxed_slice name) {
    for (size_t i = 0; i < ZONES; i++)
        if (pxed_slice_eq_nocase(pxed_slice_of(zones[i].name), name) || timezones_has_word(zones[i].iana, name))
            return &zones[i];
    return NULL;
}

bool win_zone_exact(const struct win_zone *zone, unsigned build) {
    return build >= zone->since;
}

const char *win_zone_name(const struct win_zone *zone, unsigned build) {
    return win_zone_exact(zone, build) ? zone->name : zone->older;
}

/* Keeps the nearer of `best` and `word` in best; of equals pxed_nearest takes the first. */
static void keep_nearer(struct pxed_slice name, char *best, struct pxed_slice word) {
    char other[WIN_ZONE_TEXT];
    if (word.len >= sizeof(other))
        return;
    memcpy(other, word.ptr, word.len);
    other[word.len] = '\0';
    const char *both[] = {*best ? best : other, other, NULL}, *near = pxed_nearest(name, both);
    if (near == other || (near && !*best))
        memcpy(best, other, word.len + 1);
}

const char *win_zone_nearest(struct pxed_slice name, char room[WIN_ZONE_TEXT]) {
    *room = '\0';
    for (size_t i = 0; i < ZONES; i++) {
        struct pxed_slice rest = pxed_slice_of(zones[i].iana), word;
        while ((word = pxed_slice_word(&rest, " ")).len > 0)
            keep_nearer(name, room, word);
        keep_nearer(name, room, pxed_slice_of(zones[i].name));
    }
    return *room ? room : NULL;
}
