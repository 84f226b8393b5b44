#!/usr/bin/env bash
# Proves that the compiler's real-time gate is armed: planted faults behind the RT mark must be refused, clean code taken.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "$(dirname "$0")/../.." || exit 1
if ! command -v clang-22 >/dev/null; then
    echo "no clang-22 here (Debian 12 has it in its security updates)"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

compile() { # BODY-OF-HELPER FLAGS...: a program whose audio callback calls that body two calls deep
    cat >"$folder/planted.c" <<TEXT
#include "rack/base/realtime.h"
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

# The same fault in our own code, at each stage of a sample's way: the function's first line allocates.
planted() { # FILE FUNCTION
    mkdir -p "$folder/$(dirname "$1")"
    sed -E "/^[a-z].*[ *]$2\(/,/^}/ s/^\{/{ free(malloc(1));/" "$1" >"$folder/$1"
    cmp -s "$1" "$folder/$1" && echo "$1: no function $2" && failed=1
    clang-22 -std=c11 -D_GNU_SOURCE -I. -fsyntax-only -Werror=function-effects \
        -include stdlib.h "$folder/$1" >"$folder/log" 2>&1
    expect "malloc in $2 of $1 is refused" 1 'error:.*function-effects' $?
}

planted rack/modules/trim.c process
planted rack/modules/trim.c set
planted rack/audio/chain.c chain_process
planted rack/audio/engine.c engine_process
exit $failed
