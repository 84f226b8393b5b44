#!/usr/bin/python3
# NaN, infinity, absurd levels, denormals from outside or from a faulty module: none gets out, 50 ms later all is well.
# SPDX-License-Identifier: GPL-3.0-or-later
import array
import math
import os
import struct
import sys
import tempfile

from liverack import TOP, Rack, Server, Wire, wait_until

RATE = 48000
AMPLITUDE = 0.25
MS = RATE // 1000
SMALLEST_NORMAL = 2.0 ** -126


def write_wav(path, left, right):
    """Two channels of 32-bit floats, with whatever is in them."""
    data = array.array("f", [x for frame in zip(left, right) for x in frame]).tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, 2, RATE, RATE * 8, 8, 32,
                       b"data", len(data))
    with open(path, "wb") as f:
        f.write(head + data)



def sine(frames):
    return [AMPLITUDE * math.sin(2 * math.pi * 1000 * i / RATE) for i in range(frames)]


def level(samples):
    return math.sqrt(2 * sum(x * x for x in samples) / len(samples))


def status(osc, key):
    values = osc.ask("/status")
    return values[values.index(key) + 1]


def healthy(what, wire):
    """A clean tone goes through at its level."""
    said = wire.play("sine:1000:-20", "--seconds", 0.5, "--freewheel")
    assert abs(said["peak"] - 0.1) < 0.0005, f"{what}: not healthy again: {said}"


def poisoned_input(rack, folder):
    """5 ms of each poison every 200 ms; recorded by the probe as raw floats, judged sample by sample."""
    poisons = [math.nan, math.inf, -math.inf, 1e30, 1e-40]
    clean = sine(RATE * 6 // 5)
    played = list(clean)
    for k, poison in enumerate(poisons):
        at = (k + 1) * 200 * MS
        played[at:at + 5 * MS] = [poison] * (5 * MS)
    sound, recorded = os.path.join(folder, "poison.wav"), os.path.join(folder, "recorded.wav")
    write_wav(sound, played, clean)
    said = Wire(rack).play(sound, "--seconds", 1.2, "--record", recorded, "--freewheel")
    assert math.isfinite(said["peak"]) and said["peak"] < 1, said
    heard = struct.unpack(f"<{RATE * 12 // 5}f", open(recorded, "rb").read()[-RATE * 12 // 5 * 4:])[0::2]
    assert all(math.isfinite(x) for x in heard), "a poison came through"
    assert not any(0 < abs(x) < SMALLEST_NORMAL for x in heard), "a denormal came through"
    for k, poison in enumerate(poisons):
        at = (k + 1) * 200 * MS + 55 * MS
        after = level(heard[at:at + 100 * MS])
        assert abs(after / AMPLITUDE - 1) < 0.005, f"{poison}: {after} instead of {AMPLITUDE} 50 ms later"
        print(f"input {poison}: gone")


def poisoned_slot(rack, fault):
    """A module that gives the poison in every block: its slot is silenced and counted, the rack goes on."""
    osc, wire = rack.osc, Wire(rack)
    before = status(osc, "poisoned")
    osc.send("/rack/testfault/fault", fault)
    osc.sync()
    said = wire.play("sine:1000:-20", "--seconds", 0.5, "--freewheel")
    assert math.isfinite(said["peak"]) and said["peak"] < 1, f"{fault}: {said}"
    assert fault == "denormal" or status(osc, "poisoned") > before, f"{fault}: not counted"
    osc.send("/rack/testfault/fault", "none")
    osc.sync()
    healthy(fault, wire)
    after = status(osc, "poisoned")
    healthy(fault, wire)
    assert status(osc, "poisoned") == after, f"{fault}: still counting"
    print(f"module {fault}: silenced, counted, gone")


def overload(rack):
    """A module that takes longer than there is time: counted as our own fault, and over when it is over."""
    osc = rack.osc
    osc.send("/rack/testfault/fault", "burn")
    wait_until("own xruns", lambda: status(osc, "xruns_own") > 0)
    osc.send("/rack/testfault/fault", "none")
    osc.sync()
    osc.listen(1.5)
    assert status(osc, "load_worst") < 1, "the load stays"
    healthy("burn", Wire(rack))
    print("module burn: counted, gone")


def main():
    os.chdir(TOP)
    with tempfile.TemporaryDirectory() as folder, Server(period=64):
        with Rack("--no-restore", env={"LACQUER_TEST_MODULES": "1"}) as rack:
            rack.osc.send("/chain/insert", "trim", 0)
            rack.osc.send("/chain/insert", "limiter", 1)
            rack.osc.sync()
            poisoned_input(rack, folder)
            rack.osc.send("/chain/insert", "testfault", 1)
            rack.osc.sync()
            for fault in ("nan", "inf", "huge", "denormal"):
                poisoned_slot(rack, fault)
            overload(rack)
            assert not rack.osc.errors, rack.osc.errors


sys.exit(main())
