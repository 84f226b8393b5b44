#!/usr/bin/env bash
# Weakens the ring's and the triple buffer's memory orders one by one: the thread sanitizer must notice each.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "$(dirname "$0")/../.." || exit 1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Builds tests/unit/test_ring.c in a copy that sed has changed, runs it, and looks for what it must say.
try() { # NAME FILE SED EXPECTED
    rm -rf "${folder:?}/rack"
    mkdir -p "$folder/rack/base"
    cp rack/base/ring.[ch] rack/base/triple.h rack/base/realtime.h "$folder/rack/base/"
    sed -i -E "$3" "$folder/$2"
    if [ "$1" != unchanged ] && cmp -s "$2" "$folder/$2"; then
        echo "$1: nothing was changed in $2"
        return 1
    fi
    gcc -std=c11 -O1 -g -fsanitize=thread -I"$folder" tests/unit/test_ring.c "$folder/rack/base/ring.c" -o "$folder/test" \
        -lcmocka -lpthread || return 1
    TSAN_OPTIONS=halt_on_error=1 timeout 100 "$folder/test" >"$folder/log" 2>&1
    if grep -q "$4" "$folder/log"; then
        echo "$1: caught, as it must"
    else
        echo "$1: not caught:" && tail -n 20 "$folder/log"
        return 1
    fi
}

in_function() { # NAME SED: only within that function's body
    echo "/^[a-z].*[ *]$1\\(/,/^}/ $2"
}

failed=0
try unchanged rack/base/ring.c '' 'PASSED  ] 5' || failed=1
try publish rack/base/ring.c "$(in_function ring_publish s/order_release/order_relaxed/)" 'data race' || failed=1
try ready rack/base/ring.c "$(in_function ring_ready s/order_acquire/order_relaxed/)" 'data race' || failed=1
try drop rack/base/ring.c "$(in_function ring_drop s/order_release/order_relaxed/)" 'data race' || failed=1
try space rack/base/ring.c "$(in_function ring_space s/order_acquire/order_relaxed/)" 'data race' || failed=1
try triple-writer rack/base/triple.h "$(in_function triple_publish s/order_acq_rel/order_relaxed/)" 'data race' || failed=1
try triple-reader rack/base/triple.h "$(in_function triple_read s/order_acq_rel/order_relaxed/)" 'data race' || failed=1
# Not an order but a promise: a transaction that is published piece by piece is torn.
try piecemeal rack/base/ring.c "$(in_function ring_stage 's/r->staged\+\+;/&ring_publish(r);/')" 'FAILED' || failed=1
exit $failed
