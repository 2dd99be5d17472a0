/* SPDX-License-Identifier: MIT */
/*
 * Real machines, with the figures that people published of them, against what the system's own tools showed at that
 * moment. Where a figure was printed in MiB, it is compared in MiB.
 */
#include "cases.h"

/* To the next MiB, as the tools round. */
#define mebibytes(bytes) (((bytes) + (1 << 19)) >> 20)
#define PAGES_OF(mib) (INT64_C(256) * (mib))

static struct sysinfo_memory memory(void) {
    struct sysinfo_memory reported;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    return reported;
}

static struct sysinfo_swap swap(void) {
    struct sysinfo_swap reported;
    ck_assert_int_eq(sysinfo_swap_memory(host, &reported, sizeof reported), SYSINFO_OK);
    return reported;
}

#if !SIM_MACOS
static void set_swap(uint64_t total, uint64_t used) {
    sim.swaps = 1;
    sim.swap[0].bytes = total;
    sim.swap[0].used = used;
}
#endif

#if SIM_FREEBSD
/* FreeBSD 14.5 in a virtual machine of 1 GiB, of which top(1) shows 644M Inact and 43M Free. */
START_TEST(a_small_machine_is_as_top_shows_it) {
    sim.physical = 987672576;
    sim.free = 11147;
    sim.inactive = 164911;
    sim.arc = 0;
    struct sysinfo_memory reported = memory();
    ck_assert_uint_eq(reported.free >> 20, 43);
    ck_assert_uint_eq(reported.inactive >> 20, 644);
    ck_assert_uint_eq(reported.available, 721133568);
}
END_TEST

/*
 * FreeBSD 11.2 on 16 GiB, most of it the cache of ZFS; https://github.com/giampaolo/psutil/issues/1328. In bytes
 * psutil has total=17143341056 free=171257856 active=9863168 inactive=450809856 wired=15926235136 and calls 96.4 % of
 * the machine used. top(1) a moment later: "Mem: 9916K Active, 430M Inact, 99M Laundry, 15G Wired, 189M Free. ARC: 12G
 * Total. Swap: 4096M Total, 552M Used, 3544M Free, 13% Inuse". The least size of the cache was not published.
 */
START_TEST(a_machine_full_of_cache_is_not_full) {
    sim.physical = UINT64_C(17143341056);
    sim.free = 171257856 / 4096;
    sim.active = 9863168 / 4096;
    sim.inactive = 450809856 / 4096;
    sim.wired = INT64_C(15926235136) / 4096;
    sim.laundry = PAGES_OF(99);
    sim.arc = UINT64_C(12) << 30;
    sim.arc_least = UINT64_C(1) << 30;
    set_swap(UINT64_C(4096) << 20, UINT64_C(552) << 20);
    struct sysinfo_memory reported = memory();
    ck_assert_uint_eq(reported.total, UINT64_C(17143341056));
    ck_assert_uint_eq(reported.free, 171257856);
    ck_assert_uint_eq(mebibytes(reported.inactive), 430);
    ck_assert_uint_eq(mebibytes(reported.laundry), 99);
    ck_assert_uint_eq(reported.wired >> 30, 14); /* top rounds to 15G. */
    ck_assert_uint_eq(reported.arc >> 30, 12);
    ck_assert_uint_eq(reported.available, 171257856 + 450809856 + (UINT64_C(11) << 30));
    ck_assert_double_eq_tol(reported.percent, 27.47, 0.01);
    struct sysinfo_swap space = swap();
    ck_assert_uint_eq(mebibytes(space.total), 4096);
    ck_assert_uint_eq(mebibytes(space.free), 3544);
    ck_assert_double_eq_tol(space.percent, 13, 0.5);
}
END_TEST

/*
 * FreeBSD 11.2 on 24 GiB that has swapped; https://github.com/cjbassi/gotop/issues/88. top(1): "Mem: 3379M Active,
 * 2029M Inact, 8809M Laundry, 7180M Wired, 1561M Buf, 2474M Free. ARC: 4001M Total. Swap: 4096M Total, 3073M Used,
 * 1023M Free, 75% Inuse". The issue is about a tool that calls 13 GB of it free: laundry must be written first.
 */
START_TEST(a_machine_that_swaps_is_as_top_shows_it) {
    sim.physical = UINT64_C(24) << 30;
    sim.active = PAGES_OF(3379);
    sim.inactive = PAGES_OF(2029);
    sim.laundry = PAGES_OF(8809);
    sim.wired = PAGES_OF(7180);
    sim.free = PAGES_OF(2474);
    sim.buffers = UINT64_C(1561) << 20;
    sim.arc = UINT64_C(4001) << 20;
    sim.arc_least = UINT64_C(4000) << 20;
    set_swap(UINT64_C(4096) << 20, UINT64_C(3073) << 20);
    struct sysinfo_memory reported = memory();
    ck_assert_uint_eq(mebibytes(reported.active), 3379);
    ck_assert_uint_eq(mebibytes(reported.laundry), 8809);
    ck_assert_uint_eq(mebibytes(reported.wired), 7180);
    ck_assert_uint_eq(mebibytes(reported.buffers), 1561);
    ck_assert_uint_eq(mebibytes(reported.available), 2474 + 2029 + 1);
    ck_assert_double_eq_tol(swap().percent, 75, 0.5);
}
END_TEST
#endif

#if SIM_NETBSD
/*
 * NetBSD 8 on amd64; https://github.com/giampaolo/psutil/issues/2231: total=1019899904 free=545050624 active=234807296
 * inactive=133210112 wired=294912, and of /proc/meminfo Buffers=260288512, which are the pages of files, and
 * Cached=368312320, which are those of files, of programs and anonymous ones (sys/miscfs/procfs/procfs_linux.c). How
 * many are of programs was not published, so both extremes are tested. Cached is active + inactive + wired to the byte;
 * what remains of the total without it and the free pages, 26010 pages, belongs to the kernel. psutil reported
 * 1046573056 as available, more than there is.
 */
START_TEST(what_no_queue_holds_is_in_use) {
    sim.pages = 1019899904 / 4096;
    sim.free = 545050624 / 4096;
    sim.active = 234807296 / 4096;
    sim.inactive = 133210112 / 4096;
    sim.wired = 294912 / 4096;
    sim.file = 260288512 / 4096;
    const int64_t cached = 368312320 / 4096, rest = cached - sim.file, kernel = sim.pages - sim.free - cached;
    ck_assert_int_eq(cached, sim.active + sim.inactive + sim.wired);
    ck_assert_int_eq(kernel, 26010);
    for (int programs = 0; programs <= 1; programs++) {
        sim.exec = programs ? rest : 0;
        sim.anonymous = programs ? 0 : rest;
        struct sysinfo_memory reported = memory();
        ck_assert_uint_eq(reported.total, 1019899904);
        ck_assert_uint_eq(reported.free, 545050624);
        ck_assert_uint_eq(reported.active, 234807296);
        ck_assert_uint_eq(reported.wired, 294912);
        ck_assert_uint_eq(reported.cached, (uint64_t)(sim.file + sim.exec) * 4096);
        ck_assert_uint_eq(reported.used, (uint64_t)(kernel + sim.anonymous) * 4096);
    }
}
END_TEST

/*
 * NetBSD with 444 GiB of swap space; https://github.com/giampaolo/psutil/pull/2128: total=476570451968 used=5305618432
 * free=471264833536 percent=1.1 sout=528124133376, where swapctl(2)'s numbers of blocks had wrapped to -170917888.
 */
START_TEST(much_swap_space_is_whole) {
    set_swap(UINT64_C(476570451968), UINT64_C(5305618432));
    sim.pages_out = UINT64_C(528124133376) / 4096;
    struct sysinfo_swap reported = swap();
    ck_assert_uint_eq(reported.total, UINT64_C(476570451968));
    ck_assert_uint_eq(reported.used, UINT64_C(5305618432));
    ck_assert_uint_eq(reported.free, UINT64_C(471264833536));
    ck_assert_double_eq_tol(reported.percent, 1.1, 0.05);
    ck_assert_uint_eq(reported.sout, UINT64_C(528124133376));
}
END_TEST
#endif

#if SIM_OPENBSD
/* The lines of vmstat -s of a machine of 2 GiB, as a script for another tool quotes them. */
START_TEST(an_idle_machine_is_as_vmstat_shows_it) {
    sim.pages = 511916;
    sim.free = 424148;
    sim.active = 27420;
    sim.inactive = 629;
    sim.swaps = 0;
    sim.faults = 25493360;
    sim.interrupts = 583192502;
    sim.switches = 123079479;
    sim.soft_interrupts = 253130413;
    sim.syscalls = 510493143;
    sim.forks = 101105;
    struct sysinfo_memory reported = memory();
    struct sysinfo_stats stats;
    struct sysinfo_paging paging;
    ck_assert_int_eq(sysinfo_cpu_stats(host, &stats, sizeof stats), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_page_stats(host, &paging, sizeof paging), SYSINFO_OK);
    ck_assert_uint_eq(reported.free / 4096, 424148);
    ck_assert_uint_eq(reported.active / 4096, 27420);
    ck_assert_uint_eq(reported.inactive / 4096, 629);
    ck_assert_uint_eq(stats.interrupts, 583192502);
    ck_assert_uint_eq(stats.ctx_switches, 123079479);
    ck_assert_uint_eq(stats.soft_interrupts, 253130413);
    ck_assert_uint_eq(stats.syscalls, 510493143);
    ck_assert_uint_eq(stats.forks, 101105);
    ck_assert_uint_eq(paging.faults, 25493360);
}
END_TEST

static void set_memory(uint64_t physical, int64_t all, int64_t active, int64_t free, int64_t cache) {
    sim.physical = physical;
    sim.pages = PAGES_OF(all);
    sim.active = PAGES_OF(active);
    sim.inactive = 0; /* Not in the line. */
    sim.free = PAGES_OF(free);
    sim.cache = PAGES_OF(cache);
}

/*
 * https://github.com/nextcloud/serverinfo/issues/120: hw.physmem 2090799104, and in top(1) "Memory: Real: 701M/1254M
 * act/tot Free: 681M Cache: 387M Swap: 72M/11G".
 */
START_TEST(a_server_is_as_top_shows_it) {
    set_memory(2090799104, 1254 + 681, 701, 681, 387);
    set_swap(UINT64_C(11) << 30, UINT64_C(72) << 20);
    struct sysinfo_memory reported = memory();
    ck_assert_uint_eq(reported.total, 2090799104);
    ck_assert_uint_eq(mebibytes(reported.active), 701);
    ck_assert_uint_eq(mebibytes(reported.free), 681);
    ck_assert_uint_eq(mebibytes(reported.cached), 387);
    ck_assert_uint_eq(mebibytes(reported.available), 681 + 387);
    struct sysinfo_swap space = swap();
    ck_assert_uint_eq(mebibytes(space.used), 72);
    ck_assert_uint_eq(space.total >> 30, 11);
}
END_TEST

/*
 * A Pentium 4; https://github.com/dylanaraps/neofetch/issues/177: "Memory: Real: 1078M/1735M act/tot Free: 252M Cache:
 * 397M Swap: 57M/2295M". A tool that took Free alone as what is left was wrong.
 */
START_TEST(an_old_desktop_is_as_top_shows_it) {
    set_memory(UINT64_C(2) << 30, 1735 + 252, 1078, 252, 397);
    set_swap(UINT64_C(2295) << 20, UINT64_C(57) << 20);
    struct sysinfo_memory reported = memory();
    ck_assert_uint_eq(mebibytes(reported.free), 252);
    ck_assert_uint_eq(mebibytes(reported.active), 1078);
    ck_assert_uint_eq(mebibytes(reported.available), 252 + 397);
    ck_assert_uint_eq(mebibytes(swap().free), 2295 - 57);
}
END_TEST
#endif

#if SIM_MACOS
/* A Mac of 16 GiB under pressure: vm_stat(1) and memory_pressure(1) at one moment. */
START_TEST(a_mac_under_pressure_is_as_its_tools_show_it) {
    sim.page_size = 16384;
    sim.physical = UINT64_C(17179869184);
    sim.free = 4518 + 3014; /* vm_stat takes the speculative ones off. */
    sim.speculative = 3014;
    sim.active = 194947;
    sim.inactive = 191193;
    sim.wired = 159117;
    sim.purgeable = 630;
    sim.file = 141843;
    sim.compressor = 454496;
    sim.pages_in = 470789;
    sim.pages_out = 929703;
    sim.faults = 574921966;
    sim.pressure_free = 38;
    struct sysinfo_memory reported = memory();
    struct sysinfo_swap space = swap();
    struct sysinfo_paging paging;
    ck_assert_int_eq(sysinfo_page_stats(host, &paging, sizeof paging), SYSINFO_OK);
    ck_assert_uint_eq(reported.free, UINT64_C(4518) * 16384);
    ck_assert_uint_eq(reported.cached, UINT64_C(142473) * 16384);
    ck_assert_uint_eq(reported.available, UINT64_C(146991) * 16384); /* 2.2 GiB; with the inactive ones it was 3.0. */
    ck_assert_uint_eq(reported.compressed, UINT64_C(454496) * 16384);
    ck_assert_double_eq(reported.pressure_free, 38);
    ck_assert_uint_eq(space.sin, UINT64_C(470789) * 16384);
    ck_assert_uint_eq(space.sout, UINT64_C(929703) * 16384);
    ck_assert_uint_eq(paging.faults, 574921966);
}
END_TEST

/*
 * An idle Intel Mac of 32 GiB, vm_stat(1) in https://github.com/wazuh/wazuh/issues/22113. Its lines agree with each
 * other: file-backed and anonymous pages are those that are active, inactive and speculative.
 */
START_TEST(an_idle_mac_is_as_vm_stat_shows_it) {
    const uint64_t file = 1080348, anonymous = 464333;
    sim.physical = UINT64_C(32) << 30;
    sim.free = 6127229 + 430715;
    sim.speculative = 430715;
    sim.active = 485320;
    sim.inactive = 628646;
    sim.wired = 715958;
    sim.purgeable = 11820;
    sim.file = (int64_t)file;
    sim.compressor = 0;
    sim.pages_in = sim.pages_out = 0;
    sim.faults = 11477162;
    ck_assert_uint_eq(file + anonymous, (uint64_t)(sim.active + sim.inactive + sim.speculative));
    struct sysinfo_memory reported = memory();
    struct sysinfo_paging paging;
    ck_assert_int_eq(sysinfo_page_stats(host, &paging, sizeof paging), SYSINFO_OK);
    ck_assert_uint_eq(reported.free, UINT64_C(6127229) * 4096);
    ck_assert_uint_eq(reported.active, 485320 * 4096);
    ck_assert_uint_eq(reported.wired, UINT64_C(715958) * 4096);
    ck_assert_uint_eq(reported.cached, UINT64_C(1092168) * 4096);
    ck_assert(SYSINFO_HAS(&reported, compressed) && reported.compressed == 0);
    ck_assert_uint_eq(paging.faults, 11477162);
    /* Used is anonymous less purgeable, wired, and the 740 pages of the 32 GiB that are in none of these counts. */
    ck_assert_uint_eq(reported.used, (anonymous - 11820 + 715958 + 740) * 4096);
}
END_TEST

/*
 * "sysctl hw machdep" of an Apple M4 Pro in https://github.com/archspec/archspec/issues/201: hw.ncpu 12,
 * hw.perflevel0.physicalcpu 8 (its name is Performance), hw.perflevel1.physicalcpu 4 (Efficiency).
 */
START_TEST(cores_of_two_kinds_are_as_sysctl_shows_them) {
    struct sysinfo_cpu_description reported;
    for (; sim.cpus < 12; sim.cpus++) {
        sim.cpu[sim.cpus] = (struct sim_cpu){.user = 1, .system = 1, .idle = 1};
    }
    sim.cores = 12;
    sim.physical = UINT64_C(25769803776);
    sim.efficient = 4;
    ck_assert_int_eq(sysinfo_cpu_info(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.cores_performance, 8);
    ck_assert_uint_eq(reported.cores_efficiency, 4);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 12);
    ck_assert_uint_eq(memory().total, UINT64_C(24) << 30);
}
END_TEST
#endif

void add_machines(TCase *cases) {
#if SIM_FREEBSD
    tcase_add_test(cases, a_small_machine_is_as_top_shows_it);
    tcase_add_test(cases, a_machine_full_of_cache_is_not_full);
    tcase_add_test(cases, a_machine_that_swaps_is_as_top_shows_it);
#elif SIM_NETBSD
    tcase_add_test(cases, what_no_queue_holds_is_in_use);
    tcase_add_test(cases, much_swap_space_is_whole);
#elif SIM_OPENBSD
    tcase_add_test(cases, an_idle_machine_is_as_vmstat_shows_it);
    tcase_add_test(cases, a_server_is_as_top_shows_it);
    tcase_add_test(cases, an_old_desktop_is_as_top_shows_it);
#elif SIM_MACOS
    tcase_add_test(cases, a_mac_under_pressure_is_as_its_tools_show_it);
    tcase_add_test(cases, an_idle_mac_is_as_vm_stat_shows_it);
    tcase_add_test(cases, cores_of_two_kinds_are_as_sysctl_shows_them);
#endif
}
