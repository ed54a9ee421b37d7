/* TFTP packets on the wire: requests, replies, options, errors. Pure. */
#include "wire/packet.h"

#include "pxed/buf.h"

static const char *const option_names[TFTP_N_OPTIONS] = {"blksize", "timeout", "tsize", "windowsize"};
static const char *const mode_names[] = {"octet", "netascii", "mail"};

static uint16_t get_u16(const char *at) {
    return (uint16_t)((uint8_t)at[0] << 8 | (uint8_t)at[1]);
}

static void tftp_packet_put_u16(char *at, uint16_t value) {
    at[0] = (char)(value >> 8);
    at[1] = (char)(value & 0xff);
}

unsigned tftp_opcode_of(struct pxed_slice packet) {
    return packet.len < 2 ? 0 : get_u16(packet.ptr);
}

/* Cuts a NUL-terminated string off *rest; false when the NUL is missing. */
static bool take_string(struct pxed_slice *rest, struct pxed_slice *ret) {
    ptrdiff_t end = pxed_slice_find(*rest, '\0', 0);
    if (end < 0)
        return false;
    *ret = pxed_slice_head(*rest, (size_t)end);
    *rest = pxed_slice_skip(*rest, (size_t)end + 1);
    return true;
}

/* Old clients copy DHCP option 67 and read past its end into the next option's bytes, often END = 0xFF (PROTOCOLS 0.5);
 * some pass on the whole URL they got. */
static struct pxed_slice clean_name(struct pxed_slice name) {
    static const struct pxed_slice scheme = {"tftp://", 7};
    while (name.len > 0) {
        uint8_t c = (uint8_t)name.ptr[name.len - 1];
        if (c > 0x20 && c != 0x7f && c != 0xff)
            break;
        name.len--;
    }
    if (name.len >= scheme.len && pxed_slice_eq_nocase(pxed_slice_head(name, scheme.len), scheme)) {
        ptrdiff_t slash = pxed_slice_find(name, '/', scheme.len);
        if (slash >= 0)
            name = pxed_slice_skip(name, (size_t)slash + 1);
    }
    return name;
}

static enum tftp_mode mode_of(struct pxed_slice text) {
    for (size_t i = 0; i < sizeof(mode_names) / sizeof(mode_names[0]); i++) {
        if (pxed_slice_eq_nocase(text, pxed_slice_of(mode_names[i])))
            return (enum tftp_mode)i;
    }
    return TFTP_OTHER_MODE;
}

static void take_option(struct tftp_request *request, struct pxed_slice name, struct pxed_slice text) {
    for (unsigned i = 0; i < TFTP_N_OPTIONS; i++) {
        uint64_t value;
        if (!pxed_slice_eq_nocase(name, pxed_slice_of(option_names[i])))
            continue;
        if ((request->asked & TFTP_OPTION_BIT(i)) != 0 || !pxed_slice_u64(text, UINT64_MAX, &value))
            return;
        request->asked |= TFTP_OPTION_BIT(i);
        request->value[i] = value;
        request->spelling[i] = name;
        request->order[request->n_order++] = (uint8_t)i;
        return;
    }
}

bool tftp_parse_request(struct pxed_slice packet, struct tftp_request *ret) {
    unsigned opcode = tftp_opcode_of(packet);
    struct pxed_slice rest = pxed_slice_skip(packet, 2), name, mode, value;
    if ((opcode != TFTP_RRQ && opcode != TFTP_WRQ) || !take_string(&rest, &name) || !take_string(&rest, &mode))
        return false;
    *ret = (struct tftp_request){.opcode = (enum tftp_opcode)opcode, .name = clean_name(name), .mode = mode_of(mode)};
    while (take_string(&rest, &name) && take_string(&rest, &value))
        take_option(ret, name, value);
    return true;
}

bool tftp_parse_reply(struct pxed_slice packet, struct tftp_reply *ret) {
    unsigned opcode = tftp_opcode_of(packet);
    if ((opcode != TFTP_ACK && opcode != TFTP_ERROR) || packet.len < 4)
        return false;
    struct pxed_slice message = pxed_slice_skip(packet, 4);
    ptrdiff_t end = pxed_slice_find(message, '\0', 0);
    ret->opcode = (enum tftp_opcode)opcode;
    ret->number = get_u16(packet.ptr + 2);
    ret->message = end < 0 ? message : pxed_slice_head(message, (size_t)end);
    return true;
}

/* Block numbers roll over from 65535 to 0: what all current clients expect (PROTOCOLS 7). */
void tftp_put_data_header(char out[static TFTP_DATA_HEADER], uint64_t block) {
    tftp_packet_put_u16(out, TFTP_DATA);
    tftp_packet_put_u16(out + 2, (uint16_t)(block & 0xffff));
}

size_t tftp_build_error(char *out, size_t cap, enum tftp_code code, struct pxed_slice text) {
    if (cap < 5)
        return 0;
    tftp_packet_put_u16(out, TFTP_ERROR);
    tftp_packet_put_u16(out + 2, (uint16_t)code);
    struct pxed_buf buf = {out + 4, cap - 4, 0};
    pxed_buf_add(&buf, text);
    pxed_buf_cstr(&buf);
    return 4 + (buf.len < buf.cap ? buf.len : buf.cap - 1) + 1;
}

size_t tftp_build_oack(char *out, size_t cap, const struct tftp_request *request, unsigned accepted,
                       const uint64_t value[static TFTP_N_OPTIONS]) {
    struct pxed_buf buf = {out, cap, 0};
    pxed_buf_byte(&buf, 0);
    pxed_buf_byte(&buf, TFTP_OACK);
    for (unsigned i = 0; i < request->n_order; i++) {
        unsigned option = request->order[i];
        if ((accepted & TFTP_OPTION_BIT(option)) == 0)
            continue;
        pxed_buf_add(&buf, request->spelling[option]);
        pxed_buf_byte(&buf, '\0');
        pxed_buf_u64(&buf, value[option]);
        pxed_buf_byte(&buf, '\0');
    }
    return pxed_buf_slice(&buf).len;
}
