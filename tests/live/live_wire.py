#!/usr/bin/python3
# Over a wire between two networks, by IPv4, IPv6 and link-local addresses: who is let in, proof, shares, leases, lacquer's own
# clients, and surfaces that are listed.
# SPDX-License-Identifier: GPL-3.0-or-later
import ctypes
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import time

from liverack import EMPTY
from test_stranger import HEADERS, LACQUER, PORT, STREAM_MAX, Peer, bundle, message, strings

WHOLE = ("IPv4", "link-local")  # what takes long is not tried for the others
NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
# The rack's address, an allowed peer's, one that is not allowed, and what is allowed.
PLACES = {
    "IPv4": ("192.0.2.1", "192.0.2.2", "192.0.2.200", "192.0.2.0/25", "0.0.0.0"),
    "IPv6": ("2001:db8::1", "2001:db8::2", "2001:db8::1:2", "2001:db8::/112", "2001:db8::1"),
    "link-local": ("fe80::1%near", "fe80::2%far", "fe80::1:2%far", "fe80::/112", "fe80::1%near"),
    "both by ::": ("192.0.2.1", "192.0.2.2", "192.0.2.200", "192.0.2.0/25,2001:db8::/112", "::"),
}


def network():
    """Two ends of a wire, near (this process) and far (a process that sleeps); its id."""
    sleeper = subprocess.Popen(["unshare", "--net", "sleep", "300"])
    here = os.readlink("/proc/self/ns/net")
    while os.readlink(f"/proc/{sleeper.pid}/ns/net") == here:
        time.sleep(0.01)
    far = ["nsenter", "--net", "--target", str(sleeper.pid)]
    subprocess.run(["ip", "link", "add", "name", "near", "type", "veth", "peer", "name", "far", "netns", str(sleeper.pid)], check=True)
    for enter, end, hosts in (([], "near", ("1",)), (far, "far", ("2", "200", "1:2"))):
        subprocess.run([*enter, "ip", "link", "set", end, "addrgenmode", "none"], check=True)
        for link in ("lo", end):
            subprocess.run([*enter, "ip", "link", "set", link, "up"], check=True)
        for host in hosts:
            if ":" not in host:
                subprocess.run([*enter, "ip", "address", "add", f"192.0.2.{host}/24", "dev", end], check=True)
            for net in ("2001:db8::", "fe80::"):
                unused = ["preferred_lft", "0"] if ":" in host else []  # unless somebody binds to it
                subprocess.run([*enter, "ip", "address", "add", f"{net}{host}/64", "dev", end, *unused, "nodad"], check=True)
    return sleeper, far


class Far:
    """Sockets made inside are at the far end."""

    def __init__(self, sleeper):
        self.place, self.home = open(f"/proc/{sleeper.pid}/ns/net", "rb"), open("/proc/self/ns/net", "rb")

    def __enter__(self):
        assert LIBC.setns(self.place.fileno(), NEWNET) == 0, ctypes.get_errno()

    def __exit__(self, *exception):
        assert LIBC.setns(self.home.fileno(), NEWNET) == 0


class Rack:
    def __init__(self, bind, allow, *options):
        self.process = subprocess.Popen([LACQUER, "run", "-H", "-w", "-s", "lacq_none", "--no-restore", "--osc-bind", bind,
                                         "--osc-allow", allow, *options, EMPTY], stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 10
        while run("get", "/info").returncode != 0:
            assert time.monotonic() < end and self.process.poll() is None, self.process.stderr.read()
            time.sleep(0.02)
        for module in ("limiter", "eq", "trim"):
            run("set", "/chain/insert", module, "0")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.terminate()
        self.process.wait(10)


def run(*words, enter=()):
    return subprocess.run([*enter, LACQUER, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30)


def value(address):
    done = run("get", address)
    assert done.returncode == 0, done
    return done.stdout.strip()


def status(name):
    words = value("/status").split()
    return words[words.index(name) + 1]


def wait_for(what, condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


# ---- Peers

def proof(peer):
    """No more than it sent before the proof, whatever it asks."""
    for data in (message("/info"), message("/rack/*/*"), message("/rack/*/*/info"), message("/subscribe", "/meter/*/*", 30),
                 message("/rack/trim/gain", float("nan")), bundle(*[message("/info")] * 50), b"/", b"/info\0\0\0"):
        peer.ask(data)
        assert peer.received <= peer.sent, (data, peer.received, peer.sent)
    assert peer.received > 0, "nothing was answered at all: this tests nothing"
    time.sleep(1)  # between two cookies
    peer.prove()
    assert strings(peer.ask(message("/info"))[0])[0] == "/info"


def outsider(peer):
    before = int(status("dropped"))
    value_before = value("/rack/trim/gain")
    for data in (message("/rack/trim/gain", -9.0), message("/cookie", "-" * 11), b"junk"):
        assert peer.ask(data) == []
    assert value("/rack/trim/gain") == value_before and int(status("dropped")) >= before + 3


def eight(make):
    """A ninth subscriber is told that there is no room."""
    peers = [make() for _ in range(9)]
    for peer in peers:
        peer.prove()
        peer.send(message("/subscribe", "/rack/trim/gain"))
    heard = [[strings(data)[0] for data in peer.hear(0.1)] for peer in peers]
    assert heard == [["/rack/trim/gain"]] * 8 + [["/error"]], heard
    run("set", "/rack/trim/gain", "-1.5")
    for peer in peers[:8]:
        assert strings(peer.hear(0.1)[0])[0] == "/rack/trim/gain"
    for peer in peers:
        peer.socket.close()
    run("set", "/rack/trim/gain", "-2.5")
    wait_for("closed ports end leases", lambda: int(status("peers")) < 8, 3)  # a machine says so a few times a second at most


def share(peer, seconds=3):
    size, begin = 0, time.monotonic()
    while time.monotonic() < begin + seconds:
        for _ in range(60):
            peer.send(message("/rack/*/*/info"))
        more, n = peer.listen(0.2)
        size += more + HEADERS * n
    assert 0 < size <= STREAM_MAX * (time.monotonic() - begin + 2), size


# ---- lacquer itself

def clients(enter, rack):
    to = ("--to", f"[{rack}]:{PORT}" if ":" in rack else f"{rack}:{PORT}")
    done = run("set", *to, "/rack/trim/gain", "-2.25", enter=enter)
    assert (done.returncode, done.stdout) == (0, "-2.25\n"), done
    assert run("get", "--to", rack, "/rack/trim/gain", enter=enter).stdout == "-2.25\n", "without a port"
    with subprocess.Popen([*enter, LACQUER, "watch", *to, "/rack/trim/gain"], stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout.readline() == "/rack/trim/gain -2.25\n"
        run("set", "/rack/trim/gain", "1.5")
        assert watch.stdout.readline() == "/rack/trim/gain 1.5\n"
        watch.terminate()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(enter[0], [*enter, LACQUER, "attach", to[1]])
    shown, end = b"", time.monotonic() + 10
    while b"limiter" not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 65536)
    os.kill(pid, 15)
    os.waitpid(pid, 0)
    assert b"limiter" in shown, shown[-2000:]


def refused():
    for bind, allow in (("::", ""), ("2001:db8::1", ""), ("fe80::1%near", ""), ("fe80::1%nowhere", "fe80::/64")):
        done = run("run", "-H", "-s", "lacq_none", "--osc-bind", bind, "--osc-allow", allow)
        assert done.returncode == 2 and "--osc-" in done.stderr, (bind, done)


# ---- Surfaces

def floats(data, n=1):
    return struct.unpack(f">{n}f", data[-4 * n:])


def heard(peer, seconds=0.4):
    """The last datagram of each address that comes within that time, and how many there were."""
    last, count, end = {}, {}, time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([peer.socket], [], [], left)[0]:
            data = peer.socket.recv(65536)
            address = strings(data)[0]
            last[address], count[address] = data, count.get(address, 0) + 1
    return last, count


def surfaces(make, plain, norm, other):
    """plain listens and sends at 9000, other is the same machine's other port, norm at 9001 wants 0..1."""
    with_all, _ = heard(plain)
    for address in ("/chain", "/bypass", "/rack/trim/gain", "/rack/eq/band4/gain", "/rack/limiter/bypass", "/meter/out/peak",
                    "/meter/in/momentary", "/meter/limiter/reduction"):
        assert address in with_all, (address, sorted(with_all))
    assert not any(address.endswith(("/norm", "/str", "/info")) for address in with_all), sorted(with_all)
    with_all, _ = heard(norm)
    assert {"/chain", "/rack/trim/gain/norm", "/rack/trim/gain/str", "/bypass/norm", "/meter/out/peak"} <= set(with_all)
    assert "/rack/trim/gain" not in with_all

    heard(norm, 0.1)
    run("set", "/rack/trim/gain", "6")
    last, _ = heard(plain)
    assert floats(last["/rack/trim/gain"]) == (6.0,) and "/rack/eq/gain" not in last
    last, _ = heard(norm, 0.1)
    assert floats(last["/rack/trim/gain/norm"]) == (0.625,) and "/rack/trim/gain" not in last
    assert strings(last["/rack/trim/gain/str"])[2] == "6.0 dB"

    begin = time.monotonic()
    for i in range(300):
        plain.send(message("/rack/trim/gain", i / 100))
        time.sleep(0.001)
    _, count = heard(plain)
    assert "/rack/trim/gain" not in count, "echoed to the sender"
    last, count = heard(norm, 0.1)
    assert floats(last["/rack/trim/gain/norm"])[0] > 0.56
    assert 2 <= count["/rack/trim/gain/norm"] <= 30 * (time.monotonic() - begin) + 3, count["/rack/trim/gain/norm"]

    plain.send(message("/rack/trim/gain", 99.0))
    assert floats(heard(plain)[0]["/rack/trim/gain"]) == (24.0,), "clamped"
    other.send(message("/rack/trim/gain", 99.0))  # of this machine there are two: anybody's, so both are told
    other.send(message("/rack/trim/gain", 3.0))
    assert floats(heard(plain)[0]["/rack/trim/gain"]) == (3.0,)
    plain.send(message("/unsubscribe", "/rack/*/*"))
    run("set", "/rack/trim/gain", "-3")
    assert floats(heard(plain)[0]["/rack/trim/gain"]) == (-3.0,), "nobody takes back what the keeper listed"

    assert status("peers") == "2"
    norm.socket.close()
    wait_for("a closed port is not sent to", lambda: status("peers") == "1")
    norm = make(9001)
    wait_for("it is tried again", lambda: status("peers") == "2", 8)
    last, count = heard(norm)
    assert floats(last["/rack/trim/gain/norm"]) == (0.4375,) and "/rack/eq/band4/gain/norm" in last, "all values afresh"
    norm.socket.close()
    wait_for("a closed port is not sent to", lambda: status("peers") == "1")
    norm = make(9001)
    norm.send(message("/rack/trim/gain/norm", 0.5))
    last, count = heard(norm)
    assert "/rack/eq/band4/gain/norm" in last and "/rack/trim/gain/norm" not in last, "at once when it says something"
    for surface in (plain, norm):
        surface.socket.close()


def one_surface(make, surface, other):
    """Sends from another port than it listens at: not echoed to either, and told when it is clamped."""
    heard(surface)
    other.send(message("/rack/trim/gain", 4.0))
    assert "/rack/trim/gain" not in heard(surface)[0] and value("/rack/trim/gain") == "4"
    other.send(message("/rack/trim/gain", 99.0))
    assert floats(heard(surface)[0]["/rack/trim/gain"]) == (24.0,)
    others = [make() for _ in range(2)]
    for peer in others:
        peer.prove()
        peer.send(message("/subscribe", "/chain"))
    assert [[strings(m)[0] for m in peer.hear(0.1)] for peer in others] == [["/chain"]] * 2
    surface.socket.close()


def main():
    if os.environ.get("LACQUER_OWN_NETWORK") != "1":
        own = ["unshare", "--user", "--map-root-user", "--net"]
        trial = "ip link add name near type veth peer name far && ip -6 address add ::2 dev lo"
        if subprocess.run([*own, "sh", "-c", trial], stderr=subprocess.DEVNULL).returncode != 0:
            print("a network of its own with wires and IPv6 is not allowed here")
            sys.exit(77)
        os.environ["LACQUER_OWN_NETWORK"] = "1"
        os.execvp("unshare", [*own, os.path.abspath(__file__)])
    sleeper, enter = network()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for place in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
                os.environ[place] = os.path.join(folder, place)
                os.mkdir(os.environ[place], 0o700)
            over_the_wire(Far(sleeper), enter)
    finally:
        sleeper.kill()
        sleeper.wait()


def over_the_wire(far, enter):
    refused()
    for name, (rack, peer, stranger, allow, bind) in PLACES.items():
        def make(port=0, address=peer, to=rack):
            with far:
                # The scope is the far end's there.
                return Peer(address, to.replace("%near", "%far"), port)
        print(name, flush=True)
        with Rack(bind, allow):
            proof(make())
            outsider(make(address=stranger))
            clients(enter, rack.replace("%near", "%far"))
            if name in WHOLE:
                eight(make)
            if name == "IPv6":
                flooder = make()
                flooder.prove()
                share(flooder)
            if bind == "::":
                clients(enter, PLACES["IPv6"][0])
        host = peer.replace("%far", "%near")
        host = f"[{host}]" if ":" in host else host
        if name in WHOLE:
            plain, norm = make(9000), make(9001)
            with Rack(bind, allow, "--osc-surface", f"{host}:9000,{host}:9001/norm"):
                surfaces(make, plain, norm, make())
        surface = make(9000)
        with Rack(bind, allow, "--osc-surface", f"{host}:9000"):
            one_surface(make, surface, make())


if __name__ == "__main__":
    main()
