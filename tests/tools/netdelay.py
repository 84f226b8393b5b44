#!/usr/bin/python3
# The delay that NetJACK2, zita-njbridge and JackTrip add, there and back over loopback. Not part of tests/run.
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../live"))
from liverack import BUILD, EMPTY, LACQUER, Process, jack, wait_until

USAGE = """usage: tests/tools/netdelay.py [PERIOD [WAY...]]   as root; 128 frames and all ways by default

Two JACK servers on the dummy driver at 48 kHz (NetJACK2: the far one on its net driver), in a network and with a /dev/shm of
their own. On the far one a rack without slots, which adds no delay. An impulse goes through send, rack and return, and the frame
of its highest sample is the delay, in frames of the near server: the median of 9 impulses, then each of them; None is one that
did not come back. Impulses during which the near server left cycles out are not counted."""
RATE, IMPULSES = 48000, 9
RACK = ("in_L", "in_R", "out_L", "out_R")


class Servers(contextlib.ExitStack):
    """The near server, where the DAW would be, and the far one, where the rack is; and what runs beside them."""

    def start(self, *command, server="near"):
        return self.enter_context(Process([str(c) for c in command], {"JACK_DEFAULT_SERVER": server,
                                                                      "QT_QPA_PLATFORM": "offscreen", "HOME": self.home}))

    def tool(self, server, *command):
        return jack(*command, server=server)

    def wait_for(self, server, port):
        wait_until(f"{port} on {server}", lambda: port in self.tool(server, "jack_lsp").split("\n"), 20)
        time.sleep(0.5)  # clients that open on two servers at one instant fail

    def server(self, name, period, *driver):
        self.start("jackd", "-n", name, "-R", "-d", *(driver or ("dummy", "-r", RATE, "-p", period)), server=name)
        self.wait_for(name, "system:playback_1")

    def rack(self, takes, gives):
        self.start(LACQUER, "run", "--headless", "--no-restore", "--server", "far", "--name", "rack", "-i", ",".join(takes), "-o",
                   ",".join(gives), EMPTY, server="far")
        self.wait_for("far", "rack:out_R")

    def __init__(self):
        super().__init__()
        self.home = self.enter_context(tempfile.TemporaryDirectory())
        os.environ.update({k: self.home for k in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")})


def pair(name):
    return name.format(1), name.format(2)


def netjack(s, period, latency):
    s.tool("near", "jack_load", "netmanager")
    s.server("far", period, "net", "-a", "127.0.0.1", "-n", "rackbox", "-C", 2, "-P", 2, "-l", latency)
    s.wait_for("near", "rackbox:from_slave_2")
    s.rack(pair("system:capture_{}"), pair("system:playback_{}"))
    return pair("rackbox:to_slave_{}"), pair("rackbox:from_slave_{}")


def zita(s, period, buff):
    s.server("far", period)
    for sender, receiver, port in (("near", "far", 30001), ("far", "near", 30002)):
        s.start("zita-n2j", "--jserv", receiver, "--jname", "from_net", "--chan", "1,2", "--buff", buff, "127.0.0.1", port)
        s.wait_for(receiver, "from_net:out_2")
        s.start("zita-j2n", "--jserv", sender, "--jname", "to_net", "--chan", 2, "--float", "127.0.0.1", port)
        s.wait_for(sender, "to_net:in_2")
    s.rack(pair("from_net:out_{}"), pair("to_net:in_{}"))
    return pair("to_net:in_{}"), pair("from_net:out_{}")


def jacktrip(s, period, queue):
    s.server("far", period)
    s.start("jacktrip", "-s", "-n", 2, "-q", queue, "-b", 24, "-D", "-J", "jt", server="far")
    time.sleep(1)
    s.start("jacktrip", "-c", "127.0.0.1", "-B", 4465, "-P", 4464, "-n", 2, "-q", queue, "-b", 24, "-D", "-J", "jt")
    for name in ("far", "near"):
        s.wait_for(name, "jt:receive_2")
    s.rack(pair("jt:receive_{}"), pair("jt:send_{}"))
    return pair("jt:send_{}"), pair("jt:receive_{}")


VALUES = {netjack: (1, 2, 5), zita: (5, 10, 20), jacktrip: (2, 4, 8)}
WAYS = {f"{way.__name__} {value}": (way, value) for way, values in VALUES.items() for value in values}


def measure(name, period):
    way, value = WAYS[name]
    with Servers() as s:
        s.server("near", period)
        to, back = way(s, period, value)
        time.sleep(15)  # zita-njbridge's loops and JackTrip's queue come to rest
        found, xruns = [], 0
        for _ in range(IMPULSES):
            done = subprocess.run([os.path.join(BUILD, "jackprobe"), "--server", "near", "--play", "impulse",
                                   "--to", ",".join(to), "--from", ",".join(back)],
                                  stdout=subprocess.PIPE, text=True, timeout=60)
            result = json.loads(done.stdout or "{}")
            xruns += done.returncode == 3
            if done.returncode == 0:
                found.append(result["peak_at"] if result["peak"] > 0.1 else None)
    heard = [f for f in found if f is not None]
    median = statistics.median(heard) if heard else float("nan")
    print(f"{name:12} {period:5} frames: {median:g} = {median * 1000 / RATE:.1f} ms; {found}; {xruns} with xruns left out",
          flush=True)


def main():
    words = sys.argv[1:]
    if "-h" in words or "--help" in words or (words and not words[0].isdigit()):
        print(USAGE)
        return 0 if "-h" in words or "--help" in words else 2
    if not os.environ.get("NETDELAY_ALONE"):
        private = ("mount -t tmpfs -o mode=1777 tmpfs /dev/shm && ip link set lo up && ip route add 225.0.0.0/8 dev lo && "
                   'exec "$@"')
        os.environ["NETDELAY_ALONE"] = "1"
        os.execvp("unshare", ["unshare", "-mn", "sh", "-c", private, "sh", sys.executable, *sys.argv])
    for name in WAYS:
        if not words[1:] or any(name.startswith(w) for w in words[1:]):
            measure(name, int(words[0]) if words else 128)
    return 0


sys.exit(main())
