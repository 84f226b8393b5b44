#!/usr/bin/env bash
# Has Spin search every interleaving of control and audio thread in protocol.pml, and find each planted mistake.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "$(dirname "$0")" || exit 1
if ! command -v spin >/dev/null; then
    echo "spin is not here"
    exit 77
fi
model=$PWD/protocol.pml
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed=0

search() { # WANTED-ERRORS SPIN-FLAGS...
    local wanted=$1
    shift
    spin -a "$@" "$model" >log 2>&1 && cc -O2 -DSAFETY -DMEMLIM=4096 -DVECTORSZ=4096 -w -o pan pan.c >>log 2>&1 && ./pan -m2000000 >>log 2>&1
    local errors states
    errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' log)
    states=$(sed -n 's/ *\([0-9.e+]*\) states, stored.*/\1/p' log | head -1)
    if [ "${errors:-none}" = "$wanted" ] && ! grep -q 'max search depth too small' log; then
        echo "${*:-as it is}: ${states:-?} states, errors: $errors, as it must"
    else
        echo "${*:-as it is}: errors: ${errors:-none}, wanted $wanted"
        tail -20 log
        failed=1
    fi
}

search 0
for mutant in TORN EARLY_DROP EARLY_RETURN LEAK NO_LIMIT; do
    search 1 "-D$mutant"
done
exit $failed
