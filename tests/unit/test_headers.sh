#!/usr/bin/env bash
# Every header compiles alone, as C11 and with the project's warnings as errors; one that needs an include of its user is caught.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u

cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags=(-std=c11 -fsyntax-only -x c -I. -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
    -Wwrite-strings -Wvla -Wformat=2 -Wconversion -Wsign-conversion -Wpedantic -Werror -Wno-unused-function
    -D_GNU_SOURCE -DLACQUER_VERSION='"0"' -DLACQUER_SHARE='"/"')
# shellcheck disable=SC2207 # flags have no spaces
flags+=($(pkg-config --cflags jack liblo ncursesw sndfile fftw3 cmocka | sed 's/-std=[^ ]*//g'))

# Twice, as a header may be; from a file, as "#pragma once" and guards have no meaning in the main file.
alone() { # HEADER
    local said
    said=$(mktemp -p "$work")
    printf '#include "%s"\n#include "%s"\nextern int not_empty;\n' "$1" "$1" | "${CC:-cc}" "${flags[@]}" -I"$work" - >"$said" 2>&1 && return
    echo "$1 does not compile alone:"
    sed 's/^/    /' "$said"
}

printf 'uint32_t planted(void);\n' >"$work/planted.h"
[[ $(alone planted.h) == *"unknown type name"* ]] || { echo "a header without its includes is not caught"; exit 1; }
printf 'static inline int planted(long n) { return n; }\n' >"$work/planted.h"
[[ $(alone planted.h) == *"-Werror=conversion"* ]] || { echo "a conversion in a header is not caught"; exit 1; }

headers=$(find rack osc tui src -name '*.h' | sort)
for header in $headers; do
    while (($(jobs -rp | wc -l) >= $(nproc))); do wait -n; done
    alone "$header" &
done >"$work/faults"
wait
[ ! -s "$work/faults" ] && echo "$(wc -w <<<"$headers") headers compile alone" && exit 0
cat "$work/faults"
exit 1
