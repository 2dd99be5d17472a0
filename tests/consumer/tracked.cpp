// SPDX-License-Identifier: MIT
/* An exception leaves a scope: the enclosing scope reports a correct peak, or an estimate. */
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <sysinfo/sysinfo.h>

namespace {

constexpr std::size_t size = 5000000;

void allocate_and_throw() {
    SYSINFO_SCOPE_ENTER(inner, "inner");
    void *const volatile block = std::malloc(size);
    std::free(block);
    if (block != nullptr) {
        throw std::runtime_error("out of the scope");
    }
    SYSINFO_SCOPE_LEAVE(inner, nullptr);
}

/* Whether the enclosing scope's peak is that block and little more. */
bool is_peak_right() {
    SYSINFO_SCOPE_ENTER(outer, "outer");
    try {
        allocate_and_throw();
    } catch (const std::runtime_error &) {
    }
    SYSINFO_SCOPE_LEAVE(outer, nullptr);
    const bool is_right = outer.peak >= std::int64_t{size} && outer.peak < std::int64_t{size} + 8192;
    return SYSINFO_HAS(&outer, peak) && (is_right || SYSINFO_IS_ESTIMATED(&outer, peak));
}

} // namespace

int main() {
    std::cout << (is_peak_right() && is_peak_right() ? "peaks are right" : "a peak is wrong") << '\n';
}
