#!/usr/bin/env python3
"""lacquer on a real JACK server: audio through, server killed, rates, periods, latency, start and end."""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib, fcntl, json, os, shutil, signal, socket, struct, subprocess, sys, tempfile, time

from liverack import from_nothing, jack

BUILD = os.environ.get("LACQUER_BUILD", "build")  # where the programs are
SERVER = os.environ.get("LACQUER_TEST_SERVER", "lacq_live")
PORT = 33453
turn = open("/tmp/lacquer-live-jack.lock", "w")  # two runs at once would share the server and the port
fcntl.flock(turn, fcntl.LOCK_EX)
home = tempfile.mkdtemp(prefix="lacquer-live.")
os.environ.update(JACK_DEFAULT_SERVER=SERVER, JACK_NO_AUDIO_RESERVATION="1", LACQUER_TEST_MODULES="1")
for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
    os.environ[variable] = os.path.join(home, variable)
    os.mkdir(os.environ[variable], 0o700)
IN, OUT = "lacquer:in_L,lacquer:in_R", "lacquer:out_L,lacquer:out_R"
failures, checks = [], 0


def check(what, good, detail=""):
    global checks
    checks += 1
    print(("ok    " if good else "FAIL  ") + what, detail, flush=True)
    if not good:
        failures.append(what)


def eventually(condition, seconds):
    """Seconds until the condition holds, or None."""
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        if condition():
            return time.monotonic() - begin
        time.sleep(0.02)
    return None


# ---- OSC, as little as this needs

def padded(data):
    return data + b"\0" * (4 - len(data) % 4)


def osc(address, *arguments, port=PORT, answer=True):
    """Sends one message; the answer's arguments, or None."""
    types = "," + "".join({float: "f", int: "i", str: "s"}[type(a)] for a in arguments)
    data = padded(address.encode()) + padded(types.encode())
    for a in arguments:
        data += padded(a.encode()) if isinstance(a, str) else struct.pack(">f" if isinstance(a, float) else ">i", a)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(0.5)
        s.connect(("127.0.0.1", port))
        try:
            s.send(data)
            return parse(s.recv(65536))[1] if answer else None
        except OSError:
            return None


def parse(data):
    def text(at):
        end = data.index(b"\0", at)
        return data[at:end].decode(), (end // 4 + 1) * 4
    address, at = text(0)
    types, at = text(at)
    values = []
    for t in types[1:]:
        if t == "s":
            value, at = text(at)
        elif t in "TF":
            value = t == "T"
        else:
            size = {"i": 4, "f": 4, "h": 8, "d": 8}[t]
            value = struct.unpack({"i": ">i", "f": ">f", "h": ">q", "d": ">d"}[t], data[at:at + size])[0]
            at += size
        values.append(value)
    return address, values


def status():
    values = osc("/status") or []
    return dict(zip(values[::2], values[1::2]))


# ---- Programs

@contextlib.contextmanager
def jackd(rate=48000, period=64, realtime=True):
    p = start_jackd(rate, period, realtime)
    try:
        yield p
    finally:
        p.kill()
        p.wait()


def start_jackd(rate=48000, period=64, realtime=True):
    p = subprocess.Popen(["jackd", "-n", SERVER] + (["-R", "-P70"] if realtime else ["-r"]) +
        ["-d", "dummy", "-r", str(rate), "-p", str(period)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if subprocess.run(["jack_wait", "-s", SERVER, "-w", "-t", "10"], stdout=subprocess.DEVNULL).returncode:
        sys.exit("jackd does not start")
    return p


def can_realtime():
    return subprocess.run(["chrt", "-f", "65", "true"], stderr=subprocess.DEVNULL).returncode == 0


def start(*arguments, name="lacquer", port=PORT):
    return subprocess.Popen([BUILD + "/lacquer", "run", "-H", "-n", name, "--osc", str(port), *from_nothing(arguments)],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


@contextlib.contextmanager
def lacquer(*arguments):
    p = start(*arguments)
    if eventually(lambda: p.poll() is not None or status().get("connected"), 5) is None:
        print("lacquer does not start")
    try:
        yield p
    finally:
        if p.poll() is None:
            p.terminate()
        try:
            p.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            p.kill()


def outcome(*arguments, **options):
    p = start(*arguments, **options)
    try:
        return p.communicate(timeout=5)[1], p.returncode
    except subprocess.TimeoutExpired:
        p.kill()
        return p.communicate()[1], None


def probe(play, *arguments, to=IN, source=OUT, tries=8):
    """What came back. Status 3: the server left cycles out, so it is tried again."""
    for _ in range(tries):
        p = subprocess.run([BUILD + "/jackprobe", "--play", play, "--to", to, "--from", source, *arguments],
            capture_output=True, text=True, timeout=60)
        if p.returncode != 3:
            break
    return (json.loads(p.stdout) if p.stdout else {"error": p.stderr}) | {"status": p.returncode}


def check_probe(what, r, good, *arguments):
    """A check of what came back. Where cycles were left out all the time, also without a rack, nothing can be said."""
    if r["status"] == 3 and probe("silence", *arguments, to="probe_record:left,probe_record:right", source="-")["status"] == 3:
        print(f"skip  {what}: the server leaves cycles out without the rack too")
    else:
        check(what, r["status"] == 0 and good, r)


def ports():
    """Connections by port, and latencies of (playback, capture)."""
    text = jack("jack_lsp", "-c", "-l")
    connections, latency, port = {}, {}, None
    for line in text.splitlines():
        if not line[0].isspace():
            port = line
            connections[port] = []
        elif "latency" in line:
            words = line.split()
            latency.setdefault(port, {})[words[1]] = (int(words[5]), int(words[6]))
        else:
            connections[port].append(line.strip())
    return connections, latency


def write_rack(text, name="test.rack"):
    path = os.path.join(home, name)
    with open(path, "w") as f:
        f.write("[rack]\nformat = 1\n" + text)
    return path


# ---- Tests

def test_statuses():
    text, code = outcome()
    check("no server: status 3 and 'lacquer: JACK:'", code == 3 and "lacquer: JACK: " in text, text.strip())
    bad = write_rack("[trim]\ngain = loud\n", "bad.rack")
    text, code = outcome(bad)
    check("bad rack file: status 4 and FILE:LINE", code == 4 and f"lacquer: {bad}:4: " in text, text.strip())
    text, code = outcome("/nosuch.rack")
    check("no such file: status 4 and the file", code == 4 and text.startswith("lacquer: /nosuch.rack: "), text.strip())
    text, code = outcome("nosuchpreset")
    check("unknown preset: status 4", code == 4 and "nosuchpreset" in text, text.strip())
    text, code = outcome("--osc-bind", "0.0.0.0")
    check("open to all without --osc-allow: status 2, option named", code == 2 and "--osc-bind" in text, text.strip())
    for arguments in (["-i", "one:port"], ["-i", "a:b,c:d,e:f"], ["-o", "a,b"], ["--osc", "70000"], ["-n", "a/b"],
            ["a", "b"], ["--nosuch"]):
        text, code = outcome(*arguments)
        check(f"{' '.join(arguments)}: status 2", code == 2 and text.startswith("lacquer: run: "), text.splitlines()[0])
    p = subprocess.run([BUILD + "/lacquer", "run", "--help"], capture_output=True, text=True)
    check("run --help: status 0, on stdout", p.returncode == 0 and "--osc-allow" in p.stdout and not p.stderr)


def test_wait():
    p = start("--wait", "--no-restore")
    check("--wait: stays without a server", eventually(lambda: status().get("connected") is False, 2) is not None and
        p.poll() is None)
    with jackd():
        seconds = eventually(lambda: status().get("connected"), 3)
        check("--wait: there within 1 s of the server", seconds is not None and seconds < 1, f"{seconds} s")
    p.terminate()
    check("--wait: SIGTERM ends it with 0", p.wait(2) == 0)
    p.communicate()


def test_periods():
    # jackd hangs when it is put into freewheel mode at one frame, and live it cannot keep up with that everywhere.
    with jackd(period=1), lacquer("--no-restore", write_rack("[trim]\n")):
        r = probe("noise:7", "--compare", "noise:7", "--shift", "0", tries=1)
        check("period 1: passes", r["status"] in (0, 3) and r["equal"] > 0.05 and 0.4 < r["peak"] <= 0.5, r)
    for period in (37, 64, 1024, 8192):
        with jackd(period=period), lacquer("--no-restore", write_rack("[trim]\n")):
            r = probe("noise:7", "--freewheel", "--compare", "noise:7", "--seconds", "2")
            check_probe(f"period {period}: bit for bit", r, r["difference"] == 0 and r["peak"] > 0.4, "--freewheel")
    with jackd(period=256), lacquer("--no-restore", write_rack("[trim]\n")):
        r = probe("noise:7", "--compare", "noise:7")
        check_probe("period 256, live: bit for bit", r, r["difference"] == 0)


def test_period_change():
    with jackd(period=64), lacquer("--no-restore", write_rack("[trim]\n")):
        for period in (256, 17, 8192, 16, 64):
            subprocess.run(["jack_bufsize", str(period)], capture_output=True)
            known = eventually(lambda: status().get("period") == period, 2)
            r = probe("noise:3", "--freewheel", "--compare", "noise:3")
            check_probe(f"period changed to {period}: known and bit for bit", r, known is not None and
                r["difference"] == 0 and r["period"] == period, "--freewheel")


def test_rates_and_latency():
    delayed = f"[{DELAYED}]\n"
    for rate in (44100, 48000, 88200, 96000, 176400, 192000):
        with jackd(rate, 256), lacquer("--no-restore", write_rack(delayed)):
            r = probe("impulse", "--freewheel")
            told = status()
            r |= {"told": told.get("latency"), "told_rate": told.get("rate")}
            check_probe(f"rate {rate}: told latency is measured latency", r,
                r["told_rate"] == rate and r["told"] == r["peak_at"], "--freewheel")
    with jackd(48000, 256), lacquer("--no-restore", write_rack(delayed), "-i", "system", "-o", "system"):
        delay = status().get("latency")
        eventually(lambda: ports()[1].get("lacquer:out_L", {}).get("capture") == (256 + delay,) * 2, 2)
        latency = ports()[1]
        device = latency["system:playback_1"]["playback"][0]
        for port in ("lacquer:out_L", "lacquer:out_R"):
            check(f"{port}: capture latency is the device's and ours", latency[port]["capture"] == (256 + delay,) * 2,
                latency[port])
        for port in ("lacquer:in_L", "lacquer:in_R"):
            check(f"{port}: playback latency is the device's and ours",
                latency[port]["playback"] == (device + delay,) * 2, latency[port])


def test_latency_change():
    name = DELAYED
    with jackd(48000, 256), lacquer("--no-restore", write_rack("[trim]\n"), "-i", "system", "-o", "system"):
        osc("/chain/insert", name, 1)
        delay = (eventually(lambda: status().get("latency"), 2), status().get("latency"))[1]
        seen = eventually(lambda: ports()[1]["lacquer:out_L"]["capture"] == (256 + delay,) * 2, 2)
        check(f"inserting {name}: JACK is told its {delay} frames at once", delay and seen is not None)


def test_server_killed():
    wanted = {"lacquer:in_L": ["system:capture_1"], "lacquer:in_R": ["system:capture_2"],
        "lacquer:out_L": ["system:playback_2"], "lacquer:out_R": ["system:playback_2"]}
    p = start_jackd(48000, 64)
    with lacquer("--no-restore", write_rack("[trim]\n"), "-i", "system:capture_1,system:capture_2") as l:
        osc("/rack/trim/gain", -3.5)
        jack("jack_connect", "lacquer:out_L", "system:playback_2")
        jack("jack_connect", "lacquer:out_R", "system:playback_2")
        time.sleep(0.3)
        for how, rate, period in ((signal.SIGKILL, 44100, 128), (signal.SIGTERM, 96000, 256), (signal.SIGKILL, 48000, 64)):
            p.send_signal(how)
            p.wait()
            gone = eventually(lambda: status().get("connected") is False, 1)
            check(f"{how.name}: seen, OSC answers", gone is not None and l.poll() is None)
            check("value set without a server", osc("/rack/trim/gain", -4.5) is None and
                eventually(lambda: osc("/rack/trim/gain") == [-4.5], 1) is not None)
            p = start_jackd(rate, period)
            back = eventually(lambda: {k: sorted(v) for k, v in ports()[0].items() if k in wanted} == wanted, 3)
            check(f"back at {rate} Hz within 1 s, connections too", back is not None and back < 1, f"{back} s")
            told = status()
            check("rate, period and value are right", told.get("rate") == rate and told.get("period") == period and
                osc("/rack/trim/gain") == [-4.5], told)
            osc("/rack/trim/gain", -3.5)
    p.kill()
    p.wait()


def test_stalled_server():
    with jackd() as p, lacquer("--no-restore", write_rack("[trim]\n")):
        p.send_signal(signal.SIGSTOP)
        lost = eventually(lambda: status().get("connected") is False, 4)
        check("stopped server: lost after 1 s, OSC answers", lost is not None and lost > 0.5, f"{lost} s")
        p.send_signal(signal.SIGCONT)
        back = eventually(lambda: status().get("connected"), 5)
        check("server goes on: back", back is not None, f"{back} s")


@contextlib.contextmanager
def hanging(what):
    library = os.path.abspath(BUILD + "/preload_hang.so")
    os.stat(library)  # the loader would only warn
    os.environ.update(LD_PRELOAD=library, LACQUER_HANG=what)
    try:
        yield
    finally:
        del os.environ["LD_PRELOAD"], os.environ["LACQUER_HANG"]


def test_hanging_libjack():
    with jackd():
        with hanging("property"):
            p = start("--no-restore")
        there = eventually(lambda: status().get("connected"), 6)
        check("naming ports hangs: runs all the same, 2 s late", there is not None and there > 1, f"{there} s")
        p.terminate()
        check("naming ports hangs: SIGTERM ends it with 0 within 1 s", eventually(lambda: p.poll() == 0, 1) is not None)
        p.kill()
        p.communicate()
    server = start_jackd()
    with hanging("close"):
        p = start("--no-restore")
    eventually(lambda: status().get("connected"), 3)
    server.kill()
    server.wait()
    check("close hangs: loss is seen, OSC answers", eventually(lambda: status().get("connected") is False, 1) is not None)
    lost = time.monotonic()  # a busy machine may need as long to start the server
    with jackd():
        there = eventually(lambda: status().get("connected"), 5)
        back = time.monotonic() - lost
        check("close hangs: back when it has had its 2 s", there is not None and back > 1.8, f"{back} s")
        p.terminate()
        check("close hangs: SIGTERM ends it with 0 within 1 s", eventually(lambda: p.poll() == 0, 1) is not None)
        p.kill()
        p.communicate()


def test_connections():
    with jackd(period=256), lacquer("--no-restore", write_rack("[trim]\n"), "-i", "probe_play:left,probe_play:right",
            "-o", "probe_record"):
        for i in range(2):
            r = probe("sine:1000:-6", "--seconds", "1.5", to="-", source="-", tries=1)
            check(f"-i and -o: connected when their ports come, time {i + 1}", 0.49 < r["peak"] < 0.51, r)
        check("connecting does not click", r["status"] == 3 or r["step"] < 0.51, r)


def test_fades():
    """A 1 kHz sine at -6 dBFS moves by 0.0656 a frame at most; a cut moves by up to 0.5."""
    with jackd(period=64):
        for attempt in range(5):
            p = start("--no-restore", write_rack("[trim]\n"), "-i", "probe_play:left,probe_play:right", "-o", "probe_record")
            eventually(lambda: status().get("connected"), 3)
            probing = subprocess.Popen([BUILD + "/jackprobe", "--play", "sine:1000:-6", "--to", "-", "--from", "-",
                "--seconds", "2", "--record", home + "/fade.wav"], stdout=subprocess.PIPE, text=True)
            time.sleep(1.2)
            begin = time.monotonic()
            p.terminate()
            code = p.wait(5)
            seconds = time.monotonic() - begin
            p.communicate()
            out = json.loads(probing.communicate()[0])
            if not out["gaps"]:
                break
        check("SIGTERM: status 0 within 1 s", code == 0 and seconds < 1, f"{seconds:.3f} s")
        check("SIGTERM: faded, not cut", out["gaps"] or (out["step"] < 0.07 and out["peak"] > 0.49), out)


def test_second_instance():
    with jackd(), lacquer("--no-restore") as l:
        text, code = outcome(port=PORT + 1)
        check("second rack of the name: status 1, name and process told",
            code == 1 and "'lacquer' is already running" in text and str(l.pid) in text, text.strip())
        text, code = outcome(name="other")
        check("OSC port taken: status 1, port told, --osc suggested",
            code == 1 and str(PORT) in text and "--osc" in text, text.strip())


def test_stop_signals():
    with jackd(), lacquer("--no-restore") as l:
        for s in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGHUP, signal.SIGPIPE):
            l.send_signal(s)
        time.sleep(0.3)
        state = open(f"/proc/{l.pid}/stat").read().split()[2]
        check("stop and hang-up signals are ignored", l.poll() is None and state != "T" and status().get("connected"))
        l.send_signal(signal.SIGINT)
        check("SIGINT: status 0", l.wait(2) == 0)


def test_state():
    shutil.rmtree(os.path.join(os.environ["XDG_STATE_HOME"], "lacquer"), ignore_errors=True)
    with jackd():
        with lacquer() as first:
            check("the first start is neutral", osc("/chain") == ["trim", "eq", "limiter"] and osc("/title") == ["Neutral"] and
                  osc("/rack/limiter/gain") == [0] and osc("/rack/limiter/ceiling") == [-1], osc("/chain"))
            first.terminate()
            said = first.communicate(timeout=5)[1]
            check("and says so", "lacquer: rack: neutral (trim, flat eq, limiter at -1 dBTP without gain)" in said, said)
        with lacquer("--no-restore", write_rack("[trim]\n")):
            osc("/rack/trim/gain", -2.5)
        with lacquer():
            check("the last state is taken up again", osc("/rack/trim/gain") == [-2.5], osc("/rack/trim/gain"))
            osc("/ab", "b")
            osc("/bypass", 1)
            osc("/rack/trim/solo", 1)
        with lacquer() as left:
            check("bypass comes back", osc("/bypass") == [True], osc("/bypass"))
            osc("/bypass", 0)
            osc("/rack/trim/solo", 0)
            osc("/ab", "a")
            left.terminate()
            said = left.communicate(timeout=5)[1]
            check("what is easily missed is said", "lacquer: rack: comes back as it was left: bypassed, trim soloed, on "
                  "snapshot B" in said, said)
        with lacquer():
            check("and then it is as before", osc("/rack/trim/gain") == [-2.5], osc("/rack/trim/gain"))
            osc("/rack/trim/gain", -7.5)
            saved = os.path.join(os.environ["XDG_STATE_HOME"], "lacquer", "lacquer.rack")
            check("a change is on disk within 3 s", eventually(lambda: "-7.5" in open(saved).read(), 3) is not None)
        with lacquer("--no-restore"):
            check("--no-restore starts from nothing", osc("/chain") == [], osc("/chain"))
        with open(saved, "w") as f:
            f.write("[rack\nnonsense")
        with lacquer() as l:
            l.terminate()
            text = l.communicate()[1]
            check("a broken state is told with its place", f"lacquer: {saved}:1: " in text, text)
            os.replace(saved + ".bad", saved)
        with lacquer():
            check("a broken state is put aside, the rack starts", status().get("connected") and
                os.path.exists(saved + ".bad"))


def test_service():
    path = os.path.join(home, "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s, jackd():
        s.bind(path)
        s.settimeout(3)
        os.environ.update(NOTIFY_SOCKET=path, WATCHDOG_USEC="400000")
        with lacquer("--no-restore"):
            first = s.recv(100)
            seen = {s.recv(100) for _ in range(3)}
        rest = b""
        with contextlib.suppress(OSError):
            while b"STOPPING=1" not in rest:
                rest += s.recv(100)
        del os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"]
        check("service manager: ready, watchdog, stopping", b"READY=1" in {first} | seen and b"WATCHDOG=1" in seen and
            b"STOPPING=1" in rest)


def test_realtime():
    if not can_realtime():
        print("skip  real-time: no permission here")
        return
    with jackd(), lacquer("--no-restore"):
        told = eventually(lambda: status().get("scheduling") == "real-time", 2)
        check("real-time server: /status says real-time", told is not None)
    with jackd(realtime=False):
        p = start("--no-restore")
        told = eventually(lambda: status().get("scheduling") == "not real-time" and status()["connected"], 3)
        time.sleep(0.5)
        p.terminate()
        text = p.communicate()[1]
        check("plain server: /status and stderr say not real-time", told is not None and
            text.count("not real-time") == 1, text)


def test_size():
    with jackd(), lacquer("--no-restore", "-i", "system:capture_1,system:capture_2", "-o",
            "system:playback_1,system:playback_2") as l:
        time.sleep(0.5)
        values = dict(line.split(":", 1) for line in open(f"/proc/{l.pid}/status"))
        resident, threads = int(values["VmHWM"].split()[0]), int(values["Threads"])
        check("at most 30 MB resident, 6 threads", resident <= 30 * 1024 and threads <= 6, f"{resident} kB, {threads}")


DELAYED = os.environ.get("LACQUER_DELAYED_MODULE", "limiter")
tests = [test_statuses, test_wait, test_periods, test_period_change,
    test_rates_and_latency, test_latency_change, test_server_killed, test_stalled_server, test_hanging_libjack, test_connections, test_fades, test_second_instance, test_stop_signals, test_state, test_service,
    test_realtime, test_size]
try:
    for test in tests:
        if len(sys.argv) < 2 or any(word in test.__name__ for word in sys.argv[1:]):
            test()
finally:
    shutil.rmtree(home, ignore_errors=True)
print(f"{checks - len(failures)} of {checks} checks good")
sys.exit(1 if failures else 0)
