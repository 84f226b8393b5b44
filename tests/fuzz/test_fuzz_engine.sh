#!/usr/bin/env bash
# Fuzzes control and engine under the sanitizers, after two planted faults have shown that it finds things. Without
# libFuzzer random bytes do.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "$(dirname "$0")/../.." || exit 1
runs=$((${LACQUER_FUZZ_RUNS:-60000} / 200)) # each plays up to a second of sound
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export LACQUER_TEST_MODULES=1 XDG_CONFIG_HOME=$folder XDG_STATE_HOME=$folder XDG_RUNTIME_DIR=$folder

. tests/fuzz/fuzz_clang.sh
compiler=("$clang" -DWITH_LIBFUZZER "-fsanitize=fuzzer,address,undefined")
[ -n "$clang" ] || compiler=(gcc "-fsanitize=address,undefined")

compile() { # PROGRAM FLAGS...
    local program=$1
    shift
    # shellcheck disable=SC2086
    "${compiler[@]}" -std=c11 -D_GNU_SOURCE -DLACQUER_SHARE='"/nonexistent"' -I. -O2 -g -ffp-contract=off \
        -fno-sanitize-recover=all "$@" tests/fuzz/fuzz_engine.c $rack -o "$folder/$program" -lfftw3_threads -lfftw3 -lpthread -lm
}

mkdir "$folder/seeds"
python3 -c '
import random, sys
for i in range(40):
    open(f"{sys.argv[1]}/{i}", "wb").write(random.Random(i).randbytes(300))' "$folder/seeds"

fuzz() { # PROGRAM
    if [ -z "$clang" ]; then
        "$folder/$1" -random "$runs" >"$folder/$1.log" 2>&1
        return
    fi
    mkdir "$folder/corpus-$1"
    "$folder/$1" -runs="$runs" -seed=1 -max_len=600 -len_control=0 -timeout=60 -artifact_prefix="$folder/" \
        "$folder/corpus-$1" "$folder/seeds" >"$folder/$1.log" 2>&1
}

try_planted() { # NUMBER WORDS
    compile "planted$1" -DPLANTED_FAULT="$1" || exit 1
    fuzz "planted$1" && echo "planted fault $1 was not found in $runs runs" && exit 1
    grep -q "fuzz_engine: $2" "$folder/planted$1.log" && return
    tail -n 40 "$folder/planted$1.log"
    exit 1
}
try_planted 1 "an output that is not finite"
try_planted 2 "an output above the ceiling"

rm -f "$folder"/crash-*
compile target || exit 1
if ! fuzz target; then
    tail -n 40 "$folder/target.log"
    for input in "$folder"/crash-* "$folder"/leak-* "$folder"/timeout-* "$folder"/oom-*; do
        [ -e "$input" ] && echo "input $input:" && base64 "$input"
    done
    exit 1
fi
grep DONE "$folder/target.log" || echo "$runs runs"
