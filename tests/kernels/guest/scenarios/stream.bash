# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC1091,SC2016,SC2086,SC2154,SC2317
# A stream whose process is moved, and whose groups are removed and made again.
. /guest/lib.bash

make "$memory" one two three
echo $((100 * MiB)) >"$memory/one/$limit"
echo $((150 * MiB)) >"$memory/two/$limit"
echo $((120 * MiB)) >"$memory/three/$limit"
rows=/tmp/rows
: >$rows
(
    echo "$BASHPID" >"$memory/one/cgroup.procs"
    exec sysinfo get mem.limit 0.05 >$rows
) &
stream=$!

# shows GROUP: the newest row is the group's limit.
shows() {
    [[ $(tail -n 1 $rows) == "$(<"$memory/$1/$limit")" ]]
}

# follow WHAT GROUP
follow() {
    wait_for shows "$2"
    compare "$1: the limit in the stream" "$(tail -n 1 $rows)" "$(<"$memory/$2/$limit")"
}

follow 'started in one group' one
echo $stream >"$memory/two/cgroup.procs"
follow 'moved to another' two
check 'the first group can be removed' rmdir "$memory/one"
echo $stream >"$memory/three/cgroup.procs"
follow 'moved to the third' three
echo $((110 * MiB)) >"$memory/three/$limit"
follow 'another limit' three
echo $stream >"$memory/two/cgroup.procs"
check 'the third group can be removed' rmdir "$memory/three"
follow 'moved back' two
make "$memory" three
echo $((130 * MiB)) >"$memory/three/$limit"
echo $stream >"$memory/three/cgroup.procs"
follow 'moved to a new group of the old name' three
check 'the stream goes on' kill $stream
known=$(printf '|%s' $((100 * MiB)) $((150 * MiB)) $((120 * MiB)) $((110 * MiB)) $((130 * MiB)))
compare 'rows that are the limit of none of them' "$(grep -cvxE "${known#|}" $rows)" 0
exit $failed
