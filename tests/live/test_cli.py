#!/usr/bin/env python3
# The command line from outside: help, exit statuses, where words go, check, describe; needs no JACK server.
# SPDX-License-Identifier: GPL-3.0-or-later
import glob
import json
import math
import os
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import wave

LACQUER = os.path.abspath("build/lacquer")
COMMANDS = ["run", "attach", "render", "measure", "get", "set", "watch", "surface", "describe", "check"]


def run(*words, **more):
    return subprocess.run([LACQUER, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, **more)


class Cli(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lacquer-cli.")
        self.addCleanup(shutil.rmtree, self.folder)
        os.environ["XDG_CONFIG_HOME"] = self.folder + "/config"
        os.environ.pop("LACQUER_TEST_MODULES", None)

    def put(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
        return path

    def expect(self, result, status, out=None, err=None):
        told = f"{result.args}: status {result.returncode}\nout: {result.stdout!r}\nerr: {result.stderr!r}"
        self.assertEqual(result.returncode, status, told)
        if out is not None:
            self.assertEqual(result.stdout.decode(), out, told)
        if err is not None:
            self.assertEqual(result.stderr.decode(), err, told)


class Dither(Cli):
    """render to integers: TPDF dither of 1/4 step^2, once, and none where nothing was between the steps."""

    def write(self, samples):
        path = os.path.join(self.folder, "in.wav")
        with wave.open(path, "wb") as file:
            file.setparams((2, 2, 48000, 0, "NONE", ""))
            file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
        return path

    def render(self, rack, source, bits):
        out = os.path.join(self.folder, "out.wav")
        self.expect(run("render", "--force", "--bits", bits, self.put("r.rack", "[rack]\nformat = 1\n" + rack), source, out), 0, err="")
        with open(out, "rb") as file:
            data = file.read()
        body = data[data.index(b"data") + 8:]
        return struct.unpack(f"<{len(body) // (4 if bits == '32f' else 2)}{'f' if bits == '32f' else 'h'}", body)

    def noise(self, rack):
        source = self.write([int(9000 * math.sin(i * 0.01)) for i in range(40000)])
        whole, steps = self.render(rack.replace("[dither]", ""), source, "32f"), self.render(rack, source, "16")
        self.assertEqual(steps, self.render(rack, source, "16"))
        return sum((s - w * 32768) ** 2 for s, w in zip(steps, whole)) / len(steps)

    def test_noise(self):
        self.assertAlmostEqual(self.noise("[trim]\ngain = -6.1\n"), 0.25, delta=0.01)

    def test_not_behind_a_dither_module(self):
        # Of 24 bits, so only the rounding to 16 is left: 1/12 step^2.
        self.assertAlmostEqual(self.noise("[trim]\ngain = -6.1\n[dither]\n"), 1 / 12, delta=0.01)

    def test_copies_stay(self):
        samples = [((i * 7919) % 65536) - 32768 for i in range(20000)]
        self.assertEqual(list(self.render("", self.write(samples), "16")), samples)

    def test_silence_stays(self):
        out = self.render("[trim]\ngain = -6.1\n", self.write([0] * 5000 + [3000] * 2000 + [0] * 100000), "16")
        self.assertEqual(set(out[:5000]), {0})
        self.assertEqual(set(out[-20000:]), {0})
        self.assertGreater(len(set(out[9000:20000])), 1)

    def test_events_behind_the_end(self):
        source, events = self.write([1000] * 2 * 48000), self.put("events", "0.5 /rack/trim/gain -6\n1.0 /rack/trim/gain 0\n")
        result = run("render", "--events", events, self.put("r.rack", "[rack]\nformat = 1\n[trim]\n"), source,
                     os.path.join(self.folder, "out.wav"))
        self.expect(result, 0, err=f"lacquer: {events}:2: comes after the end of {source} and did nothing\n")

    def test_a_disk_that_fills(self):
        """Long enough that the writing thread fails while the other renders; half a result is none."""
        source, out = self.write([1000] * 2 * 400000), os.path.join(self.folder, "out.wav")

        def little():
            resource.setrlimit(resource.RLIMIT_FSIZE, (300000, 300000))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        result = run("render", self.put("r.rack", "[rack]\nformat = 1\n[trim]\n"), source, out, preexec_fn=little)
        self.expect(result, 1, out="", err=f"lacquer: {out}: cannot be written: File too large\n")
        self.assertFalse(os.path.exists(out))


class Idle(Cli):
    """What a rack costs that has nothing to do but to look for a server four times a second."""

    def test_wake_ups(self):
        os.environ["XDG_RUNTIME_DIR"] = os.environ["XDG_STATE_HOME"] = self.folder
        rack = subprocess.Popen([LACQUER, "-H", "--wait", "-s", "lacq_none", "-n", "idle", "--osc", "0", "--no-restore"],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(2)
            before = self.wake_ups(rack.pid)
            time.sleep(4)
            self.assertIsNone(rack.poll())
            self.assertLessEqual(self.wake_ups(rack.pid) - before, 4 * 9)
        finally:
            rack.terminate()
            self.assertEqual(rack.wait(10), 0)

    def wake_ups(self, pid):
        with open(f"/proc/{pid}/task/{pid}/status") as f:
            return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", f.read(), re.M)[1])


class Waiting(Cli):
    """A rack that waits for a server that never comes: what it makes of signals, of another of its name, and of a closed stderr."""

    def start(self, *words, runtime="run", **more):
        env = {**os.environ, "XDG_RUNTIME_DIR": os.path.join(self.folder, runtime), "XDG_STATE_HOME": self.folder + "/state"}
        os.makedirs(env["XDG_RUNTIME_DIR"], exist_ok=True)
        self.env = env
        rack = subprocess.Popen([LACQUER, "-H", "--wait", "-s", "lacq_none", "-n", "sig", "--osc", "0", *words], env={**env, **more},
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(rack.stderr.close)
        self.addCleanup(rack.wait)
        self.addCleanup(rack.kill)
        return rack

    def get(self, address):
        return subprocess.run([LACQUER, "get", "-n", "sig", address], env=self.env, capture_output=True, text=True).stdout.strip()

    def read(self, path):
        with open(path) as file:
            return file.read()

    def wait_for(self, what):
        for _ in range(200):
            if what():
                return
            time.sleep(0.05)
        self.fail("not within 10 s")

    def test_reload_and_save(self):
        path = self.put("a.rack", "[rack]\nformat = 1\n[trim]\ngain = -1\n")
        rack = self.start(path)
        self.wait_for(lambda: self.get("/rack/trim/gain") == "-1")
        self.put("a.rack", "[rack]\nformat = 1\n[trim]\ngain = -2\n")
        rack.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.get("/rack/trim/gain") == "-2")
        self.put("a.rack", "[rack]\nformat = 1\n[trim]\ngain = much\n")
        rack.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        self.assertEqual(self.get("/rack/trim/gain"), "-2")
        saved = self.folder + "/state/lacquer/sig.rack"
        self.wait_for(lambda: os.path.exists(saved) and "gain = -2" in self.read(saved))
        os.unlink(saved)  # nothing has changed since it was written, so it comes back by the signal only
        time.sleep(2.5)
        self.assertFalse(os.path.exists(saved))
        rack.send_signal(signal.SIGUSR1)
        self.wait_for(lambda: os.path.exists(saved))
        rack.terminate()
        told = rack.stderr.read().decode()
        self.assertIn(f"lacquer: {path}: read again\n", told)
        self.assertIn(f"lacquer: {path}:4: ", told)
        self.assertIn(f"lacquer: {path}: not read again; the rack plays on as it is\n", told)

    def test_one_state_for_one(self):
        self.start("--no-restore")
        self.wait_for(lambda: self.get("/chain") == "trim eq limiter" and os.path.exists(self.folder + "/state/lacquer/sig.state-lock"))
        other = self.start(runtime="other")
        self.assertEqual(other.wait(10), 1)
        self.assertIn("with another runtime folder uses the same saved state", other.stderr.read().decode())

    def test_status_for_the_service_manager(self):
        path = self.folder + "/notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind(path)
            s.settimeout(10)
            self.start("--no-restore", NOTIFY_SOCKET=path)
            self.assertEqual(s.recv(500), b"STATUS=waiting for a JACK server")
            self.assertEqual(s.recv(500), b"READY=1")

    def test_stderr_closed(self):
        """The lock is the first file that stays open: what is said was written into it."""
        os.environ["XDG_RUNTIME_DIR"] = os.environ["XDG_STATE_HOME"] = self.folder
        rack = subprocess.Popen(["sh", "-c", f"exec '{LACQUER}' -H --wait -s lacq_none -n shut --osc 0 --no-restore 2>&-"],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            time.sleep(2)
            self.assertEqual(self.read(self.folder + "/lacquer/shut.lock"), f"{rack.pid}\n")
        finally:
            rack.terminate()
            self.assertEqual(rack.wait(10), 0)


class Help(Cli):
    def test_program(self):
        for word in ("--help", "-h"):
            result = run(word)
            self.expect(result, 0, err="")
            for command in COMMANDS:
                self.assertRegex(result.stdout.decode(), rf"(?m)^  lacquer {command} ")
        for word in ("--version", "-V"):
            result = run(word)
            self.expect(result, 0, err="")
            self.assertRegex(result.stdout.decode(), r"\Alacquer \d+\.\d+\.\d+\n\Z")

    def test_commands(self):
        for command in COMMANDS:
            for words in ([command, "--help"], [command, "-h"]):
                result = run(*words)
                self.expect(result, 0, err="")
                text = result.stdout.decode()
                self.assertRegex(text, rf"\AUsage: lacquer \[?{command}\]? \[OPTIONS\] ")
                self.assertIn("--help", text)
                self.assertLessEqual(max(map(len, text.splitlines())), 80)
        self.expect(run("-H", "--help"), 0, run("run", "--help").stdout.decode(), "")

    def test_options_of_run(self):
        text = run("run", "--help").stdout.decode()
        for option in ("-H, --headless", "-n, --name", "-s, --server", "-w, --wait", "-i, --input", "-o, --output",
                       "--osc", "--osc-bind", "--osc-allow", "--no-restore"):
            self.assertIn(option + " ", text)

    def test_full_output_is_a_failure(self):
        for words in (["--version"], ["check", "--help"], ["describe"]):
            with open("/dev/full", "w") as full:
                result = subprocess.run([LACQUER, *words], stdout=full, stderr=subprocess.PIPE, timeout=60)
            self.assertEqual(result.returncode, 1)
            self.assertEqual(result.stderr, b"lacquer: standard output: No space left on device\n")


class Usage(Cli):
    def test_wrong_options(self):
        for command in COMMANDS:
            result = run(command, "--no-such-option")
            self.expect(result, 2, out="",
                        err=f"lacquer: {command}: unknown option '--no-such-option'\nSee 'lacquer {command} --help'.\n")
        self.expect(run("check", "-x"), 2, out="")
        self.expect(run("run", "--osc"), 2, out="",
                    err="lacquer: run: option '--osc' needs an argument\nSee 'lacquer run --help'.\n")
        self.expect(run("describe", "--json=yes"), 2, out="")
        self.expect(run("describe", "--json", "--man"), 2, out="",
                    err="lacquer: describe: --json, --markdown and --man exclude each other\nSee 'lacquer describe --help'.\n")

    def test_wrong_arguments_of_options(self):
        """Refused by the option's own name, before any file is opened or JACK is asked."""
        for words, reason in ((["render", "--bits", "8", "a", "b", "c"], "--bits: '8' is not 16, 24 or 32f"),
                              (["attach", "--fps", "61"], "--fps: '61' is not a whole number from 1 to 60"),
                              (["run", "-H", "--osc", "65536"], "--osc: '65536' is not a port (0 to 65535)"),
                              (["run", "-H", "-n", ".x"], "--name: '.x' cannot be a rack's name: 1 to 48 letters, digits, "
                                                          "spaces, '_', '.' or '-', no '.' first")):
            self.expect(run(*words), 2, out="", err=f"lacquer: {words[0]}: {reason}\nSee 'lacquer {words[0]} --help'.\n")

    def test_operands(self):
        self.expect(run("check"), 2, out="", err="lacquer: check: needs RACK...\nSee 'lacquer check --help'.\n")
        self.expect(run("measure"), 2, out="")
        self.expect(run("render", "streaming"), 2, out="")
        self.expect(run("describe", "trim", "eq"), 2, out="",
                    err="lacquer: describe: unexpected argument 'eq'\nSee 'lacquer describe --help'.\n")
        self.expect(run("a", "b"), 2, out="")

    def test_mistyped_command(self):
        self.expect(run("atach"), 2, "", "lacquer: atach: no command and no rack (did you mean 'attach'?)\n")
        self.expect(run("help"), 2, "", "lacquer: help: no command and no rack (did you mean '--help'?)\n")
        self.put("config/lacquer/racks/rum.rack", "[rack]\nformat = 1\n[trim]\ngain = much\n")
        self.expect(run("rum"), 4, out="")

    def test_run_options(self):
        for words in (["--osc", "nix"], ["--osc", "65536"], ["--osc", "-1"], ["--osc", ""], ["--osc-bind", "0.0.0.0"]):
            result = run("run", "-H", *words)
            self.expect(result, 2, out="")
            self.assertRegex(result.stderr.decode(), r"(?m)^lacquer: .*--?osc")

    def test_bad_rack_stops_everything(self):
        bad = self.put("bad.rack", "[rack]\nformat = 1\n[trim]\ngain = much\n")
        error = f"lacquer: {bad}:4: 'much' is not a number\n"
        self.expect(run("run", "-H", "-s", "lacq_files", bad), 4, out="", err=error)
        self.expect(run("render", bad, "in.wav", self.folder + "/out.wav"), 4, out="", err=error)
        self.expect(run("check", bad), 4, out="", err=error)
        self.expect(run("run", "-H", "no such preset"), 4, out="")


class Page(Cli):
    """describe --markdown, and the page that is made of it."""

    def test_committed_page_is_of_today(self):
        result = run("describe", "--markdown")
        self.expect(result, 0, err="")
        with open("rack/modules/README.md", encoding="utf-8") as file:
            committed = file.read()
        self.assertTrue(result.stdout.decode() == committed,
                        "rows, examples or sound have changed since the page was made; look at what it says now, and commit it:\n"
                        "    build/lacquer describe --markdown >rack/modules/README.md")

    def test_every_row_has_its_place(self):
        page = run("describe", "--markdown").stdout.decode()
        sections = dict(re.findall(r"(?ms)^## (\w+)$(.*?)(?=^## |\Z)", page))
        modules = json.loads(run("describe", "--json").stdout)["modules"]
        self.assertEqual([m["id"] for m in modules], re.findall(r"(?m)^## (\w+)$", page))
        for module in modules:
            text = sections[module["id"]]
            rows = set()
            for row in re.findall(r"(?m)^\| `([^`/][^`]*)` \|", text):
                first, last = re.search(r"(\d+)\.\.(\d+)|$", row).groups() if ".." in row else (0, 0)
                rows |= {re.sub(r"\d+\.\.\d+", str(n), row) for n in range(int(first), int(last) + 1)}
            self.assertEqual(rows, {p["id"] for p in module["params"]})
            self.assertEqual(re.findall(r"(?m)^\| `/meter/\w+/(\w+)` \|", text), [m["id"] for m in module["meters"]])
            for thing in module["params"] + module["meters"]:
                self.assertIn(re.sub(r"([|<*])", r"\\\1", thing["help"]), text)
                self.assertTrue(all(choice in text for choice in thing.get("choices", [])), thing)
            for link in re.findall(r"\]\(([^)]*)\)", text):
                self.assertTrue(os.path.exists(os.path.join("rack/modules", link)), link)

    def test_pictures_are_of_the_sound(self):
        def picture(rack, module):
            self.put("config/lacquer/racks/streaming.rack", rack)  # one's own presets are not on the page
            text = run("describe", "--markdown", module).stdout.decode()
            self.assertNotIn("streaming", text)
            return re.search(r"(?s)```\n(.*?)```", text)
        self.assertIsNone(picture("", "trim"))
        lines = picture("[rack]\nformat = 1\n[eq]\ngain = 12 dB\n", "eq")[1].splitlines()
        self.assertEqual(len(lines), 10)
        self.assertRegex(lines[4], r"^   0 dB\|")
        curve = picture("", "clipper")[1].splitlines()
        tops = [line for line in curve if "▄▄▄▄" in line or "▀▀▀▀▀" in line]
        self.assertTrue(tops and tops[0].rstrip()[-1] in "▄▀", "a clipper's curve ends flat")

    def test_modules_for_tests_are_left_out(self):
        os.environ["LACQUER_TEST_MODULES"] = "1"
        self.assertNotIn("testfault", run("describe", "--markdown").stdout.decode())
        self.assertIn("testfault", run("describe").stdout.decode())


class Check(Cli):
    def test_good(self):
        good = self.put("good.rack", "[rack]\nformat = 1\n[trim]\ngain = -1.5 dB\n")
        self.expect(run("check", good), 0, "", "")
        self.put("config/lacquer/racks/My preset.rack", "[rack]\nformat = 1\n")
        self.expect(run("check", "My preset", good), 0, "", "")

    def test_warnings(self):
        rack = self.put("w.rack", "[trim]\ncolour = red\n[wah]\nx = 1\n")
        self.expect(run("check", rack), 0, "",
                    f"lacquer: {rack}: warning: no 'format' in [rack], read as format 1\n"
                    f"lacquer: {rack}:2: warning: unknown parameter 'colour', kept\n"
                    f"lacquer: {rack}:3: warning: unknown module 'wah', its section is kept and has no effect\n")

    def test_strict_takes_no_warnings(self):
        good = self.put("good.rack", "[rack]\nformat = 1\n[trim]\ngain = -1.5 dB\n")
        self.expect(run("check", "--strict", good), 0, "", "")
        for text in ("[trim]\n", "[rack]\nformat = 1\n[wah]\n", "[rack]\nformat = 1\n[trim]\ncolour = red\n",
                     "[rack]\nformat = 1\n[trim]\ngain = 1\ngain = 2\n"):
            rack = self.put("w.rack", text)
            plain = run("check", rack, good)
            self.expect(plain, 0, out="")
            self.assertEqual(plain.stderr.decode().count("warning: "), 1, plain.stderr)
            self.expect(run("check", rack, good, "--strict"), 4, "", plain.stderr.decode())

    def test_presets_move_with_the_program(self):
        """Below a prefix that is not the configured one, as after DESTDIR or in a folder of somebody's own."""
        program = self.folder + "/moved/bin/lacquer"
        os.makedirs(os.path.dirname(program))
        shutil.copy(LACQUER, program)
        self.put("moved/share/lacquer/racks/along.rack", "[rack]\nformat = 1\n")
        self.expect(run("check", "along"), 4, out="")
        moved = subprocess.run([program, "check", "along"], capture_output=True, timeout=60)
        self.expect(moved, 0, "", "")

    def test_bad_ones_are_all_told(self):
        bad = self.put("bad.rack", "[rack]\nformat = 2\n")
        good = self.put("good.rack", "[rack]\nformat = 1\n")
        binary = self.put("binary.rack", b"[rack]\nformat = 1\n\x00\x01\x02")
        missing = self.folder + "/missing.rack"
        self.expect(run("check", bad, good, missing, binary, "no preset"), 4, "",
                    f"lacquer: {bad}:2: format 2 is newer than this lacquer knows (1)\n"
                    f"lacquer: {missing}: cannot be read: No such file or directory\n"
                    f"lacquer: {binary}:3: a NUL byte: this is not a text file\n"
                    "lacquer: no preset: there is no such file ending in .rack and no such preset\n")

    def test_every_error_of_a_file_is_told(self):
        rack = self.put("r.rack", "[rack]\nformat = 1\n[eq]\nband1.type = higpass\nband2.gain = 40 dB\nnothing\n"
                        "[compressor]\nratio = 2\n[compressor]\nratio = much\n[eq air\nband1.gain = much\n"
                        "[limiter]\nceiling =\ngain = 1 Hz\nbypass = maybe\n[rack]\nbypass = maybe\n")
        result = run("check", rack)
        self.expect(result, 4, out="")
        lines = [line.split(":")[2] for line in result.stderr.decode().splitlines()]
        self.assertEqual(lines, ["4", "5", "6", "9", "11", "14", "15", "16", "17"], result.stderr)
        self.assertEqual(len(run("check", self.put("n.rack", "nothing\n" * 1000)).stderr.splitlines()), 51)

    def test_folder_and_endless_file(self):
        self.expect(run("check", self.folder + "/"), 4, "", f"lacquer: {self.folder}/: cannot be read: Is a directory\n")
        self.expect(run("check", "/dev/zero"), 4, "", "lacquer: /dev/zero: longer than 262144 bytes\n")

    def test_nothing_steers_the_terminal(self):
        rack = self.put("r.rack", "[trim]\ngain = \u009b31m\u202e\n")
        result = run("check", self.folder + "/\x1b[31m\x07.rack", rack)
        self.expect(result, 4, out="")
        self.assertNotRegex(result.stderr.decode(), "[\x00-\x09\x0b-\x1f\x7f-\x9f]")

    def test_any_length(self):
        self.expect(run("check", "/" + "x" * 5000), 4, out="")
        long = self.put("x" * 200 + ".rack", "[rack]\nformat = 1\n[trim]\ngain = 1\n" + "y" * 5000 + " = 1\n")
        self.expect(run("check", long), 0, out="")

    def test_examples(self):
        racks = sorted(glob.glob("examples/*.rack"))
        self.assertEqual([os.path.basename(rack)[:-5] for rack in racks], ["cd", "gentle", "glue", "loud", "multiband", "podcast", "punch", "streaming", "vinyl", "wide"])
        self.expect(run("check", *racks), 0, "", "")
        self.expect(run("check", *[os.path.basename(rack)[:-5] for rack in racks], cwd="/"), 0, "", "")


def nearest_float(text):
    return struct.unpack("f", struct.pack("f", float(text)))[0]


class Describe(Cli):
    def describe(self, *words, **more):
        result = run("describe", "--json", *words)
        self.expect(result, 0, err="")
        return json.loads(result.stdout, **more)

    def test_levels(self):
        """The rows of the analysers, in every form."""
        levels = self.describe()["levels"]
        self.assertEqual(len({l["id"] for l in levels}), len(levels))
        self.assertLessEqual({"peak", "integrated", "momentary_max", "plr", "psr", "elapsed"}, {l["id"] for l in levels})
        text = re.sub(r"\s+", " ", run("describe").stdout.decode())
        page = re.sub(r"\s+", " ", run("describe", "--man").stdout.decode().replace("\\-", "-"))
        for level in levels:
            self.assertEqual(sorted(level), ["help", "id", "integrated", "kind", "label", "max", "min", "taps", "unit", "width"])
            self.assertLessEqual(set(level["taps"]), {"in", "processed", "out"})
            self.assertFalse(level["id"].startswith("row"), "a level for tests")
            for form in (text, page):
                self.assertIn(level["id"], form)
                self.assertIn(level["help"], form)

    def test_pairs(self):
        """The rows of /info and /status, in every form."""
        pairs = self.describe()["pairs"]
        self.assertLessEqual({"program", "rate", "load_mean", "overload", "paused"}, {p["name"] for p in pairs})
        text = re.sub(r"\s+", " ", run("describe").stdout.decode())
        page = re.sub(r"\s+", " ", run("describe", "--man").stdout.decode().replace("\\-", "-"))
        for pair in pairs:
            self.assertEqual(sorted(pair), ["help", "info", "name", "status", "type", "unit", "words"])
            for form in (text, page):
                for part in [pair["name"], pair["help"]] + pair["words"]:
                    self.assertIn(part, form)

    def test_json_members(self):
        modules = self.describe()["modules"]
        self.assertIn("trim", [m["id"] for m in modules])
        self.assertEqual([m["id"] for m in modules if m["id"].startswith("test")], [])
        for m in modules:
            for name in ("id", "label", "help"):
                self.assertIsInstance(m[name], str)
            self.assertGreater(len(m["params"]), 0)
            for p in m["params"]:
                self.assertEqual(sorted(p), ["choices", "default", "help", "id", "label", "max", "min", "scale", "step", "unit"])
                self.assertRegex(p["id"], r"\A[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)*\Z")
                self.assertIn(p["scale"], ("linear", "log", "toggle", "choice"))
                self.assertTrue(p["min"] <= p["default"] <= p["max"])
                self.assertEqual(len(p["choices"]), p["max"] + 1 if p["scale"] == "choice" else 0)
            for meter in m["meters"]:
                self.assertEqual(sorted(meter), ["help", "id", "label", "max", "min", "unit"])
            self.assertEqual(self.describe(m["id"])["modules"], [m])

    def test_json_numbers_are_the_shortest_exact_ones(self):
        data = self.describe(parse_float=str, parse_int=str)
        numbers = [(p["id"], p[name]) for m in data["modules"] for p in m["params"]
                   for name in ("min", "max", "default", "step")]
        self.assertGreater(len(numbers), 20)
        for name, text in numbers:
            digits = len(re.sub(r"e.*", "", text).replace("-", "").replace(".", "").strip("0"))
            value = nearest_float(text)
            if digits > 1:
                self.assertNotEqual(nearest_float(f"{value:.{digits - 1}g}"), value, f"{name}: {text} can be shorter")

    def test_a_file_with_every_value_reads_back(self):
        for m in self.describe()["modules"]:
            lines = ["[rack]", "format = 1", f"[{m['id']}]"]
            for p in m["params"]:
                value = p["choices"][int(p["max"])] if p["scale"] == "choice" else p["max"]
                unit = "" if p["scale"] in ("toggle", "choice") else p["unit"]
                lines.append(f"{p['id'].replace('/', '.')} = {value}{unit if unit == ':1' else ' ' + unit}")
            self.expect(run("check", self.put("all.rack", "\n".join(lines) + "\n")), 0, "", "")

    def test_text_names_everything(self):
        text = run("describe").stdout.decode()
        self.assertFalse(re.search(r" $", text, re.M))
        for m in self.describe()["modules"]:
            own = run("describe", m["id"])
            self.expect(own, 0, err="")
            self.assertIn(own.stdout.decode().split("\n\nAddresses")[0], text)
            flat = " ".join(own.stdout.decode().split())
            for p in m["params"]:
                self.assertIn(" ".join(p["help"].split()), flat) if not re.search(r"\d", p["id"]) else None
                self.assertIn(re.sub(r"\d+", "1", p["id"], 1).split("/")[-1].split("1")[-1], flat)
        for address in ("/chain/insert", "/rack/<slot>/<param...>", "/bypass/match", "/preset/load", "/subscribe", "/quit"):
            self.assertIn(address, text)

    def test_unknown_module(self):
        result = run("describe", "reverb")
        self.expect(result, 2, out="")
        self.assertRegex(result.stderr.decode(), r"there is no module 'reverb': .*\btrim\b")

    def test_manual_page(self):
        result = run("describe", "--man")
        self.expect(result, 0, err="")
        page = result.stdout.decode().replace("\\-", "-")
        with open("build/lacquer.1", encoding="utf-8") as file:
            self.assertEqual(file.read(), result.stdout.decode())
        for command in COMMANDS:
            for option in re.findall(r"(?m)^ +(?:-\w, )?(--[a-z-]+)", run(command, "--help").stdout.decode()):
                self.assertIn(f"\\fB{option}\\fR", page)
        for m in self.describe()["modules"]:
            self.assertIn(f".SS {m['id']}\n", page)
        if shutil.which("groff"):
            groff = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z"], input=result.stdout, capture_output=True)
            self.assertEqual(groff.stderr, b"")


if __name__ == "__main__":
    if not os.access(LACQUER, os.X_OK):
        sys.exit("build/lacquer is missing")
    unittest.main()
