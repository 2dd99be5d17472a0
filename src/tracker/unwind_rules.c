/* SPDX-License-Identifier: MIT */
/*
 * Reads the rule of one return address out of .eh_frame, as the Linux Standard Base
 * and the DWARF standard describe it. Of all registers, only those are followed from which
 * compilers compute frames: the stack pointer and the frame pointer.
 */
#include "sites.h"

#include <string.h>

#if SYSINFO__KEEPS_SITES

#if defined(__x86_64__)
enum { SP = 7, FP = 6, RETURN = 16 };
#else
enum { SP = 31, FP = 29, RETURN = 30 };
#endif

/* Bytes that are read one after the other; the first that is missing makes it fail for good. */
struct reader {
    const unsigned char *at, *end;
    bool has_failed;
};

static uint64_t take(struct reader *reader, size_t size) {
    uint64_t value = 0;
    if ((size_t)(reader->end - reader->at) < size) {
        reader->has_failed = true;
        reader->at = reader->end;
        return 0;
    }
    memcpy(&value, reader->at, size);
    reader->at += size;
    return value;
}

static uint64_t take_unsigned(struct reader *reader) {
    uint64_t value = 0, byte = 0x80;
    for (unsigned shift = 0; (byte & 0x80) != 0 && !reader->has_failed; shift += 7) {
        byte = take(reader, 1);
        value |= shift < 64 ? (byte & 0x7F) << shift : 0;
    }
    return value;
}

static int64_t take_signed(struct reader *reader) {
    uint64_t value = 0, byte = 0x80;
    unsigned shift = 0;
    for (; (byte & 0x80) != 0 && !reader->has_failed; shift += 7) {
        byte = take(reader, 1);
        value |= shift < 64 ? (byte & 0x7F) << shift : 0;
    }
    if (shift < 64 && (byte & 0x40) != 0) {
        value |= ~UINT64_C(0) << shift;
    }
    return (int64_t)value;
}

/* ---- Pointers ---- */

enum {
    ABSOLUTE = 0x00,
    ULEB = 0x01,
    DATA2 = 0x02,
    DATA4 = 0x03,
    DATA8 = 0x04,
    SIGNED = 0x08,
    PC_RELATIVE = 0x10,
    DATA_RELATIVE = 0x30,
    APPLICATION = 0x70,
    INDIRECT = 0x80,
    OMITTED = 0xFF
};

static uint64_t take_value(struct reader *reader, unsigned form) {
    switch (form & 0x0F) {
    case ABSOLUTE:
    case DATA8:
    case SIGNED | DATA8:
        return take(reader, 8);
    case DATA4:
        return take(reader, 4);
    case SIGNED | DATA4:
        return (uint64_t)(int64_t)(int32_t)take(reader, 4);
    case DATA2:
        return take(reader, 2);
    case SIGNED | DATA2:
        return (uint64_t)(int64_t)(int16_t)take(reader, 2);
    case ULEB:
        return take_unsigned(reader);
    case SIGNED | ULEB:
        return (uint64_t)take_signed(reader);
    default:
        reader->has_failed = true;
        return 0;
    }
}

static uintptr_t take_pointer(struct reader *reader, unsigned form, const unsigned char *data) {
    uintptr_t place = (uintptr_t)reader->at;
    uint64_t value = take_value(reader, form);
    switch (form & APPLICATION) {
    case 0:
        break;
    case PC_RELATIVE:
        value += place;
        break;
    case DATA_RELATIVE:
        value += (uintptr_t)data;
        break;
    default:
        reader->has_failed = true;
    }
    if ((form & INDIRECT) != 0) {
        reader->has_failed = true;
    }
    return value;
}

/* ---- The record of a function, and what it shares with others ---- */

struct description {
    uintptr_t start, size;
    uint64_t code_unit;
    int64_t data_unit;
    bool is_signal_frame;
    unsigned form; /* Of its pointers. */
    bool has_augmentation;
    struct reader shared, own; /* Instructions. */
};

/* Its content; false: it is the end of the list. */
static bool open_record(const unsigned char *record, const unsigned char *limit, struct reader *content) {
    struct reader reader = {record, limit, false};
    uint64_t size = take(&reader, 4);
    if (size == 0xFFFFFFFF) {
        size = take(&reader, 8);
    }
    *content = (struct reader){reader.at, reader.at + size, false};
    return !reader.has_failed && size >= 4 && size <= (uint64_t)(limit - reader.at);
}

static bool read_augmentation(struct reader *reader, const char *letters, struct description *description) {
    if (*letters == '\0') {
        return true;
    }
    if (*letters++ != 'z') {
        return false;
    }
    description->has_augmentation = true;
    uint64_t size = take_unsigned(reader);
    if (size > (uint64_t)(reader->end - reader->at)) {
        return false;
    }
    const unsigned char *end = reader->at + size;
    for (; *letters != '\0'; letters++) {
        switch (*letters) {
        case 'R':
            description->form = (unsigned)take(reader, 1);
            break;
        case 'S':
            description->is_signal_frame = true;
            break;
        case 'L':
            (void)take(reader, 1);
            break;
        case 'P': {
            unsigned form = (unsigned)take(reader, 1);
            (void)take_value(reader, form);
            break;
        }
        case 'B': /* Return addresses are signed with key B: the same bits are stripped. */
            break;
        default:
            reader->at = end; /* The rest of it is not known, and its end is. */
            return true;
        }
    }
    reader->at = end;
    return !reader->has_failed;
}

static bool read_shared(const unsigned char *record, const unsigned char *limit, struct description *description) {
    struct reader reader;
    if (!open_record(record, limit, &reader) || take(&reader, 4) != 0) {
        return false;
    }
    unsigned version = (unsigned)take(&reader, 1);
    const char *letters = (const char *)reader.at;
    const unsigned char *nul = memchr(reader.at, 0, (size_t)(reader.end - reader.at));
    if (nul == NULL || (version != 1 && version != 3)) {
        return false;
    }
    reader.at = nul + 1;
    description->code_unit = take_unsigned(&reader);
    description->data_unit = take_signed(&reader);
    uint64_t column = version == 1 ? take(&reader, 1) : take_unsigned(&reader);
    if (column != RETURN || !read_augmentation(&reader, letters, description)) {
        return false;
    }
    description->shared = reader;
    return !reader.has_failed;
}

static bool read_own(const unsigned char *record, const unsigned char *limit, struct description *description) {
    struct reader reader;
    if (!open_record(record, limit, &reader)) {
        return false;
    }
    const unsigned char *place = reader.at;
    uint32_t distance = (uint32_t)take(&reader, 4);
    if (distance == 0 || !read_shared(place - distance, limit, description)) {
        return false;
    }
    description->start = take_pointer(&reader, description->form, NULL);
    description->size = take_value(&reader, description->form);
    if (description->has_augmentation) {
        uint64_t size = take_unsigned(&reader);
        if (size > (uint64_t)(reader.end - reader.at)) {
            return false;
        }
        reader.at += size;
    }
    description->own = reader;
    return !reader.has_failed;
}

/* By the sorted table of the header: the last function that begins at the address or before it. */
static const unsigned char *find_record(const unsigned char *table, const unsigned char *limit, uintptr_t address) {
    struct reader reader = {table, limit, false};
    unsigned version = (unsigned)take(&reader, 1), frame_form = (unsigned)take(&reader, 1),
             count_form = (unsigned)take(&reader, 1), table_form = (unsigned)take(&reader, 1);
    if (version != 1 || count_form == OMITTED || table_form != (DATA_RELATIVE | SIGNED | DATA4)) {
        return NULL;
    }
    (void)take_pointer(&reader, frame_form, table);
    uint64_t count = take_value(&reader, count_form), low = 0;
    if (reader.has_failed || count == 0 || count > (uint64_t)(limit - reader.at) / 8) {
        return NULL;
    }
    int64_t wanted = (int64_t)(address - (uintptr_t)table);
    int32_t row[2];
    for (uint64_t high = count; high - low > 1;) {
        uint64_t middle = low + (high - low) / 2;
        memcpy(row, reader.at + middle * 8, sizeof row);
        if (row[0] <= wanted) {
            low = middle;
        } else {
            high = middle;
        }
    }
    memcpy(row, reader.at + low * 8, sizeof row);
    return row[0] <= wanted ? table + row[1] : NULL;
}

/* ---- Instructions ---- */

enum { STATES = 8 };

struct state {
    struct sysinfo__rule rule;
    int64_t cfa; /* As it is set: the register may change alone. */
    int cfa_register;
};

struct machine {
    struct state now, first, kept[STATES];
    unsigned keeps;
};

static bool fits(int64_t offset) {
    return offset >= INT32_MIN && offset <= INT32_MAX;
}

static void set_register(struct state *state, uint64_t number, uint8_t kind, int64_t offset) {
    if (number != FP && number != RETURN) {
        return;
    }
    kind = fits(offset) ? kind : SYSINFO__LOST;
    if (number == FP) {
        state->rule.fp_kind = kind;
        state->rule.fp = (int32_t)offset;
    } else {
        state->rule.ra_kind = kind;
        state->rule.ra = (int32_t)offset;
    }
}

static void restore_register(struct machine *machine, uint64_t number) {
    if (number == FP) {
        machine->now.rule.fp_kind = machine->first.rule.fp_kind;
        machine->now.rule.fp = machine->first.rule.fp;
    } else if (number == RETURN) {
        machine->now.rule.ra_kind = machine->first.rule.ra_kind;
        machine->now.rule.ra = machine->first.rule.ra;
    }
}

static void set_cfa(struct state *state, uint64_t number, int64_t offset) {
    state->cfa_register = number == SP || number == FP ? (int)number : -1;
    state->cfa = offset;
    state->rule.cfa_kind = number == SP ? SYSINFO__CFA_SP : number == FP ? SYSINFO__CFA_FP : SYSINFO__CFA_NONE;
}

/* The address of a register's place, or of the CFA's: fp + offset, alone or, for `is_stored`, what is stored there. */
static bool take_expression(struct reader *reader, bool is_stored, int64_t *offset) {
    enum { BREG0 = 0x70, DEREF = 0x06 };
    uint64_t size = take_unsigned(reader);
    if (size > (uint64_t)(reader->end - reader->at)) {
        reader->has_failed = true;
        return false;
    }
    struct reader expression = {reader->at, reader->at + size, false};
    reader->at += size;
    bool is_known = take(&expression, 1) == BREG0 + FP;
    *offset = take_signed(&expression);
    if (is_stored) {
        is_known = is_known && take(&expression, 1) == DEREF;
    }
    return is_known && !expression.has_failed && expression.at == expression.end && fits(*offset);
}

static void run_expression(struct machine *machine, struct reader *reader, unsigned code) {
    int64_t offset = 0;
    if (code == 0x0F) { /* def_cfa_expression */
        bool is_known = take_expression(reader, true, &offset);
        machine->now.cfa = offset;
        machine->now.cfa_register = -1;
        machine->now.rule.cfa_kind = is_known ? SYSINFO__CFA_FP_VALUE : SYSINFO__CFA_NONE;
        return;
    }
    uint64_t number = take_unsigned(reader);
    bool is_known = take_expression(reader, false, &offset);
    set_register(&machine->now, number, code == 0x10 && is_known ? SYSINFO__AT_FP : SYSINFO__LOST, offset);
}

/* Those without an operand in their first byte, and not about the position. */
static void run_rest(struct machine *machine, const struct description *description, struct reader *reader,
                     unsigned code) {
    struct state *now = &machine->now;
    uint64_t number;
    switch (code) {
    case 0x00: /* nop */
        break;
    case 0x05: /* offset_extended */
        number = take_unsigned(reader);
        set_register(now, number, SYSINFO__AT_CFA, (int64_t)take_unsigned(reader) * description->data_unit);
        break;
    case 0x06: /* restore_extended */
        restore_register(machine, take_unsigned(reader));
        break;
    case 0x07: /* undefined */
        set_register(now, take_unsigned(reader), SYSINFO__LOST, 0);
        break;
    case 0x08: /* same_value */
        set_register(now, take_unsigned(reader), SYSINFO__SAME, 0);
        break;
    case 0x09: /* register */
        number = take_unsigned(reader);
        (void)take_unsigned(reader);
        set_register(now, number, SYSINFO__LOST, 0);
        break;
    case 0x0A: /* remember_state */
        if (machine->keeps == STATES) {
            reader->has_failed = true;
        } else {
            machine->kept[machine->keeps++] = *now;
        }
        break;
    case 0x0B: /* restore_state */
        if (machine->keeps == 0) {
            reader->has_failed = true;
        } else {
            *now = machine->kept[--machine->keeps];
        }
        break;
    case 0x0C: /* def_cfa */
        number = take_unsigned(reader);
        set_cfa(now, number, (int64_t)take_unsigned(reader));
        break;
    case 0x0D: /* def_cfa_register */
        set_cfa(now, take_unsigned(reader), now->cfa);
        break;
    case 0x0E: /* def_cfa_offset */
        now->cfa = (int64_t)take_unsigned(reader);
        break;
    case 0x0F: /* def_cfa_expression */
    case 0x10: /* expression */
    case 0x16: /* val_expression */
        run_expression(machine, reader, code);
        break;
    case 0x11: /* offset_extended_sf */
        number = take_unsigned(reader);
        set_register(now, number, SYSINFO__AT_CFA, take_signed(reader) * description->data_unit);
        break;
    case 0x12: /* def_cfa_sf */
        number = take_unsigned(reader);
        set_cfa(now, number, take_signed(reader) * description->data_unit);
        break;
    case 0x13: /* def_cfa_offset_sf */
        now->cfa = take_signed(reader) * description->data_unit;
        break;
    case 0x14: /* val_offset */
        number = take_unsigned(reader);
        (void)take_unsigned(reader);
        set_register(now, number, SYSINFO__LOST, 0);
        break;
    case 0x2D: /* AArch64: the return address is signed from here on, or no longer. */
        break;
    case 0x2E: /* GNU_args_size */
        (void)take_unsigned(reader);
        break;
    default:
        reader->has_failed = true;
    }
}

/* Up to the instruction that belongs to a later address. */
static bool run(struct machine *machine, const struct description *description, struct reader reader,
                uintptr_t address) {
    uint64_t position = description->start;
    while (reader.at < reader.end && !reader.has_failed) {
        unsigned code = (unsigned)take(&reader, 1), operand = code & 0x3F;
        uint64_t step = 0;
        switch (code >> 6) {
        case 1: /* advance_loc */
            step = operand;
            break;
        case 2: /* offset */
            set_register(&machine->now, operand, SYSINFO__AT_CFA,
                         (int64_t)take_unsigned(&reader) * description->data_unit);
            continue;
        case 3: /* restore */
            restore_register(machine, operand);
            continue;
        default:
            if (code == 0x01) { /* set_loc */
                position = take_pointer(&reader, description->form, NULL);
            } else if (code >= 0x02 && code <= 0x04) { /* advance_loc1, 2, 4 */
                step = take(&reader, (size_t)1 << (code - 2));
            } else {
                run_rest(machine, description, &reader, code);
                continue;
            }
        }
        position += step * description->code_unit;
        if (position > address) {
            break;
        }
    }
    return !reader.has_failed;
}

bool sysinfo__decode_rule(const unsigned char *unwind_table, uintptr_t address, uintptr_t start, uintptr_t end,
                          struct sysinfo__rule *rule) {
    const unsigned char *limit = (const unsigned char *)end;
    if (unwind_table == NULL || (uintptr_t)unwind_table < start || (uintptr_t)unwind_table + 12 > end) {
        return false;
    }
    address--; /* The call, which may be the last instruction of its function. */
    const unsigned char *record = find_record(unwind_table, limit, address);
    struct description description = {0};
    if (record == NULL || (uintptr_t)record < start || record >= limit || !read_own(record, limit, &description) ||
        address - description.start >= description.size) {
        return false;
    }
    struct machine machine = {0};
    machine.now.rule.ra_kind = RETURN == 30 ? SYSINFO__SAME : SYSINFO__LOST;
    if (!run(&machine, &description, description.shared, UINTPTR_MAX)) {
        return false;
    }
    machine.first = machine.now;
    if (!run(&machine, &description, description.own, address)) {
        return false;
    }
    *rule = machine.now.rule;
    rule->cfa = (int32_t)machine.now.cfa;
    if (description.is_signal_frame || !fits(machine.now.cfa) || rule->ra_kind == SYSINFO__LOST) {
        rule->cfa_kind = SYSINFO__CFA_NONE;
    }
    return true;
}

#endif
