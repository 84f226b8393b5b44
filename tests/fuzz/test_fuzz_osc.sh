#!/usr/bin/env bash
# Fuzzes the OSC server with datagrams under the sanitizers, after a planted fault has shown that it finds things.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "$(dirname "$0")/../.." || exit 1
runs=${LACQUER_FUZZ_RUNS:-60000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export LACQUER_TEST_MODULES=1 XDG_CONFIG_HOME=$folder XDG_STATE_HOME=$folder XDG_RUNTIME_DIR=$folder

. tests/fuzz/fuzz_clang.sh
if [ -z "$clang" ]; then
    echo "no clang with libFuzzer here"
    exit 77
fi

compile() { # PROGRAM FLAGS...
    local program=$1
    shift
    # shellcheck disable=SC2046,SC2086
    "$clang" -std=c11 -D_GNU_SOURCE -DWITH_LIBFUZZER -DLACQUER_VERSION='"fuzz"' -DLACQUER_SHARE='"/nonexistent"' -I. \
        -O1 -g -ffp-contract=off -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all "$@" tests/fuzz/fuzz_osc.c \
        osc/*/*.c $rack -o "$folder/$program" \
        $(pkg-config --cflags --libs liblo libebur128 fftw3 fftw3f 2>/dev/null || pkg-config --libs liblo libebur128) \
        -lfftw3_threads -lfftw3 -lpthread -lm
}

mkdir "$folder/seeds" "$folder/found" "$folder/corpus"
seed() { # NAME BYTES
    # shellcheck disable=SC2059 # the bytes are written as a format
    printf "$2" >"$folder/seeds/$1"
}
seed set '/rack/trim/gain\0,f\0\0\077\200\0\0'
seed text '/rack/trim/gain/str\0,s\0\0-1 dB\0\0\0'
seed ask '/rack/*/{gain,fault}/info\0\0\0,\0\0\0'
seed choice '/rack/testfault/fault\0\0\0,s\0\0none\0\0\0\0'
seed subscribe '/subscribe\0\0,si\0/rack/[a-t]*/*\0\0\0\0\0\0\0\036'
seed insert '/chain/insert\0\0\0,sis\0\0\0\0trim\0\0\0\0\0\0\0\001abc\0'
seed move '/chain/move\0,si\0trim\0\0\0\0\0\0\0\001'
seed replace '/chain/replace\0\0,ss\0trim\0\0\0\0testfault\0\0\0'
seed bundle '#bundle\0\0\0\0\0\0\0\0\001\0\0\0\014/bypass\0,T\0\0\0\0\0\020/sync\0\0\0,i\0\0\0\0\0\007'
seed late '#bundle\0\377\377\377\377\0\0\0\0\0\0\0\014/bypass\0,T\0\0'
seed blob '/meter/out/peak\0,b\0\0\0\0\0\003abc\0'
printf '%s\n' '"#bundle\x00"' '"/rack/"' '"/meter/"' '"/norm"' '"/str"' '"/info"' '",s\x00\x00"' '",d\x00\x00"' '",I\x00\x00"' \
    '"/preset/load"' '"/scene/store"' '"/undo"' '"/ab"' '"trim"' '"*"' '"{"' '"}"' '"["' '"]"' >"$folder/words"

fuzz() { # PROGRAM RUNS CORPUS
    "$folder/$1" -runs="$2" -seed=1 -max_len=1024 -timeout=10 -dict="$folder/words" -artifact_prefix="$folder/" \
        "$folder/$3" "$folder/seeds" >"$folder/$1.log" 2>&1
}

compile planted -DPLANTED_FAULT || exit 1
if fuzz planted "$runs" found; then
    echo "the planted fault was not found in $runs runs"
    exit 1
fi
if ! grep -q 'fuzz_osc: the planted fault' "$folder/planted.log"; then
    tail -n 40 "$folder/planted.log"
    exit 1
fi
compile target || exit 1
if ! fuzz target "$runs" corpus; then
    tail -n 40 "$folder/target.log"
    for input in "$folder"/crash-* "$folder"/leak-* "$folder"/timeout-* "$folder"/oom-*; do
        [ -e "$input" ] && echo "input $input:" && base64 "$input"
    done
    exit 1
fi
grep DONE "$folder/target.log"
