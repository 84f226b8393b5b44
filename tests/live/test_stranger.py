#!/usr/bin/python3
# A rack and peers with addresses beyond loopback, in a network of their own: who has not proven that answers reach it gets
# no more than it sent; lacquer's own clients prove it by themselves.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import pty
import random
import re
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LACQUER = os.path.join(TOP, "build", "lacquer")
RACK, PEER, FORGED, OUTSIDER = "192.0.2.1", "192.0.2.2", "192.0.2.3", "198.51.100.1"
PORT = 3345
STREAM_MAX, HEADERS = 125000, 28  # bytes a second, of IP and UDP in a datagram


def pad(data):
    return data + b"\0" * (4 - len(data) % 4)


def message(address, *values):
    types, body = ",", b""
    for value in values:
        if isinstance(value, str):
            types, body = types + "s", body + pad(value.encode())
        elif isinstance(value, int):
            types, body = types + "i", body + struct.pack(">i", value)
        else:
            types, body = types + "f", body + struct.pack(">f", value)
    return pad(address.encode()) + pad(types.encode()) + body


def bundle(*messages):
    return b"#bundle\0" + struct.pack(">Q", 1) + b"".join(struct.pack(">I", len(m)) + m for m in messages)


def strings(data):
    """The address, the types and what follows them as text (enough for what is looked at here)."""
    return [part.decode("latin-1") for part in re.split(rb"\0+", data) if part]


class Peer:
    def __init__(self, address=PEER, rack=RACK, port=0):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(socket.getaddrinfo(address, port, family, socket.SOCK_DGRAM)[0][4])
        self.rack = socket.getaddrinfo(rack, PORT, family, socket.SOCK_DGRAM)[0][4]
        self.sent = self.received = 0

    def send(self, data):
        self.sent += self.socket.sendto(data, self.rack)

    def hear(self, seconds=0.3):
        """All datagrams until nothing has come for that time."""
        heard = []
        while select.select([self.socket], [], [], seconds)[0]:
            heard.append(self.socket.recv(65536))
            self.received += len(heard[-1])
        return heard

    def listen(self, seconds):
        """Bytes and datagrams that come within that time."""
        end, size, n = time.monotonic() + seconds, 0, 0
        while (left := end - time.monotonic()) > 0:
            if select.select([self.socket], [], [], left)[0]:
                size += len(self.socket.recv(65536))
                n += 1
        return size, n

    def ask(self, data):
        self.send(data)
        return self.hear()

    def nonce(self):
        heard = self.ask(message("/cookie", "-" * 11))
        assert len(heard) == 1 and strings(heard[0])[:2] == ["/cookie", ",s"], heard
        return strings(heard[0])[2]

    def prove(self):
        assert self.ask(message("/cookie", self.nonce())) == [message("/cookie")]


def run(*words):
    return subprocess.run([LACQUER, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30)


def value(address):
    """As the machine itself sees it."""
    done = run("get", address)
    assert done.returncode == 0, done
    return done.stdout.strip()


# ---- What a peer gets that has proven nothing

def routes():
    manual = subprocess.run([LACQUER, "describe", "--man"], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = sorted(set(re.findall(r"/[a-z][a-z_/<>.]*", manual)))
    assert {"/chain", "/info", "/preset/list", "/subscribe", "/meter/reset"} <= set(found), found
    return [re.sub(r"<[a-z.]*>", "x", address) for address in found if address != "/quit"]


def questions():
    yield from (message(address) for address in routes())
    yield from (message(address, "x" * n) for address in routes() for n in (0, 40))
    for row in ("gain", "mono"):
        for form in ("", "/norm", "/str", "/info"):
            yield message(f"/rack/trim/{row}{form}")
    yield message("/rack/trim/info")
    yield message("/rack/*/*")
    yield message("/rack/{trim}/*/info")
    yield message("/meter/*/*")
    yield message("/rack/trim/gain", float("nan"))
    yield message("/rack/trim/gain", 1e9)
    yield message("/rack/trim/gain/str", "nonsense")
    yield message("/subscribe", "/meter/*/*", 30)
    yield message("/subscribe", "/rack/*/*")
    yield message("/subscribe", "/error")
    yield message("/sync", 5)
    yield message("/preset/load", "no such preset here")
    yield bundle(*[message("/info")] * 50)
    yield bundle(*[message("/subscribe", "/*/*/*")] * 20)
    yield bundle(*[message("/cookie", "-" * 11)] * 20)
    yield bundle(*[message("/rack/trim/gain", 99.0)] * 50)
    yield b"#bundle\0" + b"\xff" * 4 + b"\0" * 4 + struct.pack(">I", 12) + message("/info")  # too far ahead
    yield from (b"", b"/", b"/info", os.urandom(64))


def unproven():
    """Each question from a port of its own, so that each could get a cookie; and many from one."""
    worst = 0.0
    for data in questions():
        peer = Peer()
        peer.send(data)
        heard = peer.hear(0.05)
        if len(data):
            worst = max(worst, peer.received / peer.sent)
        assert peer.received <= peer.sent, (data, heard)
        peer.socket.close()
    peer, everything = Peer(), list(questions())
    random.seed(5)
    for _ in range(2000):
        peer.send(random.choice(everything))
    peer.hear(1)
    assert peer.received <= peer.sent, (peer.received, peer.sent)
    print(f"unproven: at most {worst:.3f} bytes for a byte, {peer.received / peer.sent:.5f} in a flood of {peer.sent} bytes")
    assert 0.9 < worst, "nothing was answered at all: this tests nothing"
    fill()  # among the questions are /undo and /redo


def values_are_taken():
    peer = Peer()
    peer.send(message("/rack/trim/gain", -3.5))
    assert peer.hear() == [] and value("/rack/trim/gain") == "-3.5"
    peer.send(message("/rack/trim/gain", 1e9))  # the answer is as long as the question
    assert [strings(m)[0] for m in peer.hear()] == ["/rack/trim/gain"]
    Peer(OUTSIDER).send(message("/rack/trim/gain", -9.0))
    time.sleep(0.2)
    assert value("/rack/trim/gain") == "24"


def cookies():
    peer = Peer()
    subscribe = message("/subscribe", "/meter/out/peak", 30)
    heard = peer.ask(subscribe)
    assert [strings(m)[:2] for m in heard] == [["/cookie", ",s"]] and peer.received <= len(subscribe), heard
    assert peer.ask(subscribe) == [], "a second cookie within a second"
    nonce = strings(heard[0])[2]
    stranger = Peer()  # another port of the same machine, and another machine
    for other in (stranger, Peer(FORGED)):
        other.send(message("/cookie", nonce))
        assert strings(other.hear()[0])[2] != nonce
        assert other.ask(message("/info")) == []
    time.sleep(1)
    peer.prove()
    assert peer.ask(message("/info"))
    peer.send(subscribe)
    size, n = peer.listen(2)
    assert 30 < n < 70, n
    peer.send(message("/unsubscribe", "/meter/out/peak"))
    short = Peer()
    assert short.ask(message("/info")) == []  # 12 bytes: no room for a cookie


def flooded():
    """A proven peer's share: a stream keeps to it, and so do answers to whoever forges its address."""
    peer = Peer()
    peer.prove()
    rows = ("/rack/*/*", "/rack/*/*/*", "/rack/*/*/info", "/rack/*/*/*/info", "/meter/*/*")
    size, begin = 0, time.monotonic()
    while (seconds := time.monotonic() - begin) < 8:
        for data in [message("/subscribe", row, 30) for row in rows] + [message("/rack/*/*/info")] * 100:
            peer.send(data)
        more, n = peer.listen(0.5)
        size += more + HEADERS * n
    rate = (size - 2 * STREAM_MAX) / seconds  # two seconds' share may come at once
    print(f"proven, flooding: {rate:.0f} bytes a second")
    assert 0.5 * STREAM_MAX < rate <= STREAM_MAX, rate


def closed():
    """A stream to a port that is closed ends with the machine's word that nobody listens."""
    def peers():
        return int(re.search(r"peers (\d+)", value("/status")).group(1))
    before = peers()
    peer = Peer()
    peer.prove()
    peer.send(message("/subscribe", "/meter/out/peak", 30))
    peer.listen(0.3)
    assert peers() == before + 1
    peer.socket.close()
    time.sleep(1)  # a lease lasts ten
    assert peers() == before


# ---- lacquer's own clients

def clients():
    to = ("--to", RACK)
    run("set", "/rack/trim/gain", "0")
    done = run("set", *to, "/rack/trim/gain", "-2.25")
    assert (done.returncode, done.stdout) == (0, "-2.25\n"), done
    for _ in range(5):
        done = run("get", *to, "/rack/trim/gain/str")
        assert (done.returncode, done.stdout) == (0, "-2.2 dB\n") or done.stdout == "-2.3 dB\n", done
    done = run("set", *to, "/chain/insert", "trim", "9", "late")
    assert done.returncode == 0 and value("/chain").split().count("late") == 1, done
    assert run("get", *to, "/nothing").returncode == 1
    with subprocess.Popen([LACQUER, "watch", *to, "/rack/trim/gain"], stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout.readline() == "/rack/trim/gain -2.25\n"
        run("set", "/rack/trim/gain", "1.5")
        assert watch.stdout.readline() == "/rack/trim/gain 1.5\n"
        watch.terminate()


def attached():
    """The terminal UI shows slots that only the rack can have told it of."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execv(LACQUER, [LACQUER, "attach", RACK])
    shown, end = b"", time.monotonic() + 10
    while b"late" not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 65536)
    os.kill(pid, 15)
    os.waitpid(pid, 0)
    assert b"late" in shown, shown[-2000:]


def fill():
    while (slots := value("/chain").split()):
        run("set", "/chain/remove", slots[0])
    run("set", "/chain/insert", "eq", "0")
    run("set", "/chain/insert", "trim", "0")


def start():
    rack = subprocess.Popen([LACQUER, "run", "-H", "-w", "-s", "lacq_none", "--no-restore", "--osc-bind", "0.0.0.0",
                             "--osc-allow", "192.0.2.0/24"], stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 10
    while run("get", "/info").returncode != 0:
        assert time.monotonic() < end and rack.poll() is None, rack.stderr.read()
        time.sleep(0.05)
    fill()
    return rack


def restarted(rack):
    """A new rack at the same port knows nothing of old proofs."""
    peer = Peer()
    peer.prove()
    rack.terminate()
    rack.wait(10)
    rack = start()
    assert peer.ask(message("/info")) == []
    peer.prove()
    assert peer.ask(message("/info"))
    return rack


def main():
    if os.environ.get("LACQUER_OWN_NETWORK") != "1":
        own = ["unshare", "--user", "--map-root-user", "--net"]
        addresses = "ip link set lo up && " + " && ".join(
            f"ip address add {a}/32 dev lo" for a in (RACK, PEER, FORGED, OUTSIDER))
        if subprocess.run([*own, "sh", "-c", addresses], stderr=subprocess.DEVNULL).returncode != 0:
            print("a network of its own is not allowed here")
            sys.exit(77)
        os.environ["LACQUER_OWN_NETWORK"] = "1"
        os.execvp("unshare", [*own, "sh", "-c", addresses + ' && exec "$0"', os.path.abspath(__file__)])
    with tempfile.TemporaryDirectory() as folder:
        for place in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
            os.environ[place] = os.path.join(folder, place)
            os.mkdir(os.environ[place], 0o700)
        rack = start()
        try:
            for part in (values_are_taken, cookies, unproven, closed, clients, attached, flooded):
                print(part.__name__, flush=True)
                part()
            print("restarted", flush=True)
            rack = restarted(rack)
        finally:
            rack.terminate()
            rack.wait(10)


if __name__ == "__main__":
    main()
