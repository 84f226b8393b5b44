#!/usr/bin/python3
# Ports and connections on a real server: every bus, which ports of a client are taken, what is told of them, and who is to blame.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import signal
import subprocess
import sys
import tempfile
import time

from liverack import BUILD, LACQUER, SERVER, TOP, OwnLate, Process, Rack, Server, Wire, jack, numbers, ports, wait_until

STREAMING = os.path.join(TOP, "examples/streaming.rack")
ARDOUR = ("out=LTC-Out", "out=Click/audio_out 1", "out=Click/audio_out 2", "out=Audio 1/audio_out 1", "out=Audio 1/audio_out 2",
          "out=Master/audio_out 1", "out=Master/audio_out 2")


def fake(name, *its_ports, latency=0):
    """A client with these ports, there when this returns."""
    process = Process([os.path.join(BUILD, "fakeclient"), "-s", SERVER, "-n", name, "-l", str(latency), *its_ports])
    last = f"{name}:{its_ports[-1].split('=')[1]}"
    wait_until(last, lambda: last in jack("jack_lsp").split("\n"))
    return process


def graph():
    """By port: its connections, its latencies of playback and capture."""
    connections, latencies, port = {}, {}, None
    for line in jack("jack_lsp", "-c", "-l").split("\n"):
        if not line[:1].isspace():
            port = line
        elif "latency" in line:
            words = line.split()
            latencies[port, words[1]] = (int(words[5]), int(words[6]))
        else:
            connections.setdefault(port, set()).add(line.strip())
    return connections, latencies


def connected(port):
    return graph()[0].get(port, set())


def lacquer(*arguments, name="lacquer"):
    """Its status, and what it prints on both."""
    done = subprocess.run([LACQUER, *arguments], env={**os.environ, "JACK_DEFAULT_SERVER": name}, timeout=20, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def latency_is(port, mode, frames):
    wait_until(f"{frames} frames of {mode} latency at {port}", lambda: graph()[1].get((port, mode)) == (frames, frames), 5)


def said(rack, text):
    """In its log, soon."""
    wait_until(text, lambda: text in rack.output())


def four_ports_unasked():
    with Rack("--no-restore") as rack:
        own = [port for port in ports() if port.startswith("lacquer:")]
        assert sorted(own) == ["lacquer:in_L", "lacquer:in_R", "lacquer:out_L", "lacquer:out_R"], own
        now = numbers(rack.osc)
        assert (now["input"], now["output"]) == ("no input", "no output") and now["monitor"] == "off", now
        said(rack, "Output: not connected")


def all_wired():
    names = {"lacquer:in_L": "ardour:Master/audio_out 1", "lacquer:in_R": "ardour:Master/audio_out 2",
             "lacquer:out_L": "system:playback_1", "lacquer:out_R": "system:playback_2", "lacquer:monitor_L": "amp:in_L",
             "lacquer:monitor_R": "amp:in_R", "lacquer:key_L": "drums:out_1", "lacquer:key_R": "drums:out_2"}
    now = graph()[0]
    return all(now.get(own) == {other} for own, other in names.items())


def told_right(rack):
    """Latencies: what leaves is as old as the input and the rack's delay, what enters is heard when the input is."""
    delay = numbers(rack.osc)["latency"]
    assert delay > 0
    system = graph()[1]["system:playback_1", "playback"][0]
    for port in "out_L", "out_R", "monitor_L", "monitor_R":
        latency_is(f"lacquer:{port}", "capture", 1000 + delay)
    for port in "in_L", "in_R", "key_L", "key_R", "ref_L", "ref_R":
        latency_is(f"lacquer:{port}", "playback", system + delay)


def every_bus(lives):
    """Made, named, connected by choice, told in /status, in the log and to JACK; and all again on another server."""
    options = "--no-restore", "-i", "ardour", "-o", "system", "--monitor", "amp", "--key", "drums", "--ports", "ref", STREAMING
    with fake("ardour", *ARDOUR, latency=1000), fake("amp", "in=in_L", "in=in_R"):
        with fake("drums", "out=out_1", "out=out_2"), Rack(*options) as rack:
            wait_until("connections", all_wired, 5)
            told_right(rack)
            now = numbers(rack.osc)
            assert [now[bus] for bus in ("input", "output", "monitor", "ref", "key")] == ["connected"] * 3 + ["no reference", "connected"]
            names = jack("jack_property", "-l")
            for name in "Input left", "Monitor right", "Reference left", "Key right":
                assert f"value: {name}" in names, names
            said(rack, "Input: left ardour:Master/audio_out 1, right ardour:Master/audio_out 2")
            rack.osc.send("/bypass", True)
            wire = Wire(rack)
            peak = wire.play("noise:5", "--freewheel")["peak"]
            wire.command[wire.command.index("--from") + 1] = "lacquer:monitor_L,lacquer:monitor_R"
            assert wire.play("noise:5", "--freewheel")["peak"] == peak > 0.1, "the monitor hears the output"
            again(rack, lives)


def again(rack, lives):
    """The server dies, and comes back with the programs one by one."""
    lives.end()
    wait_until("the loss", lambda: not numbers(rack.osc)["connected"], 3)
    assert numbers(rack.osc)["key"] == "no key"
    lives.begin(256)
    with fake("drums", "out=out_1", "out=out_2"):
        with fake("amp", "in=in_L", "in=in_R"), fake("ardour", *ARDOUR, latency=1000):
            wait_until("connections", all_wired, 5)
            told_right(rack)
        wait_until("its end", lambda: numbers(rack.osc)["awaited_monitor"] == "amp", 3)
        assert numbers(rack.osc)["awaited"] == "ardour" and numbers(rack.osc)["key"] == "connected"


def checked():
    """--check-ports says what is meant by the same choices, and nothing is connected or left behind."""
    with fake("ardour", *ARDOUR), fake("a,b", "out=l, 1", "out=l, 2", "out=x"):
        status, text = lacquer("run", "-s", SERVER, "--check-ports", "-i", "ardour", "-o", "system", "--key", r"a\,b:l\, 2,a\,b:x")
        assert status == 0, text
        for line in "in_L ardour:Master/audio_out 1", "out_R system:playback_2", "key_L a,b:l, 2":
            assert line in " ".join(text.split()), text
        status, text = lacquer("run", "-s", SERVER, "--check-ports", "-i", r"a\,b", "-o", "systm")
        assert status == 5 and "in_R a,b:l, 2" in " ".join(text.split()) and "not there: systm" in text, (status, text)
        status, text = lacquer("ports", "-s", SERVER)
        assert status == 0 and r"a\,b:l\, 2  (right of a\,b)" in text and "ardour:Master/audio_out 1  (left of ardour)" in text, text
        assert text.index("system:capture_1") < text.index("--output") < text.index("system:playback_1"), text
        status, text = lacquer("ports", name=SERVER)
        assert status == 0 and "ardour:LTC-Out" in text
        with Rack("--no-restore", "-i", r"a\,b:x,a\,b:l\, 1", "-o", "systm") as rack:
            wait_until("a comma", lambda: connected("lacquer:in_L") == {"a,b:x"} and connected("lacquer:in_R") == {"a,b:l, 1"})
            now = numbers(rack.osc)
            assert (now["output"], now["awaited_output"]) == ("no output", "systm"), now
            said(rack, "Output: not connected; waiting for systm")
        assert not connected("ardour:Master/audio_out 1")
    assert lacquer("run", "-s", "lacq_none", "--check-ports")[0] == 3 and lacquer("ports", "-s", "lacq_none")[0] == 3
    assert not [port for port in ports() if port.startswith("lacquer")]


def two_kinds_are_said():
    with fake("odd", "out=LTC", "out=vocal", "out=drums"), Rack("--no-restore", "-i", "odd") as rack:
        wait_until("connections", lambda: connected("lacquer:in_L") == {"odd:vocal"} and connected("lacquer:in_R") == {"odd:drums"})
        said(rack, "no two ports whose names tell left and right")


def names_are_refused():
    """A client of its server's name would shut the server for good."""
    for name, options in (SERVER, ("-s", SERVER)), (SERVER, ()), ("default", ("-s", "default")):
        status, text = lacquer("run", "-H", "--no-restore", "-n", name, *options, name=SERVER)
        assert status == 2 and "--name" in text and name in text, (status, text)
    for way in "-i", "-o", "--key":
        status, text = lacquer("run", "-H", "-s", SERVER, way, "lacquer:out_L,lacquer:out_R")
        assert status == 2 and "this rack itself" in text, (status, text)
    assert "system:playback_1" in ports()


def hung_front(folder):
    """A player that is stopped holds up the rack, and is no server that stands still."""
    with Rack("--no-restore", "-i", "play") as rack:
        with Process([os.path.join(BUILD, "play"), "-s", SERVER, os.path.join(folder, "tone.wav")]) as player:
            wait_until("input", lambda: numbers(rack.osc)["input"] == "connected", 5)
            time.sleep(1)
            player.child.send_signal(signal.SIGSTOP)
            wait_until("blame", lambda: "does not answer" in rack.output(), 5)
            for _ in range(10):
                assert numbers(rack.osc)["connected"], rack.output()
                time.sleep(0.2)
            player.child.send_signal(signal.SIGCONT)
            wait_until("its return", lambda: "the sound goes on" in rack.output(), 5)
        assert "stands still" not in rack.output() and "waiting for it" not in rack.output(), rack.output()


def stopped_rack():
    """The xruns that a rack makes by standing still are its own."""
    with Rack("--no-restore", "-i", "system", "-o", "system") as rack:
        time.sleep(1)
        before = numbers(rack.osc)
        late = OwnLate(rack)
        rack.child.send_signal(signal.SIGSTOP)
        time.sleep(3)
        rack.child.send_signal(signal.SIGCONT)
        time.sleep(1.5)
        now = numbers(rack.osc)
        assert now["connected"] and now["xruns_foreign"] == before["xruns_foreign"], (before, now)
        print(f"stopped for 3 s: {now['xruns_own'] - before['xruns_own']} xruns of its own, {late.look()} late cycles")


def wrong_rate(lives):
    """A server at a rate that the engine cannot run at is said, and waited for to be another."""
    with Rack("--no-restore", "--wait") as rack:
        lives.end()
        for rate, fits in (4000, False), (48000, True), (4000, False), (44100, True):
            lives.begin(256, rate)
            said = f"runs at {rate} Hz"
            if fits:
                wait_until("the way back", lambda r=rate: numbers(rack.osc)["connected"] and numbers(rack.osc)["rate"] == r, 5)
            else:
                wait_until(said, lambda s=said: s in rack.output(), 5)
                time.sleep(0.5)
                assert rack.child.poll() is None and not numbers(rack.osc)["connected"]
            lives.end()


def not_real_time():
    with Rack("--no-restore") as rack:
        wait_until("words", lambda: "not real-time" in rack.output(), 5)
        said(rack, "server runs without real-time")
        assert "no permission" not in rack.output(), rack.output()


class Lives:
    """One server after another."""

    def __init__(self, *arguments, **options):
        self.server = Server(*arguments, **options)

    def begin(self, *arguments):
        self.server = Server(*arguments)

    def end(self):
        self.server.kill()


def on_a_server(test, *arguments, **options):
    """jackd may be the worse for a client that was stopped: each such test has a server of its own."""
    if len(sys.argv) > 1 and test.__name__ not in sys.argv[1:]:
        return
    lives = Lives(256, **options)
    try:
        test(*arguments, *[lives][:test in (every_bus, wrong_rate)])
    finally:
        lives.end()
    print(test.__name__, flush=True)


def quiet_ones():
    for test in four_ports_unasked, checked, two_kinds_are_said, names_are_refused:
        test()
        print(test.__name__, flush=True)


def main(folder):
    subprocess.run(["sox", "-n", "-r", "48000", "-b", "24", os.path.join(folder, "tone.wav"), *"synth 3 sine 1000 gain -20".split()],
                   check=True)
    for test in quiet_ones, stopped_rack, every_bus, wrong_rate:
        on_a_server(test)
    on_a_server(hung_front, folder)
    on_a_server(not_real_time, real_time=False)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(place)
