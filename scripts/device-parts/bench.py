"""A running device with everything plugged in: fingers, scanner, thermometer, pins, loudspeaker, sticks, network."""

import base64
import contextlib
import pathlib
import re
import shutil
import socket
import sqlite3
import threading
import time

from surroundings import GATE_LINE, LAMP

BLANK = b"\x80" * (640 * 480 * 2)
HERE = pathlib.Path(__file__).resolve().parent
LOG = "/var/lib/gatepost/passages.sqlite"


class Skipped(Exception):
    """What a step needs is not here; says what."""


def need(tools):
    """Skips the step unless these programs are here; each with the package that has it."""
    lacking = [f"{tool} (apt-get install {package})" for tool, package in tools.items() if not shutil.which(tool)]
    if lacking:
        raise Skipped(f"missing: {', '.join(lacking)}")


class Bench:
    """The guest, and what is plugged into it; `more` goes to QEMU."""

    def __init__(self, test, machine, image, around, patience, more=()):
        self.test, self.around, self.patience = test, around, patience
        out = around.out
        self.pins = out / "pins.log"
        paths = {name: out / f"{name}.socket" for name in ("shell", "thermometer")}
        for path in (self.pins, *paths.values()):
            path.unlink(missing_ok=True)
        plugged = ["-trace", "pl061_set_output", "-D", self.pins, "-device", "qemu-xhci,id=usb"]
        for name, path in paths.items():
            plugged += ["-chardev", f"socket,id={name},server=on,wait=off,path={path}"]
        plugged += ["-device", "virtserialport,chardev=shell,name=test"]
        plugged += ["-device", "usb-serial,chardev=thermometer,bus=usb.0,serial=thermometer"]
        # An emulated device on a busy machine is slow; that is no fault of the device.
        words = "systemd.service_watchdogs=no" if patience > 1 else None
        self.guest = test.Guest(machine, image, out, patience, more=[*plugged, *more], words=words)
        self.shell = self._connect(paths["shell"])
        self.answers = self.shell.makefile("rb")
        self.asked = 0
        self.thermometer = self._connect(paths["thermometer"])
        self.tables = self._buttons()

    @staticmethod
    def _connect(path):
        link = socket.socket(socket.AF_UNIX)
        link.connect(str(path))
        return link

    @staticmethod
    def _buttons():
        lines = (HERE / "buttons.tsv").read_text(encoding="utf-8").splitlines()[1:]
        places = {}
        for line in lines:
            scene, label, x, y = line.split("\t")
            places.setdefault((scene, label), (int(x), int(y)))
        return places

    def fail(self, what):
        """Ends the step."""
        self.test.fail(what)

    # What is done inside the device.

    def sh(self, command, seconds=30, check=True):
        """Runs one line in the device; returns what it printed."""
        # What a command before this one says late is not its answer.
        self.asked += 1
        begin = f"#begin {self.asked}"
        self.shell.sendall(f"echo '{begin}'; {command}\n".encode())
        self.shell.settimeout(seconds * self.patience)
        said = []
        try:
            while self.answers.readline().strip() != begin.encode():
                pass
            for line in self.answers:
                if line.startswith(b"#ended "):
                    break
                said.append(line)
        except TimeoutError:
            self.fail(f"no answer within {seconds} s: {command}")
        text = b"".join(said).decode("utf-8", "replace")
        if check and line.split()[1] != b"0":
            self.fail(f"in the device, {command}: {text[-300:]}")
        return text

    def as_scanner(self, *words):
        """One command of the scanner's program as its user; what it finds wrong does not matter here."""
        user = "/usr/bin/setpriv --reuid gatepost --regid gatepost --init-groups"
        return self.sh(f"{user} /usr/bin/gatepost --data /var/lib/gatepost {' '.join(words)}", 60, check=False)

    def bundle(self):
        """The version of the bundle that the device has."""
        found = re.search(r"bundle: version (\d+)", self.as_scanner("doctor", "--offline"))
        return int(found[1]) if found else None

    def fetch(self, path):
        """A file of the device."""
        return base64.b64decode(self.sh(f"busybox base64 {path}", 60))

    def passages(self):
        """The outcomes in the device's log, in order."""
        copy = self.around.out / "log-now.sqlite"
        for end in ("", "-wal"):
            path = copy.with_name(copy.name + end)
            path.unlink(missing_ok=True)
            if self.sh(f"test -e {LOG}{end} && echo there", check=False).strip():
                path.write_bytes(self.fetch(f"{LOG}{end}"))
        copy.with_name(copy.name + "-shm").unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(copy)) as log:
            rows = log.execute("SELECT bytes FROM records JOIN epochs USING (ordinal) ORDER BY ordinal, seq").fetchall()
        outcomes = [outcome(record) for record, in rows]
        return [("admit", "check", "refuse")[one] for one in outcomes if one is not None]

    # Pins.

    def _levels(self):
        said = self.pins.read_text(errors="replace") if self.pins.exists() else ""
        return [(int(line), int(level)) for line, level in re.findall(r"setting output (\d+) to (\d+)", said)]

    def opened(self):
        """How often the gate has opened."""
        return self._levels().count((GATE_LINE, 1))

    def gate_closed(self):
        """Whether its relay is at rest."""
        return dict(self._levels()).get(GATE_LINE) == 0

    def lamp(self):
        """What the lamp shows, by the outcome; nothing when it is dark."""
        levels = dict(self._levels())
        lit = [name for name, line in LAMP.items() if levels.get(line)]
        return lit[0] if lit else None

    def until(self, what, holds, seconds, every=0.1):
        """Waits until it holds; returns the seconds that took."""
        begun = time.monotonic()
        while not holds():
            if time.monotonic() - begun > seconds * self.patience:
                self.fail(f"not within {seconds} s: {what}")
            if self.guest.qemu.poll() is not None:
                self.fail("the device has ended")
            time.sleep(every)
        return time.monotonic() - begun

    # Journal.

    def mark(self):
        """Where the journal is now."""
        return len(self.guest.lines)

    def said(self, marker, since):
        """Whether the journal has said it since."""
        return any(marker in line for line in self.guest.lines[since:])

    def wait_said(self, marker, seconds, since):
        """Waits until it has; returns the seconds that took."""
        return self.until(f"the journal says: {marker}", lambda: self.said(marker, since), seconds)

    # Fingers.

    def tap(self, scene, label, milliseconds=80):
        """A finger on a button, by the scene and the label (buttons.tsv)."""
        if (scene, label) not in self.tables:
            self.fail(f"no button {label!r} on {scene}")
        x, y = self.tables[scene, label]
        self.sh(f'echo "tap {x} {y} {milliseconds}" >/run/test-input')
        time.sleep(milliseconds / 1000 + 0.5)

    def type(self, how, code):
        """The scanner types a code: `shift`, `caps`, or `bare` (without Enter)."""
        quoted = code.replace("'", "'\\''")
        self.sh(f"echo '{how} {quoted}' >/run/test-input")

    def thermometer_reads(self):
        """What the scanner has sent to the thermometer since the last look."""
        self.thermometer.setblocking(False)
        try:
            return self.thermometer.recv(4096)
        except BlockingIOError:
            return b""
        finally:
            self.thermometer.setblocking(True)

    def see_page(self, name, picture):
        """Holds a code before the camera until another page has come, and keeps its picture."""
        before = self.guest.screen(f"{picture}-before")
        now = lambda: self.guest.screen(picture).likeness(before, top=70) < 0.6  # noqa: E731
        self.hold(name, now, f"a page for {name}")
        return self.settle(picture)

    def settle(self, name):
        """The screen when it stands still. The camera must show one picture for that."""
        return self.guest.settled_screen(name, 60)

    # The camera.

    def hide(self):
        """Nothing is in the picture."""
        self.guest.camera.sendall(BLANK)

    def show(self, name):
        """Holds a code before the camera, in changing ways, until the lamp has an answer; returns it, and after how
        many seconds."""
        if self.lamp():
            self.fail(f"the lamp shows {self.lamp()} before {name}")
        return self.hold(name, lambda: self.lamp() is not None, f"an answer to {name}")

    def hold(self, name, holds, what):
        """Holds a code before the camera until something holds; returns the lamp and the seconds."""
        begun = time.monotonic()
        done = threading.Event()

        def wave():
            frames = self.around.frames(name)
            at = 0
            while not done.is_set():
                self.guest.camera.sendall(frames[at % len(frames)])
                at += 1
                done.wait(2.5)
            self.hide()

        waving = threading.Thread(target=wave, daemon=True)
        waving.start()
        try:
            self.until(what, holds, 60)
        finally:
            done.set()
            waving.join()
        return self.lamp(), time.monotonic() - begun

    def expect(self, name, wanted):
        """Holds a code before the camera; what the lamp says must be this, and the gate opens for an admission and for
        nothing else. Closes the verdict."""
        opened = self.opened()
        got, seconds = self.show(name)
        if got != wanted:
            self.fail(f"{name}: {got}, not {wanted}")
        self.gate_follows(wanted, opened)
        self.close()
        return seconds

    def gate_follows(self, outcome, opened):
        """The gate opens if it is an admission, and not else."""
        if outcome == "admit":
            self.until("the gate opens", lambda: self.opened() == opened + 1, 20)
        else:
            time.sleep(1)
            if self.opened() != opened:
                self.fail(f"the gate has opened at {outcome}")

    def close(self):
        """Taps Next, and waits until the verdict is gone."""
        self.hide()
        # A verdict takes no taps in its first moment.
        time.sleep(0.7)
        for _ in range(3):
            shown = self.lamp()
            if shown is None:
                break
            self.tap(shown, "Next")
            with contextlib.suppress(SystemExit):
                self.until("the lamp is dark", lambda: self.lamp() is None, 4)
        if self.lamp():
            self.fail(f"Next does not close the verdict {self.lamp()}")
        time.sleep(0.7)

    def restart(self):
        """The scanner anew, after a step that has failed in the middle of something."""
        self.hide()
        since = self.mark()
        self.sh("systemctl restart gatepost", 120)
        self.wait_said(self.test.FIRST_PICTURE, 120, since)

    def end(self):
        """Pulls the plug."""
        self.guest.end()


def outcome(record):
    """The outcome of a record's passage, which is in clear (docs/pass-format.md); none for an epoch's start."""
    at = 0
    for _ in ("position", "hour"):
        while record[at] & 0x80:
            at += 1
        at += 1
    return record[at + 1] if record[at] == 1 else None
