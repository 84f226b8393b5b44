#!/usr/bin/python3
# A hundred thousand messages a second, and datagrams made to hurt: audio is in time, others are served, the last value counts.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import socket
import struct
import subprocess
import sys
import time

from liverack import BUILD, OwnLate, Rack, Server, numbers, stolen

RATE = 100000
SECONDS = float(os.environ.get("LACQUER_TEST_FLOOD_S", "10"))
TRIES = 5  # where the sender had no processor for its rate, or the hypervisor took one from the rack


def text(s):
    return s + b"\0" * (4 - len(s) % 4)


def bundle(*elements):
    return b"#bundle\0" + bytes(7) + b"\1" + b"".join(struct.pack(">i", len(e)) + e for e in elements)


def deep(levels):
    data = text(b"/rack/trim/gain") + text(b",f") + struct.pack(">f", 3)
    for _ in range(levels):
        data = bundle(data)
    return data


SET = text(b"/rack/trim/gain") + text(b",f") + struct.pack(">f", 3)
MALFORMED = {  # no answer, counted, nothing done
    "64 KiB of noise": bytes(range(1, 251)) * 260,
    "bundles of 2000": bundle(*[SET] * 2000),
    "deep bundles": deep(100),
    "bundle with itself for a size": b"#bundle\0" + bytes(8) + struct.pack(">i", 2 ** 31 - 1),
    "bundle with size 0": b"#bundle\0" + bytes(8) + bytes(4),
    "blob without a body": b"/x\0\0,b\0\0",
    "no end of the address": b"/" + b"x" * 63,
    "too many arguments told": text(b"/rack/trim/gain") + text(b"," + b"f" * 200) + bytes(4),
    "not a multiple of four": SET[:-1],
    "noise": bytes(range(256)) * 4,
}
BOMBS = {  # well formed, so they may be answered; what counts is how long they take
    "values without type tags": text(b"/rack/trim/gain") + text(b"f") + bytes(4),
    "arrays": text(b"/rack/trim/gain") + text(b",[" + b"f" * 100 + b"]") + bytes(400),
    "64 KiB of blob": text(b"/rack/trim/gain") + text(b",b") + struct.pack(">i", 65000) + bytes(65000),
    "bundles of 1000": bundle(*[SET] * 1000),
    "stars": text(b"/" + b"*a" * 40) + text(b",f") + bytes(4),
    "stars of 84 bytes": text(b"/*" * 30 + b"x") + text(b","),
    "braces": text(b"/{" + b"a,b,c,d," * 12 + b"x}" * 1) + text(b","),
    "open bracket": text(b"/rack/[" + b"a-" * 40) + text(b","),
    "everything": text(b"/*/*/*") + text(b",f") + struct.pack(">f", 1),
    "bundles of patterns": bundle(*[text(b"/*/*/*/*") + text(b",f") + bytes(4)] * 1000),
}


class Asker:
    """Another client, which asks over and over; how long each answer took, in ms, and how long without the time in which the rack's
    control thread, or this one, was ready and others had the processor."""

    def __init__(self, port, pid):
        self.pid = pid
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.socket.settimeout(1)
        self.times, self.own, self.lost = [], [], 0

    def ask(self):
        begin, waited = time.monotonic(), waited_ms(self.pid) + waited_ms(os.getpid())
        self.socket.send(text(b"/rack/limiter/ceiling") + text(b","))
        try:
            self.socket.recv(1000)
            self.times.append((time.monotonic() - begin) * 1e3)
            self.own.append(self.times[-1] - (waited_ms(self.pid) + waited_ms(os.getpid()) - waited))
        except TimeoutError:
            self.lost += 1


def schedstat(pid):
    with open(f"/proc/{pid}/task/{pid}/schedstat") as f:
        return [int(word) for word in f.read().split()]


def cpu_s(pid):
    """Processor time of the main thread: of a rack, its control thread."""
    return schedstat(pid)[0] / 1e9


def waited_ms(pid):
    """How long it was ready and others had the processor."""
    return schedstat(pid)[1] / 1e6


def flood(rack):
    """Held to what the rack itself takes; on a busy machine others come before it, and what it is late by then is printed only."""
    pid, said = rack.child.pid, None
    for _ in range(TRIES):
        asker, late = Asker(rack.port, pid), OwnLate(rack)
        used, dropped, steal = cpu_s(pid), numbers(rack.osc)["dropped"], stolen()
        flooder = subprocess.Popen([os.path.join(BUILD, "flood"), str(rack.port), "/rack/trim/gain", str(RATE), str(SECONDS), str(pid)],
                                   stdout=subprocess.PIPE, text=True)
        while flooder.poll() is None:
            asker.ask()
            late.look()
            time.sleep(0.02)
        begin = time.monotonic()
        rack.osc.sync()
        synced_ms = (time.monotonic() - begin) * 1e3
        late.look()
        said = json.loads(flooder.stdout.read())
        used, steal = (cpu_s(pid) - used) / said["seconds"], stolen() - steal
        asker.times.sort()
        settled_ms, own_ms = said["settled_ms"], max(asker.own, default=1000)
        print(f"{said['sent'] / said['seconds']:.0f} messages a second for {said['seconds']:.0f} s: last value after {settled_ms} ms "
              f"({said['waited_ms']} of them waiting for a processor), in the sound {synced_ms:.1f} ms later at most, another client's "
              f"answers {asker.times[len(asker.times) // 2]:.1f} ms (median), {asker.times[-1]:.1f} ms (longest of {len(asker.times)}), "
              f"{own_ms:.1f} ms (longest without waiting for a processor), {asker.lost} lost, {used:.2f} of a core, "
              f"{numbers(rack.osc)['dropped'] - dropped} dropped, {late.count} late cycles of our own, steal {steal} ticks", flush=True)
        assert rack.osc.ask("/rack/trim/gain") == [-1.0]
        assert late.count == 0
        assert settled_ms >= 0, "the last value never came"
        slow = said["sent"] / said["seconds"] <= 0.9 * RATE
        fine = settled_ms - said["waited_ms"] <= 20 and own_ms <= 100 and not asker.lost
        if fine and not slow:
            return
        if not fine and not steal:
            break
    assert not (fine and slow), "the sender is too slow"
    raise AssertionError(f"settled after {said}, another client's answers within {own_ms} ms, {asker.lost} lost")


def messages_in(data):
    """How many messages a datagram is made of."""
    return max(data.count(b"/rack/trim/gain"), data.count(b"/*/*/*/*"), 1)


def hurts(rack, name, data, malformed):
    """Two hundred of them in at most 1 ms each, or 2 us a message where a well-formed one holds many (a fifth of what the flood's
    rate leaves), waiting for a processor left out; the time of the sync is what they hold it up."""
    most_ms = 200 * (1 if malformed else max(1, messages_in(data) * 0.002))
    times, answers = [], 0
    for _ in range(TRIES):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            before = numbers(rack.osc)["dropped"]
            begin, waited = time.monotonic(), waited_ms(rack.child.pid)
            for _ in range(200):
                s.sendto(data, ("127.0.0.1", rack.port))
            rack.osc.sync()
            times.append((time.monotonic() - begin) * 1e3 - (waited_ms(rack.child.pid) - waited))
            if malformed:
                counted = numbers(rack.osc)["dropped"] - before
                assert counted >= 200, f"{name}: {counted} of 200 counted"
            s.setblocking(False)
            try:
                while s.recv(65536):
                    answers += 1
            except BlockingIOError:
                pass
        assert not malformed or answers == 0, f"{name}: answered"
        if times[-1] < most_ms:
            break
    print(f"200 of {name}: {times[-1]:.1f} of {most_ms:.0f} ms, {answers} answers")
    assert times[-1] < most_ms, f"{name}: {times} ms"


def main():
    with Server(period=256), Rack("--no-restore") as rack:
        rack.osc.send("/chain/insert", "trim", 0)
        rack.osc.send("/chain/insert", "limiter", 1)
        rack.osc.sync()
        flood(rack)
        for i in range(2):  # addresses to hold patterns against
            rack.osc.send("/chain/insert", "eq", i)
        rack.osc.send("/rack/trim/gain", -2.0)
        for name, data in MALFORMED.items():
            hurts(rack, name, data, True)
        assert rack.osc.ask("/rack/trim/gain") == [-2.0], "something was done"
        for name, data in BOMBS.items():
            hurts(rack, name, data, False)
        said = len(rack.output().split("\n"))
        assert said < 20, f"{said} lines on stderr"
        rack.osc.errors.clear()


if __name__ == "__main__":
    sys.exit(main())
