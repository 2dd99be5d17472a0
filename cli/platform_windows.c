/* SPDX-License-Identifier: MIT */
/*
 * Windows: streams are handles, written as raw bytes (no text mode, no code page); a console gets UTF-16. Arguments and
 * file names are UTF-8 inside the program.
 */
#include "platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform_windows.h"

/* The status that a shell of another system shows for a program that wrote to a closed pipe. */
enum { EXIT_CLOSED_PIPE = 141 };

/* ---- Text ---- */

/* The caller frees each result; NULL: no memory. Invalid text becomes U+FFFD. */
static wchar_t *to_wide(const char *text, size_t length, int *wide_length) {
    int count = MultiByteToWideChar(CP_UTF8, 0, text, (int)length, NULL, 0);
    wchar_t *wide = malloc(((size_t)count + 1) * sizeof *wide);
    if (wide != NULL) {
        MultiByteToWideChar(CP_UTF8, 0, text, (int)length, wide, count);
        wide[count] = L'\0';
        *wide_length = count;
    }
    return wide;
}

wchar_t *platform_to_wide(const char *text) {
    int length;
    return to_wide(text, strlen(text), &length);
}

static char *to_utf8(const wchar_t *wide) {
    int size = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = size > 0 ? malloc((size_t)size) : NULL;
    if (text != NULL) {
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, size, NULL, NULL);
    }
    return text;
}

/* Messages are English in every locale, and use Windows's terms. */
const char *platform_reason(DWORD error) {
    static const struct {
        DWORD error;
        const char *sentence;
    } reasons[] = {
        {ERROR_FILE_NOT_FOUND, "No such file"},
        {ERROR_PATH_NOT_FOUND, "No such folder"},
        {ERROR_ACCESS_DENIED, "Access is denied"},
        {ERROR_INVALID_HANDLE, "The stream is closed"},
        {ERROR_NOT_ENOUGH_MEMORY, "Not enough memory"},
        {ERROR_OUTOFMEMORY, "Not enough memory"},
        {ERROR_WRITE_PROTECT, "The disk is write protected"},
        {ERROR_SHARING_VIOLATION, "The file is in use by another program"},
        {ERROR_USER_MAPPED_FILE, "The file is in use by another program"},
        {ERROR_HANDLE_DISK_FULL, "The disk is full"},
        {ERROR_DISK_FULL, "The disk is full"},
        {ERROR_INVALID_NAME, "Not a file name"},
        {ERROR_DIRECTORY, "Not a folder"},
        {ERROR_BROKEN_PIPE, "The reader has gone"},
        {ERROR_NO_DATA, "The reader has gone"},
        {ERROR_PIPE_NOT_CONNECTED, "The reader has gone"},
    };
    static char number[40];
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].error == error) {
            return reasons[i].sentence;
        }
    }
    snprintf(number, sizeof number, "Windows error %lu", (unsigned long)error);
    return number;
}

/* ---- Start ---- */

#ifdef __MINGW32__
extern int _dowildcard;
int _dowildcard = 0; /* The runtime must not expand asterisks: their meaning is up to the command. */
#endif

int main(int argc, char **argv);

int wmain(int argc, wchar_t **wide);
int wmain(int argc, wchar_t **wide) {
    char **argv = calloc((size_t)argc + 1, sizeof *argv);
    if (argv == NULL) {
        return 3;
    }
    for (int i = 0; i < argc; i++) {
        argv[i] = to_utf8(wide[i]);
        if (argv[i] == NULL) {
            return 3;
        }
    }
    return main(argc, argv); /* The arguments live as long as the process. */
}

/* Handles are not numbered from 0, so nothing opened later can be mistaken for a standard stream. */
void platform_start(void) {
    SetErrorMode(SEM_FAILCRITICALERRORS); /* No dialog that asks for a disk. */
}

/* ---- Time ---- */

void platform_set_variable(const char *name, const char *value) {
    _putenv_s(name, value);
}

size_t platform_allow_descriptors(size_t count) {
    return count;
}

double platform_clock(void) {
    LARGE_INTEGER now, per_second;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&per_second);
    return (double)(now.QuadPart / per_second.QuadPart) +
           (double)(now.QuadPart % per_second.QuadPart) / (double)per_second.QuadPart;
}

void platform_sleep_until(double time) {
    for (double left = time - platform_clock(); left > 0; left = time - platform_clock()) {
        double part = left < 86400 ? left : 86400;
        Sleep((DWORD)(part * 1000) + 1);
    }
}

static double seconds(FILETIME time) {
    return (double)((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime) / 1e7;
}

/* clock() measures elapsed time on Windows. */
double platform_own_cpu(void) {
    FILETIME created, ended, kernel, user;
    return GetProcessTimes(GetCurrentProcess(), &created, &ended, &kernel, &user) ? seconds(kernel) + seconds(user) : 0;
}

int64_t platform_wall_clock(void) {
    FILETIME time; /* In units of 100 ns since 1601. */
    GetSystemTimePreciseAsFileTime(&time);
    uint64_t units = (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
    return (int64_t)(units / 10000) - INT64_C(11644473600000);
}

size_t platform_terminal_width(int fd) {
    CONSOLE_SCREEN_BUFFER_INFO info;
    return GetConsoleScreenBufferInfo(GetStdHandle(fd == 1 ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE), &info)
               ? (size_t)(info.srWindow.Right - info.srWindow.Left + 1)
               : 0;
}

double platform_cpu_tick(void) {
    return 1.0 / 64;
}

/* ---- Writing ---- */

/* Signalled while no long line is being written. */
static HANDLE may_end;

/*
 * Runs on its own thread after Ctrl-C or when the console closes: lets a line be finished, then goes on to the default
 * handler, which ends the process.
 */
static BOOL WINAPI on_request_to_end(DWORD kind) {
    (void)kind;
    WaitForSingleObject(may_end, 1000);
    return FALSE;
}

static void defer_ends(void) {
    if (may_end == NULL) {
        may_end = CreateEventW(NULL, TRUE, TRUE, NULL);
        if (may_end != NULL) {
            SetConsoleCtrlHandler(on_request_to_end, TRUE);
        }
    }
    if (may_end != NULL) {
        ResetEvent(may_end);
    }
}

static void allow_ends(void) {
    if (may_end != NULL) {
        SetEvent(may_end);
    }
}

static DWORD write_console(HANDLE console, const char *bytes, size_t count) {
    int length;
    wchar_t *wide = to_wide(bytes, count, &length);
    DWORD error = wide == NULL ? ERROR_NOT_ENOUGH_MEMORY : ERROR_SUCCESS;
    for (int done = 0; error == ERROR_SUCCESS && done < length;) {
        int part = length - done < 8192 ? length - done : 8192; /* Older consoles refuse more than 64 KiB at once. */
        DWORD written = 0;
        error = WriteConsoleW(console, wide + done, (DWORD)part, &written, NULL) ? ERROR_SUCCESS : GetLastError();
        done += (int)written;
    }
    free(wide);
    return error;
}

static DWORD write_bytes(HANDLE handle, const char *bytes, size_t count) {
    while (count > 0) {
        DWORD part = count < 1 << 30 ? (DWORD)count : 1 << 30, written = 0;
        if (!WriteFile(handle, bytes, part, &written, NULL)) {
            return GetLastError();
        }
        if (written == 0) { /* A non-blocking pipe, or a disk that reports nothing. */
            return ERROR_DISK_FULL;
        }
        bytes += written;
        count -= written;
    }
    return ERROR_SUCCESS;
}

static DWORD write_all(HANDLE handle, const char *bytes, size_t count) {
    DWORD mode;
    if (handle == NULL || handle == INVALID_HANDLE_VALUE) {
        return ERROR_INVALID_HANDLE;
    }
    if (count > 4096) {
        defer_ends();
    }
    DWORD error =
        GetConsoleMode(handle, &mode) ? write_console(handle, bytes, count) : write_bytes(handle, bytes, count);
    if (count > 4096) {
        allow_ends();
    }
    return error;
}

/* A closed pipe is not an error: the process ends silently, as on other systems. */
const char *platform_write(int fd, const char *bytes, size_t count) {
    DWORD error = write_all(GetStdHandle(fd == 1 ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE), bytes, count);
    if (fd == 1 && (error == ERROR_BROKEN_PIPE || error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED)) {
        ExitProcess(EXIT_CLOSED_PIPE);
    }
    return error == ERROR_SUCCESS ? NULL : platform_reason(error);
}

/* ---- Files ---- */

struct platform_file {
    HANDLE handle;
    wchar_t *path;      /* The file to replace on closing; NULL: written in place. */
    wchar_t *temporary; /* The new file beside it. */
};

static const char *release(struct platform_file *file, const char *error) {
    if (file->handle != INVALID_HANDLE_VALUE) {
        CloseHandle(file->handle);
    }
    free(file->path);
    free(file->temporary);
    free(file);
    return error;
}

static const DWORD share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

static bool is_disk_file(HANDLE handle) {
    return GetFileType(handle) == FILE_TYPE_DISK;
}

/* The path of an open file with links resolved; NULL: no memory. */
static wchar_t *real_path(HANDLE handle) {
    DWORD size = GetFinalPathNameByHandleW(handle, NULL, 0, 0) + 1;
    wchar_t *path = malloc(size * sizeof *path);
    DWORD length = path != NULL ? GetFinalPathNameByHandleW(handle, path, size, 0) : 0;
    if (length == 0 || length >= size) {
        free(path);
        return NULL;
    }
    return path;
}

/* Creates a file with a unique name in the directory of `path`. */
static DWORD create_beside(struct platform_file *file) {
    size_t size = wcslen(file->path) + 48;
    file->temporary = malloc(size * sizeof *file->temporary);
    if (file->temporary == NULL) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    DWORD error = ERROR_FILE_EXISTS;
    for (unsigned attempt = 0; error == ERROR_FILE_EXISTS && attempt < 1000; attempt++) {
        swprintf(file->temporary, size, L"%ls.%lu.%u.tmp", file->path, (unsigned long)GetCurrentProcessId(), attempt);
        file->handle = CreateFileW(file->temporary, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
        error = file->handle != INVALID_HANDLE_VALUE ? ERROR_SUCCESS : GetLastError();
    }
    return error;
}

/*
 * Opens an existing file, pipe or device, and finds out which: a file on a disk is replaced, anything else is written
 * in place.
 */
static DWORD open_replacement(struct platform_file *file, const wchar_t *path) {
    HANDLE old = CreateFileW(path, GENERIC_WRITE, share_all, NULL, OPEN_EXISTING, 0, NULL);
    if (old != INVALID_HANDLE_VALUE && !is_disk_file(old)) {
        file->handle = old;
        return ERROR_SUCCESS;
    }
    DWORD error = old != INVALID_HANDLE_VALUE ? ERROR_SUCCESS : GetLastError();
    if (old != INVALID_HANDLE_VALUE) {
        file->path = real_path(old);
        CloseHandle(old);
    } else if (error == ERROR_FILE_NOT_FOUND) {
        file->path = _wcsdup(path);
    } else {
        return error;
    }
    return file->path == NULL ? ERROR_NOT_ENOUGH_MEMORY : create_beside(file);
}

static DWORD open_appending(struct platform_file *file, const wchar_t *path, bool *continues) {
    LARGE_INTEGER size;
    file->handle = CreateFileW(path, FILE_APPEND_DATA, share_all, NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file->handle == INVALID_HANDLE_VALUE &&
        GetLastError() == ERROR_ACCESS_DENIED) { /* Some devices accept only plain writing. */
        file->handle = CreateFileW(path, GENERIC_WRITE, share_all, NULL, OPEN_EXISTING, 0, NULL);
        if (file->handle != INVALID_HANDLE_VALUE && is_disk_file(file->handle)) {
            CloseHandle(file->handle);
            file->handle = INVALID_HANDLE_VALUE;
            return ERROR_ACCESS_DENIED;
        }
    }
    if (file->handle == INVALID_HANDLE_VALUE) {
        return GetLastError();
    }
    *continues = is_disk_file(file->handle) && GetFileSizeEx(file->handle, &size) && size.QuadPart > 0;
    return ERROR_SUCCESS;
}

const char *platform_file_open(struct platform_file **opened, const char *path, bool appends, bool *continues) {
    struct platform_file *file = calloc(1, sizeof *file);
    wchar_t *wide = platform_to_wide(path);
    *continues = false;
    if (file == NULL || wide == NULL) {
        free(file);
        free(wide);
        return platform_reason(ERROR_NOT_ENOUGH_MEMORY);
    }
    file->handle = INVALID_HANDLE_VALUE;
    DWORD error = appends ? open_appending(file, wide, continues) : open_replacement(file, wide);
    free(wide);
    if (error != ERROR_SUCCESS) {
        return release(file, platform_reason(error));
    }
    *opened = file;
    return NULL;
}

/* There is no SIGHUP, and an open file cannot be renamed. */
const char *platform_file_renew(struct platform_file *file, bool *is_new, bool *continues) {
    (void)file;
    (void)continues;
    *is_new = false;
    return NULL;
}

const char *platform_file_write(struct platform_file *file, const char *bytes, size_t count) {
    DWORD error = write_all(file->handle, bytes, count);
    return error == ERROR_SUCCESS ? NULL : platform_reason(error);
}

/* Keeps the attributes and access rights of an old file. */
static DWORD replace(const struct platform_file *file) {
    if (ReplaceFileW(file->path, file->temporary, NULL, REPLACEFILE_IGNORE_MERGE_ERRORS, NULL, NULL)) {
        return ERROR_SUCCESS;
    }
    DWORD error = GetLastError();
    if (error != ERROR_FILE_NOT_FOUND) {
        return error;
    }
    return MoveFileExW(file->temporary, file->path, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH)
               ? ERROR_SUCCESS
               : GetLastError();
}

const char *platform_file_close(struct platform_file *file, bool is_good) {
    DWORD error = ERROR_SUCCESS;
    if (file->path != NULL && is_good && !FlushFileBuffers(file->handle)) {
        error = GetLastError();
    }
    if (!CloseHandle(file->handle) && error == ERROR_SUCCESS) {
        error = GetLastError();
    }
    file->handle = INVALID_HANDLE_VALUE;
    if (file->path != NULL && is_good && error == ERROR_SUCCESS) {
        error = replace(file);
    }
    if (file->path != NULL && (!is_good || error != ERROR_SUCCESS)) {
        DeleteFileW(file->temporary);
    }
    return release(file, error == ERROR_SUCCESS ? NULL : platform_reason(error));
}

/* The real path of the file on a disk that `path` names; NULL: no such file. */
static wchar_t *find_file(const char *path, bool *exists) {
    wchar_t *wide = platform_to_wide(path), *real = NULL;
    HANDLE handle = wide != NULL ? CreateFileW(wide, 0, share_all, NULL, OPEN_EXISTING, 0, NULL) : INVALID_HANDLE_VALUE;
    *exists = handle != INVALID_HANDLE_VALUE;
    if (*exists) {
        real = is_disk_file(handle) ? real_path(handle) : NULL;
        CloseHandle(handle);
    }
    free(wide);
    return real;
}

const char *platform_file_name(const char *path) {
    const char *name = path;
    for (const char *p = path; *p != '\0'; p++) {
        bool separates = *p == '/' || *p == '\\' || *p == ':';
        name = separates && p[1] != '\0' ? p + 1 : name;
    }
    return name;
}

bool platform_is_same_file(const char *path, const char *other) {
    bool exists, other_exists;
    wchar_t *one = find_file(path, &exists), *two = find_file(other, &other_exists);
    bool is_same =
        exists && other_exists ? one != NULL && two != NULL && _wcsicmp(one, two) == 0 : strcmp(path, other) == 0;
    free(one);
    free(two);
    return is_same;
}
