#!/usr/bin/python3
# What a rack costs under a real JACK server: processor of all who take part, memory, threads, start. Not part of tests/run.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import statistics
import sys
import tempfile
import time

from liverack import BUILD, SERVER, Process, Rack, Server, ports, wait_until

USAGE = "usage: tests/cost.py [RACK [PERIOD]]: examples/streaming.rack at 64 frames by default"
SECONDS, ROUNDS = 5, 3


def ran_s(process):
    """Processor time of all threads, by the scheduler's own count."""
    place = f"/proc/{process.child.pid}/task"
    total = 0
    for thread in os.listdir(place):
        with open(f"{place}/{thread}/schedstat") as f:
            total += int(f.read().split()[0])
    return total / 1e9


def shares(processes):
    before, begin = [ran_s(p) for p in processes], time.monotonic()
    time.sleep(SECONDS)
    took = time.monotonic() - begin
    return [100 * (ran_s(p) - b) / took for p, b in zip(processes, before)]


def main():
    if sys.argv[1:2] in (["-h"], ["--help"]):
        return print(USAGE)
    rack_file = sys.argv[1] if len(sys.argv) > 1 else "examples/streaming.rack"
    period = int(sys.argv[2]) if len(sys.argv) > 2 else 64
    with tempfile.TemporaryDirectory() as folder, Server(period=period) as server:
        music = os.path.join(folder, "demo.wav")
        with Process([os.path.join(BUILD, "demomix"), music]) as mix:
            mix.child.wait(60)
        with Process([os.path.join(BUILD, "play"), "-s", SERVER, "-n", "daw", music]) as player:
            wait_until("the player", lambda: "daw:out_R" in ports())
            begin = time.monotonic()
            with Rack("--no-restore", "-i", "daw:out_L,daw:out_R", rack_file) as rack:
                print(f"start to ports seen: at most {1000 * (time.monotonic() - begin):.0f} ms, looked at every 20 ms")
                time.sleep(2)
                rounds = [shares([rack, server, player]) for _ in range(ROUNDS)]
                for name, figures in zip(("lacquer", "jackd", "a client that only plays"), zip(*rounds)):
                    print(f"{name}: {statistics.median(figures):.2f} % of a core (of {ROUNDS}: "
                          f"{min(figures):.2f} to {max(figures):.2f})")
                with open(f"/proc/{rack.child.pid}/status") as f:
                    print(*(" ".join(line.split()) for line in f if line.startswith(("VmHWM", "VmRSS", "Threads"))), sep=", ")


if __name__ == "__main__":
    sys.exit(main())
