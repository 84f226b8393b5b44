#!/usr/bin/python3
# What a rack costs under a real JACK server: processor of all who take part, memory, threads, start. Not part of tests/run.
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import os
import statistics
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../live"))
from liverack import BUILD, LACQUER, SERVER, Process, Rack, Server, jack, ports, wait_until

USAGE = """usage: tests/tools/cost.py [--one-core] [RACK [PERIOD]]: examples/streaming.rack at 64 frames by default

Shares of a core, median of 3 times 5 s, by the scheduler's own count:
  jackd alone; with a client that only copies; with one that only plays; with that one playing into the rack; and with the
  rack's output wired to its input, so that sound goes round with nobody else there. Then the start, memory and threads.
--one-core: all of it on the last core."""
SECONDS, ROUNDS = 5, 3


@contextlib.contextmanager
def music():
    """The demo mix, for a while."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "demo.wav")
        with Process([os.path.join(BUILD, "demomix"), file]) as mix:
            mix.child.wait(60)
        yield file


def threads_s(process):
    """Processor time of each thread so far, by the scheduler's own count, with the thread's name."""
    place, found = f"/proc/{process.child.pid}/task", {}
    for thread in os.listdir(place):
        with open(f"{place}/{thread}/schedstat") as ran, open(f"{place}/{thread}/comm") as name:
            real_time = os.sched_getscheduler(int(thread)) & 3 in (os.SCHED_FIFO, os.SCHED_RR)
            found[thread] = int(ran.read().split()[0]) / 1e9, name.read().strip() + (" (real-time)" if real_time else "")
    return found


class Count:
    """Shares of a core that processes and their threads take."""

    def __init__(self, **processes):
        self.processes, self.threads, self.rounds = processes, {}, []

    def round(self):
        before, begin = {n: threads_s(p) for n, p in self.processes.items()}, time.monotonic()
        time.sleep(SECONDS)
        took, shares = time.monotonic() - begin, dict.fromkeys(self.processes, 0)
        for name, process in self.processes.items():
            for thread, (ran, called) in threads_s(process).items():
                share = 100 * (ran - before[name].get(thread, (0,))[0]) / took
                self.threads.setdefault((name, thread, called), []).append(share)
                shares[name] += share
        self.rounds.append(shares)

    def of(self, *names):
        return statistics.median(sum(r[n] for n in names) for r in self.rounds)

    def tell_threads(self, name):
        for (process, _, called), shares in sorted(self.threads.items(), key=lambda item: -statistics.median(item[1])):
            if process == name and statistics.median(shares) >= 0.005:
                print(f"    {called}: {statistics.median(shares):.2f} %", flush=True)


def count(what, **processes):
    """Prints what the processes take, of the last named the threads too; gives their sum."""
    c = Count(**processes)
    for _ in range(ROUNDS):
        c.round()
    sums = [sum(r.values()) for r in c.rounds]
    print(f"{what}: {' + '.join(f'{n} {c.of(n):.2f}' for n in processes)} = {c.of(*processes):.2f} % of a core "
          f"({min(sums):.2f} to {max(sums):.2f})", flush=True)
    return c


def sizes(rack):
    with open(f"/proc/{rack.child.pid}/status") as f:
        return ", ".join(" ".join(line.split()) for line in f if line.startswith(("VmHWM", "VmRSS", "Threads")))


def start_ms(rack_file):
    """From the program's start to its audio running, as its log says it; median of five."""
    took = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as folder:
            places = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"), folder)
            begin = time.monotonic()
            with Process([LACQUER, "run", "--headless", "--no-restore", "--server", SERVER, "--osc", "0", rack_file], places) as p:
                while "running as" not in p.output():
                    assert p.child.poll() is None, p.output()
                    time.sleep(0.001)
                took.append(1000 * (time.monotonic() - begin))
    return statistics.median(took)


def in_a_circle(rack):
    for channel in "LR":
        jack("jack_connect", f"lacquer:out_{channel}", f"lacquer:in_{channel}")
    time.sleep(2)
    level = rack.osc.ask("/meter/out/peak")
    assert min(level) > -40, f"nothing goes round: {level} dBFS"


def tell(rack_file, period):
    with music() as file, Server(period=period) as server:
        count("jackd alone", jackd=server)
        with Process([os.path.join(BUILD, "nullclient"), "-s", SERVER]) as null:
            wait_until("the client that copies", lambda: "null:out_R" in ports())
            count("with a client that only copies", jackd=server, copying=null)
        with Process([os.path.join(BUILD, "play"), "-s", SERVER, "-n", "daw", file]) as player:
            wait_until("the player", lambda: "daw:out_R" in ports())
            without = count("with a client that only plays", jackd=server, playing=player)
            print(f"start to audio running: {start_ms(rack_file):.0f} ms", flush=True)
            with Rack("--no-restore", "-i", "daw:out_L,daw:out_R", rack_file) as rack:
                time.sleep(2)
                both = count("that one playing into lacquer", jackd=server, playing=player, lacquer=rack)
                both.tell_threads("lacquer")
                print(f"    what lacquer adds to the machine: "
                      f"{both.of('jackd', 'playing', 'lacquer') - without.of('jackd', 'playing'):.2f} %")
                player.stop()
                in_a_circle(rack)
                count("lacquer and jackd, sound going round", jackd=server, lacquer=rack).tell_threads("lacquer")
                print(sizes(rack))


def main():
    arguments = sys.argv[1:]
    if set(arguments) & {"-h", "--help"}:
        return print(USAGE)
    if "--one-core" in arguments:
        arguments.remove("--one-core")
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    tell(arguments[0] if arguments else "examples/streaming.rack", int(arguments[1]) if len(arguments) > 1 else 64)
    print(f"load average {os.getloadavg()[0]:.1f}: with others at work on the machine all figures are higher")


if __name__ == "__main__":
    sys.exit(main())
