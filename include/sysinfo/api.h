/* SPDX-License-Identifier: MIT */
/*
 * How functions are declared: visibility, results that must be checked, C linkage, casts that C++
 * accepts.
 */
#ifndef SYSINFO_API_H
#define SYSINFO_API_H

/*
 * Programs that use the Windows DLL may define SYSINFO_SHARED; without it, calls go through the
 * stubs of the import library.
 */
#if defined(_WIN32) && defined(SYSINFO_BUILDING) && defined(SYSINFO_SHARED)
#define SYSINFO_EXPORT __declspec(dllexport)
#elif defined(_WIN32) && defined(SYSINFO_SHARED)
#define SYSINFO_EXPORT __declspec(dllimport)
#elif defined(__GNUC__) && !defined(_WIN32)
#define SYSINFO_EXPORT __attribute__((visibility("default")))
#else
#define SYSINFO_EXPORT
#endif

#if defined(__GNUC__)
#define SYSINFO_MUST_CHECK __attribute__((warn_unused_result))
#else
#define SYSINFO_MUST_CHECK
#endif

#ifdef __cplusplus
#define SYSINFO_BEGIN_DECLS extern "C" {
#define SYSINFO_END_DECLS }
#define SYSINFO_CAST(type, value) static_cast<type>(value)
#else
#define SYSINFO_BEGIN_DECLS
#define SYSINFO_END_DECLS
#define SYSINFO_CAST(type, value) ((type)(value))
#endif

/* The machine being queried: <sysinfo/host.h>. */
struct sysinfo_host;

#endif
