/* SPDX-License-Identifier: MIT */
/* What files of the command that call Windows themselves share. */
#ifndef CLI_PLATFORM_WINDOWS_H
#define CLI_PLATFORM_WINDOWS_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

/* UTF-8 as Windows takes it, to be freed; NULL: no memory. */
wchar_t *platform_to_wide(const char *text);

/* An English sentence for an error; valid until the next call. */
const char *platform_reason(DWORD error);

#endif
