/* SPDX-License-Identifier: MIT */
/*
 * What `run` watches on Windows: the command's own object code, with its calls of Windows redirected to the list and
 * the job below. Unlike wine's, this job counts.
 */
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "run/decode_windows.h"
#include "run/job_windows.h"

enum { MOST = 600, WATCHER = 1000 };

static struct windows_process listed[MOST];
static size_t count;
static unsigned too_short;   /* This many more times, the buffer is too small, */
static bool reports_no_size; /* and the required size is not reported. */
static ULONG_PTR member[MOST];
static DWORD members;
static JOBOBJECT_BASIC_ACCOUNTING_INFORMATION times;
static JOBOBJECT_EXTENDED_LIMIT_INFORMATION memory;
static bool has_no_job, has_ended;

static LONG WINAPI query(int class, void *buffer, ULONG capacity, ULONG *length) {
    ULONG size = (ULONG)(count * sizeof listed[0]);
    ck_assert_int_eq(class, 5);
    if (too_short > 0 || size > capacity) {
        too_short -= too_short > 0;
        *length = reports_no_size ? 0 : size;
        return (LONG)0xC0000004;
    }
    memcpy(buffer, listed, size);
    *length = size;
    return 0;
}

static HMODULE WINAPI get_module_handle(LPCWSTR name) {
    static char ntdll;
    ck_assert(wcscmp(name, L"ntdll.dll") == 0);
    return (HMODULE)(void *)&ntdll;
}

static FARPROC WINAPI get_proc_address(HMODULE module, LPCSTR name) {
    (void)module;
    ck_assert_str_eq(name, "NtQuerySystemInformation");
    return (FARPROC)(void (*)(void))query;
}

static HANDLE WINAPI create_job(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name) {
    static char job;
    ck_assert(attributes == NULL && name == NULL);
    return &job;
}

static BOOL WINAPI assign(HANDLE job, HANDLE process) {
    (void)job;
    (void)process;
    return !has_no_job;
}

static BOOL WINAPI terminate(HANDLE job, UINT status) {
    (void)job;
    has_ended = status == 143;
    return TRUE;
}

static BOOL WINAPI close_handle(HANDLE handle) {
    return handle != NULL;
}

static BOOL WINAPI query_job(HANDLE job, JOBOBJECTINFOCLASS class, LPVOID buffer, DWORD size, LPDWORD length) {
    ck_assert(job != NULL && length == NULL);
    if (class == JobObjectBasicAccountingInformation) {
        ck_assert_uint_eq(size, sizeof times);
        memcpy(buffer, &times, sizeof times);
        return TRUE;
    }
    if (class == JobObjectExtendedLimitInformation) {
        ck_assert_uint_eq(size, sizeof memory);
        memcpy(buffer, &memory, sizeof memory);
        return TRUE;
    }
    ck_assert_int_eq(class, JobObjectBasicProcessIdList);
    JOBOBJECT_BASIC_PROCESS_ID_LIST *list = buffer;
    DWORD room = (DWORD)((size - offsetof(JOBOBJECT_BASIC_PROCESS_ID_LIST, ProcessIdList)) / sizeof member[0]);
    list->NumberOfAssignedProcesses = members;
    list->NumberOfProcessIdsInList = members < room ? members : room;
    memcpy(list->ProcessIdList, member, list->NumberOfProcessIdsInList * sizeof member[0]);
    return members <= room; /* Otherwise ERROR_MORE_DATA, with those that fit. */
}

typedef void function(void);
function *const __imp_machine_GetModuleHandleW = (function *)get_module_handle;
function *const __imp_machine_GetProcAddress = (function *)get_proc_address;
function *const __imp_machine_CreateJobObjectW = (function *)create_job;
function *const __imp_machine_AssignProcessToJobObject = (function *)assign;
function *const __imp_machine_TerminateJobObject = (function *)terminate;
function *const __imp_machine_QueryInformationJobObject = (function *)query_job;
function *const __imp_machine_CloseHandle = (function *)close_handle;

void *machine_malloc(size_t size);
void *machine_malloc(size_t size) {
    return malloc(size);
}

void machine_free(void *block);
void machine_free(void *block) {
    free(block);
}

static struct windows_process *put(uintptr_t pid, uintptr_t parent, uintptr_t working_set) {
    if (count > 0) {
        listed[count - 1].next = sizeof listed[0];
    }
    listed[count] = (struct windows_process){.threads = 1,
                                             .created = (int64_t)(1000 + count),
                                             .pid = pid,
                                             .parent = parent,
                                             .working_set = working_set,
                                             .peak_working_set = working_set};
    return &listed[count++];
}

static void setup(void) {
    static char process;
    count = 0;
    too_short = 0;
    reports_no_size = has_no_job = has_ended = false;
    members = 0;
    memset(&times, 0, sizeof times);
    memset(&memory, 0, sizeof memory);
    put(4, 0, 8 << 20);
    put(WATCHER, 4, 5 << 20);
    ck_assert(job_begin(&process));
}

static struct tree *open_tree(void) {
    const char *why = NULL;
    struct tree *tree = tree_open("/proc", WATCHER, true, &why);
    ck_assert_ptr_nonnull(tree);
    ck_assert_ptr_null(why);
    return tree;
}

START_TEST(children_and_members_are_the_tree_and_the_job_counts_their_time) {
    struct tree *tree = open_tree();
    put(2000, WATCHER, 4 << 20)->user = 1000000;
    put(2004, 2000, 200 << 20)->user = 19000000;
    put(2012, 2008, 30 << 20)->kernel = 5000000; /* Its parent, 2008, came and went. */
    put(3000, 4, 900 << 20);
    member[members++] = 2000;
    member[members++] = 2012;
    const struct tree_sample *sample = tree_take(tree, false);
    ck_assert_uint_eq(sample->alive, 3);
    ck_assert_uint_eq(sample->rss, UINT64_C(234) << 20);
    ck_assert(sample->cpu == 2.5);
    times.TotalUserTime.QuadPart = 40000000; /* Includes processes that ended. */
    times.TotalKernelTime.QuadPart = 2500000;
    ck_assert(tree_take(tree, false)->cpu == 4.25);
    tree_free(tree);
}
END_TEST

START_TEST(a_long_list_is_asked_for_until_it_fits) {
    reports_no_size = _i == 1;
    too_short = 5;
    struct tree *tree = open_tree();
    for (size_t i = 0; i < 400; i++) {
        put(2000 + 4 * i, WATCHER, 1 << 20);
        member[members++] = 2000 + 4 * i;
    }
    too_short = 3;
    ck_assert_uint_eq(tree_take(tree, false)->alive, 400);
    tree_free(tree);
}
END_TEST

START_TEST(many_members_are_all_found) {
    struct tree *tree = open_tree();
    for (size_t i = 0; i < 400; i++) {
        put(2000 + 4 * i, 4, 1 << 20);
        member[members++] = 2000 + 4 * i;
    }
    ck_assert_uint_eq(tree_take(tree, false)->rss, UINT64_C(400) << 20);
    tree_free(tree);
}
END_TEST

START_TEST(a_job_that_counts_nothing_is_not_known) {
    ck_assert(!job_usage().has_cpu);
    memory.PeakProcessMemoryUsed = 300 << 20;
    memory.PeakJobMemoryUsed = 400 << 20;
    struct job_usage usage = job_usage();
    ck_assert(usage.has_cpu && usage.user == 0 && usage.system == 0); /* Less than a tick. */
    ck_assert_uint_eq(usage.peak_process, 300 << 20);
    ck_assert_uint_eq(usage.peak_all, 400 << 20);
    memset(&memory, 0, sizeof memory);
    times.TotalUserTime.QuadPart = 156250;
    usage = job_usage();
    ck_assert(usage.has_cpu && usage.user == 0.015625 && usage.system == 0);
}
END_TEST

START_TEST(without_a_job_children_are_still_seen) {
    static char process;
    has_no_job = true;
    ck_assert(!job_begin(&process));
    memory.PeakProcessMemoryUsed = 300 << 20;
    ck_assert(!job_usage().has_cpu && job_usage().peak_process == 0 && !job_end(143));
    struct tree *tree = open_tree();
    put(2000, WATCHER, 4 << 20)->user = 10000000;
    const struct tree_sample *sample = tree_take(tree, false);
    ck_assert(sample->alive == 1 && sample->cpu == 1);
    tree_free(tree);
}
END_TEST

START_TEST(all_of_the_job_is_ended) {
    ck_assert(job_end(143) && has_ended);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("windows_tree");
    TCase *cases = tcase_create("tree");
    tcase_add_checked_fixture(cases, setup, NULL);
    tcase_add_test(cases, children_and_members_are_the_tree_and_the_job_counts_their_time);
    tcase_add_loop_test(cases, a_long_list_is_asked_for_until_it_fits, 0, 2);
    tcase_add_test(cases, many_members_are_all_found);
    tcase_add_test(cases, a_job_that_counts_nothing_is_not_known);
    tcase_add_test(cases, without_a_job_children_are_still_seen);
    tcase_add_test(cases, all_of_the_job_is_ended);
    suite_add_tcase(suite, cases);
    return run(suite);
}
