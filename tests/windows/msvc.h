/* SPDX-License-Identifier: MIT */
/*
 * Included before each source by tests/windows/msvc: mingw-w64's headers, which do not support compilers without
 * __GNUC__. After them, only MSVC's macros are defined.
 */
#define __GNUC__ 4
#define __GNUC_MINOR__ 2
#define __MINGW32__ 1
#define __MINGW64__ 1
#include <_mingw.h>
#undef __MINGW_IMPORT
#define __MINGW_IMPORT extern __declspec(dllimport)
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <malloc.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
/* Must follow it. */
#include <psapi.h>
#undef __GNUC__
#undef __GNUC_MINOR__
#undef __MINGW32__
#undef __MINGW64__
/* clang knows these in every mode, MSVC in none. */
#undef __attribute__
#define __attribute__(...) MSVC_has_no_attributes
#pragma GCC poison typeof __typeof__ __builtin_expect __builtin_unreachable __atomic_load_n __atomic_store_n __thread
