/* SPDX-License-Identifier: MIT */
/*
 * /proc/cpuinfo: lines "key<blanks>: value", in a paragraph for each processor. Each architecture has its own keys: see
 * show_cpuinfo() in its proc.c, setup.c or cpuinfo.c.
 */
#include "decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "scan.h"

struct line {
    struct sysinfo__part key, value; /* Without blanks around them. */
};

static struct sysinfo__part trimmed(const char *from, const char *to) {
    while (from < to && (*from == ' ' || *from == '\t')) {
        from++;
    }
    while (from < to && (to[-1] == ' ' || to[-1] == '\t')) {
        to--;
    }
    return (struct sysinfo__part){from, (size_t)(to - from)};
}

/* Splits the line at `p` and returns the start of the next. Without a colon, the value is empty. */
static const char *next_line(const char *p, const char *end, struct line *line) {
    const char *next = sysinfo__scan_next_line(p, end), *stop = next > p && next[-1] == '\n' ? next - 1 : next;
    const char *colon = memchr(p, ':', (size_t)(stop - p));
    line->key = trimmed(p, colon == NULL ? stop : colon);
    line->value = trimmed(colon == NULL ? stop : colon + 1, stop);
    return next;
}

static bool is_word(struct sysinfo__part part, const char *word) {
    return part.length == strlen(word) && memcmp(part.at, word, part.length) == 0;
}

static bool begins_with(struct sysinfo__part part, const char *word) {
    return part.length >= strlen(word) && memcmp(part.at, word, strlen(word)) == 0;
}

/* Accepts a number that fills the whole part. */
static bool is_number(struct sysinfo__part part, uint64_t *number) {
    const char *behind = sysinfo__digits(part.at, number);
    return behind != NULL && behind == part.at + part.length;
}

static bool is_hex(struct sysinfo__part part, uint64_t *number) {
    if (begins_with(part, "0x")) {
        part = (struct sysinfo__part){part.at + 2, part.length - 2};
    }
    *number = 0;
    for (size_t i = 0; i < part.length; i++) {
        static const char digits[] = "0123456789abcdefABCDEF";
        const char *digit = memchr(digits, part.at[i], sizeof digits - 1);
        if (digit == NULL) {
            return false;
        }
        uint64_t value = (uint64_t)(digit - digits);
        *number = *number << 4 | (value < 16 ? value : value - 6);
    }
    return part.length > 0 && part.length <= 16;
}

/* ---- Cores ---- */

struct core {
    uint64_t package, number;
};

static void add_core(struct core *cores, uint64_t *count, struct core core) {
    for (uint64_t i = *count; i > 0; i--) { /* Backwards, because neighbours are usually alike. */
        if (cores[i - 1].package == core.package && cores[i - 1].number == core.number) {
            return;
        }
    }
    cores[(*count)++] = core;
}

static bool is_processor(const struct line *line) {
    uint64_t number;
    return is_word(line->key, "processor") && is_number(line->value, &number);
}

bool sysinfo__decode_cpuinfo(const char *text, size_t length, uint64_t *processors, uint64_t *count) {
    const char *end = text + length;
    uint64_t lines = 0, packages = 0, numbers = 0;
    struct line line;
    for (const char *p = text; p < end;) {
        p = next_line(p, end, &line);
        lines += is_processor(&line);
    }
    struct core core = {0, 0},
                *cores = lines > 0 && lines < SYSINFO__MOST_CPUS ? malloc((size_t)lines * sizeof *cores) : NULL;
    *processors = lines;
    *count = 0;
    if (cores == NULL) {
        return false;
    }
    for (const char *p = text; p < end;) {
        p = next_line(p, end, &line);
        packages += is_word(line.key, "physical id") && is_number(line.value, &core.package);
        if (is_word(line.key, "core id") && is_number(line.value, &core.number) && ++numbers == packages &&
            numbers <= lines) {
            add_core(cores, count, core);
        }
    }
    free(cores);
    return packages == lines && numbers == lines && *count > 0;
}

bool sysinfo__decode_cpuinfo_packages(const char *text, size_t length, struct sysinfo__cpu_set *packages) {
    const char *end = text + length;
    struct line line;
    uint64_t number;
    for (const char *p = text; p < end;) {
        p = next_line(p, end, &line);
        if (is_word(line.key, "physical id") && is_number(line.value, &number) && number < SYSINFO__MOST_CPUS &&
            !sysinfo__cpu_set_add(packages, number)) {
            return false;
        }
    }
    return true;
}

/* ---- Caches of s390 ---- */

/* The value of `key` in the line, up to `end`; NULL: none. */
static const char *find_value(const char *line, const char *end, const char *key) {
    size_t length = strlen(key);
    for (const char *p = line; p + length < end; p++) {
        if (*p == ' ' && memcmp(p + 1, key, length) == 0) {
            return p + 1 + length;
        }
    }
    return NULL;
}

static bool scan_cache_type(const char *p, uint64_t *type) {
    static const char *const names[] = {[SYSINFO_CACHE_UNIFIED] = "Unified ",
                                        [SYSINFO_CACHE_DATA] = "Data ",
                                        [SYSINFO_CACHE_INSTRUCTION] = "Instruction "};
    for (*type = 0; *type < sizeof names / sizeof names[0]; (*type)++) {
        if (strncmp(p, names[*type], strlen(names[*type])) == 0) {
            return true;
        }
    }
    return false;
}

bool sysinfo__decode_cpuinfo_cache(const char *line, struct sysinfo__cache *cache) {
    uint64_t index, kib = 0;
    const char *p = strncmp(line, "cache", 5) == 0 ? sysinfo__digits(line + 5, &index) : NULL;
    if (p == NULL || *sysinfo__scan_blanks(p) != ':') {
        return false;
    }
    const char *end = p + strcspn(p, "\n");
    const char *level = find_value(p, end, "level="), *type = find_value(p, end, "type="),
               *size = find_value(p, end, "size=");
    if (level == NULL || type == NULL || size == NULL || sysinfo__scan_number(level, &cache->level) == NULL ||
        !scan_cache_type(type, &cache->type)) {
        return false;
    }
    p = sysinfo__digits(size, &kib);
    return p != NULL && *p == 'K' && kib > 0 && sysinfo__multiply(kib, 1024, &cache->bytes);
}

/* ---- Frequencies ---- */

#define MOST_HERTZ UINT64_C(1000000000000)

bool sysinfo__decode_frequency(const char *text, size_t length, uint64_t unit, uint64_t *hertz) {
    const char *end = memchr(text, '\n', length);
    uint64_t number;
    if (!is_number(trimmed(text, end == NULL ? text + length : end), &number) || number == 0 ||
        number > MOST_HERTZ / unit) {
        return false;
    }
    *hertz = number * unit;
    return true;
}

/* Decodes "2593.498", "3864.000000MHz" or "5200" into whole hertz. */
static bool is_megahertz(struct sysinfo__part value, uint64_t *hertz) {
    const char *end = value.at + value.length, *p = sysinfo__digits(value.at, hertz);
    if (p == NULL || p > end || *hertz > MOST_HERTZ / 1000000) {
        return false;
    }
    *hertz *= 1000000;
    if (p < end && *p == '.') {
        uint64_t unit = 100000;
        for (p++; p < end && *p >= '0' && *p <= '9'; p++, unit /= 10) {
            *hertz += (uint64_t)(*p - '0') * unit;
        }
    }
    struct sysinfo__part behind = trimmed(p, end);
    return *hertz > 0 && (behind.length == 0 || is_word(behind, "MHz"));
}

/* Decodes "Cpu12ClkTck" of SPARC, whose values are hertz in hexadecimal. */
static bool is_clock_tick(struct sysinfo__part key, uint64_t *cpu) {
    const char *digits = key.at + 3, *behind = begins_with(key, "Cpu") ? sysinfo__digits(digits, cpu) : NULL;
    return behind != NULL && *cpu < SYSINFO__MOST_CPUS &&
           is_word((struct sysinfo__part){behind, (size_t)(key.at + key.length - behind)}, "ClkTck");
}

bool sysinfo__decode_cpuinfo_frequencies(const char *text, size_t length, struct sysinfo__cpu_rows *rows) {
    const char *end = text + length;
    struct line line;
    struct sysinfo_cpu_frequency *row = NULL, *all = &rows->all.frequency;
    uint64_t number, hertz;
    for (const char *p = text; p < end;) {
        p = next_line(p, end, &line);
        if ((is_word(line.key, "processor") || is_word(line.key, "cpu number")) && is_number(line.value, &number) &&
            number < SYSINFO__MOST_CPUS) {
            row = sysinfo__frequency_rows_add(rows, number);
            if (row == NULL) {
                return false;
            }
        } else if ((is_word(line.key, "cpu MHz") || is_word(line.key, "CPU MHz") || is_word(line.key, "clock") ||
                    is_word(line.key, "cpu MHz dynamic")) &&
                   row != NULL && is_megahertz(line.value, &hertz)) {
            FACT(row, current, hertz);
        } else if (is_word(line.key, "cpu MHz static") && row != NULL && is_megahertz(line.value, &hertz)) {
            FACT(row, base, hertz);
        } else if (is_clock_tick(line.key, &number) && is_hex(line.value, &hertz) && hertz > 0 && hertz <= MOST_HERTZ) {
            row = sysinfo__frequency_rows_add(rows, number);
            if (row == NULL) {
                return false;
            }
            FACT(row, current, hertz);
            row = NULL; /* Lines that follow are not of this CPU, and the row of the one before may have moved. */
        } else if (is_word(line.key, "cycle frequency [Hz]") && sysinfo__digits(line.value.at, &hertz) != NULL &&
                   hertz > 0 && hertz <= MOST_HERTZ) {
            FACT(all, current, hertz); /* Alpha has one figure: "500000000 est." */
        }
    }
    return true;
}

/* ---- Description of the CPUs ---- */

/* Implementers in the register MIDR_EL1, and their parts. */
static const struct implementer {
    uint64_t number;
    char name[12];
} implementers[] = {
    {0x41, "ARM"},       {0x42, "Broadcom"},  {0x43, "Cavium"},    {0x44, "DEC"},    {0x46, "Fujitsu"},
    {0x48, "HiSilicon"}, {0x49, "Infineon"},  {0x4d, "Freescale"}, {0x4e, "NVIDIA"}, {0x50, "APM"},
    {0x51, "Qualcomm"},  {0x53, "Samsung"},   {0x56, "Marvell"},   {0x61, "Apple"},  {0x66, "Faraday"},
    {0x69, "Intel"},     {0x6d, "Microsoft"}, {0x70, "Phytium"},   {0xc0, "Ampere"},
};
static const struct part {
    uint64_t implementer, number;
    char name[20];
} parts[] = {
    {0x41, 0x920, "ARM920T"},         {0x41, 0x926, "ARM926EJ-S"},
    {0x41, 0xb02, "ARM11-MPCore"},    {0x41, 0xb36, "ARM1136"},
    {0x41, 0xb56, "ARM1156"},         {0x41, 0xb76, "ARM1176"},
    {0x41, 0xc05, "Cortex-A5"},       {0x41, 0xc07, "Cortex-A7"},
    {0x41, 0xc08, "Cortex-A8"},       {0x41, 0xc09, "Cortex-A9"},
    {0x41, 0xc0d, "Cortex-A12"},      {0x41, 0xc0e, "Cortex-A17"},
    {0x41, 0xc0f, "Cortex-A15"},      {0x41, 0xd01, "Cortex-A32"},
    {0x41, 0xd02, "Cortex-A34"},      {0x41, 0xd03, "Cortex-A53"},
    {0x41, 0xd04, "Cortex-A35"},      {0x41, 0xd05, "Cortex-A55"},
    {0x41, 0xd06, "Cortex-A65"},      {0x41, 0xd07, "Cortex-A57"},
    {0x41, 0xd08, "Cortex-A72"},      {0x41, 0xd09, "Cortex-A73"},
    {0x41, 0xd0a, "Cortex-A75"},      {0x41, 0xd0b, "Cortex-A76"},
    {0x41, 0xd0c, "Neoverse-N1"},     {0x41, 0xd0d, "Cortex-A77"},
    {0x41, 0xd0e, "Cortex-A76AE"},    {0x41, 0xd40, "Neoverse-V1"},
    {0x41, 0xd41, "Cortex-A78"},      {0x41, 0xd42, "Cortex-A78AE"},
    {0x41, 0xd43, "Cortex-A65AE"},    {0x41, 0xd44, "Cortex-X1"},
    {0x41, 0xd46, "Cortex-A510"},     {0x41, 0xd47, "Cortex-A710"},
    {0x41, 0xd48, "Cortex-X2"},       {0x41, 0xd49, "Neoverse-N2"},
    {0x41, 0xd4a, "Neoverse-E1"},     {0x41, 0xd4b, "Cortex-A78C"},
    {0x41, 0xd4c, "Cortex-X1C"},      {0x41, 0xd4d, "Cortex-A715"},
    {0x41, 0xd4e, "Cortex-X3"},       {0x41, 0xd4f, "Neoverse-V2"},
    {0x41, 0xd80, "Cortex-A520"},     {0x41, 0xd81, "Cortex-A720"},
    {0x41, 0xd82, "Cortex-X4"},       {0x41, 0xd84, "Neoverse-V3"},
    {0x41, 0xd85, "Cortex-X925"},     {0x41, 0xd87, "Cortex-A725"},
    {0x41, 0xd8e, "Neoverse-N3"},     {0x42, 0x516, "ThunderX2"},
    {0x43, 0x0a1, "ThunderX"},        {0x43, 0x0af, "ThunderX2"},
    {0x46, 0x001, "A64FX"},           {0x48, 0xd01, "Kunpeng-920"},
    {0x4e, 0x003, "Denver 2"},        {0x4e, 0x004, "Carmel"},
    {0x50, 0x000, "X-Gene"},          {0x51, 0x001, "Oryon"},
    {0x51, 0x06f, "Krait"},           {0x51, 0x800, "Kryo 2xx Gold"},
    {0x51, 0x801, "Kryo 2xx Silver"}, {0x51, 0x802, "Kryo 3xx Gold"},
    {0x51, 0x803, "Kryo 3xx Silver"}, {0x51, 0x804, "Kryo 4xx Gold"},
    {0x51, 0x805, "Kryo 4xx Silver"}, {0x51, 0xc00, "Falkor"},
    {0x61, 0x022, "Icestorm M1"},     {0x61, 0x023, "Firestorm M1"},
    {0x61, 0x024, "Icestorm M1 Pro"}, {0x61, 0x025, "Firestorm M1 Pro"},
    {0x61, 0x028, "Icestorm M1 Max"}, {0x61, 0x029, "Firestorm M1 Max"},
    {0x61, 0x032, "Blizzard M2"},     {0x61, 0x033, "Avalanche M2"},
    {0x70, 0x662, "FTC662"},          {0x70, 0x663, "FTC663"},
    {0xc0, 0xac3, "Ampere-1"},        {0xc0, 0xac4, "Ampere-1A"},
};

/* Vendors in RISC-V's register mvendorid, by JEDEC number. */
static const struct implementer makers[] = {
    {0x31e, "Andes"}, {0x489, "SiFive"}, {0x5b7, "T-Head"}, {0x710, "SpacemiT"}};

#define LOOK_UP(table, value) look_up((table), sizeof(table) / sizeof((table)[0]), (value))
static const char *look_up(const struct implementer *table, size_t count, uint64_t number) {
    for (size_t i = 0; i < count; i++) {
        if (table[i].number == number) {
            return table[i].name;
        }
    }
    return NULL;
}

/* Distinct texts joined by " + ". */
struct models {
    char text[128];
    size_t length;
};

static bool has_model(const struct models *models, const char *name, size_t length) {
    for (const char *p = models->text; (p = strstr(p, name)) != NULL; p++) {
        bool begins = p == models->text || (p - models->text >= 3 && memcmp(p - 3, " + ", 3) == 0);
        if (begins && (p[length] == '\0' || strncmp(p + length, " + ", 3) == 0)) {
            return true;
        }
    }
    return false;
}

static void add_model(struct models *models, const char *name) {
    size_t length = strlen(name), room = sizeof models->text - models->length;
    if (length == 0 || has_model(models, name, length) || length + 4 > room) {
        return;
    }
    if (models->length > 0) {
        memcpy(models->text + models->length, " + ", 3);
        models->length += 3;
    }
    memcpy(models->text + models->length, name, length + 1);
    models->length += length;
}

/* NULL: not in the table. */
static const char *name_of_part(uint64_t implementer, uint64_t number) {
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].implementer == implementer && parts[i].number == number) {
            return parts[i].name;
        }
    }
    return NULL;
}

/* Keys for a model's name, in order of preference. */
static const char *const model_keys[] = {"model name", "Model Name", "cpu model", "uarch",
                                         "cpu",        "cpu type",   "Processor", "CPU"};
enum { MODEL_KEYS = sizeof model_keys / sizeof model_keys[0] };

struct identity {
    struct sysinfo__part vendor, model[MODEL_KEYS], machine; /* The first of each; `at` is NULL if there is none. */
    bool is_parisc;                                          /* There, "model name" is the machine's. */
    bool is_arm;
    uint64_t implementer, part; /* Of ARM; the last ones. */
    const char *maker;          /* Of RISC-V. */
    struct models parts;
};

/* Firmware without a value makes the kernel print "unknown". */
static void note(struct sysinfo__part *place, struct sysinfo__part value) {
    if (place->at == NULL && value.length > 0 && !is_word(value, "unknown")) {
        *place = value;
    }
}

/* Finds "machine = 8561" in s390's "processor 0: version = 00,  identification = 279F25,  machine = 8561". */
static struct sysinfo__part machine_type(struct sysinfo__part value) {
    static const char word[] = "machine = ";
    size_t length = sizeof word - 1;
    for (; value.length > length; value.at++, value.length--) {
        if (memcmp(value.at, word, length) == 0) {
            return (struct sysinfo__part){value.at + length, value.length - length};
        }
    }
    return (struct sysinfo__part){value.at, 0};
}

static void note_line(struct identity *identity, const struct line *line) {
    uint64_t number;
    if (is_word(line->key, "vendor_id") || is_word(line->key, "vendor")) {
        note(&identity->vendor, line->value);
    } else if (is_word(line->key, "CPU implementer") && is_hex(line->value, &number)) {
        identity->implementer = number;
    } else if (is_word(line->key, "CPU part") && is_hex(line->value, &number)) {
        const char *name = name_of_part(identity->implementer, number);
        add_model(&identity->parts, name != NULL ? name : "");
        identity->part = number;
        identity->is_arm = true;
    } else if (is_word(line->key, "mvendorid") && is_hex(line->value, &number)) {
        identity->maker = LOOK_UP(makers, number);
    } else if (is_word(line->key, "cpu family") && begins_with(line->value, "PA-RISC")) {
        identity->is_parisc = true;
    } else if (begins_with(line->key, "processor ")) {
        note(&identity->machine, machine_type(line->value));
    }
    for (size_t i = 0; i < MODEL_KEYS; i++) {
        if (is_word(line->key, model_keys[i])) {
            note(&identity->model[i], line->value);
        }
    }
}

static void set_model(const struct identity *identity, struct sysinfo_cpu_description *description) {
    if (identity->parts.length > 0) {
        FACT_TEXT(description, model, identity->parts.text, identity->parts.length);
        return;
    }
    for (size_t i = identity->is_parisc ? 1 : 0; i < MODEL_KEYS; i++) {
        if (identity->model[i].at != NULL) {
            FACT_TEXT(description, model, identity->model[i].at, identity->model[i].length);
            return;
        }
    }
    if (identity->machine.at != NULL) {
        FACT_TEXT(description, model, identity->machine.at, identity->machine.length);
    } else if (identity->is_arm) {
        char name[64];
        int length = snprintf(name, sizeof name, "implementer 0x%02x part 0x%03x",
                              (unsigned)(identity->implementer & 0xFFFF), (unsigned)(identity->part & 0xFFFF));
        FACT_TEXT(description, model, name, (size_t)length);
    }
}

void sysinfo__decode_cpuinfo_description(const char *text, size_t length, struct sysinfo_cpu_description *description) {
    const char *end = text + length;
    struct identity identity = {.is_arm = false};
    struct line line;
    for (const char *p = text; p < end;) {
        p = next_line(p, end, &line);
        note_line(&identity, &line);
    }
    const char *vendor = identity.is_arm ? LOOK_UP(implementers, identity.implementer) : identity.maker;
    if (identity.vendor.at != NULL) {
        FACT_TEXT(description, vendor, identity.vendor.at, identity.vendor.length);
    } else if (vendor != NULL) {
        FACT_TEXT(description, vendor, vendor, strlen(vendor));
    }
    set_model(&identity, description);
}
