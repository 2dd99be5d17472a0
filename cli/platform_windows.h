/* SPDX-License-Identifier: MIT */
/* Shared by the command's files that call Windows directly. */
#ifndef CLI_PLATFORM_WINDOWS_H
#define CLI_PLATFORM_WINDOWS_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

/* Converts UTF-8 to UTF-16, to be freed; NULL: no memory. */
wchar_t *platform_to_wide(const char *text);

/* An English sentence for an error; valid until the next call. */
const char *platform_reason(DWORD error);

#endif
