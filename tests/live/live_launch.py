#!/usr/bin/env python3
# lacquer on a terminal (tmux): the engine in its own process, which the terminal can leave, find again and lose.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

from liverack import LACQUER, SERVER, Server, ports, wait_until

TMUX = ["tmux", "-L", "lacquer-launch", "-f", "/dev/null"]
checks = 0


def check(what, good, detail=""):
    global checks
    checks += 1
    assert good, f"{what}: {detail}"
    print("ok    " + what, flush=True)


def tmux(*words):
    return subprocess.run([*TMUX, *words], stdout=subprocess.PIPE, text=True, check=True).stdout


def screen():
    return tmux("capture-pane", "-p")


def see(text):
    try:
        wait_until(text, lambda: text in screen())
    except AssertionError:
        print(screen())
        raise


def open_terminal(env, command):
    words = [f"{name}={value}" for name, value in env.items()]
    tmux("new-session", "-d", "-x", "80", "-y", "24", shlex.join(["env", *words, "sh", "-c",
        f"{command}; echo ended with $?; exec sleep 100"]))


def close_terminal():
    """As closing a window or losing an ssh session does: SIGHUP to what runs in it."""
    subprocess.run([*TMUX, "kill-server"], stderr=subprocess.DEVNULL)
    wait_until("tmux's end", lambda: subprocess.run([*TMUX, "list-sessions"], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL).returncode != 0)


def press(*keys):
    for key in keys:
        tmux("send-keys", key)
        see({"q": "Stop the rack", "Down": "> Stop the rack"}.get(key, ""))


def engine(env):
    """The engine's process, None: no rack of the name runs."""
    path = os.path.join(env["XDG_RUNTIME_DIR"], "lacquer", "lacquer.lock")
    if not os.path.exists(path) or subprocess.run(["flock", "-n", path, "true"]).returncode == 0:
        return None
    return int(open(path).read())


def stat(pid):
    """Session and terminal of a process."""
    words = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return int(words[3]), int(words[4])


def starts_and_is_left(env, command):
    open_terminal(env, command)
    see("q quit")
    pid = engine(env)
    check("the engine is a process with a session of its own and no terminal", pid and stat(pid) == (pid, 0), pid)
    press("q")
    tmux("send-keys", "Enter")
    see("ended with 0")
    check("leaving tells how to come back", "lacquer attach" in screen(), screen())
    check("the rack plays on", engine(env) == pid and "lacquer:out_L" in ports())
    close_terminal()
    return pid


def is_found_again(env, command, pid):
    open_terminal(env, command)
    see("q quit")
    check("a second start finds the running rack", engine(env) == pid)
    close_terminal()
    check("a lost terminal leaves it running", engine(env) == pid and "lacquer:out_L" in ports())
    open_terminal(env, command)
    see("q quit")
    press("q", "Down")
    tmux("send-keys", "Enter")
    see("ended with 0")
    check("stop ends the rack", engine(env) is None and "lacquer:out_L" not in ports())
    close_terminal()


def stops_its_own(env, command):
    open_terminal(env, command)
    see("q quit")
    press("q", "Down")
    tmux("send-keys", "Enter")
    see("ended with 0")
    check("stop ends a rack of its own", engine(env) is None)
    close_terminal()


def fails_in_words(env):
    for options, status, words in (("-s lacq_nosuch", 3, "lacquer: JACK: no server called 'lacq_nosuch' (--wait waits for it)"), ("/nosuch.rack", 4, "/nosuch.rack"),
            ("--osc-bind 0.0.0.0", 2, "--osc-allow")):
        open_terminal(env, f"{LACQUER} {options}")
        see(f"ended with {status}")
        check(f"{options}: status {status} and the reason on the terminal", words in screen().replace("\n", "") and not engine(env), screen())
        close_terminal()
    open_terminal(env, f"TERM=dumb {LACQUER} --osc 0 -s {SERVER}")
    see("ended with 1")
    check("a terminal that cannot be drawn on: told, nothing left behind", "--headless" in screen().replace("\n", "") and not engine(env))
    close_terminal()


def main():
    folder = tempfile.mkdtemp()
    env = {"LC_ALL": "C.UTF-8"}
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        env[name] = os.path.join(folder, name)
        os.mkdir(env[name], 0o700)
    command = f"{LACQUER} --osc 0 -s {SERVER}"
    try:
        with Server(period=256):
            pid = starts_and_is_left(env, command)
            is_found_again(env, command, pid)
            stops_its_own(env, command)
            fails_in_words(env)
    finally:
        close_terminal()
        if engine(env):
            os.kill(engine(env), 15)
        shutil.rmtree(folder)
    print(f"{checks} checks passed")


if __name__ == "__main__":
    sys.exit(main())
