#!/usr/bin/env bash
# Fuzzes the reader and printer of rack files under the sanitizers, after a planted fault has shown that it finds things.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "$(dirname "$0")/../.." || exit 1
runs=${LACQUER_FUZZ_RUNS:-60000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

. tests/fuzz/fuzz_clang.sh
if [ -z "$clang" ]; then
    echo "no clang with libFuzzer here"
    exit 77
fi

# The reader and what it needs; modules for their rows only.
compile() { # PROGRAM FLAGS...
    local program=$1
    shift
    # shellcheck disable=SC2086
    "$clang" -std=c11 -D_GNU_SOURCE -DWITH_LIBFUZZER -DLACQUER_SHARE='"/nonexistent"' -I. -O1 -g -fsanitize=fuzzer,address,undefined \
        -fno-sanitize-recover=all "$@" tests/fuzz/fuzz_rackfile.c rack/model/rackfile*.c rack/model/rack.c rack/param.c rack/base/*.c \
        rack/model/registry.c rack/level.c rack/dsp/*.c $modules -o "$folder/$program" -lfftw3_threads -lfftw3 -lpthread -lm
}
mkdir "$folder/seeds" "$folder/found"
cp examples/*.rack "$folder/seeds/" 2>/dev/null
printf '# a\n[rack]\nformat = 1\ntitle = T # c\n\n[trim]\ngain = -1.5 dB  # x\n\n[nix b]\nx = 1\n' >"$folder/seeds/small.rack"
printf '\xef\xbb\xbf[trim a]\r\ngain=1\r\nmono = on\r\ngain = 2\r\n# end' >"$folder/seeds/crlf.rack"
printf '%s\n' '"[trim]"' '"[rack]"' '"format = 1"' '"gain = "' '" dB"' '"\x0a"' '"\x0d\x0a"' '"#"' '" = "' '"bypass"' \
    '"title = "' '"[limiter]"' '"ceiling"' >"$folder/words"

fuzz() { # PROGRAM RUNS CORPUS
    "$folder/$1" -runs="$2" -seed=1 -max_len=4096 -dict="$folder/words" -artifact_prefix="$folder/" "$folder/$3" \
        "$folder/seeds" >"$folder/$1.log" 2>&1
}

compile planted -DPLANTED_FAULT || exit 1
if fuzz planted "$runs" found; then
    echo "the planted fault was not found in $runs runs"
    exit 1
fi
mkdir "$folder/corpus"
compile target || exit 1
if ! fuzz target "$runs" corpus; then
    tail -n 40 "$folder/target.log"
    for input in "$folder"/crash-* "$folder"/leak-* "$folder"/timeout-* "$folder"/oom-*; do
        [ -e "$input" ] && echo "input $input:" && base64 "$input"
    done
    exit 1
fi
grep DONE "$folder/target.log"
