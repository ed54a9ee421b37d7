/* Writes leases as other DHCP servers read them. Pure. */
#include "lease_text.h"
#include "pxed/date.h"

enum { DAY = 86400, HOUR = 3600, MINUTE = 60 };

static const char kea_columns[] =
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,"
    "user_context\n";

/* `2026/11/29 18:00:00` with these separators; 9999 at the latest, as PostgreSQL and dhcpd take it. */
static void write_time(int64_t seconds, char between, char middle, struct pxed_buf *out) {
    static const int64_t latest = 253402300799;
    seconds = seconds > latest ? latest : seconds < 0 ? 0 : seconds;
    struct pxed_date d = pxed_date_of_days(seconds / DAY);
    unsigned s = (unsigned)(seconds % DAY);
    pxed_buf_digits(out, (uint64_t)d.year, 4);
    pxed_buf_byte(out, between);
    pxed_buf_digits(out, d.month, 2);
    pxed_buf_byte(out, between);
    pxed_buf_digits(out, d.day, 2);
    pxed_buf_byte(out, middle);
    pxed_buf_digits(out, s / HOUR, 2);
    pxed_buf_byte(out, ':');
    pxed_buf_digits(out, s % HOUR / MINUTE, 2);
    pxed_buf_byte(out, ':');
    pxed_buf_digits(out, s % MINUTE, 2);
}

static uint64_t write_left(const struct lease_row *row, int64_t now) {
    if (row->expires == LEASE_NEVER)
        return UINT32_MAX;
    int64_t left = row->expires - now;
    return left < 1 ? 1 : left >= UINT32_MAX ? UINT32_MAX - 1 : (uint64_t)left;
}

static void write_dnsmasq(const struct lease_row *row, struct pxed_buf *out) {
    pxed_buf_u64(out, row->expires == LEASE_NEVER ? 0 : (uint64_t)row->expires);
    pxed_buf_byte(out, ' ');
    pxed_mac_format(&row->mac, ":", out);
    pxed_buf_byte(out, ' ');
    pxed_addr_format(&row->ip, out);
    pxed_buf_byte(out, ' ');
    pxed_buf_str(out, row->name[0] ? row->name : "*");
    pxed_buf_str(out, " *\n");
}

static void write_isc(const struct lease_row *row, int64_t now, struct pxed_buf *out) {
    pxed_buf_str(out, "lease ");
    pxed_addr_format(&row->ip, out);
    pxed_buf_str(out, " {\n  starts epoch ");
    pxed_buf_u64(out, (uint64_t)now);
    pxed_buf_str(out, ";\n  ends ");
    if (row->expires == LEASE_NEVER) {
        pxed_buf_str(out, "never");
    } else {
        pxed_buf_str(out, "epoch ");
        pxed_buf_u64(out, (uint64_t)row->expires);
    }
    pxed_buf_str(out, ";\n  binding state active;\n  next binding state free;\n  hardware ethernet ");
    pxed_mac_format(&row->mac, ":", out);
    pxed_buf_str(out, ";\n");
    if (row->name[0]) {
        pxed_buf_str(out, "  client-hostname \"");
        pxed_buf_str(out, row->name);
        pxed_buf_str(out, "\";\n");
    }
    pxed_buf_str(out, "}\n");
}

static void write_kea(const struct lease_row *row, int64_t now, struct pxed_buf *out) {
    uint64_t left = write_left(row, now);
    pxed_addr_format(&row->ip, out);
    pxed_buf_byte(out, ',');
    pxed_mac_format(&row->mac, ":", out);
    pxed_buf_str(out, ",,");
    pxed_buf_u64(out, left);
    pxed_buf_byte(out, ',');
    pxed_buf_u64(out, (uint64_t)now + left);
    pxed_buf_str(out, ",1,0,0,");
    pxed_buf_str(out, row->name);
    pxed_buf_str(out, ",0,\n");
}

static void write_sql(const struct lease_row *row, int64_t now, struct pxed_buf *out) {
    uint64_t left = write_left(row, now);
    pxed_buf_u64(out, pxed_addr_u32(&row->ip));
    pxed_buf_str(out, "\t\\\\x");
    pxed_mac_format(&row->mac, "", out);
    pxed_buf_str(out, "\t\\N\t");
    /* Kea keeps the lifetime of an infinite lease as -1's bits in a bigint, and an expiry that is never looked at. */
    pxed_buf_u64(out, left);
    pxed_buf_byte(out, '\t');
    write_time(now + (int64_t)left, '-', ' ', out);
    pxed_buf_str(out, "+00\t1\tf\tf\t");
    pxed_buf_str(out, row->name);
    pxed_buf_str(out, "\t0\n");
}

static void write_windows(const struct lease_row *row, struct pxed_buf *out) {
    pxed_buf_byte(out, '"');
    pxed_addr_format(&row->ip, out);
    pxed_buf_str(out, "\",\"");
    pxed_mac_format(&row->mac, "-", out);
    pxed_buf_str(out, "\",\"");
    pxed_buf_str(out, row->name);
    pxed_buf_str(out, "\",\"Active\",\"");
    if (row->expires != LEASE_NEVER) {
        write_time(row->expires, '-', 'T', out);
        pxed_buf_byte(out, 'Z');
    }
    pxed_buf_str(out, "\"\r\n");
}

void lease_write_head(enum lease_format format, struct pxed_buf *out) {
    if (format == LEASE_KEA)
        pxed_buf_str(out, kea_columns);
    else if (format == LEASE_KEA_SQL)
        pxed_buf_str(out,
                     "COPY lease4 (address, hwaddr, client_id, valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev, "
                     "hostname, state) FROM stdin;\n");
    else if (format == LEASE_WINDOWS)
        pxed_buf_str(out, "\"IPAddress\",\"ClientId\",\"HostName\",\"AddressState\",\"LeaseExpiryTime\"\r\n");
}

void lease_write(enum lease_format format, const struct lease_row *row, int64_t now, struct pxed_buf *out) {
    switch (format) {
    case LEASE_DNSMASQ:
        write_dnsmasq(row, out);
        break;
    case LEASE_ISC:
        write_isc(row, now, out);
        break;
    case LEASE_KEA:
        write_kea(row, now, out);
        break;
    case LEASE_KEA_SQL:
        write_sql(row, now, out);
        break;
    default:
        write_windows(row, out);
        break;
    }
}

void lease_write_tail(enum lease_format format, struct pxed_buf *out) {
    if (format == LEASE_KEA_SQL)
        pxed_buf_str(out, "\\.\n");
}
