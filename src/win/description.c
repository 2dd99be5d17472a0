/* SPDX-License-Identifier: MIT */
/* The frequencies and the description of the CPUs. */
#include <string.h>

#include "query.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

/* ---- Frequency ---- */

typedef LONG(WINAPI *power_function)(int level, void *input, ULONG input_size, void *output, ULONG size);

/*
 * CallNtPowerInformation() without its library. It covers the processor group of the calling thread: with several
 * groups, each call may describe another part of the machine.
 */
int sysinfo__win_cpu_freq(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    static const char source[] = "NtPowerInformation(ProcessorInformation)";
    enum { PROCESSOR_INFORMATION = 11, MOST_CPUS = 64 };
    struct sysinfo__power power[MOST_CPUS];
    uint64_t cpus = sysinfo__query_cpus();
    if (sysinfo__query_groups() > 1 || cpus > MOST_CPUS) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, source, "covers one processor group only");
    }
    power_function query = (power_function)sysinfo__win_find(L"ntdll.dll", "NtPowerInformation");
    if (query == NULL) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "ntdll.dll", "has no NtPowerInformation");
    }
    memset(power, 0, sizeof power);
    uint32_t status =
        (uint32_t)query(PROCESSOR_INFORMATION, NULL, 0, power, (ULONG)(cpus * sizeof(struct sysinfo__power)));
    if (status != 0) {
        return sysinfo__failed(host, sysinfo__win_status(status), status, source, NULL);
    }
    for (uint64_t i = 0; i < cpus; i++) {
        struct sysinfo_cpu_frequency *row = sysinfo__frequency_rows_add(rows, i);
        if (row == NULL) {
            return sysinfo__no_memory(host, source);
        }
        sysinfo__decode_power(&power[i], row);
    }
    return SYSINFO_OK;
}

/* ---- Names ---- */

typedef LONG(WINAPI *registry_function)(HKEY key, LPCWSTR path, LPCWSTR name, DWORD flags, LPDWORD type, PVOID data,
                                        LPDWORD size);

/* Reads a text of the first CPU; returns its length in bytes, 0: not reported. */
static size_t read_name(registry_function get_value, const wchar_t *name, char *text, size_t room) {
    enum { TEXT_ONLY = 2 };
    wchar_t wide[128];
    DWORD size = sizeof wide;
    static const wchar_t path[] = L"HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0";
    if (get_value(HKEY_LOCAL_MACHINE, path, name, TEXT_ONLY, NULL, wide, &size) != 0) {
        return 0;
    }
    size_t length = size / sizeof wide[0];
    length -= length > 0 && wide[length - 1] == L'\0';
    int bytes = length == 0 ? 0 : WideCharToMultiByte(CP_UTF8, 0, wide, (int)length, text, (int)room, NULL, NULL);
    return bytes > 0 ? (size_t)bytes : 0;
}

static void read_names(struct sysinfo_cpu_description *description) {
    char text[400];
    registry_function get_value = (registry_function)sysinfo__win_find(L"kernelbase.dll", "RegGetValueW");
    if (get_value == NULL) {
        return;
    }
    size_t length = read_name(get_value, L"VendorIdentifier", text, sizeof text);
    if (length > 0) {
        FACT_TEXT(description, vendor, text, length);
    }
    length = read_name(get_value, L"ProcessorNameString", text, sizeof text);
    if (length > 0) {
        FACT_TEXT(description, model, text, length);
    }
}

/* The machine's architecture, even for an emulated program. */
static void read_architecture(struct sysinfo_cpu_description *description) {
    typedef BOOL(WINAPI * machine_function)(HANDLE process, USHORT * emulated, USHORT * native);
    USHORT emulated = 0, native = 0;
    machine_function get_machine = (machine_function)sysinfo__win_find(L"kernel32.dll", "IsWow64Process2");
    DWORD last_error = GetLastError();
    bool is_reported = get_machine != NULL && get_machine(GetCurrentProcess(), &emulated, &native);
    SetLastError(last_error);
    const char *name = is_reported ? sysinfo__machine_name(native) : NULL;
    if (name != NULL) {
        FACT_TEXT(description, architecture, name, strlen(name));
    }
}

int sysinfo__win_cpu_info(struct sysinfo_host *host, struct sysinfo_cpu_description *description) {
    struct sysinfo__cores cores;
    DWORD last_error = GetLastError();
    read_names(description);
    SetLastError(last_error);
    read_architecture(description);
    int status = sysinfo__query_cores(host, SYSINFO__PACKAGES, NULL, &cores);
    if (status == SYSINFO_OK && cores.packages > 0) {
        FACT(description, packages, cores.packages);
    }
    status = status == SYSINFO_OK ? sysinfo__query_cores(host, SYSINFO__CORES, NULL, &cores) : status;
    if (status == SYSINFO_OK && cores.most_class > cores.least_class) {
        FACT(description, cores_efficiency, cores.least_cores);
        FACT(description, cores_performance, cores.cores - cores.least_cores);
    }
    return description->present != 0 ? SYSINFO_OK : status;
}
