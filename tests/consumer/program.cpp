// SPDX-License-Identifier: MIT
/* The same in C++: the result's type is deduced from the getter, and errors are exceptions. */
#include <iostream>
#include <memory>
#include <stdexcept>
#include <sysinfo/sysinfo.h>

namespace {

struct close_host {
    void operator()(sysinfo_host *host) const { sysinfo_host_close(host); }
};
using host_pointer = std::unique_ptr<sysinfo_host, close_host>;

host_pointer open_host() {
    sysinfo_host *host = nullptr;
    const int status = sysinfo_host_open(&host, nullptr);
    if (status != SYSINFO_OK) {
        throw std::runtime_error(sysinfo_explain(nullptr, status));
    }
    return host_pointer(host);
}

template <class Result> Result ask(sysinfo_host *host, int (*getter)(sysinfo_host *, Result *, size_t)) {
    Result result{};
    const int status = getter(host, &result, sizeof result);
    if (status != SYSINFO_OK) {
        throw std::runtime_error(sysinfo_explain(host, status));
    }
    return result;
}

} // namespace

int main() {
    try {
        const host_pointer host = open_host();
        const auto memory = ask(host.get(), sysinfo_virtual_memory);
        const auto swap = ask(host.get(), sysinfo_swap_memory);
        const auto counts = ask(host.get(), sysinfo_cpu_counts);
        if (!SYSINFO_HAS(&memory, total) || !SYSINFO_HAS(&swap, total) || !SYSINFO_HAS(&counts, count) || SYSINFO_IS_ESTIMATED(&memory, total)) {
            std::cerr << "a figure that is always there is not\n";
            return 1;
        }
        static_assert(SYSINFO_BIT(sysinfo_memory, total) == 4, "a bit is a constant");
        std::cout << memory.total << '\n';
        return 0;
    } catch (const std::exception &failure) {
        std::cerr << failure.what() << '\n';
        return 1;
    }
}
