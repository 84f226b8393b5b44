#!/usr/bin/env bash
# Runs examples/quickstart as a newcomer does: alone, beside a running server, in a terminal; nothing may stay behind.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "$(dirname "$0")/../.." || exit 1
server=${LACQUER_TEST_SERVER:-lacq_live}
folder=$(mktemp -d) jackd=
cleanup() {
    tmux -L "$server" kill-server 2>/dev/null
    [ -n "$jackd" ] && kill "$jackd" && wait "$jackd" 2>/dev/null
    rm -rf "$folder"
}
trap cleanup EXIT

fail() {
    echo "live_quickstart: $*"
    cat "$folder"/*.txt 2>/dev/null
    exit 1
}

nothing_left() { # SERVER: no player, no rack on it, and no jackd unless it is the one of this test
    local i pattern="(-s|--server) $1( |\$)"
    [ "$1" = "$server" ] || pattern="$1"
    for ((i = 0; i < 50; i++)); do
        pgrep -f -- "$pattern" >/dev/null || return 0
        sleep 0.1
    done
    fail "still running: $(pgrep -fa -- "$pattern")"
}

# On a busy machine jack_lsp may hang as it closes its client, with nothing printed: then once more.
ports_of() { # SERVER: with their connections
    JACK_DEFAULT_SERVER=$1 timeout 5 jack_lsp -c || JACK_DEFAULT_SERVER=$1 timeout 5 jack_lsp -c
}

judge() { # OUTPUT: 20 lines of meters, then loudness that rose
    local lines
    lines=$(grep -cE '^ ?[0-9]+ s  in +-?[0-9.]+ LUFS .*dBTP' "$1")
    [ "$lines" = 20 ] || fail "$lines lines of meters instead of 20"
    awk '/^integrated loudness/ { ok = $4 < -15 && $4 > -30 && $7 > $4 + 2 && $7 < -6 } END { exit !ok }' "$1" ||
        fail "the loudness before and after makes no sense"
}

# No server runs: it starts its own and ends it.
JACK_DEFAULT_SERVER=${server}_none timeout 120 examples/quickstart >"$folder/alone.txt" 2>&1 </dev/null ||
    fail "status $? without a server"
own=$(sed -n 's/^started a private JACK server (\([^,]*\),.*/\1/p' "$folder/alone.txt")
[ -n "$own" ] || fail "no server of its own"
judge "$folder/alone.txt"
nothing_left "$own"
echo "alone: $(tail -n 1 "$folder/alone.txt")"

# A server runs, at another rate than the file: it is used, and goes on.
jackd -n "$server" -d dummy -r 44100 -p 256 >"$folder/jackd.log" 2>&1 &
jackd=$!
jack_wait -s "$server" -w -t 10 >/dev/null 2>&1
JACK_DEFAULT_SERVER=$server timeout 120 examples/quickstart build/demo.wav >"$folder/beside.txt" 2>&1 </dev/null ||
    fail "status $? beside a server"
grep -q "using the JACK server that runs ($server, 44100 Hz)" "$folder/beside.txt" || fail "did not use the server"
judge "$folder/beside.txt"
nothing_left "$server"
ports_of "$server" | grep -q system:playback_1 || fail "the server has suffered"
kill "$jackd" && wait "$jackd"
jackd=
echo "beside a server: $(tail -n 1 "$folder/beside.txt")"

# In a terminal: the UI shows the rack; q leaves all running, and by what it says then one comes back and ends it.
tmux -L "$server" -f /dev/null new-session -d -x 140 -y 32 \
    "JACK_DEFAULT_SERVER=${server}_none examples/quickstart; echo ended with \$?; exec env PS1='shell> ' bash --norc"
screen() {
    tmux -L "$server" capture-pane -p
}
wait_screen() { # PATTERN
    local i
    for ((i = 0; i < 300; i++)); do
        screen | grep -qE "$1" && return
        sleep 0.1
    done
    screen
    fail "the terminal never shows: $1"
}
wait_screen 'OUT .*LUFS'
screen
pane=$(tmux -L "$server" display-message -p '#{pane_pid}')
own=lacquer_quickstart_$(pgrep -P "$pane" -f examples/quickstart | head -n 1)
pgrep -f -- "$own" >/dev/null || fail "no server called $own"
tmux -L "$server" send-keys q
wait_screen 'Quit'
tmux -L "$server" send-keys Enter
wait_screen 'ended with 0'
sleep 1
ports_of "$own" | grep -q "^   lacquer_player_.*:out_L" || fail "the player was not left running"
back=$(screen | grep 'XDG_RUNTIME_DIR=/')
# shellcheck disable=SC2001
scratch=$(sed 's/.*XDG_RUNTIME_DIR=\([^ ]*\).*/\1/' <<<"$back")
[ -d "$scratch" ] || fail "the way back is not told"
tmux -L "$server" send-keys "clear; $back" Enter
wait_screen 'OUT .*LUFS'
tmux -L "$server" send-keys q
wait_screen 'Quit'
tmux -L "$server" send-keys Down Enter
wait_screen 'shell>'
nothing_left "$own"
for ((i = 0; i < 50; i++)); do [ -d "$scratch" ] && sleep 0.1; done
[ -d "$scratch" ] && fail "$scratch is still there"
tmux -L "$server" send-keys "clear; JACK_DEFAULT_SERVER=${server}_none examples/quickstart" Enter
wait_screen 'OUT .*LUFS'
own=lacquer_quickstart_$(pgrep -P "$pane" -f examples/quickstart | head -n 1)
pgrep -f -- "$own" >/dev/null || fail "no server called $own"
tmux -L "$server" send-keys q
wait_screen 'Quit'
tmux -L "$server" send-keys Down Enter
wait_screen 'stopping everything that it started'
nothing_left "$own"
echo "in a terminal: shown, left running, come back to, ended; ended at once"
