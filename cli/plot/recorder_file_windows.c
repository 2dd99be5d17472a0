/* SPDX-License-Identifier: MIT */
/* Others may read the recording while it is written. Marks are not accepted: they need a lock that Windows lacks. */
#include "plot/recorder_file.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "platform_windows.h"

struct recorder_file {
    const char *path;
    HANDLE handle;
};

static void fail(const char *path, const char *why) {
    trouble("--record %s: %s", path, why);
}

/* Whether the existing file may be replaced: it is empty, a device, or an earlier recording. */
static bool may_replace(HANDLE handle, const char *head, size_t length) {
    char begin[256];
    DWORD count = 0;
    LARGE_INTEGER size;
    if (GetFileType(handle) != FILE_TYPE_DISK || (GetFileSizeEx(handle, &size) && size.QuadPart == 0)) {
        return true;
    }
    return length <= sizeof begin && ReadFile(handle, begin, (DWORD)length, &count, NULL) && count == length &&
           memcmp(begin, head, length) == 0;
}

static bool empty(HANDLE handle) {
    return GetFileType(handle) != FILE_TYPE_DISK ||
           (SetFilePointer(handle, 0, NULL, FILE_BEGIN) == 0 && SetEndOfFile(handle));
}

static HANDLE open_alone(const char *path) {
    wchar_t *wide = platform_to_wide(path);
    if (wide == NULL) {
        fail_no_memory();
    }
    HANDLE handle = CreateFileW(wide, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_ALWAYS,
                                FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD error = GetLastError();
    free(wide);
    if (handle == INVALID_HANDLE_VALUE) {
        fail(path, error == ERROR_SHARING_VIOLATION ? "another program writes to it" : platform_reason(error));
    }
    return handle;
}

struct recorder_file *recorder_file_open(const char *path, const char *head, size_t length, char **location) {
    HANDLE handle = open_alone(path);
    *location = NULL;
    if (handle == INVALID_HANDLE_VALUE) {
        return NULL;
    }
    bool is_ours = may_replace(handle, head, length);
    if (!is_ours || !empty(handle)) {
        fail(path, is_ours ? platform_reason(GetLastError())
                           : "it exists and is not a recording; choose another name, or remove it");
        CloseHandle(handle);
        return NULL;
    }
    struct recorder_file *file = malloc(sizeof *file);
    if (file == NULL) {
        fail_no_memory();
    }
    *file = (struct recorder_file){path, handle};
    return file;
}

bool recorder_file_write(struct recorder_file *file, const char *bytes, size_t count) {
    DWORD written = 0;
    bool is_written = WriteFile(file->handle, bytes, (DWORD)count, &written, NULL);
    if (!is_written || written != count) {
        fail(file->path,
             !is_written ? platform_reason(GetLastError()) : "the disk is full; what was written can be plotted");
    }
    return is_written && written == count;
}

void recorder_file_close(struct recorder_file *file) {
    CloseHandle(file->handle);
    free(file);
}
