"""What a device test needs around the device: an authority, passes and pictures of them, a hub, an enrolled device."""

import contextlib
import json
import re
import shutil
import socket
import subprocess

# The machine's GPIO lines (a PL061 has eight; the machine itself uses 3, its power key).
GATE_LINE = 5
LAMP = {"admit": 0, "check": 1, "refuse": 2}
THERMOMETER = "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_thermometer-if00-port0"
# What the device of the test has, beside what the one without a display has.
DEVICES = f"""sync_seconds = 2
[gate]
chip = "/dev/gpiochip0"
line = {GATE_LINE}
pulse_ms = 200
[lamp]
chip = "/dev/gpiochip0"
green = {LAMP["admit"]}
yellow = {LAMP["check"]}
red = {LAMP["refuse"]}
[scanner]
kind = "keyboard"
device = "Test scanner"
[thermometer]
device = "{THERMOMETER}"
query = "M\\r\\n"
[sound]
volume = 100
"""
SETTINGS = 'camera = "/dev/video0"\ndisplay_inches = 7\nscreen = "day"\n'
# People by the names of their codes. Each passes once, so that nobody has just passed.
GREEN = {f"green-{n}": f"P00000{n:02}" for n in range(14)}
RED_NUMBER = "370102196901010011"


class Surroundings:
    """Everything that is on this machine and not in the device. It is made once; what an image was built with is
    found again later."""

    def __init__(self, test, machine, target, out, programs):
        self.test, self.out, self.programs = test, out, programs
        self.device, self.codes = out / "device", out / "codes"
        user = [machine["user"], "-L", test.BUILD / "cross" / machine["arch"]]
        self.scanner_program = [*user, test.BUILD / target / "device" / "gatepost"]
        self.pictures = {}

    def authority(self, *words, **options):
        """One command of the authority."""
        return self.test.run(self.programs / "gatepost-authority", "--home", self.out / "authority", *words, **options)

    def scanner(self, *words, data=None):
        """One command of the scanner, as this machine emulates it."""
        return self.test.run(*self.scanner_program, "--data", data or self.device, *words)

    def make(self, size):
        """Everything anew."""
        for name in ("device", "other-device", "authority", "codes", "first-codes", "frames", "bundle", "expected"):
            shutil.rmtree(self.out / name, ignore_errors=True)
        for path in (*self.out.glob("hub.sqlite*"), *self.out.glob("request*"), *self.out.glob("enrolment*")):
            path.unlink()
        first = self.out / "first-codes"
        for path in (self.codes, first):
            path.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (self.out / "hub.port").write_text(str(port))
        self.authority("init", "--trial", "--issuer", "CN-SD", "--name", "Shandong", "--local-name", "山东")
        self.authority("trust", "floors", self.test.TOP / "crates/authority/demo/floors.json")
        self.set_policy(temperature=False)
        # Who is looked up by ID number is on a list of its own, if it was on before that person was listed.
        self.authority("identity", "on")

        def issue(folder, name, number, person, *more):
            self.authority("issue", "--id", number, "--name", person, "--out", folder / f"{name}-paper.txt", *more)

        issue(first, "1-admit", "370102199003070139", "王小明")
        issue(first, "2-refuse", RED_NUMBER, "钱二")
        self.authority("status", "--id", RED_NUMBER, "--colour", "red")
        for name, number in GREEN.items():
            issue(self.codes, name, number, f"Person {name[6:]}")
        issue(self.codes, "expired", "370102198001010015", "孙三", "--not-before", "2026-01-01T00:00:00Z", "--days", "14")
        for name in ("gate", "ward"):
            place = ("--id", f"{name}-1", "--name", name.title(), "--class", name)
            self.authority("place", *place, "--out", self.codes / f"{name}-paper.txt")
        self.authority("badge", "--id", "guard-1", "--name", "Guard", "--out", self.codes / "guard-paper.txt")
        self.publish("bundle")
        self.scanner("enrol", "request", "--name", "North gate", "--out", self.out / "request")
        hub = f"http://10.0.2.2:{port}"
        self.authority("enrol", self.out / "request", "--hub", hub, "--out", self.out / "enrolment")
        self.scanner("enrol", "accept", self.out / "enrolment")
        # Those who have a badge are known to the device only with the bundle after its enrolment.
        self.publish("bundle")
        self.scanner("import", self.out / "bundle")
        (self.device / "config.toml").write_text(SETTINGS)
        for folder, frames in ((first, 4), (self.codes, 1)):
            words = ("--codes", folder, "--out", self.out / "frames" / folder.name, "--frames", frames)
            self.test.run(self.programs / "gatepost-scene", *words)
        shutil.copytree(self.device, self.out / "other-device")
        (self.device / "config.toml").write_text(SETTINGS + DEVICES)
        seen = ("--frames", self.out / "frames" / first.name, "--once", "--pace", "2000", "--offscreen", size)
        self.scanner("run", *seen, "--record", self.out / "expected", data=self.out / "other-device")

    def publish(self, name):
        """Publishes a bundle into a directory; returns its version."""
        return int(re.match(r"bundle (\d+) ", self.authority("publish", self.out / name))[1])

    def set_policy(self, temperature):
        """The demo's policy with a class of wards; with temperatures there, and so wherever no place is known."""
        demo = self.test.TOP / "crates/authority/demo/policy.json"
        policy = json.loads(demo.read_text(encoding="utf-8"))
        rules = [{"temperature": temperature}]
        policy["places"]["ward"] = {"name": "Ward", "local-name": "病房", "rules": rules}
        # A verdict stands until somebody taps: this machine may be slow.
        policy["show-seconds"] = dict.fromkeys(("admit", "check", "refuse"), 240)
        (self.out / "policy.json").write_text(json.dumps(policy), encoding="utf-8")
        self.authority("policy", "set", self.out / "policy.json")

    def code(self, name):
        """The text of a code."""
        found = [*self.codes.glob(f"{name}-*.txt"), *(self.out / "first-codes").glob(f"{name}-*.txt")]
        return found[0].read_text(encoding="utf-8").strip()

    def frames(self, name):
        """What a camera sees of a code: raw pictures."""
        if name not in self.pictures:
            paths = sorted((self.out / "frames").rglob(f"{name}-paper-*.png"))
            if not paths:
                self.test.fail(f"no pictures of {name}")
            self.pictures[name] = [self.test.Picture(path).yuyv() for path in paths]
        return self.pictures[name]

    def verdicts(self):
        """Of each verdict without a display: the picture's file, the outcome, the reasons, the screen's picture."""
        lines = (self.out / "expected" / "verdicts.tsv").read_text(encoding="utf-8").splitlines()[1:]
        for line in lines:
            frame, outcome, reasons, _, picture = line.split("\t")
            frame = next((self.out / "frames" / "first-codes").rglob(frame))
            yield frame, outcome, reasons, self.out / "expected" / picture

    @contextlib.contextmanager
    def hub(self):
        """The hub, for as long as something is done."""
        home = self.out / "authority"
        keys = ["--root", home / "root" / "1.root", "--key", home / "keys" / "hub.key"]
        where = ["--bundle", self.out / "bundle", "--data", self.out / "hub.sqlite"]
        port = (self.out / "hub.port").read_text()
        words = [self.programs / "gatepost-hub", "serve", *where, "--listen", f"127.0.0.1:{port}", *keys]
        with open(self.out / "hub.log", "w", encoding="utf-8") as log:
            hub = subprocess.Popen(list(map(str, words)), stdout=log, stderr=log)
            try:
                yield hub
            finally:
                hub.terminate()
                hub.wait()

    def arrived(self):
        """How many passages the hub has."""
        said = self.test.run(self.programs / "gatepost-hub", "passages", "--data", self.out / "hub.sqlite")
        found = re.search(r"^(\d+) passages", said, re.MULTILINE)
        return int(found[1]) if found else 0
