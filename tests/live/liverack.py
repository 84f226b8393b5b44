# A private JACK server, a rack on it and an OSC client to it, for the live tests in Python.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import liblo

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, "build")
LACQUER = os.path.join(BUILD, "lacquer")
EMPTY = os.path.join(TOP, "tests", "live", "empty.rack")

# One name for all: JACK's registry holds few, and a killed server keeps its place until one of the same name starts.
SERVER = os.environ.get("LACQUER_TEST_SERVER", "lacq_live")


def from_nothing(arguments):
    """With --no-restore and no rack of their own, tests begin without slots: a start alone would bring a neutral rack."""
    bare = "--no-restore" in arguments and not any(a.endswith(".rack") for a in arguments)
    return [*arguments, EMPTY] if bare else list(arguments)


def wait_until(what, condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def stolen():
    """Ticks that the hypervisor took from this machine so far: what is late meanwhile is nobody's fault in here."""
    with open("/proc/stat") as f:
        return int(f.readline().split()[8])


class AudioThread:
    """The rack's thread with real-time scheduling, seen from outside."""

    def __init__(self, pid):
        self.place = next(f"/proc/{pid}/task/{t}" for t in os.listdir(f"/proc/{pid}/task")
                          if os.sched_getscheduler(int(t)) & 3 in (os.SCHED_FIFO, os.SCHED_RR))

    def read(self, name):
        with open(f"{self.place}/{name}") as f:
            return f.read()

    def waited_s(self):
        """How long it was ready and others had the processor, in all."""
        return int(self.read("schedstat").split()[1]) / 1e9

    def faults(self):
        """Page faults, minor and major."""
        words = self.read("stat").rsplit(")", 1)[1].split()
        return int(words[7]) + int(words[9])


class OwnLate:
    """Counts the rack's own late cycles that nothing outside explains: neither the hypervisor nor another thread had the processor
    meanwhile. Call look() often."""

    def __init__(self, rack):
        self.rack, self.thread, self.count = rack, AudioThread(rack.child.pid), 0
        self.before = self.now()

    def now(self):
        return numbers(self.rack.osc)["xruns_own"], stolen(), self.thread.waited_s()

    def look(self):
        now = self.now()
        late, stole, waited = (b - a for a, b in zip(self.before, now))
        self.before = now
        if late and not stole and waited < 0.001:
            self.count += late
        return self.count


class Process:
    """A child with its output in a file; stopped by its id."""

    def __init__(self, command, env=None):
        self.log = tempfile.TemporaryFile("w+")
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                      env={**os.environ, **(env or {})}, cwd=TOP)

    def output(self):
        self.log.seek(0)
        return self.log.read()

    def stop(self, seconds=10):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
                raise AssertionError(f"{self.child.args[0]} did not stop within {seconds} s")
        return self.child.returncode

    def kill(self):
        self.child.kill()
        self.child.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        try:
            self.stop()
        except AssertionError:
            if kind is None:
                raise
        finally:
            if kind is not None:
                print(f"---- {' '.join(map(str, self.child.args))}\n{self.output()}", flush=True)


def jack(*command, server=SERVER, tries=4):
    """Runs one of JACK's tools on the private server and gives its output. On a busy machine a tool may hang by itself as it closes
    its client (jack_client_close waits for a lock that the tool's own notification thread was cancelled with), so it is run again."""
    try:
        return subprocess.run(command, env={**os.environ, "JACK_DEFAULT_SERVER": server}, timeout=5, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True).stdout
    except subprocess.TimeoutExpired:
        if tries == 1:
            raise
        return jack(*command, server=server, tries=tries - 1)


def ports():
    return jack("jack_lsp").split()


class Server(Process):
    def __init__(self, period=64, rate=48000, real_time=True):
        super().__init__(["jackd", "-n", SERVER, "-R" if real_time else "-r", "-d", "dummy", "-r", str(rate), "-p",
                          str(period)])
        try:
            wait_until("jackd", lambda: self.child.poll() is not None or "system:playback_1" in ports())
            assert self.child.poll() is None, "jackd ended at once: is there another of that name?"
        except Exception:
            print(self.output())
            self.stop()
            raise


class Rack(Process):
    """lacquer without a terminal, with folders of its own, and an OSC client to it."""

    def __init__(self, *arguments, name="lacquer", env=None, preload=None, folder=None, user=(), program=LACQUER):
        """folder: of an earlier rack, which stays when this one ends. user: a command in front that becomes somebody else. program:
        the same, built in another way."""
        self.borrowed = folder
        self.folder = folder or tempfile.mkdtemp()
        self.name, self.port = name, free_udp_port()
        places = {k: os.path.join(self.folder, k) for k in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")}
        for place in places.values():
            os.makedirs(place, 0o700, exist_ok=True)
        self.env = {**places, **(env or {})}
        if preload:
            self.env["LD_PRELOAD"] = os.path.join(BUILD, preload)
        super().__init__([*user, program, "run", "--headless", "--server", SERVER, "--name", name, "--osc", str(self.port),
                          *from_nothing(arguments)], self.env)
        self.osc = Osc(self.port)
        try:
            wait_until("the rack", lambda: self.child.poll() is not None or f"{name}:out_R" in ports())
            assert self.child.poll() is None, "the rack ended at once"
            self.osc.ask("/info")
        except Exception:
            print(self.output())
            super().stop()
            raise

    def __exit__(self, *exception):
        try:
            super().__exit__(*exception)
        finally:
            if not self.borrowed:
                shutil.rmtree(self.folder, ignore_errors=True)


class Osc:
    """An OSC peer on python3-liblo."""

    def __init__(self, port):
        self.target = liblo.Address("127.0.0.1", port)
        self.socket = liblo.Server()
        self.socket.add_method(None, None, self.hear)
        self.heard, self.errors = [], []
        self.serial = 2 ** 31 - 3  # an int32 that soon goes over

    def hear(self, path, values, types, source):
        (self.errors if path == "/error" else self.heard).append((path, values, types))

    def send(self, address, *values):
        self.socket.send(self.target, liblo.Message(address, *values))

    def listen(self, seconds):
        """What is heard in that time, as (address, values, types)."""
        self.heard = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.socket.recv(10)
        return self.heard

    def wait_for(self, address, seconds=5):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for message in self.heard:
                if message[0] == address:
                    self.heard.remove(message)
                    return message[1]
            self.socket.recv(20)
        raise AssertionError(f"no answer at {address}; heard {self.heard[-5:]}, errors {self.errors[-5:]}")

    def ask(self, address, *values, at=None):
        """The values of the answer to a question."""
        self.heard = []
        self.send(address, *values)
        return self.wait_for(at or address)

    def sync(self):
        """Returns when the audio thread has applied everything sent before."""
        self.serial = (self.serial + 1 + 2 ** 31) % 2 ** 32 - 2 ** 31
        self.send("/sync", self.serial)
        while self.wait_for("/synced") != [self.serial]:
            pass


def numbers(osc):
    """What /status says, by name."""
    values = osc.ask("/status")
    return dict(zip(values[::2], values[1::2]))


def describe(test_modules=False):
    """All modules, as `lacquer describe --json` has them."""
    env = {**os.environ, **({"LACQUER_TEST_MODULES": "1"} if test_modules else {})}
    out = subprocess.run([LACQUER, "describe", "--json"], env=env, stdout=subprocess.PIPE, check=True, text=True).stdout
    return json.loads(out)["modules"]


def leaves_cycles_out(*options):
    """Does the server leave cycles out where nothing is between player and recorder? Then it is this machine that is too busy, and
    nothing can be said of a rack between them. For jackprobe's options, in most of five tries."""
    command = [os.path.join(BUILD, "jackprobe"), "--server", SERVER, "--play", "silence", "--from", "-", "--to",
               "probe_record:left,probe_record:right", *map(str, options)]
    tries = [subprocess.run(command, stdout=subprocess.DEVNULL, timeout=120).returncode for _ in range(5)]
    return tries.count(3) > 2


def skip_if_busy(*options):
    """Ends the test as skipped where the machine is too busy for it; else what was seen is a fault of the rack."""
    if leaves_cycles_out(*options):
        print("the server leaves cycles out without the rack too: this machine is too busy")
        sys.exit(77)


class Wire:
    """tests/tools/jackprobe.c between the rack's output and its input."""

    def __init__(self, rack):
        self.command = [os.path.join(BUILD, "jackprobe"), "--server", SERVER, "--to", f"{rack.name}:in_L,{rack.name}:in_R",
                        "--from", f"{rack.name}:out_L,{rack.name}:out_R"]

    def play(self, signal, *options):
        """Plays it through, in step with the clock or with --freewheel, and gives what the probe says of what came back;
        anew where the server left cycles out, as a busy machine makes it do."""
        for _ in range(10):
            done = subprocess.run([*self.command, "--play", str(signal), *map(str, options)], stdout=subprocess.PIPE,
                                  timeout=120, text=True)
            if done.returncode != 3:
                break
        else:
            skip_if_busy(*options)
        assert done.returncode == 0, f"jackprobe: status {done.returncode}"
        return json.loads(done.stdout)
