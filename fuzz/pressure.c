/* SPDX-License-Identifier: MIT */
/* Pressure stall information: every value is in the text, and a text that was cut yields no other values. */
#include "text.h"

#define BIT(field) SYSINFO_BIT(struct sysinfo_pressure, field)
#define SOME (BIT(some_avg10) | BIT(some_avg60) | BIT(some_avg300) | BIT(some_total))
#define FULL (BIT(full_avg10) | BIT(full_avg60) | BIT(full_avg300) | BIT(full_total))

static void must_be_pressure(const struct sysinfo_pressure *pressure) {
    must_be_a_result(pressure, sizeof *pressure);
    MUST(pressure->estimated == 0);
    MUST((pressure->present & ~(SOME | FULL)) == 0);
    MUST((pressure->present & SOME) == 0 || (pressure->present & SOME) == SOME);
    MUST((pressure->present & FULL) == 0 || (pressure->present & FULL) == FULL);
    const double shares[] = {pressure->some_avg10, pressure->some_avg60, pressure->some_avg300,
                             pressure->full_avg10, pressure->full_avg60, pressure->full_avg300};
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        MUST(shares[i] >= 0 && shares[i] < 1e15); /* The portable half corrects values above 100. */
    }
    MUST(pressure->some_total >= 0 && pressure->some_total < 1e14 && pressure->full_total >= 0 &&
         pressure->full_total < 1e14);
}

/* Values that a kernel may have written. */
static bool is_plausible(const struct sysinfo_pressure *pressure) {
    return SYSINFO_HAS(pressure, some_avg10) && pressure->some_avg10 <= 100 && pressure->some_avg60 <= 100 &&
           pressure->some_avg300 <= 100 && pressure->some_total < 1e9;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = text_of(data, size);
    struct sysinfo_pressure pressure;
    memset(&pressure, 0, sizeof pressure);
    bool is_reported = sysinfo__decode_pressure(text, size, &pressure);
    MUST(is_reported == (pressure.present != 0));
    must_be_pressure(&pressure);
    if (is_plausible(&pressure)) { /* Formatted as the kernel does, it is the same up to rounding. */
        char line[512];
        int length =
            snprintf(line, sizeof line, "some avg10=%.2f avg60=%.2f avg300=%.2f total=%.0f\n", pressure.some_avg10,
                     pressure.some_avg60, pressure.some_avg300, pressure.some_total * 1e6);
        char *again_text = text_of((const uint8_t *)line, (size_t)length);
        struct sysinfo_pressure again;
        memset(&again, 0, sizeof again);
        MUST(sysinfo__decode_pressure(again_text, (size_t)length, &again) && again.present == SOME);
        MUST(fabs(again.some_avg60 - pressure.some_avg60) < 0.0051 &&
             fabs(again.some_total - pressure.some_total) <= 1e-6 + pressure.some_total * 1e-12);
        free(again_text);
    }
    if (slow_line(text, text + size, "some ") == NULL && slow_line(text, text + size, "full ") == NULL) {
        MUST(!is_reported);
    }
    free(text);
    return 0;
}
