/* SPDX-License-Identifier: MIT */
#include "query.h"

#include <windows.h>

int sysinfo__backend_save(const char *path, const char *text, size_t length) {
    HANDLE file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        return sysinfo__win_status(GetLastError());
    }
    int status = SYSINFO_OK;
    while (length > 0 && status == SYSINFO_OK) {
        DWORD written = 0, piece = length < 1 << 20 ? (DWORD)length : 1 << 20;
        if (!WriteFile(file, text, piece, &written, NULL)) {
            status = sysinfo__win_status(GetLastError());
        }
        text += written;
        length -= written;
    }
    CloseHandle(file);
    return status;
}
