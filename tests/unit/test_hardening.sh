#!/usr/bin/env bash
# The program as built: what makes a bug harder to turn into an intrusion is in it, and nothing was compiled with -ffast-math;
# the same look refuses small programs that lack one of these each.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "$(dirname "$0")/../.." || exit 1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

# Prints what the program lacks, one word a line.
lacks() { # PROGRAM
    local program=$1
    readelf -hW "$program" | grep -q 'Type: *DYN' && readelf -dW "$program" | grep -q 'FLAGS_1.*PIE' || echo pie
    readelf -lW "$program" | grep -q GNU_RELRO || echo relro
    readelf -dW "$program" | grep -qE 'BIND_NOW|FLAGS_1.*NOW' || echo bind_now
    readelf -lW "$program" | grep -E 'GNU_STACK.* RW ' | grep -qv RWE || echo stack
    readelf -lW "$program" | grep -qE 'LOAD.* RWE ' && echo writable_code
    readelf -sW "$program" | grep -q __stack_chk_fail || echo protector
    readelf -sW "$program" | grep -q '_chk@' && readelf -sW "$program" | grep '_chk@' | grep -qv stack_chk || echo fortify
}

# Prints the files that were compiled with arithmetic that is allowed to be wrong.
fast_math() { # COMPILE_COMMANDS
    grep -E '"command".* -(ffast-math|Ofast|funsafe-math-optimizations|ffinite-math-only|fassociative-math|freciprocal-math)' "$1"
}

check() { # WHAT FOUND WANTED
    [ "$2" = "$3" ] && return
    echo "$1: '$2' instead of '$3'"
    failed=1
}

# ---- Planted faults

cat >"$folder/try.c" <<'C'
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
	char text[20];
	strcpy(text, argv[argc - 1]);
	printf("%s\n", text);
	return 0;
}
C
hard=(-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE -pie
    "-Wl,-z,relro,-z,now,-z,noexecstack")
plant() { # NAME FLAGS...
    local name=$1
    shift
    gcc "${hard[@]}" "$@" "$folder/try.c" -o "$folder/$name" 2>"$folder/log" || { cat "$folder/log" && exit 1; }
    lacks "$folder/$name" | tr '\n' ' '
}
check "hard" "$(plant hard)" ""
check "not position-independent" "$(plant pie -no-pie -fno-pie)" "pie "
check "no relro" "$(plant relro -Wl,-z,norelro)" "relro "
check "lazy binding" "$(plant lazy -Wl,-z,lazy)" "bind_now "
check "executable stack" "$(plant stack -Wl,-z,execstack)" "stack "
check "no protector" "$(plant protector -fno-stack-protector)" "protector "
check "no fortify" "$(plant fortify -U_FORTIFY_SOURCE)" "fortify "
echo '  "command": "/usr/bin/cc -O2 -ffast-math -o x.o -c x.c",' >"$folder/commands"
check "planted -ffast-math" "$(fast_math "$folder/commands" | wc -l)" 1

# ---- The build

check "build/lacquer lacks" "$(lacks build/lacquer | tr '\n' ' ')" ""
[ "$(grep -c '"command"' build/compile_commands.json)" -gt 50 ] || check "build/compile_commands.json" "too short" "all files"
check "compiled with -ffast-math or the like" "$(fast_math build/compile_commands.json)" ""
for wanted in -ffp-contract=off -fstack-protector-strong -fstack-clash-protection -fcf-protection -D_FORTIFY_SOURCE=2 -fPIE; do
    check "compiled without $wanted" "$(grep '"command".* -o CMakeFiles/\(rack\|osc\|tui\|program\|lacquer\)\.dir/' \
        build/compile_commands.json | grep -vc -- " $wanted ")" 0
done
[ "$failed" = 0 ] && echo "hardened"
exit "$failed"
