#!/usr/bin/env python3
# The terminal UI in a real terminal (tmux) on a rack that plays on a private JACK server.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from liverack import BUILD, LACQUER, SERVER, Process, Rack, Server, jack, ports, wait_until

TMUX = ["tmux", "-u", "-L", os.environ.get("LACQUER_TEST_SERVER", "lacquer-live"), "-f", "/dev/null"]
checks = 0


def check(what, good, detail=""):
    global checks
    checks += 1
    assert good, f"{what}: {detail}"
    print("ok    " + what, flush=True)


class Terminal:
    """A tmux session with a shell, of this size, in the rack's folders."""

    def __init__(self, rack, columns=80, rows=24, env=None):
        env = {"LC_ALL": "C.UTF-8", "PS1": "shell> ", "HISTFILE": "", **rack.env, **(env or {})}
        words = [f"{name}={value}" for name, value in env.items()]
        self.tmux("new-session", "-d", "-x", str(columns), "-y", str(rows), shlex.join(
            ["env", "-u", "NO_COLOR", *words, "bash", "--norc", "--noprofile"]))
        self.see("shell>")

    def tmux(self, *words):
        return subprocess.run([*TMUX, *words], stdout=subprocess.PIPE, text=True, check=True).stdout

    def screen(self, *options):
        return self.tmux("capture-pane", "-p", *options)

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", "--", text)

    def see(self, text, seconds=10):
        try:
            wait_until(text, lambda: text in self.screen(), seconds)
        except AssertionError:
            print(self.screen())
            raise

    def see_not(self, text):
        wait_until(f"no {text}", lambda: text not in self.screen())

    def run(self, command, until=None):
        self.type(command)
        self.keys("Enter")
        if until:
            self.see(until)

    def attach(self, options=""):
        self.run(f"clear; {LACQUER} attach {options}; echo left with $?", "? help")

    def child(self):
        """The program that runs in the shell."""
        shell = self.tmux("list-panes", "-F", "#{pane_pid}").strip()
        return int(subprocess.run(["pgrep", "-P", shell], stdout=subprocess.PIPE, text=True).stdout.split()[0])

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        subprocess.run([*TMUX, "kill-server"], stderr=subprocess.DEVNULL)


def soon(what, question, wanted, rack):
    wait_until(what, lambda: rack.osc.ask(question) == wanted)
    check(what, True)


def drawing(rack, t):
    t.attach()
    t.see("Gain")
    screen = t.screen()
    for text in ("Live test", "48 kHz/", "JACK lacquer", "load", "xruns", "trim", "OUT L", "LUFS", "LRA", "corr", "q quit"):
        check(f"the screen shows {text}", text in screen, screen)
    check("no line is longer than the screen", all(len(line) <= 80 for line in screen.split("\n")), screen)


def values(rack, t):
    t.keys("Down")
    t.see("trim/balance")
    row = next(i for i, line in enumerate(t.screen().split("\n")) if "Balance" in line)
    check("the cursor rests on the parameter", t.tmux("display", "-p", "#{cursor_y}") == f"{row}\n")
    t.keys("Up")
    t.see("trim/gain")
    t.keys("Right")
    soon("Right is one step", "/rack/trim/gain", [0.5], rack)
    t.keys("PPage")
    soon("PgUp is ten steps", "/rack/trim/gain", [5.5], rack)
    t.keys("Enter")
    t.see("Enter accepts")
    t.type("-3 dB")
    t.keys("Enter")
    soon("a typed value with its unit", "/rack/trim/gain", [-3.0], rack)
    t.keys("Enter")
    t.see("Enter accepts")
    t.type("99")
    t.keys("Enter")
    t.see("out of range")
    t.keys("BSpace")
    t.see_not("out of range")
    check("an error goes with the next key", True)
    check("a value out of range is refused", rack.osc.ask("/rack/trim/gain") == [-3.0])
    t.keys("Escape")
    t.see_not("Escape cancels")
    t.keys("Enter")
    t.see("Enter accepts")
    t.type("1.25")
    t.keys("Enter")
    t.see("trim/gain  1.25 dB")
    check("the foot shows all digits", True)
    t.keys("d")
    soon("d is the default", "/rack/trim/gain", [0.0], rack)
    rack.osc.send("/rack/trim/gain", -7.5)
    t.see("-7.5 dB")
    check("what others change is seen", True)
    t.keys("u")
    soon("u takes it back", "/rack/trim/gain", [0.0], rack)


def switches(rack, t):
    t.keys("b")
    soon("b bypasses the rack", "/bypass", [True], rack)
    t.see("BYPASS")
    t.keys("b")
    soon("b again ends it", "/bypass", [False], rack)
    t.see_not("BYPASS")
    t.keys("U")
    t.see("nothing to redo")
    t.keys("Down")
    t.see_not("nothing to redo")
    check("what was said goes with the next key", True)
    t.keys("Up")
    t.keys("M")
    t.see("MATCHED")
    check("a matched rack is told from one at its own level", rack.osc.ask("/bypass/match") == [True])
    line = t.screen().split("\n")[1]
    check("no word beside it is cut", re.search(r"\) +LOUDNESS MATCHED +A", line), line)
    t.keys("M")
    t.see_not("MATCHED")
    t.keys("F6")
    t.see("snapshot B is active")
    check("the head line names the snapshot", re.search(r" B *$", t.screen().split("\n")[1]), t.screen())
    soon("F6 is snapshot B", "/ab", ["b"], rack)
    t.keys("F5")
    soon("F5 is snapshot A", "/ab", ["a"], rack)
    t.keys("B")
    soon("B bypasses the slot", "/rack/trim/bypass", [True], rack)
    t.see("[B]")
    t.keys("B")
    soon("B again ends it", "/rack/trim/bypass", [False], rack)
    for key, name in ("a", "SOLO"), ("c", "DELTA"):
        t.keys(key)
        t.see(name)
        check(f"the head line says {name}", name in t.screen().split("\n")[1], t.screen())
        t.keys(key)
        t.see_not(name)
    t.keys("End")
    t.see("trim/delta")
    t.keys("Home")
    t.see("trim/gain")
    check("Home and End move the cursor", rack.osc.ask("/rack/trim/gain") == [0.0])
    t.keys("}")
    soon("} is the maximum", "/rack/trim/gain", [24.0], rack)
    t.keys("{")
    soon("{ is the minimum", "/rack/trim/gain", [-24.0], rack)
    t.type("2.5")
    t.see("Enter accepts")
    t.keys("Enter")
    soon("a digit begins a value", "/rack/trim/gain", [2.5], rack)
    t.keys("d")
    soon("d is the default again", "/rack/trim/gain", [0.0], rack)
    t.keys("g")
    t.see("trim has no response curve")
    check("g says why nothing is drawn", True)


def edits(rack, t):
    t.keys("i")
    t.see("> ")
    t.keys("t")
    t.see("> trim")
    t.keys("Enter")
    soon("i inserts behind the slot", "/chain", ["trim", "trim_2"], rack)
    t.see(">trim_2")
    check("the new slot is selected", True)
    t.keys("<")
    soon("< moves it", "/chain", ["trim_2", "trim"], rack)
    t.keys("D")
    t.see("Remove trim_2")
    t.keys("Escape")
    t.see_not("Remove trim_2")
    check("Escape keeps it", rack.osc.ask("/chain") == ["trim_2", "trim"])
    t.keys("D")
    t.see("Remove trim_2")
    t.keys("Down", "Enter")
    soon("D removes it", "/chain", ["trim"], rack)
    t.keys("s")
    t.see("Save preset as")
    t.type("from keys")
    t.keys("Enter")
    t.see("saved from keys")
    soon("s saves a preset", "/preset/list", rack.osc.ask("/preset/list"), rack)
    check("the preset is listed", "from keys" in rack.osc.ask("/preset/list"))
    t.keys("s")
    t.see("Save preset as")
    t.type("from keys")
    t.keys("Enter")
    t.see('Preset "from keys" already exists')
    t.see("> Cancel")
    check("s asks before it replaces one", True)
    t.keys("o", "Enter")
    t.see_not("already exists")
    t.see("saved from keys")


def names(rack, t):
    t.keys("t")
    t.see("Title of the rack")
    t.keys("C-u")
    t.type("Café, side #2")
    t.keys("BSpace")
    t.keys("Enter")
    soon("t gives a title", "/title", ["Café, side"], rack)
    t.see("Café, side ")
    rack.osc.send("/title", "A title that is longer than the line has room for")
    t.see("A title that is")
    check("a title that is cut says so", "…  48 kHz" in t.screen(), t.screen())
    rack.osc.send("/title", "Café, side")
    t.see("Café, side ")
    t.keys("t")
    t.see("Title of the rack")
    t.type("x")
    t.see_not("side_")
    t.keys("Enter")
    soon("typing replaces the old title, which is selected", "/title", ["x"], rack)
    rack.osc.send("/title", "Café, side")
    t.see("Café, side ")
    t.keys("t")
    t.see("Title of the rack")
    t.keys("End", *["BSpace"] * 7)
    t.keys("Enter")
    soon("a character goes as a whole", "/title", ["Caf"], rack)
    t.keys("w")
    t.see("Store scene as")
    t.type("verse")
    t.keys("Enter")
    t.see("stored verse")
    t.keys("s")
    t.see("Save preset as")
    t.type("a/b")
    t.keys("Enter")
    t.see("error: ")
    check("a bad name is refused", "name" in t.screen(), t.screen())
    t.keys("Escape")
    t.see_not("Save preset as")
    t.keys("E")
    t.see("> verse")
    t.keys("Enter")
    t.see('Delete scene "verse"?')
    t.keys("Enter")
    t.see_not("Delete scene")
    check("E asks before it deletes a scene", rack.osc.ask("/scene/list") == ["verse"])
    t.keys("E")
    t.see("> verse")
    t.keys("Enter")
    t.see("> Cancel")
    t.keys("Down", "Enter")
    t.see("deleted verse")
    soon("then it is gone", "/scene/list", [], rack)
    for preset, said in ("from keys", "deleted from keys"), ("vinyl", "is a factory preset and cannot be deleted"):
        t.keys("P")
        t.see("Delete preset")
        t.see("vinyl")
        t.type(preset)
        t.see("> " + preset)
        t.keys("Enter")
        t.see("> Cancel")
        t.keys("Down", "Enter")
        t.see(said)
    check("P deletes a preset of one's own only", "from keys" not in rack.osc.ask("/preset/list") and
          "vinyl" in rack.osc.ask("/preset/list"))
    t.see("trim/gain")
    t.keys("L")
    t.see("gain is locked")
    t.see(") locked")
    check("what is locked is marked in the list", re.search(r"Gain +L +\S+ dB", t.screen()), t.screen())
    t.keys("p")
    t.see("Load preset")
    t.see("Streaming, -14 LUFS")
    check("presets stand with their title and delay", re.search(r"streaming +[0-9.]+ ms  Streaming", t.screen()), t.screen())
    t.keys("Escape")
    t.see_not("Load preset")
    check("L locks", rack.osc.ask("/lock", "/rack/trim/gain")[1] is True)
    t.keys("L")
    t.see("gain is unlocked")
    t.see_not(") locked")
    check("and unlocks", rack.osc.ask("/lock", "/rack/trim/gain")[1] is False)


def bands(rack, t):
    rack.osc.send("/chain/insert", "eq", 1)
    t.see(" eq ")
    t.keys("Tab")
    t.see("freq")
    check("a table of eight bands", all(re.search(rf"^.{{24}}  {band} .*Hz", t.screen(), re.M) for band in range(1, 9)),
          t.screen())
    t.keys("Right", "Enter")
    t.see("high_shelf")
    t.type("highp")
    t.see("> highpass")
    t.keys("Enter")
    soon("a choice from its menu", "/rack/eq/band1/type", ["highpass"], rack)
    t.keys("Right", "Enter")
    t.see("Enter accepts")
    t.type("1.5 kHz")
    t.keys("Enter")
    soon("a frequency typed in kHz", "/rack/eq/band1/freq", [1500.0], rack)
    t.keys("g")
    t.see("10k")
    check("the curve is drawn", "▀" in t.screen() or "▄" in t.screen(), t.screen())
    t.keys("g")
    t.keys("D")
    t.see("Remove eq")
    rack.osc.send("/chain/remove", "eq")
    soon("another hand removes the slot first", "/chain", ["trim"], rack)
    t.see("CHAIN 1 slot")
    t.keys("Down", "Enter")
    t.see("has gone")
    check("then no other one is removed", rack.osc.ask("/chain") == ["trim"])


def dialogs(rack, t):
    t.keys("?")
    t.see("quit: asks")
    check("the help tells how to quit", True)
    t.keys("Escape")
    t.see_not("quit: asks")
    t.keys("q")
    t.see("Keep it running")
    t.see("Stop the rack")
    t.see("Cancel")
    check("quit offers to stop", True)
    t.keys("Escape")
    t.see_not("Keep it running")
    check("Escape stays", "OUT L" in t.screen())


def sizes(rack, t):
    t.tmux("resize-window", "-x", "130", "-y", "45")
    wait_until("the wide screen", lambda: re.search(r"^OUT L.{100}", t.screen(), re.M) and "q quit" in t.screen())
    check("more room is used", t.screen().rstrip("\n").count("\n") == 44, t.screen())
    t.tmux("resize-window", "-x", "60", "-y", "10")
    t.see("80x24")
    check("too small: both sizes and a meter", "60x10" in t.screen() and "OUT" in t.screen(), t.screen())
    t.tmux("resize-window", "-x", "12", "-y", "2")
    t.tmux("resize-window", "-x", "80", "-y", "24")
    t.see("OUT L")
    check("it comes back", "q quit" in t.screen())
    for key, seen in (("t", "Enter accepts"), ("p", "Enter chooses"), ("?", "quit: asks")):
        t.keys(key)
        t.see(seen)
        t.tmux("resize-window", "-x", "3", "-y", "2")
        time.sleep(0.3)
        t.tmux("resize-window", "-x", "80", "-y", "24")
        t.see(seen)
        t.keys("Escape")
        t.see_not(seen)
    check("dialogs come back from a screen without room", "q quit" in t.screen())


def leaving(rack, t):
    t.keys("q")
    t.see("Keep it running")
    t.keys("Enter")
    t.see("left with 0")
    check("the screen is as it was", "OUT L" not in t.screen(), t.screen())
    check("the rack plays on", rack.osc.ask("/chain") == ["trim"])
    t.run("clear; stty -a | grep -o -w -E -- '-?(echo|icanon|isig)' | xargs echo modes:", "modes: isig icanon echo")
    check("the terminal's modes are as they were", True)


def looks(rack, t):
    colored = re.compile(r"\033\[(?:[0-9;]*;)?[349][0-7][;m]")
    t.attach()
    t.see("[ ]")
    wait_until("colours", lambda: colored.search(t.screen("-e")))
    check("colours where they may be", True)
    t.keys("q", "Enter")
    t.see("left with 0")
    t.run(f"clear; NO_COLOR=1 {LACQUER} attach; echo left with $?", "? help")
    t.see("[ ]")
    check("none with NO_COLOR", not colored.search(t.screen("-e")), t.screen("-e"))
    t.keys("q", "Enter")
    t.see("left with 0")
    for how in ("LC_ALL=C", "TERM=linux"):
        t.run(f"clear; {how} {LACQUER} attach; echo left with $?", "? help")
        t.see("LUFS")
        check(f"ASCII with {how}", t.screen().isascii(), t.screen())
        t.keys("q", "Enter")
        t.see("left with 0")


def signals(rack, t):
    t.attach()
    os.kill(t.child(), signal.SIGSEGV)
    t.see("left with 139")
    t.run("clear; stty -a | grep -o -w -E -- '-?(echo|icanon|isig)' | xargs echo modes:", "modes: isig icanon echo")
    check("a crash gives the terminal back", t.tmux("display", "-p", "#{alternate_on} #{cursor_flag}") == "0 1\n")
    t.attach()
    t.keys("C-z")
    t.see("Stopped")
    check("Ctrl-Z stops the terminal UI alone", rack.osc.ask("/chain") == ["trim"])
    t.run("fg", "q quit")
    t.keys("C-c")
    t.see("Keep it running")
    check("Ctrl-C asks as q does", True)
    t.keys("Enter")
    t.see_not("OUT L")
    t.run(f"clear; sh -c '{LACQUER} attach; echo left with $?'", "? help")
    t.keys("C-z")
    t.see("Stopped")
    check("Ctrl-Z stops a script around it too", True)
    t.run("fg", "q quit")
    t.keys("q", "Enter")
    t.see("left with 0")
    t.attach()
    child = t.child()
    t.tmux("kill-session")
    wait_until("the end of the terminal UI", lambda: not os.path.exists(f"/proc/{child}"))
    check("without its terminal it ends, the rack plays on", rack.osc.ask("/chain") == ["trim"])


def refusals(rack):
    def attach(env, *options, **files):
        return subprocess.run([LACQUER, "attach", *options], env={**os.environ, **rack.env, **env}, text=True, timeout=20,
                              stderr=subprocess.PIPE, **files)

    done = attach({}, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    check("a pipe is refused", done.returncode == 1 and done.stdout == "" and "lacquer: " in done.stderr and
          "watch" in done.stderr, done)
    for term in ("dumb", "no-such-terminal", ""):
        command = shlex.join(["env", f"TERM={term}", LACQUER, "attach"])
        done = subprocess.run(["script", "-qec", command, "/dev/null"], env={**os.environ, **rack.env}, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=20)
        check(f"TERM={term} is refused", done.returncode == 1 and "watch" in done.stdout and "\033" not in done.stdout, done)
    done = attach({}, "-n", "nobody", stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    check("a rack that is not there", done.returncode == 1 and "nobody" in done.stderr, done)
    done = attach({}, "--fps", "0", stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    check("--fps 0 is wrong usage", done.returncode == 2, done)


def clips(screen):
    """Lines that say CLIP, with their highest true peak (0.0 may be 0.04)."""
    return [(line, float(re.search(r"(\S+)\s+CLIP", line)[1])) for line in screen.split("\n") if "CLIP" in line]


def meters(rack, t):
    """Most frames draw over the last one what meters move: nothing may be left of what stood there before."""
    t.attach()
    t.see("trim")
    with tempfile.TemporaryDirectory() as folder:
        music = os.path.join(folder, "music.wav")
        subprocess.run([os.path.join(BUILD, "demomix"), music], stdout=subprocess.DEVNULL, check=True)
        with Process([os.path.join(BUILD, "play"), "-s", SERVER, "-n", "music", music]):
            wait_until("the music", lambda: "music:out_R" in ports())
            for channel in "LR":
                jack("jack_connect", f"music:out_{channel}", f"lacquer:in_{channel}")
            stale = []
            for _ in range(5):
                rack.osc.send("/rack/trim/gain", 24)
                t.see("CLIP")
                rack.osc.send("/rack/trim/gain", -24)
                time.sleep(0.3)
                rack.osc.send("/meter/reset")
                end = time.monotonic() + 0.7
                while time.monotonic() < end:
                    stale += [line for line, peak in clips(t.screen()) if peak < 0]
            check("CLIP goes with the peak", not stale, stale)
    rack.osc.send("/rack/trim/gain", 0)
    t.keys("q", "Enter")
    t.see("left with 0")


def over_udp(rack, t):
    t.attach(f"127.0.0.1:{rack.port}")
    t.see("trim")
    t.keys("q")
    t.see("Keep it running")
    check("a rack elsewhere is not stopped from here", "Stop the rack" not in t.screen())
    t.keys("Enter")
    t.see("left with 0")


def ends(rack, server, t):
    lock = os.path.join(rack.env["XDG_RUNTIME_DIR"], "lacquer", rack.name + ".lock")
    t.run(f"clear; {LACQUER} attach; echo left with $?; flock -n {lock} echo and it has gone", "? help")
    server.stop()
    t.see("no JACK server")
    check("a lost server is shown", True)
    t.keys("q")
    t.see("Stop the rack")
    t.keys("Down", "Enter")
    t.see("left with 0")
    t.see("and it has gone")
    check("the shell is back when the rack has gone", True)
    wait_until("the rack's end", lambda: rack.child.poll() is not None)
    check("q can stop the rack", rack.child.returncode == 0, rack.output())


def main():
    folder = tempfile.mkdtemp()
    file = os.path.join(folder, "live.rack")
    with open(file, "w") as f:
        f.write("[rack]\nformat = 1\ntitle = Live test\n[trim]\n")
    with Server(period=256) as server, Rack(file) as rack:
        refusals(rack)
        with Terminal(rack) as t:
            for part in (drawing, values, switches, edits, names, bands, dialogs, sizes, leaving, looks, meters, over_udp,
                         signals):
                part(rack, t)
        with Terminal(rack) as t:
            ends(rack, server, t)
    shutil.rmtree(folder)
    print(f"{checks} checks passed")


if __name__ == "__main__":
    sys.exit(main())
