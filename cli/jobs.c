/* SPDX-License-Identifier: MIT */
/* `sysinfo jobs`: how many jobs this process may run at once, limited by its CPUs and its memory. */
#include "command.h"

#include "fail.h"
#include "output.h"
#include "stream.h"
#include "value.h"

/* Returns 0, or the status after a message if the field is unknown. */
static int read_field(const struct options *options, const struct sample *sample, const struct sysinfo_field *field,
                      uint64_t *value) {
    const void *result = sample_result(sample, field);
    if (sysinfo_field_state(field, result) != SYSINFO_FIELD_UNKNOWN) {
        *value = sysinfo_field_uint64(field, result);
        return 0;
    }
    struct text why = TEXT_INIT;
    explain_unknown(&why, options, sample, field);
    int status = trouble("%s", why.bytes);
    text_free(&why);
    return status;
}

/* At least one job: it always runs, and make and others take 0 as "no limit". */
static int print_jobs(const struct options *options, uint64_t cpus, uint64_t memory) {
    uint64_t fitting = options->each > 0 ? memory / options->each : cpus;
    uint64_t jobs = fitting < cpus ? fitting : cpus;
    struct text text = TEXT_INIT;
    if (options->each > 0 && fitting == 0) {
        bytes_add_human(&text, memory);
        note("note: not even one job fits: mem.usable is %s", text.bytes);
        text_clear(&text);
    }
    text_addf(&text, "%llu\n", (unsigned long long)(jobs > 0 ? jobs : 1));
    int status = output_put(NULL, &text);
    text_free(&text);
    return status;
}

int run_jobs(struct options *options) {
    if (options->operands > 0) {
        return usage("unexpected '%s'; give the memory of a job as --each SIZE", options->operand[0]);
    }
    const struct sysinfo_field *usable_cpus = sysinfo_field_find("cpu", "usable");
    const struct sysinfo_field *usable_memory = sysinfo_field_find("mem", "usable");
    struct selection selection = {NULL, 0};
    selection_add(&selection, usable_cpus);
    if (options->each > 0) {
        selection_add(&selection, usable_memory);
    }
    uint64_t cpus = 0, memory = 0;
    struct sampler *sampler = sampler_open(options, &selection, false);
    int status = EXIT_TROUBLE;
    if (sampler != NULL) {
        const struct sample *sample = sampler_take(sampler);
        status = read_field(options, sample, usable_cpus, &cpus);
        if (status == 0 && options->each > 0) {
            status = read_field(options, sample, usable_memory, &memory);
        }
        status = status != 0 ? status : print_jobs(options, cpus, memory);
        sampler_free(sampler);
    }
    selection_free(&selection);
    return status;
}
