/* SPDX-License-Identifier: MIT */
/* /proc/cpuinfo on different architectures, and cpufreq files. */
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "suites.h"
#include "text.h"

/* ---- Cores ---- */

START_TEST(cores_are_pairs_of_package_and_number) {
    static const struct {
        const char *text;
        bool is_known;
        uint64_t processors, cores;
    } texts[] = {{"processor\t: 0\nphysical id\t: 0\ncore id\t: 0\n\nprocessor\t: 1\nphysical id\t: 0\ncore id\t: 0\n",
                  true, 2, 1},
                 {"processor\t: 0\nphysical id\t: 0\ncore id\t: 5\n\nprocessor\t: 1\nphysical id\t: 1\ncore id\t: 5\n",
                  true, 2, 2},
                 {"processor\t: 0\nphysical id\t: 0\ncore id\t: x\n", false, 1, 0},
                 {"processor\t: 0\nphysical id\t: 0\ncore ids\t: 3\n", false, 1, 0},
                 {"processor\t: 0\ncore id\t: 0\n", false, 1, 0},
                 {"processor\t: 0\nphysical id\t: 0\ncore id\t: 0\nphysical id\t: 0\ncore id\t: 1\n", false, 1, 1},
                 {"processor\t: 0\ncore id\t: 0\nphysical id\t: 0\n", false, 1, 0}, /* In another order. */
                 {"vendor_id\t: x\n", false, 0, 0}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint64_t processors = 47, cores = 47;
        size_t length = strlen(texts[i].text);
        char *text = text_copy(texts[i].text, length);
        ck_assert_msg(sysinfo__decode_cpuinfo(text, length, &processors, &cores) == texts[i].is_known, "%s", text);
        ck_assert_uint_eq(processors, texts[i].processors);
        ck_assert_uint_eq(cores, texts[i].cores);
        free(text);
    }
}
END_TEST

/* ---- Frequencies ---- */

/* The first two rows' frequencies; 0: unknown. */
struct frequencies {
    const char *text;
    size_t rows;
    uint64_t current[2], base, all;
};

static void check_frequencies(const struct frequencies *expected) {
    struct sysinfo__cpu_rows rows = {.count = 0};
    size_t length = strlen(expected->text);
    char *text = text_copy(expected->text, length);
    ck_assert(sysinfo__decode_cpuinfo_frequencies(text, length, &rows));
    ck_assert_msg(rows.count == expected->rows, "%zu rows: %s", rows.count, text);
    for (size_t i = 0; i < rows.count && i < 2; i++) {
        const struct sysinfo_cpu_frequency *row = &rows.row[i].frequency;
        ck_assert_msg(row->current == expected->current[i], "%llu: %s", (unsigned long long)row->current, text);
        ck_assert_int_eq(SYSINFO_HAS(row, current), expected->current[i] > 0);
        ck_assert_uint_eq(row->base, expected->base);
    }
    ck_assert_uint_eq(rows.all.frequency.current, expected->all);
    free(rows.row);
    free(text);
}

static const struct frequencies frequency_texts[] = {
    /* x86, and similar ones. */
    {"processor\t: 0\nmodel\t: 2\ncpu MHz\t\t: 2593.498\n\nprocessor\t: 1\ncpu MHz\t\t: 800.001\n",
     2,
     {2593498000, 800001000},
     0,
     0},
    {"processor : 3\nCPU MHz : 2500.00\n", 1, {2500000000, 0}, 0, 0}, /* LoongArch */
    {"processor\t: 0\nclock\t\t: 3864.000000MHz\n\ntimebase\t: 512000000\nplatform\t: pSeries\n",
     1,
     {3864000000, 0},
     0,
     0}, /* POWER */
    {"processor 0: version = 00,  identification = 279F25,  machine = 2817\n\ncpu number      : 0\n"
     "cpu MHz dynamic : 5504\ncpu MHz static  : 5508\n\ncpu number      : 1\ncpu MHz dynamic : 5505\n"
     "cpu MHz static  : 5508\n",
     2,
     {5504000000, 5505000000},
     5508000000,
     0}, /* s390 */
    {"cpu\t\t: SPARC-T5\nCpu0ClkTck\t: 00000000d693a400\nCpu8ClkTck\t: 00000000d693a400\n",
     2,
     {3600000000, 3600000000},
     0,
     0},
    {"cpu\t\t\t: Alpha\ncycle frequency [Hz]\t: 666666666 est.\n", 0, {0, 0}, 0, 666666666},
    /* None. */
    {"processor\t: 0\nBogoMIPS\t: 200.00\n", 1, {0, 0}, 0, 0},
    {"", 0, {0, 0}, 0, 0},
    {"cpu MHz\t: 2593.498\n", 0, {0, 0}, 0, 0}, /* The CPU is unknown. */
    /* Not frequencies. */
    {"processor\t: 0\ncpu MHz\t: 0.000\n", 1, {0, 0}, 0, 0},
    {"processor\t: 0\ncpu MHz\t: unknown\n", 1, {0, 0}, 0, 0},
    {"processor\t: 0\ncpu MHz\t: -5\n", 1, {0, 0}, 0, 0},
    {"processor\t: 0\ncpu MHz\t: 2593,498\n", 1, {0, 0}, 0, 0},
    {"processor\t: 0\ncpu MHz\t: 2.5GHz\n", 1, {0, 0}, 0, 0},
    {"processor\t: 0\ncpu MHz\t: 99999999999999999999\n", 1, {0, 0}, 0, 0},
    {"processor\t: 0\ncpu MHz\t: 18446744073709551615\n", 1, {0, 0}, 0, 0},
    {"processor\t: 0\ncpu MHz\t:\n", 1, {0, 0}, 0, 0},
    {"processor\t: 0\ncpu MHz", 1, {0, 0}, 0, 0},
    {"processor\t: 99999999999999999999\ncpu MHz\t: 1.0\n", 0, {0, 0}, 0, 0},
    {"Cpu0ClkTck\t: xyz\nCpuClkTck\t: 10\nCpu1ClkTck\t:\nCpu2ClkTck\t: 00000000000000000001\n", 0, {0, 0}, 0, 0},
    {"Cpu0ClkTck\t: 0\020d693a400\nCpu1ClkTck\t: 1@\nCpu2ClkTck\t: 1G\n", 0, {0, 0}, 0, 0},
    {"processor\t: 0\nCpu1ClkTck\t: 10\ncpu MHz\t: 5.0\n", 2, {0, 16}, 0, 0}, /* Of which of both CPUs? */
    {"Cpu0ClkTck\t: 0xD693A400\nCpu1ClkTck\t: aF\n", 2, {3600000000, 175}, 0, 0},
    {"processor\t: 0\ncpu MHz\t: 1.123456789\n", 1, {1123456, 0}, 0, 0},
};

START_TEST(frequencies_are_read_in_the_words_of_each_processor) {
    check_frequencies(&frequency_texts[_i]);
}
END_TEST

START_TEST(files_of_cpufreq_hold_one_number) {
    static const struct {
        const char *text;
        uint64_t unit, hertz;
    } texts[] = {{"2300000\n", 1000, 2300000000},
                 {"2300000", 1000, 2300000000},
                 {"1900\n", 1000000, 1900000000},
                 {"0\n", 1000, 0},
                 {"<unknown>\n", 1000, 0},
                 {"<unsupported>\n", 1000, 0},
                 {"", 1000, 0},
                 {"\n", 1000, 0},
                 {"-1\n", 1000, 0},
                 {"4294967295\n", 1000, 0}, /* Left by a driver without a bound. */
                 {"18446744073709551615\n", 1000, 0},
                 {"800000 1600000\n", 1000, 0}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint64_t hertz = 0;
        size_t length = strlen(texts[i].text);
        char *text = text_copy(texts[i].text, length);
        ck_assert_msg(sysinfo__decode_frequency(text, length, texts[i].unit, &hertz) == (texts[i].hertz > 0), "%s",
                      text);
        ck_assert_uint_eq(hertz, texts[i].hertz);
        free(text);
    }
}
END_TEST

/* ---- Descriptions of CPUs ---- */

static const struct {
    const char *text, *vendor, *model; /* "": unknown. */
} description_texts[] = {
    {"processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: 85\n"
     "model name\t:                   Intel(R) Xeon(TM) CPU 2.60GHz\n",
     "GenuineIntel", "Intel(R) Xeon(TM) CPU 2.60GHz"},
    {"vendor_id\t: unknown\nmodel name\t: unknown\n", "", ""},
    {"processor\t: 0\nCPU implementer\t: 0x48\nCPU part\t: 0xd01\n", "HiSilicon", "Kunpeng-920"},
    {"CPU implementer\t: 0x41\nCPU part\t: 0xd03\n\nCPU implementer\t: 0x41\nCPU part\t: 0xd03\n\n"
     "CPU implementer\t: 0x41\nCPU part\t: 0xd09\n",
     "ARM", "Cortex-A53 + Cortex-A73"},
    {"Processor\t: ARMv7 Processor rev 1 (v7l)\nprocessor\t: 0\n\nCPU implementer\t: 0x41\nCPU part\t: 0xc09\n", "ARM",
     "Cortex-A9"},
    {"processor\t: 0\nmodel name\t: ARMv7 Processor rev 4 (v7l)\nCPU implementer\t: 0x7f\nCPU part\t: 0x123\n", "",
     "ARMv7 Processor rev 4 (v7l)"},
    {"processor\t: 0\nCPU implementer\t: 0x7f\nCPU part\t: 0x123\n", "", "implementer 0x7f part 0x123"},
    {"vendor_id       : IBM/S390\n# processors    : 20\n"
     "processor 0: version = 00,  identification = 279F25,  machine = 2817\n",
     "IBM/S390", "2817"},
    {"processor\t: 0\ncpu\t\t: POWER9, altivec supported\nclock\t\t: 3450.000000MHz\n\nmodel\t\t: 8335-GTW\n", "",
     "POWER9, altivec supported"},
    {"processor\t: 0\nhart\t: 1\nisa\t: rv64imafdc\nuarch\t: sifive,u74-mc\nmvendorid\t: 0x489\n", "SiFive",
     "sifive,u74-mc"},
    {"cpu\t\t: UltraSparc T2 (Niagara2)\nfpu\t\t: UltraSparc T2 integrated FPU\n", "", "UltraSparc T2 (Niagara2)"},
    {"system type\t\t: MT7621\nprocessor\t: 0\ncpu model\t: MIPS 1004Kc V2.15\n", "", "MIPS 1004Kc V2.15"},
    {"processor\t: 0\ncpu family\t: PA-RISC 2.0\ncpu\t\t: PA8700 (PCX-W2)\nmodel name\t: 9000/785/C3750\n", "",
     "PA8700 (PCX-W2)"},
    {"processor  : 0\nvendor     : GenuineIntel\nfamily     : 32\nmodel name : Dual-Core Itanium 2\n", "GenuineIntel",
     "Dual-Core Itanium 2"},
    {"cpu\t: Alpha\ncpu model\t: EV67\n", "", "EV67"},
    {"processor 0: no words\nprocessor 1: machine = \n", "", ""},
    {"", "", ""},
    {"model name", "", ""},
};

START_TEST(a_model_is_found_in_the_words_of_each_processor) {
    struct sysinfo_cpu_description description = {.present = 0};
    size_t length = strlen(description_texts[_i].text);
    char *text = text_copy(description_texts[_i].text, length);
    sysinfo__decode_cpuinfo_description(text, length, &description);
    ck_assert_str_eq(description.vendor, description_texts[_i].vendor);
    ck_assert_str_eq(description.model, description_texts[_i].model);
    ck_assert_int_eq(SYSINFO_HAS(&description, vendor), description.vendor[0] != '\0');
    ck_assert_int_eq(SYSINFO_HAS(&description, model), description.model[0] != '\0');
    free(text);
}
END_TEST

TCase *cpuinfo_tests(void) {
    TCase *tests = tcase_create("cpuinfo");
    tcase_add_test(tests, cores_are_pairs_of_package_and_number);
    tcase_add_loop_test(tests, frequencies_are_read_in_the_words_of_each_processor, 0,
                        (int)(sizeof frequency_texts / sizeof frequency_texts[0]));
    tcase_add_test(tests, files_of_cpufreq_hold_one_number);
    tcase_add_loop_test(tests, a_model_is_found_in_the_words_of_each_processor, 0,
                        (int)(sizeof description_texts / sizeof description_texts[0]));
    return tests;
}
