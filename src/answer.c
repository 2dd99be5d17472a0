/* SPDX-License-Identifier: MIT */
/* The steps that every getter shares around its question: see internal.h. */
#include <errno.h>
#include <string.h>

#include "internal.h"

SYSINFO__HOT struct sysinfo_host *sysinfo__begin(struct sysinfo__call *call, struct sysinfo_host *host) {
    call->saved_errno = errno;
    if (host == NULL) {
        host = &call->one_off;
        sysinfo__host_make(host);
        host->is_one_off = true;
    }
    if (atomic_flag_test_and_set_explicit(&host->is_in_use, memory_order_acquire)) {
        return NULL;
    }
    call->host = host;
    host->calls++;
    host->status = SYSINFO_OK;
    host->system_error = 0;
    host->complaint = NULL;
    host->source[0] = '\0';
    return host;
}

SYSINFO__HOT int sysinfo__end(struct sysinfo__call *call, int status) {
    struct sysinfo_host *host = call->host;
    if (host->status != status) { /* Drop a failure that the call recovered from: it must not be explained later. */
        host->status = status;
        host->system_error = 0;
        host->complaint = NULL;
        host->source[0] = '\0';
    }
    atomic_flag_clear_explicit(&host->is_in_use, memory_order_release);
    if (host->is_one_off) {
        sysinfo__host_release(host);
    }
    errno = call->saved_errno;
    return status;
}

bool sysinfo__is_result(const void *out, size_t size) {
    return out != NULL && size >= 3 * sizeof(uint64_t) && size % sizeof(uint64_t) == 0;
}

static int check_result(struct sysinfo_host *host, const void *out, size_t size) {
    if (out == NULL) {
        return sysinfo__invalid(host, "the result is NULL");
    }
    if (!sysinfo__is_result(out, size)) {
        return sysinfo__invalid(
            host, "the size is not that of a result struct: pass sizeof the struct, not of a pointer to it");
    }
    return SYSINFO_OK;
}

SYSINFO__HOT void sysinfo__give(void *out, size_t size, const void *full, size_t full_size) {
    if (size == full_size) {
        memcpy(out, full, size);
        return;
    }
    size_t shared = size < full_size ? size : full_size;
    memcpy(out, full, shared);
    memset((char *)out + shared, 0, size - shared);
    size_t slots = shared / sizeof(uint64_t);
    if (slots < SYSINFO_SLOTS) {
        uint64_t masks[2];
        uint64_t within = (UINT64_C(1) << slots) - 1;
        memcpy(masks, out, sizeof masks);
        masks[0] &= within;
        masks[1] &= within;
        memcpy(out, masks, sizeof masks);
    }
}

SYSINFO__HOT int sysinfo__answer(struct sysinfo_host *host, sysinfo__reader *read,
                                 const struct sysinfo__question *question, void *out, size_t size) {
    struct sysinfo__call call;
    union sysinfo__result result;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    int status = check_result(host, out, size);
    if (status == SYSINFO_OK) {
        memset(&result, 0, question->size); /* Clears only the result's size; the whole union would take 20 ns. */
        status = read(host, question, size, &result);
    }
    if (status == SYSINFO_OK) {
        sysinfo__give(out, size, &result, question->size);
    }
    return sysinfo__end(&call, status);
}
