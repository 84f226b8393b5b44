#!/usr/bin/python3
# What goes wrong around a rack that plays: no permission, no time, bad neighbours, pulled cables, a stopped process, page faults.
# SPDX-License-Identifier: GPL-3.0-or-later
import array
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time

from live_tui import Terminal
from liverack import BUILD, SERVER, TOP, AudioThread, OwnLate, Process, Rack, Server, describe, jack, numbers, wait_until

# Root with no more rights to real-time scheduling than anybody.
UNPRIVILEGED = ("setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice", "prlimit", "--rtprio=0")
PERIOD = 256
STOPPED_S, SENT = 5, 3000
TONE = 0.1  # of the played sine, whose meter then says -20 dB


def tone(folder):
    """A player of a sine as `play`, in a loop without a seam."""
    sound = os.path.join(folder, "tone.wav")
    subprocess.run(["sox", "-R", "-n", "-r", "48000", "-c", "2", "-b", "24", sound, "synth", "10", "sine", "1000", "vol", str(TONE)],
                   check=True)
    return Process([os.path.join(BUILD, "play"), "-s", SERVER, sound])


def level(osc, where="out"):
    """Peak at the rack's end in dB, the left channel."""
    return osc.ask(f"/meter/{where}/peak")[0]


def hears(osc, wanted_db, seconds=5):
    wait_until(f"{wanted_db} dB", lambda: abs(level(osc) - wanted_db) < 0.3, seconds)


def without_permission(folder):
    """A real-time server, a rack that may not: it runs and says so in all three places."""
    if subprocess.run([*UNPRIVILEGED, "chrt", "-f", "5", "true"], stderr=subprocess.DEVNULL).returncode == 0:
        print("skip  no permission: this machine gives it to everybody")
        return
    with Rack("--no-restore", "-i", "play:out_L,play:out_R", user=UNPRIVILEGED) as rack, tone(folder):
        wait_until("not real-time", lambda: numbers(rack.osc)["scheduling"] == "not real-time")
        assert numbers(rack.osc)["realtime"] is False and numbers(rack.osc)["connected"]
        hears(rack.osc, -20)
        said = rack.output()
        assert said.count("not real-time") == 1 and "limits.conf" in said, said
        with Terminal(rack) as t:
            t.attach()
            t.see("not real-time")
    with Rack("--no-restore") as rack:
        assert "not real-time" not in rack.output() and numbers(rack.osc)["scheduling"] == "real-time"
    print("no permission: runs, says so on stderr, in /status and on the terminal")


def bad_neighbour(folder):
    """Another client is late over and over: counted as foreign, nothing of ours is touched."""
    with Rack("--no-restore", "-i", "play:out_L,play:out_R", "-o", "late:in_L,late:in_R") as rack, tone(folder):
        osc, late = rack.osc, OwnLate(rack)
        osc.send("/chain/insert", "trim", 0)
        osc.send("/rack/trim/gain", -6.0)
        hears(osc, -26)
        before = numbers(osc)["xruns_foreign"]
        with Process([os.path.join(BUILD, "nullclient"), "-s", SERVER, "-n", "late", "-b", "250"]):
            wait_until("foreign xruns", lambda: numbers(osc)["xruns_foreign"] > before + 5, 10)
            late.look()
            hears(osc, -26)
        assert late.look() == 0, "xruns of others are called our own"
        assert osc.ask("/rack/trim/gain") == [-6.0] and numbers(osc)["poisoned"] == 0
        print(f"a late neighbour: {numbers(osc)['xruns_foreign'] - before} foreign xruns, none of our own, all as it was")


def inputs(osc):
    """What /status says of them."""
    now = numbers(osc)
    return now["input"], now["awaited"]


def pulled_cables(folder):
    """Inputs disconnected: silence, without denormals and errors, and said so; back when they are."""
    with Rack("--no-restore", "-i", "play:out_L,play:out_R") as rack, tone(folder):
        osc = rack.osc
        osc.send("/chain/insert", "compressor", 0)
        osc.send("/chain/insert", "limiter", 1)
        hears(osc, -20)
        assert inputs(osc) == ("connected", ""), inputs(osc)
        for side, said in ("L", "no left input"), ("R", "no input"):
            jack("jack_disconnect", f"play:out_{side}", f"lacquer:in_{side}")
            wait_until(said, lambda: inputs(osc) == (said, ""), 2)
        wait_until("silence", lambda: level(osc) < -90, 10)
        assert numbers(osc)["poisoned"] == 0 and numbers(osc)["connected"]
        with Terminal(rack) as t:
            t.attach()
            t.see("no input  no output  load")
        for side in "LR":
            jack("jack_connect", f"play:out_{side}", f"lacquer:in_{side}")
        hears(osc, -20)
        wait_until("input", lambda: inputs(osc) == ("connected", ""), 2)
    with Rack("--no-restore", "-i", "play:out_L,play:out_R") as rack, Terminal(rack) as t:
        assert inputs(rack.osc) == ("no input", "play:out_L, play:out_R")
        t.attach()
        t.see("no input, waiting for play:out_L, play:out_R")
        with tone(folder):
            wait_until("input", lambda: inputs(rack.osc) == ("connected", ""), 5)
            t.see_not("no input")
        wait_until("its end", lambda: inputs(rack.osc) == ("no input", "play:out_L, play:out_R"), 2)
        print("pulled cables: silence, said, and the sound again; what is awaited is told")


def stopped_process(folder):
    """Somebody stops the rack (SIGSTOP cannot be ignored): it goes on where it was."""
    with Rack("--no-restore", "-i", "play:out_L,play:out_R") as rack, tone(folder) as player:
        osc = rack.osc
        osc.send("/chain/insert", "trim", 0)
        hears(osc, -20)
        rack.child.send_signal(signal.SIGSTOP)
        time.sleep(2.5)
        rack.child.send_signal(signal.SIGCONT)
        wait_until("the way back", lambda: numbers(osc)["connected"], 5)
        hears(osc, -20, 10)
        assert osc.ask("/chain") == ["trim"]
        player.kill()  # JACK may let it hang when it closes, after such a thing
        print("stopped for 2.5 s: goes on")


class Recording:
    """The sine played through the rack from now on, for some seconds of JACK's cycles."""

    def __init__(self, rack, folder, seconds):
        self.path = os.path.join(folder, "recording.wav")
        ends = [",".join(f"{rack.name}:{way}_{side}" for side in "LR") for way in ("in", "out")]
        self.child = subprocess.Popen([os.path.join(BUILD, "jackprobe"), "--server", SERVER, "--play", "sine:1000:-20", "--to", ends[0],
                                       "--from", ends[1], "--seconds", str(seconds), "--record", self.path, "--by-cycle"],
                                      stdout=subprocess.PIPE, text=True)
        hears(rack.osc, -20)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.child.kill()
        self.child.wait()

    def result(self):
        return json.loads(self.child.communicate(timeout=60)[0])

    def left(self):
        """Samples of the left channel, from a file of 32-bit floats."""
        with open(self.path, "rb") as f:
            data = f.read()
        begin = data.index(b"data") + 8
        return array.array("f", data[begin:begin + int.from_bytes(data[begin - 4:begin], "little")])[::2]


# Between neighbours of the played sine; what moves it more is a click.
STEP = TONE * 2 * math.sin(math.pi * 1000 / 48000) * 1.05


def stand_still(rack, folder, server, seconds):
    """Everybody stops, as in a machine that sleeps, while messages come; then all go on. Seconds until the messages were done, and
    the frames from the first click to the last: JACK may leave out cycles when it comes back, which others are late for."""
    osc = rack.osc
    with Recording(rack, folder, 2) as recording:
        late = OwnLate(rack)
        everybody = server.child, rack.child, recording.child
        for child in everybody:  # the server first, and long enough for the rack to miss it
            child.send_signal(signal.SIGSTOP)
            time.sleep(0.3 if child is server.child else 0)
        for i in range(SENT):
            osc.send("/rack/trim/gain", -0.5 * i / SENT)
        time.sleep(seconds)
        for child in reversed(everybody):  # the server last, or it would go on without them
            time.sleep(0.1)
            child.send_signal(signal.SIGCONT)
        begin = time.monotonic()
        osc.send("/rack/trim/gain", -0.5)
        osc.sync()
        taken = time.monotonic() - begin
        hears(osc, -20.5)
        assert late.look() <= 1, "late cycles"  # one may have stood still itself
        heard = recording.result()
        assert heard["peak"] > 0.9 * TONE, heard
    left = recording.left()
    clicks = [i for i in range(1, len(left)) if abs(left[i] - left[i - 1]) > STEP]
    osc.send("/rack/trim/gain", 0.0)
    osc.sync()
    return taken, clicks[-1] - clicks[0] if clicks else 0


def suspended(folder, server):
    """Nothing clicks beyond the gap, nothing is lost, and what has queued up is done at once."""
    with Rack("--no-restore") as rack:
        osc = rack.osc
        osc.send("/chain/insert", "trim", 0)
        osc.send("/scene/store", "kept")
        with Recording(rack, folder, 2):
            osc.send("/meter/reset")
            osc.listen(1.5)
            loudness = osc.ask("/meter/out/integrated")[0]
        # Others may be late at other times too, on a busy machine: three attempts, the further ones shorter.
        for seconds in STOPPED_S, 2, 2:
            taken, clicks = stand_still(rack, folder, server, seconds)
            assert taken < 1, f"what had queued up took {taken} s"
            if clicks < 0.1 * 48000:
                break
        assert clicks < 0.1 * 48000, f"clicks over {clicks} frames"
        assert "waiting for it" not in rack.output(), rack.output()
        assert osc.ask("/scene/list") == ["kept"] and osc.ask("/chain") == ["trim"]
        now = osc.ask("/meter/out/integrated")[0]
        assert abs(now - loudness) < 1.2, (now, loudness)  # the sound came and went in between
        print(f"everybody stopped for {STOPPED_S} s: {SENT} messages done after {taken:.2f} s, no click, meters and state go on")


def freewheel(folder):
    """On and off while it plays: no click, no queue, meters and loudness go on."""
    with Rack("--no-restore") as rack, Recording(rack, folder, 40) as recording:
        osc = rack.osc
        osc.send("/chain/insert", "trim", 0)
        osc.send("/meter/reset")
        osc.listen(1)
        loudness, late = osc.ask("/meter/out/integrated")[0], OwnLate(rack)
        for turn in range(1, 3):
            jack("jack_freewheel", "y")
            osc.send("/rack/trim/gain", -0.1 * turn)
            osc.sync()
            jack("jack_freewheel", "n")
            hears(osc, -20 - 0.1 * turn)
            assert abs(osc.ask("/meter/out/integrated")[0] - loudness) < 0.5, (osc.ask("/meter/out/integrated"), loudness)
        assert late.look() == 0, "late cycles"
        wait_until("real-time", lambda: numbers(osc)["realtime"], 2)
        jack("jack_freewheel", "y")
        heard = recording.result()
        assert heard["step"] < STEP and heard["peak"] > 0.9 * TONE, heard
        print("freewheel on and off: no click, meters and values go on")


def ends(folder):
    """SIGTERM: a fade of three periods or more without a step; a second signal: the end at once, whatever hangs."""
    for _ in range(3):  # a cycle that JACK leaves out is a step too
        with Rack("--no-restore") as rack, Recording(rack, folder, 1) as recording:
            rack.stop()
            heard, left = recording.result(), recording.left()
        if heard["step"] < STEP:
            break
    full = max(i for i, x in enumerate(left) if abs(x) > 0.97 * TONE)
    end = max(i for i, x in enumerate(left) if abs(x) > 1e-4 * TONE)
    frames = end - full
    assert heard["step"] < STEP, heard
    assert 3 * PERIOD <= frames < 0.1 * 48000, f"faded over {frames} frames"
    with Rack("--no-restore", preload="preload_hang.so", env={"LACQUER_HANG": "close"}) as rack:
        rack.child.terminate()
        time.sleep(0.2)
        assert rack.child.poll() is None, "this shows nothing: it has ended already"
        begin = time.monotonic()
        rack.child.terminate()
        assert rack.child.wait(2) == -signal.SIGTERM, rack.child.returncode
        taken = time.monotonic() - begin
    print(f"SIGTERM: faded over {frames} frames, {frames / PERIOD:.1f} periods; the second: gone after {1000 * taken:.0f} ms")


def overload(folder):
    """A module that needs more time than there is: the safe bypass after a second of it, as loud as the chain was; back by itself."""
    with Rack("--no-restore", "-i", "play:out_L,play:out_R", env={"LACQUER_TEST_MODULES": "1"}) as rack, tone(folder):
        osc = rack.osc
        osc.send("/chain/insert", "trim", 0)
        osc.send("/chain/insert", "testfault", 1)
        osc.send("/rack/trim/gain", 6.0)
        hears(osc, -14)
        osc.listen(4)  # it learns how loud the chain is
        osc.send("/rack/testfault/fault", "burn")
        begin = time.monotonic()
        wait_until("the safe bypass", lambda: numbers(osc)["overload"] == "safe bypass", 10)
        taken = time.monotonic() - begin
        print(f"overload: safe bypass after {taken:.1f} s")
        assert taken < 2, "dropouts for longer than a second or so"
        osc.listen(0.7)
        own = numbers(osc)["xruns_own"]
        levels = [level(osc) for _ in range(20) if not osc.listen(0.05)]
        assert all(abs(db + 14) < 0.5 for db in levels), levels
        assert numbers(osc)["xruns_own"] == own, "late in the safe bypass too"
        osc.send("/rack/trim/gain", 0.0)  # edits are taken all the while
        assert osc.ask("/rack/trim/gain") == [0.0]
        osc.send("/rack/testfault/fault", "none")
        wait_until("the way back", lambda: numbers(osc)["overload"] == "none", 15)
        hears(osc, -20)
        print(f"overload: back after {time.monotonic() - begin:.1f} s")


def everything(osc, modules):
    """Every row to its ends, every edit of the chain, states, presets."""
    for m in modules:
        osc.send("/chain/insert", m["id"], 1, "x")
        osc.sync()
        for p in m["params"]:
            for value in p["choices"] or (float(p["min"]), float(p["max"]), float(p["default"])):
                osc.send(f"/rack/x/{p['id']}", value)
            osc.socket.recv(0)
        for address, *values in (("/rack/x/bypass", True), ("/rack/x/bypass", False), ("/rack/x/solo", True),
                                 ("/rack/x/solo", False), ("/rack/x/delta", True), ("/rack/x/delta", False),
                                 ("/chain/move", "x", 0), ("/scene/store", m["id"]), ("/chain/replace", "x", "trim"), ("/undo",),
                                 ("/redo",), ("/scene/recall", m["id"], 0.1), ("/ab", "b"), ("/ab", "a"), ("/bypass", True),
                                 ("/bypass/match", True), ("/bypass", False), ("/preset/save", m["id"]),
                                 ("/preset/load", m["id"]), ("/chain/remove", "x")):
            if address.startswith("/preset"):
                osc.ask(address, *values)  # the answer comes when it is done
            else:
                osc.send(address, *values)
            osc.sync()
        osc.listen(0.1)
    osc.send("/subscribe", "/meter/*/*", 30)
    osc.listen(0.3)


def page_faults(folder):
    """From outside: the audio thread meets no page that is not there, whatever is edited."""
    modules = describe()
    with Rack("--no-restore", "-i", "play:out_L,play:out_R") as rack, tone(folder):
        osc = rack.osc
        osc.send("/chain/insert", "limiter", 0)
        hears(osc, -20)
        osc.listen(1)
        thread = AudioThread(rack.child.pid)
        before = thread.faults()
        perf = subprocess.Popen(["perf", "stat", "-x,", "-e", "page-faults", "-t", os.path.basename(thread.place)],
                                stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) if may_count() else None
        begin = time.monotonic()
        everything(osc, modules)
        count = thread.faults() - before
        said = "no perf here"
        if perf:
            perf.send_signal(signal.SIGINT)
            said = perf.communicate()[1].strip().split("\n")[-1]
        print(f"page faults of the audio thread in {time.monotonic() - begin:.1f} s of edits: {count} (perf: {said})")
        assert count == 0 and (not perf or said.split(",")[0] == "0"), "page faults"
        assert not osc.errors, osc.errors[:5]


def may_count():
    """Whether perf is here and may look at other threads."""
    try:
        return subprocess.run(["perf", "stat", "-e", "page-faults", "true"], stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


def main():
    os.chdir(TOP)
    parts = without_permission, bad_neighbour, pulled_cables, stopped_process, suspended, freewheel, ends, overload, page_faults
    with tempfile.TemporaryDirectory() as folder:
        for part in parts:
            if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
                begin = time.monotonic()
                with Server(period=PERIOD) as server:
                    part(folder, *([server] if part is suspended else ()))
                print(f"      {time.monotonic() - begin:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
