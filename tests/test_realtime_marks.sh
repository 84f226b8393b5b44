#!/usr/bin/env bash
# Proves that the compiler's real-time gate is armed: planted faults behind the RT mark must be refused, clean code taken.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "$(dirname "$0")/.." || exit 1
if ! command -v clang-22 >/dev/null; then
    echo "no clang-22 here (Debian 12 has it in its security updates)"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

compile() { # BODY-OF-HELPER FLAGS...: a program whose audio callback calls that body two calls deep
    cat >"$folder/planted.c" <<TEXT
#include "rack/realtime.h"
#include <pthread.h>
#include <stdlib.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *kept;
static void deepest(int n) { (void)lock; $1 }
static void helper(int n) { deepest(n + 1); }
static void process(int n) RT { helper(n); }
int main(void) { process(1); free(kept); return 0; }
TEXT
    shift
    clang-22 -std=c11 -I. "$folder/planted.c" -o "$folder/planted" "$@" >"$folder/log" 2>&1
}

expect() { # WHAT SUCCESS(0|1) PATTERN ACTUAL-STATUS
    if { [ "$2" = 0 ] && [ "$4" = 0 ]; } || { [ "$2" = 1 ] && [ "$4" != 0 ] && grep -q "$3" "$folder/log"; }; then
        echo "$1: as it must"
    else
        echo "$1: status $4, wanted '$3':" && cat "$folder/log"
        failed=1
    fi
}

compile ';' -Werror=function-effects
expect "clean code compiles" 0 '' $?
compile 'kept = malloc((size_t)n);' -Werror=function-effects
expect "malloc two calls deep is refused" 1 'error:.*function-effects' $?
compile 'pthread_mutex_lock(&lock);' -Werror=function-effects
expect "a lock two calls deep is refused" 1 'error:.*function-effects' $?
compile ';' -fsanitize=realtime
"$folder/planted" >"$folder/log" 2>&1
expect "clean code runs under the sanitizer" 0 '' $?
compile 'kept = malloc((size_t)n);' -fsanitize=realtime
"$folder/planted" >"$folder/log" 2>&1
expect "malloc is caught while it runs" 1 'RealtimeSanitizer.*malloc\|unsafe-library-call' $?

# The mark sits where it counts: with it taken off the record's function pointers, the same fault passes unseen.
for field in adopt set reset process; do
    grep -Eq "\(\*$field\)\(.*\) RT;" rack/module.h && continue
    echo "rack/module.h: $field is not marked RT"
    failed=1
done
grep -Eq 'engine_process\(.*' rack/engine.h && sed -n '/engine_process(/,/;/p' rack/engine.h | grep -q 'RT;' || {
    echo "rack/engine.h: engine_process is not marked RT"
    failed=1
}
exit $failed
