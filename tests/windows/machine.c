/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

#define WIN32_LEAN_AND_MEAN
#include <windows.h> /* First: the others need its types. */

#include <psapi.h>

struct machine machine;

static DWORD last_error;
static double now; /* Seconds. */

enum { PER_SECOND = 10000000, OWN_PID = 4728 };
static const uint32_t length_mismatch = 0xC0000004, invalid_class = 0xC0000003, invalid_parameter = 0xC000000D,
                      no_resources = 0xC000009A;

uint64_t machine_group_mask(unsigned group) {
    return machine.cpus[group] < 64 ? (UINT64_C(1) << machine.cpus[group]) - 1 : UINT64_MAX;
}

void machine_reset(unsigned groups, unsigned cpus, unsigned two_threads) {
    memset(&machine, 0, sizeof machine);
    machine.groups = groups;
    for (unsigned group = 0; group < groups; group++) {
        machine.cpus[group] = cpus;
        machine.two_threads[group] = two_threads;
        for (unsigned i = 0; i < MACHINE_CPUS; i++) {
            struct machine_cpu *cpu = &machine.cpu[group][i];
            *cpu = (struct machine_cpu){.idle = INT64_C(5000) * PER_SECOND,
                                        .kernel = INT64_C(6000) * PER_SECOND,
                                        .user = INT64_C(4000) * PER_SECOND,
                                        .dpc = INT64_C(100) * PER_SECOND,
                                        .interrupt = INT64_C(200) * PER_SECOND,
                                        .interrupts = 1000};
            cpu->rate.idle = PER_SECOND / 2;
            cpu->rate.kernel = PER_SECOND / 2;
            cpu->rate.user = PER_SECOND / 2;
        }
    }
    machine.page_size = 4096;
    machine.total = UINT64_C(16) << 30 >> 12;
    machine.available = machine.total / 2;
    machine.cache = machine.total / 4;
    machine.nonpaged = 50000;
    machine.committed = machine.total / 2;
    machine.commit_limit = machine.total + 262144;
    machine.zeroed = 1000;
    machine.free = 2000;
    machine.modified = 300;
    machine.page_files = 1;
    machine.page_file[0].pages = 262144;
    machine.page_file[0].in_use = 1024;
    machine.page_list_numbers = 22;
    machine.own_groups = 1;
    machine.mask = machine_group_mask(0);
    machine.committed_by_process = UINT64_C(100) << 20;
    machine.working_set = UINT64_C(50) << 20;
    machine.peak_working_set = UINT64_C(60) << 20;
    machine.address_space = UINT64_C(5) << 30;
    machine.private_set = UINT64_C(40) << 20;
    machine.threads = 12;
    machine.faults = 20000;
    machine.hard_faults = 300;
    machine.user = 15 * PER_SECOND / 10;
    machine.kernel = PER_SECOND / 4;
    machine.processes = 10;
    machine.packages = 1;
    machine.most_class = 1;
    machine.max_mhz = 3400;
    machine.current_mhz = 1900;
    machine.vendor = L"GenuineIntel";
    machine.model = L"12th Gen Intel(R) Core(TM) i7-12700K";
    machine.native_machine = 0x8664;
    machine.uptime = 86400.5 - 1000; /* The clock below shows 1000. */
    machine.time = INT64_C(133500000000000000);
    machine.page_faults = 5000000;
    machine.pages_read = 400000;
    machine.page_reads = 30000;
    machine.dirty_written = 1000;
    machine.mapped_written = 500;
    machine.context_switches = 123456;
    machine.system_calls = 654321;
    last_error = 0;
    now = 1000;
}

void machine_pass(double seconds) {
    now += seconds;
    for (unsigned group = 0; group < MACHINE_GROUPS; group++) {
        for (unsigned i = 0; i < MACHINE_CPUS; i++) {
            struct machine_cpu *cpu = &machine.cpu[group][i];
            cpu->idle += (int64_t)((double)cpu->rate.idle * seconds);
            cpu->kernel += (int64_t)((double)cpu->rate.kernel * seconds);
            cpu->user += (int64_t)((double)cpu->rate.user * seconds);
            cpu->dpc += (int64_t)((double)cpu->rate.dpc * seconds);
            cpu->interrupt += (int64_t)((double)cpu->rate.interrupt * seconds);
        }
    }
}

uint32_t machine_last_error(void) {
    return last_error;
}

void machine_set_last_error(uint32_t error) {
    last_error = error;
}

/* Counts a call. True: it is the one to fail. */
static bool fails(void) {
    return ++machine.calls == machine.failing_call;
}

/* ---- ntdll ---- */

static uint32_t give(const void *answer, size_t size, void *buffer, ULONG capacity, ULONG *length) {
    if (machine.grows > 0 || size > capacity) {
        machine.grows -= machine.grows > 0;
        *length = machine.reports_no_size ? 0 : (ULONG)size;
        return length_mismatch;
    }
    memcpy(buffer, answer, size);
    *length = (ULONG)size;
    return 0;
}

static uint32_t give_processors(unsigned group, void *buffer, ULONG capacity, ULONG *length) {
    struct {
        LARGE_INTEGER idle, kernel, user, dpc, interrupt;
        ULONG interrupts;
    } row[MACHINE_CPUS];
    memset(row, 0, sizeof row);
    if (group >= machine.groups || (machine.vanishing_group != 0 && group == machine.vanishing_group)) {
        return invalid_parameter;
    }
    for (unsigned i = 0; i < machine.cpus[group]; i++) {
        const struct machine_cpu *cpu = &machine.cpu[group][i];
        row[i].idle.QuadPart = cpu->idle;
        row[i].kernel.QuadPart = cpu->kernel;
        row[i].user.QuadPart = cpu->user;
        row[i].dpc.QuadPart = cpu->dpc;
        row[i].interrupt.QuadPart = cpu->interrupt;
        row[i].interrupts = cpu->interrupts;
    }
    return give(row, machine.cpus[group] * sizeof row[0], buffer, capacity, length);
}

static uint32_t give_page_files(void *buffer, ULONG capacity, ULONG *length) {
    static struct {
        ULONG next, total, in_use, peak;
        USHORT name_length, name_capacity;
        WCHAR *name;
        WCHAR text[20];
    } entry[MACHINE_PAGE_FILES];
    memset(entry, 0, sizeof entry);
    for (unsigned i = 0; i < machine.page_files; i++) {
        entry[i].next = i + 1 < machine.page_files ? sizeof entry[0] : 0;
        entry[i].total = machine.page_file[i].pages;
        entry[i].in_use = machine.page_file[i].in_use;
        entry[i].peak = UINT32_MAX;
    }
    return give(entry, machine.page_files * sizeof entry[0], buffer, capacity, length);
}

static uint32_t give_performance(void *buffer, ULONG capacity, ULONG *length) {
    uint32_t answer[86]; /* 344 bytes, as Windows 10 has them. */
    memset(answer, 0xEE, sizeof answer);
    answer[15] = machine.page_faults;
    answer[20] = machine.pages_read;
    answer[21] = machine.page_reads;
    answer[24] = machine.dirty_written;
    answer[26] = machine.mapped_written;
    answer[74] = machine.context_switches;
    answer[77] = machine.system_calls;
    return give(answer, sizeof answer, buffer, capacity, length);
}

static uint32_t give_page_lists(void *buffer, ULONG capacity, ULONG *length) {
    uintptr_t answer[64] = {machine.zeroed, machine.free, machine.modified, 7, 7, 7};
    size_t size = machine.page_list_numbers * sizeof answer[0];
    if (capacity != size) {
        *length = machine.reports_no_size ? 0 : (ULONG)size;
        return length_mismatch;
    }
    return give(answer, size, buffer, capacity, length);
}

/* A thread follows each entry; the last entry is this process. */
static uint32_t give_processes(void *buffer, ULONG capacity, ULONG *length) {
    enum { NUMBERS = 40, MOST = 400 };
    static uint64_t entry[MOST][NUMBERS];
    memset(entry, 0xEE, sizeof entry);
    for (unsigned i = 0; i <= machine.processes; i++) {
        bool is_own = i == machine.processes;
        uint32_t head[2] = {is_own ? 0 : sizeof entry[0], is_own ? machine.threads : 77};
        memcpy(entry[i], head, sizeof head);
        entry[i][1] = is_own ? machine.private_set : 77;
        entry[i][2] = is_own ? machine.hard_faults : 77;
        entry[i][10] = is_own ? OWN_PID : 4 * i;
    }
    return give(entry, (machine.processes + 1) * sizeof entry[0], buffer, capacity, length);
}

static LONG WINAPI query(int class, void *buffer, ULONG capacity, ULONG *length) {
    if (fails()) {
        return (LONG)no_resources;
    }
    switch (class) {
    case 2:
        return (LONG)give_performance(buffer, capacity, length);
    case 5:
        return (LONG)give_processes(buffer, capacity, length);
    case 8:
        return (LONG)give_processors(0, buffer, capacity, length);
    case 18:
        return (LONG)(machine.page_file_status != 0 ? machine.page_file_status
                                                    : give_page_files(buffer, capacity, length));
    case 80:
        return (LONG)(machine.memory_list_status != 0 ? machine.memory_list_status
                                                      : give_page_lists(buffer, capacity, length));
    default:
        return (LONG)invalid_class;
    }
}

static LONG WINAPI query_ex(int class, void *input, ULONG input_size, void *buffer, ULONG capacity, ULONG *length) {
    USHORT group;
    if (fails()) {
        return (LONG)no_resources;
    }
    if (machine.query_ex_status != 0) {
        return (LONG)machine.query_ex_status;
    }
    if (class != 8 || input_size != sizeof group) {
        return (LONG)invalid_parameter;
    }
    memcpy(&group, input, sizeof group);
    return (LONG)give_processors(group, buffer, capacity, length);
}

/* ---- kernel32 ---- */

static HMODULE WINAPI get_module_handle(LPCWSTR name) {
    static char library[3];
    static const wchar_t *const names[] = {L"ntdll.dll", L"kernel32.dll", L"kernelbase.dll"};
    bool is_failing = fails();
    for (size_t i = 0; i < 3 && !is_failing; i++) {
        if (wcscmp(name, names[i]) == 0) {
            return (HMODULE)(void *)&library[i];
        }
    }
    last_error = ERROR_MOD_NOT_FOUND;
    return NULL;
}

/* ---- This process and its job ---- */

static BOOL WINAPI get_cpu_sets(HANDLE process, PULONG ids, ULONG room, PULONG wanted) {
    (void)process;
    (void)ids;
    if (fails()) {
        last_error = ERROR_NOT_ENOUGH_MEMORY;
        return FALSE;
    }
    *wanted = machine.cpu_sets;
    last_error = machine.cpu_sets > room ? ERROR_INSUFFICIENT_BUFFER : last_error;
    return machine.cpu_sets <= room;
}

static HANDLE WINAPI get_current_process(void) {
    return (HANDLE)(intptr_t)-1;
}

static BOOL WINAPI get_group_affinity(HANDLE process, PUSHORT count, PUSHORT group) {
    USHORT room = *count;
    (void)process;
    *count = (USHORT)machine.own_groups;
    if (fails() || room < *count) {
        last_error = ERROR_INSUFFICIENT_BUFFER;
        return FALSE;
    }
    for (USHORT i = 0; i < *count; i++) {
        group[i] = i;
    }
    return TRUE;
}

static BOOL WINAPI get_affinity_mask(HANDLE process, PDWORD_PTR mask, PDWORD_PTR group_mask) {
    (void)process;
    bool has_one = machine.own_groups == 1;
    *mask = has_one ? machine.mask : 0;
    *group_mask = has_one ? machine_group_mask(0) : 0;
    last_error = ERROR_INVALID_PARAMETER;
    return !fails();
}

BOOL WINAPI machine_K32GetProcessMemoryInfo(HANDLE process, PPROCESS_MEMORY_COUNTERS memory, DWORD size);
BOOL WINAPI machine_K32GetProcessMemoryInfo(HANDLE process, PPROCESS_MEMORY_COUNTERS memory, DWORD size) {
    (void)process;
    if (fails() || size < sizeof *memory) {
        last_error = ERROR_NOT_ENOUGH_MEMORY;
        return FALSE;
    }
    *memory = (PROCESS_MEMORY_COUNTERS){.cb = size,
                                        .PageFaultCount = machine.faults,
                                        .WorkingSetSize = machine.working_set,
                                        .PeakWorkingSetSize = machine.peak_working_set,
                                        .PagefileUsage = machine.committed_by_process};
    return TRUE;
}

static LONG WINAPI query_process(HANDLE process, int class, void *buffer, ULONG size, ULONG *length) {
    SIZE_T counters[11] = {SIZE_MAX, machine.address_space, machine.faults};
    (void)process;
    (void)length;
    if (fails() || class != 3 || size != sizeof counters) {
        return (LONG)invalid_parameter;
    }
    memcpy(buffer, counters, size);
    return 0;
}

static FILETIME file_time(int64_t units) {
    return (FILETIME){(DWORD)units, (DWORD)(units >> 32)};
}

static BOOL WINAPI get_times(HANDLE process, LPFILETIME created, LPFILETIME ended, LPFILETIME kernel, LPFILETIME user) {
    (void)process;
    *created = *ended = file_time(0);
    *kernel = file_time(machine.kernel);
    *user = file_time(machine.user);
    return !fails();
}

static DWORD WINAPI get_process_id(void) {
    return OWN_PID;
}

static void WINAPI get_time(LPFILETIME time) {
    *time = file_time(machine.time);
}

/* ---- Description of the CPUs ---- */

static LONG WINAPI query_power(int level, void *input, ULONG input_size, void *output, ULONG size) {
    uint32_t row[MACHINE_CPUS][6];
    ULONG wanted = (ULONG)(machine.cpus[0] * sizeof row[0]);
    memset(row, 0xEE, sizeof row);
    if (fails() || level != 11 || input != NULL || input_size != 0) {
        return (LONG)invalid_parameter;
    }
    for (unsigned i = 0; i < machine.cpus[0]; i++) {
        row[i][0] = i;
        row[i][1] = machine.max_mhz;
        row[i][2] = machine.current_mhz > 0 ? machine.current_mhz + i : 0;
    }
    if (size < wanted) {
        return (LONG)0xC0000023;
    }
    memcpy(output, row, wanted);
    return 0;
}

static LONG WINAPI get_registry(HKEY key, LPCWSTR path, LPCWSTR name, DWORD flags, LPDWORD type, PVOID data,
                                LPDWORD size) {
    const wchar_t *text = wcscmp(name, L"VendorIdentifier") == 0 ? machine.vendor : machine.model;
    if (fails() || key != HKEY_LOCAL_MACHINE || flags != 2 || type != NULL || text == NULL ||
        wcscmp(path, L"HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0") != 0) {
        return ERROR_FILE_NOT_FOUND;
    }
    DWORD wanted = (DWORD)((wcslen(text) + 1) * sizeof *text);
    bool fits = *size >= wanted;
    *size = wanted;
    if (!fits) {
        return ERROR_MORE_DATA;
    }
    memcpy(data, text, wanted);
    return ERROR_SUCCESS;
}

static BOOL WINAPI get_machine(HANDLE process, USHORT *emulated, USHORT *native) {
    (void)process;
    *emulated = 0;
    *native = machine.native_machine;
    last_error = ERROR_INVALID_PARAMETER;
    return !fails();
}

static BOOL WINAPI is_in_job(HANDLE process, HANDLE job, PBOOL result) {
    (void)process;
    *result = machine.job.is_member;
    last_error = ERROR_ACCESS_DENIED;
    return job == NULL && !fails();
}

static BOOL give_limits(LPVOID buffer, DWORD size) {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.PeakJobMemoryUsed = 1};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_BREAKAWAY_OK |
                                              (machine.job.has_process_limit ? JOB_OBJECT_LIMIT_PROCESS_MEMORY : 0) |
                                              (machine.job.has_job_limit ? JOB_OBJECT_LIMIT_JOB_MEMORY : 0);
    limits.ProcessMemoryLimit = machine.job.process_limit;
    limits.JobMemoryLimit = machine.job.job_limit;
    if (size == sizeof limits) {
        memcpy(buffer, &limits, size);
    }
    return size == sizeof limits;
}

/* Without a handle, it is the innermost job; a process in none is rejected. */
static BOOL WINAPI query_job(HANDLE job, JOBOBJECTINFOCLASS class, LPVOID buffer, DWORD size, LPDWORD length) {
    const uint64_t usage[2] = {machine.job.used, UINT64_MAX};
    JOBOBJECT_CPU_RATE_CONTROL_INFORMATION rate = {.ControlFlags = machine.job.rate_flags};
    rate.CpuRate = machine.job.rate;
    last_error = ERROR_ACCESS_DENIED;
    if (fails() || job != NULL || length != NULL || !machine.job.is_member || machine.job.is_hidden) {
        return FALSE;
    }
    if (class == JobObjectExtendedLimitInformation) {
        return give_limits(buffer, size);
    }
    if (class == JobObjectCpuRateControlInformation && size == sizeof rate) {
        memcpy(buffer, &rate, size);
        return TRUE;
    }
    if ((int)class == 28 && size == sizeof usage && !machine.is_before_10) {
        memcpy(buffer, usage, size);
        return TRUE;
    }
    last_error = ERROR_INVALID_PARAMETER;
    return FALSE;
}

typedef void function(void);

static FARPROC WINAPI get_proc_address(HMODULE module, LPCSTR name) {
    const struct {
        const char *name;
        function *function;
        bool is_here;
    } functions[] = {
        {"NtQuerySystemInformation", (function *)query, !machine.has_no_query},
        {"NtQuerySystemInformationEx", (function *)query_ex, !machine.has_no_query_ex},
        {"NtQueryInformationProcess", (function *)query_process, !machine.has_no_query},
        {"NtPowerInformation", (function *)query_power, !machine.has_no_query},
        {"RegGetValueW", (function *)get_registry, true},
        {"IsWow64Process2", (function *)get_machine, machine.native_machine != 0},
        {"GetProcessDefaultCpuSets", (function *)get_cpu_sets, !machine.is_before_10},
    };
    bool is_failing = fails();
    (void)module;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (!is_failing && functions[i].is_here && strcmp(functions[i].name, name) == 0) {
            return (FARPROC)functions[i].function;
        }
    }
    last_error = ERROR_PROC_NOT_FOUND;
    return NULL;
}

static DWORD WINAPI get_last_error(void) {
    return last_error;
}

static void WINAPI set_last_error(DWORD error) {
    last_error = error;
}

static WORD WINAPI get_group_count(void) {
    if (fails()) {
        last_error = ERROR_NOT_ENOUGH_MEMORY;
        return 0;
    }
    return (WORD)machine.groups;
}

static DWORD WINAPI get_cpu_count(WORD group) {
    DWORD count = 0;
    if (!fails() && (group == ALL_PROCESSOR_GROUPS ||
                     (group < machine.groups && (group == 0 || group != machine.vanishing_group)))) {
        for (unsigned i = 0; i < machine.groups; i++) {
            count += group == ALL_PROCESSOR_GROUPS || group == i ? machine.cpus[i] : 0;
        }
    }
    last_error = count == 0 ? ERROR_INVALID_PARAMETER : last_error;
    return count;
}

/* One entry for each core; on real machines too, one list covers the cores of all groups. */
static BOOL WINAPI get_processor_information(LOGICAL_PROCESSOR_RELATIONSHIP relation,
                                             PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX buffer, PDWORD length) {
    static struct {
        LOGICAL_PROCESSOR_RELATIONSHIP relation;
        DWORD size;
        PROCESSOR_RELATIONSHIP core;
    } entry[MACHINE_GROUPS * MACHINE_CPUS];
    size_t count = 0;
    if (fails() || (relation != RelationProcessorCore && relation != RelationProcessorPackage)) {
        last_error = ERROR_NOT_ENOUGH_MEMORY;
        return FALSE;
    }
    memset(entry, 0, sizeof entry);
    for (; relation == RelationProcessorPackage && count < machine.packages; count++) {
        entry[count].relation = relation;
        entry[count].size = sizeof entry[0];
    }
    for (unsigned group = 0; relation == RelationProcessorCore && group < machine.groups; group++) {
        for (unsigned cpu = 0, core = 0; cpu < machine.cpus[group]; core++, count++) {
            bool has_two = core < machine.two_threads[group];
            entry[count].relation = RelationProcessorCore;
            entry[count].size = sizeof entry[0];
            entry[count].core.Flags = has_two ? LTP_PC_SMT : 0;
            ((BYTE *)&entry[count].core)[1] =
                (BYTE)(has_two ? machine.most_class
                               : 0); /* EfficiencyClass: not named in mingw-w64's header of Debian 12. */
            entry[count].core.GroupCount = 1;
            entry[count].core.GroupMask[0].Group = (WORD)group;
            entry[count].core.GroupMask[0].Mask = (KAFFINITY)(has_two ? 3 : 1) << cpu;
            cpu += has_two ? 2 : 1;
        }
    }
    DWORD capacity = *length;
    *length = (DWORD)(count * sizeof entry[0]);
    if (machine.grows > 0 || *length > capacity) {
        machine.grows -= machine.grows > 0;
        last_error = ERROR_INSUFFICIENT_BUFFER;
        return FALSE;
    }
    memcpy(buffer, entry, *length);
    return TRUE;
}

BOOL WINAPI machine_K32GetPerformanceInfo(PPERFORMANCE_INFORMATION information, DWORD size);
BOOL WINAPI machine_K32GetPerformanceInfo(PPERFORMANCE_INFORMATION information, DWORD size) {
    if (fails() || size != sizeof *information) {
        last_error = ERROR_NO_SYSTEM_RESOURCES;
        return FALSE;
    }
    *information = (PERFORMANCE_INFORMATION){.cb = size,
                                             .CommitTotal = machine.committed,
                                             .CommitLimit = machine.commit_limit,
                                             .PhysicalTotal = machine.total,
                                             .PhysicalAvailable = machine.available,
                                             .SystemCache = machine.cache,
                                             .KernelNonpaged = machine.nonpaged,
                                             .PageSize = machine.page_size};
    return TRUE;
}

static BOOL WINAPI query_counter(LARGE_INTEGER *counter) {
    counter->QuadPart = (LONGLONG)(now * PER_SECOND);
    return !fails();
}

static BOOL WINAPI query_frequency(LARGE_INTEGER *frequency) {
    frequency->QuadPart = PER_SECOND;
    return !fails();
}

static ULONGLONG WINAPI get_tick_count(void) {
    return (ULONGLONG)((machine.uptime + now) * 1000);
}

static void WINAPI sleep_for(DWORD milliseconds) {
    double seconds = (double)milliseconds / 1000;
    if (machine.early_wakeups > 0) {
        machine.early_wakeups--;
        seconds /= 2;
    }
    machine.slept += seconds;
    machine_pass(seconds);
}

/* The redirected object code calls these. */
function *const __imp_machine_GetModuleHandleW = (function *)get_module_handle;
function *const __imp_machine_GetProcAddress = (function *)get_proc_address;
function *const __imp_machine_GetLastError = (function *)get_last_error;
function *const __imp_machine_SetLastError = (function *)set_last_error;
function *const __imp_machine_GetActiveProcessorGroupCount = (function *)get_group_count;
function *const __imp_machine_GetActiveProcessorCount = (function *)get_cpu_count;
function *const __imp_machine_GetLogicalProcessorInformationEx = (function *)get_processor_information;
function *const __imp_machine_QueryPerformanceCounter = (function *)query_counter;
function *const __imp_machine_QueryPerformanceFrequency = (function *)query_frequency;
function *const __imp_machine_GetTickCount64 = (function *)get_tick_count;
function *const __imp_machine_GetCurrentProcess = (function *)get_current_process;
function *const __imp_machine_GetProcessGroupAffinity = (function *)get_group_affinity;
function *const __imp_machine_GetProcessAffinityMask = (function *)get_affinity_mask;
function *const __imp_machine_GetProcessTimes = (function *)get_times;
function *const __imp_machine_GetCurrentProcessId = (function *)get_process_id;
function *const __imp_machine_GetSystemTimePreciseAsFileTime = (function *)get_time;
function *const __imp_machine_WideCharToMultiByte = (function *)WideCharToMultiByte;
function *const __imp_machine_IsProcessInJob = (function *)is_in_job;
function *const __imp_machine_QueryInformationJobObject = (function *)query_job;
function *const __imp_machine_Sleep = (function *)sleep_for;

void *machine_malloc(size_t size);
void *machine_malloc(size_t size) {
    return ++machine.allocations == machine.failing_allocation ? NULL : malloc(size);
}

void machine_free(void *memory);
void machine_free(void *memory) {
    machine.frees += memory != NULL;
    free(memory);
}
