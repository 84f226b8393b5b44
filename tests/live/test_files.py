#!/usr/bin/env python3
# Sound files of render and measure: damage, lengths that headers promise, what OUT replaces, tails, tags, invalid samples.
# SPDX-License-Identifier: GPL-3.0-or-later
import functools
import json
import math
import os
import pty
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

LACQUER = os.path.abspath("build/lacquer")
EIO = os.path.abspath("build/preload_eio.so")
RATE = 48000
PLAIN = "[rack]\nformat = 1\n[trim]\n"


def run(*words, **more):
    more.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([LACQUER, *words], capture_output=True, timeout=60, **more)


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def wav(frames, *before, kind=(1, 16), rate=RATE, channels=2, after=b""):
    """A WAV file of packed frames, with chunks before and behind the sound."""
    code, bits = kind
    width = channels * bits // 8
    fmt = chunk(b"fmt ", struct.pack("<HHIIHH", code, channels, rate, rate * width, width, bits))
    body = b"WAVE" + fmt + b"".join(before) + chunk(b"data", frames) + after
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunks(data):
    at, found = 12, {}
    while at + 8 <= len(data):
        size = struct.unpack("<I", data[at + 4:at + 8])[0]
        found[data[at:at + 4]] = data[at + 8:at + 8 + size]
        at += 8 + size + size % 2
    return found


@functools.lru_cache(maxsize=None)
def sound(seconds=2.0, level=8000, hz=441):
    """16-bit stereo, a sine with a little noise, so that no codec finds it trivial."""
    random = 1
    samples = []
    for i in range(int(RATE * seconds)):
        random = (random * 1664525 + 1013904223) % 2**32
        samples += [int(level * math.sin(i * 2 * math.pi * hz / RATE)) + (random >> 24)] * 2
    return struct.pack(f"<{len(samples)}h", *samples)


def floats(values):
    return struct.pack(f"<{len(values)}f", *values)


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lacquer-files.")
        self.addCleanup(shutil.rmtree, self.folder)
        os.environ["XDG_CONFIG_HOME"] = self.folder + "/config"
        self.rack = self.put("r.rack", PLAIN)
        self.out = self.at("out.wav")

    def at(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, data):
        with open(self.at(name), "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
        return self.at(name)

    def get(self, path):
        with open(path, "rb") as file:
            return file.read()

    def sox(self, *words):
        subprocess.run(["sox", "-D", *words], check=True, capture_output=True)
        return words[-1]

    def expect(self, result, status, err=None):
        told = f"{result.args}: status {result.returncode}\nout: {result.stdout!r}\nerr: {result.stderr!r}"
        self.assertEqual(result.returncode, status, told)
        if err is not None:
            self.assertRegex(result.stderr.decode(), err, told)
        return result

    def good(self, source, *options):
        """Renders without a word on standard error; the chunks of OUT."""
        self.expect(run("render", "--force", *options, self.rack, source, self.out), 0, r"\A\Z")
        return chunks(self.get(self.out))

    def refused(self, source, err):
        """Neither rendered nor measured; nothing stays."""
        before = sorted(os.listdir(self.folder))
        self.expect(run("render", self.rack, source, self.out), 1, err)
        result = self.expect(run("measure", "--json", source), 1, err)
        self.assertEqual(result.stdout, b"")
        self.assertEqual(sorted(os.listdir(self.folder)), before)


class Lengths(Files):
    """Those in headers are for progress only: the end of the data is the end."""

    def flac(self):
        return self.get(self.sox(self.put("in.wav", wav(sound())), self.at("in.flac")))

    def with_total(self, flac, total):
        return flac[:21] + bytes([flac[21] & 0xf0 | total >> 32]) + (total & 0xffffffff).to_bytes(4, "big") + flac[26:]

    def test_flac_of_a_stream(self):
        data = self.good(self.put("s.flac", self.with_total(self.flac(), 0)))[b"data"]
        self.assertEqual(data, sound())
        measured = json.loads(run("measure", "--json", self.at("s.flac")).stdout)
        self.assertEqual(measured["duration_s"], 2)

    def test_flac_with_more_than_it_tells(self):
        self.assertEqual(self.good(self.put("s.flac", self.with_total(self.flac(), 1000)))[b"data"], sound())

    def test_wav_of_a_stream(self):
        whole = wav(sound())
        at = whole.index(b"data") + 4
        for size in (0, 0xffffffff, 0x7ffff000, 0x80000000):
            source = self.put("s.wav", whole[:at] + struct.pack("<I", size) + whole[at + 4:])
            self.assertEqual(self.good(source)[b"data"], sound(), hex(size))

    def test_aiff_of_a_stream(self):
        with open(self.put("in.wav", wav(sound())), "rb") as file:
            piped = subprocess.run(["sox", "-D", "-t", "wav", "-", "-t", "aiff", "-"], stdin=file, check=True, capture_output=True)
        self.assertEqual(self.good(self.put("s.aiff", piped.stdout))[b"data"], sound())

    def test_no_sound_before_another_chunk(self):
        source = self.put("s.wav", wav(b"", after=chunk(b"LIST", b"INFOISFT\x04\0\0\0abc\0")))
        self.assertEqual(self.good(source)[b"data"], b"")

    def test_from_a_pipe(self):
        flac = self.put("s.flac", self.with_total(self.flac(), 0))
        os.mkfifo(self.at("pipe"))
        with subprocess.Popen(["cp", flac, self.at("pipe")]):
            self.assertEqual(self.good(self.at("pipe"))[b"data"], sound())


class Damage(Files):
    def cut(self, end, *encoding):
        """The first 60 % of the file."""
        whole = self.get(self.sox(self.put("in.wav", wav(sound())), *encoding, self.at("whole." + end)))
        return self.put("cut." + end, whole[:len(whole) * 6 // 10])

    def test_shorter_than_told(self):
        for end in ("wav", "aiff", "flac", "w64", "caf", "au"):
            source = self.cut(end)
            self.refused(source, rf"\Alacquer: {source}: damaged: .* at frame 5\d{{4}} \(1\.\d+ s\); "
                                 r"its header promises 96000 frames \(2\.000 s\)\n\Z")
            self.expect(run("render", "--force", "--partial", self.rack, source, self.out), 0, "damaged: .*as far as it goes")
            data = chunks(self.get(self.out))[b"data"]
            self.assertGreater(len(data), len(sound()) * 0.58)
            self.assertEqual(data, sound()[:len(data)])
            os.unlink(self.out)

    def test_compressed_and_shorter(self):
        for encoding in ("ms-adpcm", "ima-adpcm", "a-law"):
            self.refused(self.cut("wav", "-e", encoding), r"damaged: ends at frame 5\d{4} .* promises 9\d{4} frames")

    def test_a_spoilt_byte(self):
        flac = bytearray(self.get(self.sox(self.put("in.wav", wav(sound())), self.at("in.flac"))))
        flac[len(flac) // 2] ^= 0x55
        self.refused(self.put("s.flac", flac), r"damaged: .* at frame \d+ \(\d\.\d+ s\); .* 96000 frames")

    def test_ogg(self):
        whole = self.get(self.sox(self.put("in.wav", wav(sound())), self.at("in.ogg")))
        self.expect(run("measure", self.at("in.ogg")), 0, r"\A\Z")
        self.refused(self.put("l.ogg", whole[:whole.rindex(b"OggS")]), "last page of the Ogg stream is missing")
        self.refused(self.put("c.ogg", whole[:-10]), r"Ogg page at byte \d+ of \d+ is cut short")
        spoilt = bytearray(whole)
        spoilt[len(spoilt) // 2] ^= 0x55
        self.refused(self.put("s.ogg", spoilt), r"Ogg page at byte \d+ of \d+ is not what its checksum says")
        at = whole.index(b"OggS", len(whole) // 2)
        self.refused(self.put("m.ogg", whole[:at] + whole[whole.index(b"OggS", at + 1):]), "Ogg pages are missing before byte")
        self.expect(run("render", "--partial", self.rack, self.at("l.ogg"), self.out), 0, "last page")

    def test_a_read_error(self):
        source = self.put("in.wav", wav(sound()))
        before = sorted(os.listdir(self.folder))
        broken = {**os.environ, "LD_PRELOAD": EIO, "LACQUER_EIO": "200000"}
        for words in (("render", self.rack, source, self.out), ("measure", source)):
            self.expect(run(*words, env=broken), 1, r"Input/output error at frame 499\d\d \(1\.04\d s\); .* 96000 frames \(2\.000 s\)")
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_partial_is_not_for_measure(self):
        self.expect(run("measure", "--partial", self.cut("wav")), 2)


class Replacing(Files):
    """What is at OUT is the old file or the new one."""

    def setUp(self):
        super().setUp()
        self.source = self.put("in.wav", wav(sound()))

    def old(self):
        self.put("out.wav", b"the old master")
        return sorted(os.listdir(self.folder))

    def stays(self, before):
        self.assertEqual(self.get(self.out), b"the old master")
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_only_with_force(self):
        before = self.old()
        self.expect(run("render", self.rack, self.source, self.out), 1, r"out\.wav: already exists; --force overwrites it\n\Z")
        self.stays(before)
        self.assertEqual(self.good(self.source)[b"data"], sound())

    def ask(self, answer):
        """On a terminal of its own: the status and what was said there."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(LACQUER, [LACQUER, "render", self.rack, self.source, self.out])
        said = b""
        try:
            while b"[y/N]" not in said:
                said += os.read(terminal, 1000)
            os.write(terminal, answer)
            while True:
                said += os.read(terminal, 1000)
        except OSError:
            pass
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode()

    def test_asks_on_a_terminal(self):
        before = self.old()
        status, said = self.ask(b"\n")
        self.assertEqual(status, 1, said)
        self.stays(before)
        status, said = self.ask(b"y\n")
        self.assertEqual(status, 0, said)
        self.assertRegex(said, r"rendering +\d+ %")
        self.assertEqual(chunks(self.get(self.out))[b"data"], sound())

    def test_failures_leave_the_old(self):
        before = self.old() + ["bad"]
        bad = self.put("bad", "0.1 /rack/trim/gain 3\n1.5 /rack/trim/nothing 1\n")
        self.expect(run("render", "--force", "--events", bad, self.rack, self.source, self.out), 1, "bad:2: /rack/trim/nothing")
        self.stays(sorted(before))
        self.expect(run("render", "--force", self.rack, self.rack, self.out), 1)
        self.stays(sorted(before))

    def start_long(self):
        """A render of hours that has begun to write."""
        long = self.put("long.wav", wav(b""))
        with open(long, "r+b") as file:
            data = self.get(long)
            file.seek(data.index(b"data") + 4)
            file.write(struct.pack("<I", 4 * 500_000_000))
            file.truncate(len(data) + 4 * 500_000_000)  # sparse
        process = subprocess.Popen([LACQUER, "render", "--force", self.rack, long, self.out], stderr=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not any("lacquer-tmp" in name for name in os.listdir(self.folder)) and time.monotonic() < end:
            time.sleep(0.01)
        return process

    def test_signals(self):
        self.put("long.wav", b"")
        before = self.old()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.start_long() as process:
                process.send_signal(number)
                self.assertEqual(process.wait(20), -number)
            self.stays(before)

    def test_kill_and_after(self):
        self.put("long.wav", b"")
        before = self.old()
        with self.start_long() as process:
            process.kill()
        self.assertEqual(self.get(self.out), b"the old master")
        self.good(self.source)
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_links_stay(self):
        os.mkdir(self.at("masters"))
        target = self.put("masters/target.wav", b"old")
        os.symlink("masters/target.wav", self.out)
        self.good(self.source)
        self.assertTrue(os.path.islink(self.out))
        self.assertEqual(chunks(self.get(target))[b"data"], sound())
        self.assertEqual(os.listdir(self.at("masters")), ["target.wav"])

    def test_pipes_and_devices(self):
        os.mkfifo(self.at("pipe"))
        with subprocess.Popen(["cp", self.at("pipe"), self.at("heard")]):
            self.expect(run("render", self.rack, self.source, self.at("pipe")), 0, r"\A\Z")
        self.assertEqual(chunks(self.get(self.at("heard")))[b"data"], sound())
        self.assertTrue(os.path.exists(self.at("pipe")))
        self.expect(run("render", self.rack, self.source, "/dev/null"), 0, r"\A\Z")
        result = self.expect(run("render", self.rack, self.source, "/dev/stdout"), 0, "integrated")
        self.assertEqual(chunks(result.stdout)[b"data"], sound())

    def test_in_is_refused(self):
        self.expect(run("render", "--force", self.rack, self.source, self.source), 1, "is the input itself")
        os.link(self.source, self.at("same.wav"))
        self.expect(run("render", "--force", self.rack, self.source, self.at("same.wav")), 1, "is the input itself")
        self.assertEqual(self.get(self.source), wav(sound()))

    def test_modes_stay(self):
        self.old()
        os.chmod(self.out, 0o640)
        self.good(self.source)
        self.assertEqual(os.stat(self.out).st_mode & 0o777, 0o640)


class LongFiles(Files):
    """Beyond 4 GiB, by sparse files."""

    def long(self):
        """545 million stereo frames of float silence in Wave64."""
        def guid(name):
            tail = "2e91cf11a5d628db04c10000" if name == b"riff" else "f3acd3118cd100c04f8edb8a"
            return name + bytes.fromhex(tail)

        size = 545_000_000 * 8
        fmt = struct.pack("<HHIIHH", 3, 2, RATE, RATE * 8, 8, 32)
        head = guid(b"riff") + struct.pack("<Q", 104 + size) + guid(b"wave") + guid(b"fmt ") + struct.pack("<Q", 40) + fmt
        path = self.put("long.w64", head + guid(b"data") + struct.pack("<Q", 24 + size))
        os.truncate(path, 104 + size)
        return path

    def test_aiff_is_refused(self):
        result = self.expect(run("render", self.rack, self.long(), self.at("out.aiff")), 1,
                             r"out\.aiff: 545000000 frames are 4\.1 GiB, and \.aiff holds 4")
        self.assertEqual(sorted(os.listdir(self.folder)), ["long.w64", "r.rack"], result.stderr)

    def test_wav_is_rf64(self):
        with subprocess.Popen([LACQUER, "render", self.rack, self.long(), self.out], stdout=subprocess.DEVNULL) as process:
            kind, end = b"", time.monotonic() + 20
            while len(kind) < 4 and time.monotonic() < end:
                names = [name for name in os.listdir(self.folder) if "lacquer-tmp" in name]
                kind = self.get(self.at(names[0]))[:4] if names else b""
                time.sleep(0.01)
            process.terminate()
        self.assertEqual(kind, b"RF64")

    def test_short_files_are_plain(self):
        self.good(self.put("in.wav", wav(sound())))
        self.assertEqual(self.get(self.out)[:4], b"RIFF")


class Samples(Files):
    def test_invalid_ones_are_counted(self):
        values = [0.25 * math.sin(i * 0.05) for i in range(2 * RATE)]
        values[100], values[1000], values[5000], values[5001] = math.nan, -math.inf, 3e38, -1e7
        source = self.put("in.wav", wav(floats(values), kind=(3, 32)))
        result = self.expect(run("measure", "--json", source), 0, r"in\.wav: 4 invalid samples")
        self.assertEqual(json.loads(result.stdout)["invalid_samples"], 4)
        self.assertRegex(self.expect(run("measure", source), 0).stdout.decode(), r"invalid samples +4")
        result = self.expect(run("render", "--json", self.rack, source, self.out), 0, r"in\.wav: 4 invalid samples")
        self.assertEqual(json.loads(result.stdout)["invalid_samples"], 4)
        for rate in ("44100", "96000"):
            result = self.expect(run("render", "--force", "--json", "--rate", rate, self.rack, source, self.out), 0, "4 invalid")
            self.assertLess(json.loads(result.stdout)["sample_peak_dbfs"], -10)
        clean = self.put("clean.wav", wav(sound()))
        self.assertEqual(json.loads(run("measure", "--json", clean).stdout)["invalid_samples"], 0)


class Tail(Files):
    def setUp(self):
        super().setUp()
        self.rack = self.put("ring.rack", "[rack]\nformat = 1\n[eq]\nband4.freq = 100\nband4.gain = 18\nband4.q = 18\n")
        self.source = self.put("in.wav", wav(sound(0.5, 2000, 100)))

    def test_tail(self):
        self.expect(run("render", self.rack, self.source, self.out), 0, r"cuts off the tail.* still at -\d+\.\d dBFS.*--tail SECONDS")
        plain = chunks(self.get(self.out))[b"data"]
        self.assertEqual(len(plain), len(sound(0.5)))
        longer = self.good(self.source, "--tail", "1.5")[b"data"]
        self.assertEqual(len(longer), len(sound(2.0)))
        self.assertEqual(longer[:len(plain)], plain)
        self.assertGreater(max(struct.unpack(f"<{RATE // 10}h", longer[len(plain):len(plain) + RATE // 5])), 3000)
        self.expect(run("render", "--tail", "-1", self.rack, self.source, self.out), 2)

    def test_events_in_the_tail(self):
        events = self.put("e", "1.0 /rack/eq/bypass T\n")
        self.good(self.source, "--tail", "1.5", "--events", events)


class Tags(Files):
    """bext, cues and texts are carried over; the loudness in bext v2 is what was measured (EBU Tech 3285)."""

    def bext(self):
        head = (b"description".ljust(256, b"\0") + b"originator".ljust(32, b"\0") + b"reference".ljust(32, b"\0") +
                b"2024-05-0612:34:56" + struct.pack("<II", 96000, 1))
        return chunk(b"bext", head + struct.pack("<H", 1) + b"U" * 64 + b"\0" * 190 + b"A=PCM,F=48000,W=16,M=stereo\r\n")

    def cues(self):
        points = [(1, 1000), (2, 48000)]
        return chunk(b"cue ", struct.pack("<I", 2) + b"".join(
            struct.pack("<II4sIII", number, at, b"data", 0, 0, at) for number, at in points))

    def source(self):
        info = b"INFO" + chunk(b"INAM", b"A Title\0") + chunk(b"IART", b"An Artist\0")
        return self.put("in.wav", wav(sound(4), self.bext(), self.cues(), after=chunk(b"LIST", info)))

    def test_carried_over(self):
        for options in (), ("--bits", "32f"):
            found = self.good(self.source(), *options)
            bext = found[b"bext"]
            self.assertTrue(bext.startswith(b"description\0"))
            self.assertEqual(struct.unpack("<II", bext[338:346]), (96000, 1))
            self.assertIn(b"A=PCM,F=48000,W=16,M=stereo", bext)
            self.assertEqual(struct.unpack("<H", bext[346:348])[0], 2)
            self.assertEqual([struct.unpack("<6I", found[b"cue "][4 + 24 * i:28 + 24 * i])[5] for i in (0, 1)], [1000, 48000])
            self.assertIn(b"A Title", found[b"LIST"])
            self.assertIn(b"An Artist", found[b"LIST"])
            measured = json.loads(run("measure", "--json", self.out).stdout)
            names = ("integrated_lufs", "range_lu", "true_peak_dbtp", "momentary_max_lufs", "short_term_max_lufs")
            for value, name in zip(struct.unpack("<5h", bext[412:422]), names):
                self.assertAlmostEqual(value / 100, measured[name], delta=0.0101, msg=name)

    def test_silence_has_no_loudness(self):
        source = self.put("in.wav", wav(b"\0" * 4 * RATE, self.bext()))
        self.assertEqual(struct.unpack("<5h", self.good(source)[b"bext"][412:422]), (0x7fff,) * 5)

    def test_places_move_with_the_rate(self):
        self.expect(run("render", "--rate", "96000", self.rack, self.source(), self.out), 0)
        found = chunks(self.get(self.out))
        self.assertEqual(struct.unpack("<I", found[b"cue "][24:28])[0], 2000)
        self.assertEqual(struct.unpack("<II", found[b"bext"][338:346]), (192000, 2))

    def test_what_is_lost_is_said(self):
        out = self.at("out.flac")
        self.expect(run("render", self.rack, self.source(), out), 0, r"out\.flac: bext chunk.*: no place for it")
        self.assertIn(b"A Title", self.get(out))

    def test_no_tags_no_chunks(self):
        found = self.good(self.put("in.wav", wav(sound())))
        self.assertEqual(sorted(found), [b"data", b"fmt "])


class Rate(Files):
    def test_conversion(self):
        """A sine of 1 kHz stays one, at its level, as long as before; what is behind its harmonics is below -100 dB."""
        values = [0.5 * math.sin(2 * math.pi * 1000 * (i // 2) / RATE) for i in range(2 * RATE)]
        source = self.put("in.wav", wav(floats(values), kind=(3, 32)))
        for rate in (44100, 96000):
            self.expect(run("render", "--force", "--rate", str(rate), self.rack, source, self.out), 0)
            found = chunks(self.get(self.out))
            self.assertEqual(struct.unpack("<I", found[b"fmt "][4:8])[0], rate)
            data = found[b"data"]
            samples = struct.unpack(f"<{len(data) // 4}f", data)[::2]
            self.assertEqual(len(samples), rate)
            worst = max(abs(x - 0.5 * math.sin(2 * math.pi * 1000 * i / rate)) for i, x in enumerate(samples) if 1000 < i < rate - 1000)
            self.assertLess(20 * math.log10(worst), -100)
        self.expect(run("render", "--rate", "44.1", self.rack, source, self.out), 2)


    def test_a_rack_of_another_rate(self):
        rack = self.put("cd.rack", PLAIN.replace("\n[trim]", "\nrate = 44.1 kHz\n[trim]"))
        source = self.put("in.wav", wav(sound()))
        self.expect(run("render", rack, source, self.out), 0, r"\A[^\n]*cd\.rack: is made for 44100 Hz, and .*in\.wav is of 48000 Hz; "
                                                              r"--rate 44100 converts it\n\Z")
        self.expect(run("render", "--force", "--rate", "44100", rack, source, self.out), 0, r"\A\Z")
        self.assertEqual(len(chunks(self.get(self.out))[b"data"]), 4 * 88200)


class Events(Files):
    def render(self, events, rack=None):
        source = self.put("in.wav", wav(sound()))
        return run("render", "--force", "--events", self.put("e", events), rack or self.rack, source, self.out)

    def test_byte_order_mark(self):
        self.expect(self.render(b"\xef\xbb\xbf0 /rack/trim/gain -6\n"), 0, r"\A\Z")

    def test_nul(self):
        self.expect(self.render(b"# one\n0 /rack/trim/gain -6\n1 /rack/trim\0/gain -6\n"), 1, r"e:3: a NUL byte")

    def test_presets_are_left_alone(self):
        for address in ("/preset/save", "/preset/delete"):
            self.expect(self.render(f"0.5 {address} mine\n"), 1, rf"e:1: {address}: .*preset folder")
        self.assertFalse(os.path.exists(self.at("config")))

    def test_clamped_values_are_said(self):
        self.expect(self.render("1 /rack/trim/gain -40\n"), 0, r"\A[^\n]*e:1: /rack/trim/gain: clamped to -24\.0 dB\n\Z")

    def test_match_has_no_effect(self):
        self.expect(self.render("0 /bypass/match T\n1 /bypass T\n1.1 /bypass F\n"), 0, r"\A[^\n]*e:1: /bypass/match: has no effect in render[^\n]*\n\Z")
        rack = self.put("m.rack", PLAIN.replace("\n[trim]", "\nbypass.match = on\n[trim]"))
        self.expect(self.render("1 /rack/trim/gain -3\n", rack), 0, r"\A[^\n]*m\.rack: bypass\.match has no effect in render[^\n]*\n\Z")

    def test_match_changes_no_bit(self):
        rack = self.put("loud.rack", PLAIN + "gain = 9\n")
        self.expect(self.render("0 /bypass T\n1 /bypass F\n", rack), 0, r"\A\Z")
        plain = self.get(self.out)
        self.expect(self.render("0 /bypass/match T\n0 /bypass T\n1 /bypass F\n", rack), 0, "has no effect")
        self.assertEqual(self.get(self.out), plain)


class Progress(Files):
    def test_only_on_a_terminal(self):
        source = self.put("in.wav", wav(sound()))
        self.expect(run("measure", source), 0, r"\A\Z")
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(LACQUER, [LACQUER, "measure", source])
        said = b""
        try:
            while True:
                said += os.read(terminal, 1000)
        except OSError:
            pass
        os.close(terminal)
        os.waitpid(pid, 0)
        self.assertRegex(said.decode(), r"measuring +\d+ %")


if __name__ == "__main__":
    if not os.access(LACQUER, os.X_OK):
        sys.exit("build/lacquer is missing")
    unittest.main()
