/* SPDX-License-Identifier: MIT */
#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void make_host(struct sysinfo_host *host) {
    memset(host, 0, offsetof(struct sysinfo_host, state));
    host->root = "";
    if (sysinfo__backend.open != NULL) {
        sysinfo__backend.open(&host->state);
    }
}

static void release_host(struct sysinfo_host *host) {
    if (sysinfo__backend.close != NULL) {
        sysinfo__backend.close(&host->state);
    }
    sysinfo__topology_forget(host);
    free(host->past_percpu.row);
    free(host->before.row);
    free(host->spare.row);
    sysinfo__numa_rows_free(&host->spare_nodes);
}

bool sysinfo__text_reserve(char **text, size_t *size, size_t length) {
    if (length < *size) {
        return true;
    }
    char *larger = realloc(*text, length + 1);
    if (larger == NULL) {
        return false;
    }
    *text = larger;
    *size = length + 1;
    return true;
}

int sysinfo_host_open(struct sysinfo_host **out, const char *root) {
    if (out == NULL) {
        return SYSINFO_INVALID;
    }
    *out = NULL;
    if (root == NULL) {
        root = "/";
    }
    size_t length = strlen(root);
    if (length == 0) {
        return SYSINFO_INVALID;
    }
    while (length > 0 && root[length - 1] == '/') {
        length--;
    }
    if (length > 0 && !sysinfo__backend.has_roots) {
        return SYSINFO_NOT_SUPPORTED;
    }
    int saved_errno = errno;
    struct sysinfo_host *host = malloc(sizeof *host);
    size_t explanation_size = length + 512;
    char *texts = malloc(explanation_size + length + 1);
    if (host == NULL || texts == NULL) {
        free(host);
        free(texts);
        errno = saved_errno;
        return SYSINFO_NO_MEMORY;
    }
    make_host(host);
    host->explanation = texts;
    host->explanation_size = explanation_size;
    char *own_root = texts + explanation_size;
    memcpy(own_root, root, length);
    own_root[length] = '\0';
    host->root = own_root;
    *out = host;
    errno = saved_errno;
    return SYSINFO_OK;
}

void sysinfo_host_close(struct sysinfo_host *host) {
    if (host == NULL) {
        return;
    }
    int saved_errno = errno;
    release_host(host);
    free(host->explanation);
    free(host);
    errno = saved_errno;
}

struct sysinfo_host *sysinfo__begin(struct sysinfo__call *call, struct sysinfo_host *host) {
    call->saved_errno = errno;
    if (host == NULL) {
        host = &call->one_off;
        make_host(host);
        host->is_one_off = true;
    }
    call->host = host;
    host->status = SYSINFO_OK;
    host->system_error = 0;
    host->complaint = NULL;
    host->source[0] = '\0';
    return host;
}

int sysinfo__end(struct sysinfo__call *call, int status) {
    struct sysinfo_host *host = call->host;
    if (host->status != status) { /* A failure that the call recovered from is not to be explained later. */
        host->status = status;
        host->system_error = 0;
        host->complaint = NULL;
        host->source[0] = '\0';
    }
    if (host->is_one_off) {
        release_host(host);
    }
    errno = call->saved_errno;
    return status;
}

double sysinfo__clock(void) {
    return sysinfo__backend.clock != NULL ? sysinfo__backend.clock() : 0;
}

struct sysinfo__state *sysinfo__state(struct sysinfo_host *host) {
    return &host->state;
}

const char *sysinfo__root(const struct sysinfo_host *host) {
    return host->root;
}

/* Appends to a text of `size` bytes, cutting what does not fit; returns the new length. */
static size_t append(char *text, size_t size, size_t length, const char *more) {
    while (*more != '\0' && length + 1 < size) {
        text[length++] = *more++;
    }
    text[length] = '\0';
    return length;
}

static size_t append_number(char *text, size_t size, size_t length, int64_t number) {
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) {
        digits[--at] = '-';
    }
    return append(text, size, length, digits + at);
}

int sysinfo__failed(struct sysinfo_host *host, int status, int64_t system_error, const char *source,
                    const char *complaint) {
    host->status = status;
    host->system_error = system_error;
    host->complaint = complaint;
    append(host->source, sizeof host->source, 0, source);
    return status;
}

int sysinfo__not_supported(struct sysinfo_host *host, const char *what) {
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, what, "is not supported on this system");
}

int sysinfo__invalid(struct sysinfo_host *host, const char *complaint) {
    return sysinfo__failed(host, SYSINFO_INVALID, 0, "", complaint);
}

int64_t sysinfo_system_error(const struct sysinfo_host *host) {
    return host == NULL ? 0 : host->system_error;
}

const char *sysinfo_explain(struct sysinfo_host *host, int status) {
    if (host == NULL || host->explanation == NULL || host->status != status ||
        (host->complaint == NULL && host->source[0] == '\0')) {
        return sysinfo_status_meaning(status);
    }
    char *text = host->explanation;
    size_t size = host->explanation_size;
    size_t length = 0;
    text[0] = '\0';
    if (host->source[0] == '/') { /* A path: show it where it was read. */
        length = append(text, size, length, host->root);
    }
    if (host->root[0] == '\0' || strcmp(host->source, "/") != 0) {
        length = append(text, size, length, host->source);
    }
    if (host->complaint != NULL) {
        length = append(text, size, length, length > 0 ? " " : "");
        append(text, size, length, host->complaint);
        return text;
    }
    length = append(text, size, length, ": ");
    bool has_sentences = host->system_error != 0 && sysinfo__backend.error != NULL;
    const char *sentence = has_sentences ? sysinfo__backend.error(host->system_error) : NULL;
    if (sentence != NULL) {
        append(text, size, length, sentence);
    } else {
        length = append(text, size, length, sysinfo_status_meaning(status));
        if (host->system_error != 0) {
            length = append(text, size, length, " (system error ");
            length = append_number(text, size, length, host->system_error);
            append(text, size, length, ")");
        }
    }
    return text;
}

bool sysinfo__is_result(const void *out, size_t size) {
    return out != NULL && size >= 3 * sizeof(uint64_t) && size % sizeof(uint64_t) == 0;
}

bool sysinfo__can_give(struct sysinfo_host *host, const void *out, size_t size) {
    if (out == NULL) {
        sysinfo__invalid(host, "the result is NULL");
        return false;
    }
    if (!sysinfo__is_result(out, size)) {
        sysinfo__invalid(host,
                         "the size is not that of a result struct: pass sizeof the struct, not of a pointer to it");
        return false;
    }
    return true;
}

void sysinfo__give(void *out, size_t size, const void *full, size_t full_size) {
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
