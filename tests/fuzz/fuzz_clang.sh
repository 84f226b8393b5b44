#!/usr/bin/env bash
# Sourced by the fuzz tests: `clang` becomes one that has libFuzzer, or stays empty; `modules` the sources of all modules.
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2034,SC2154 # folder is the caller's, modules is for it
for clang in clang-22 clang; do
    echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return !d && n; }' >"$folder/try.c"
    "$clang" -fsanitize=fuzzer,address,undefined "$folder/try.c" -o "$folder/try" 2>/dev/null && break
    clang=
done
modules=$(sed -n 's/^MODULE(\(.*\))$/rack\/modules\/\1.c/p' rack/modules.def)
rack="rack/*.c rack/base/*.c rack/dsp/*.c rack/model/*.c rack/audio/*.c rack/meters/*.c rack/control/*.c $modules"
