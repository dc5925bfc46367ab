"""Steps of the device test: what is plugged in and pulled out: network, camera, sticks, thermometer."""

import re
import shutil
import time

from bench import Skipped, need

STALLED = "sends no pictures"
GONE = ("was unplugged", "there is no camera", "cannot use the camera", "sends no pictures")
MIB = 1 << 20
STICK = 96 * MIB
OPTIONS = {"nosuid", "nodev", "noexec", "nosymfollow"}


def hub_and_network(bench):
    """A hub on this machine; the network goes and comes back: everything arrives, once."""
    sync_now(bench)
    before = len(bench.passages())
    first = bench.until("all passages are at the hub", lambda: bench.around.arrived() == before, 60, 1)
    bench.guest.qmp("set_link", name="net", up=False)
    time.sleep(3)
    bench.expect("green-8", "admit")
    bench.expect("green-9", "admit")
    logged = len(bench.passages())
    if logged != before + 2:
        bench.fail(f"{logged - before} passages are logged without a network, not 2")
    sync_now(bench)
    time.sleep(5)
    if bench.around.arrived() != before:
        bench.fail("passages arrive without a network")
    bench.guest.screen("without-network")
    bench.guest.qmp("set_link", name="net", up=True)
    begun = time.monotonic()

    def synced():
        # A tap that comes before the network is there again is in vain.
        sync_now(bench)
        return bench.around.arrived() == logged

    bench.until("the backlog is at the hub", synced, 120, 5)
    again = time.monotonic() - begun
    waiting = re.search(r"passages: (\d+) wait", bench.as_scanner("doctor", "--offline"))
    if not waiting or waiting[1] != "0":
        bench.fail(f"the device says that passages wait: {waiting and waiting[0]}")
    return (
        f"{before} passages at the hub {first:.1f} s after Sync now; 2 more without a network,"
        f" at the hub {again:.1f} s after it is back; none waits"
    )


def sync_now(bench):
    """Has everything exchanged at once, as a guard would: by itself the device waits, so that no passage brings a
    request about."""
    bench.tap("scan", "Menu")
    time.sleep(1)
    bench.tap("menu", "Status")
    time.sleep(1)
    bench.guest.screen("status")
    bench.tap("status", "Sync now")
    time.sleep(2)
    bench.tap("status", "Back")
    time.sleep(1)
    bench.tap("menu", "Back")
    time.sleep(1)


def camera_stalls(bench):
    """The camera's driver stops delivering, and goes on; then whoever feeds it ends, and is back."""
    told = []
    for stop, start, words in (
        ("systemctl kill -s STOP camera-feed", "systemctl kill -s CONT camera-feed", (STALLED,)),
        ("systemctl stop camera-feed", "systemctl start camera-feed", GONE),
    ):
        before = bench.settle("camera-there")
        since = bench.mark()
        name = "stalled" if "STOP" in stop else "ended"
        bench.sh(stop)
        try:
            named = lambda: any(bench.said(word, since) for word in words)
            gone = bench.until("the journal names the camera", named, 30)
            wait_trouble(bench, f"camera-{name}")
            # It still tries after a while. This driver repeats its last picture whenever it is opened, and the page
            # shows that for a moment, so it does not say so at each look.
            time.sleep(6)
            seen = [says_trouble(bench.guest.screen(f"camera-{name}")) for _ in range(10)].count(True)
            if not seen:
                bench.fail("after a while the page does not say any more that the camera gives no pictures")
        finally:
            bench.sh(start)
        as_before = lambda: bench.guest.screen("camera-back").likeness(before, top=70) > 0.97  # noqa: E731
        back = bench.until("the page is as before", as_before, 40)
        told.append(
            f"{name}: said after {gone:.1f} s, on the page at {seen} of 10 looks, pictures again after {back:.1f} s"
        )
    bench.expect("green-10", "admit")
    return "; ".join(told) + "; then a pass is read"


def camera_vivid(bench):
    """The kernel's virtual camera: drops every buffer, then is unplugged, and plugged in again."""
    said = bench.sh("modprobe vivid n_devs=1 node_types=0x1 vid_cap_nr=8 && echo there", 60, check=False)
    if "there" not in said:
        raise Skipped(f"the kernel has no module vivid (CONFIG_VIDEO_VIVID): {said.strip()[-100:]}")
    bench.sh("sed -i 's,^camera = .*,camera = \"/dev/video8\",' /var/lib/gatepost/config.toml")
    try:
        bench.restart()
        bench.guest.screen("vivid")
        since = bench.mark()
        bench.sh("video-control /dev/video8 'Percentage of Dropped Buffers' 100")
        stalled = bench.wait_said(STALLED, 30, since)
        wait_trouble(bench, "vivid-stalled")
        bench.sh("video-control /dev/video8 'Percentage of Dropped Buffers' 0")
        back = bench.until("pictures again", lambda: moves(bench), 40)
        since = bench.mark()
        bench.sh("video-control /dev/video8 Disconnect 1")
        gone = bench.until("the journal names the camera", lambda: any(bench.said(word, since) for word in GONE), 30)
        wait_trouble(bench, "vivid-unplugged")
        unplug = "for n in 1 2 3 4 5 6 7 8 9 10; do rmmod vivid && break; busybox sleep 0.3; done"
        unplug += "; test ! -e /dev/video8"
        bench.sh(unplug, 60)
        bench.sh("modprobe vivid n_devs=1 node_types=0x1 vid_cap_nr=8", 60)
        again = bench.until("pictures again", lambda: moves(bench), 60)
    finally:
        bench.sh("sed -i 's,^camera = .*,camera = \"/dev/video0\",' /var/lib/gatepost/config.toml")
        bench.restart()
        bench.sh("rmmod vivid", check=False)
    return (
        f"no buffers: said after {stalled:.1f} s, pictures {back:.1f} s after they come again;"
        f" unplugged: said after {gone:.1f} s, pictures {again:.1f} s after it is plugged in"
    )


def says_trouble(page):
    """Whether the sign of trouble stands where the camera's picture would be."""
    sign = (125, 81, 0)
    places = [(x, y) for y in range(140, 230, 2) for x in range(200, 300, 2)]
    return sum(all(abs(a - b) < 12 for a, b in zip(page.pixel(x, y), sign)) for x, y in places) > 200


def wait_trouble(bench, name):
    """Waits until the page says that the camera gives no pictures; returns it."""
    says = lambda: says_trouble(bench.guest.screen(name))  # noqa: E731
    bench.until("the page says that the camera gives no pictures", says, 30, 0.5)
    return bench.guest.screen(name)


def moves(bench):
    """Whether the screen shows moving pictures, as vivid's are, and no sign of trouble."""
    one = bench.guest.screen("moves-1")
    time.sleep(0.5)
    two = bench.guest.screen("moves-2")
    return not says_trouble(one) and one.likeness(two, top=70) < 0.9999


class Stick:
    """A USB stick with a partition and a file system, as a file of this machine."""

    def __init__(self, bench, name, kind):
        self.bench, self.name = bench, name
        self.path = bench.around.out / f"{name}.stick"
        self.path.unlink(missing_ok=True)
        with open(self.path, "wb") as file:
            file.truncate(STICK)
        number = {"ext4": "83", "exfat": "7"}.get(kind, "c")
        run = bench.test.run
        run("sfdisk", "-q", self.path, input=f"start=2048, type={number}\n")
        part = self.path.with_suffix(".part")
        with open(part, "wb") as file:
            file.truncate(STICK - MIB)
        make = {
            "vfat": ["mkfs.vfat", "-F", "32", "-n", "UPDATE", part],
            "exfat": ["mkfs.exfat", part],
            "ext4": ["mke2fs", "-q", "-t", "ext4", "-d", bench.around.out / "stick-ext4", part],
        }[kind]
        run(*make)
        self.part = part

    def write(self, folder):
        """Copies a folder's files onto it (FAT)."""
        files = sorted(folder.iterdir())
        self.bench.test.run("mcopy", "-i", self.part, "-s", *files, "::/")

    def mark_dirty(self):
        """As it is after it was pulled out while it was mounted."""
        with open(self.part, "r+b") as file:
            boot = file.read(512)
            at, bit = (0x6A, 2) if boot[3:8] == b"EXFAT" else (0x41, 1)
            file.seek(at)
            file.write(bytes([boot[at] | bit]))
        return self

    def plug(self):
        """Puts it in."""
        self.bench.test.run("dd", f"if={self.part}", f"of={self.path}", "bs=1M", "seek=1", "conv=notrunc")
        qmp = self.bench.guest.qmp
        file = {"driver": "file", "filename": str(self.path)}
        qmp("blockdev-add", driver="raw", **{"node-name": self.name}, file=file)
        qmp("device_add", driver="usb-storage", id=f"stick-{self.name}", drive=self.name, bus="usb.0")

    def pull(self):
        """Pulls it out, whatever goes on."""
        qmp = self.bench.guest.qmp
        qmp("device_del", id=f"stick-{self.name}")
        self.bench.until("the stick is gone", lambda: "sda" not in self.bench.sh("ls /sys/block"), 20, 0.5)
        time.sleep(1)
        qmp("blockdev-del", **{"node-name": self.name})


def mounts(bench):
    """The sticks that are mounted: the file system and the options of each."""
    found = []
    for line in bench.sh("cat /proc/self/mountinfo").splitlines():
        fields = line.split()
        if fields[4].startswith("/run/media/"):
            found.append((fields[fields.index("-") + 1], set(fields[5].split(","))))
    return found


def wait_mounted(bench, kind):
    """Waits until a stick with this file system is mounted, with the options that it must have."""
    found = lambda: [mount for mount in mounts(bench) if mount[0] == kind]
    seconds = bench.until(f"a stick with {kind} is mounted", found, 40, 0.5)
    lacking = OPTIONS - mounts(bench)[0][1]
    if lacking:
        bench.fail(f"the stick is mounted without {', '.join(sorted(lacking))}")
    return seconds


def wait_unmounted(bench):
    """Waits until nothing is left of a stick."""
    bench.until("nothing is mounted any more", lambda: not mounts(bench), 20, 0.5)
    units = bench.sh("systemctl --failed --no-legend --plain; systemctl list-jobs --no-legend", check=False)
    left = [line for line in units.splitlines() if "stick" in line or "media" in line]
    if left:
        bench.fail(f"units are left behind: {left}")


def stick_update(bench):
    """A FAT stick with a newer bundle: mounted, found by the update page, taken in by a finger; pulled out."""
    need({"mkfs.vfat": "dosfstools", "mcopy": "mtools", "sfdisk": "fdisk"})
    bench.around.set_policy(temperature=True)
    version = bench.around.publish("stick-bundle")
    stick = Stick(bench, "fat", "vfat")
    stick.write(bench.around.out / "stick-bundle")
    stick.plug()
    mounted = wait_mounted(bench, "vfat")
    bench.tap("scan", "Menu")
    time.sleep(1)
    bench.tap("menu", "Update")
    time.sleep(4)
    bench.settle("update-found")
    begun = time.monotonic()
    bench.tap("update-found", "Install the update")
    bench.until(f"bundle {version} is installed", lambda: bench.bundle() == version, 60, 1)
    installed = time.monotonic() - begun
    time.sleep(1)
    bench.settle("update-done")
    stick.pull()
    wait_unmounted(bench)
    # The button that says "Back to scanning" now.
    bench.tap("update-found", "Install the update")
    time.sleep(1)
    options = ", ".join(sorted(OPTIONS))
    return f"mounted after {mounted:.1f} s with {options}; bundle {version} {installed:.1f} s after the tap"


def other_sticks(bench):
    """exFAT, a FAT and an exFAT that were pulled out before, a partition with links: what is mounted, and how."""
    need({"mkfs.vfat": "dosfstools", "mcopy": "mtools", "mkfs.exfat": "exfatprogs", "sfdisk": "fdisk"})
    told = []
    folder = bench.around.out / "stick-ext4"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "manifest").symlink_to("/etc/passwd")
    version = bench.bundle()
    for name, kind, dirty in (("exfat", "exfat", False), ("dirty-fat", "vfat", True), ("dirty-exfat", "exfat", True)):
        stick = Stick(bench, name, kind)
        if kind == "vfat":
            stick.write(bench.around.out / "stick-bundle")
        if dirty:
            stick.mark_dirty()
        stick.plug()
        mounted = wait_mounted(bench, kind)
        place = bench.sh("ls -d /run/media/gatepost/*").strip()
        if kind == "vfat":
            said = bench.as_scanner("import", place)
            if bench.bundle() != version or "rror" in said:
                bench.fail(f"import from a dirty stick: {said.strip()[-200:]}")
        told.append(f"{name} mounted after {mounted:.1f} s")
        user = "/usr/bin/setpriv --reuid gatepost --regid gatepost --init-groups"
        bench.sh(f"{user} busybox touch {place}/written && {user} busybox rm {place}/written")
        stick.pull()
        wait_unmounted(bench)
    stick = Stick(bench, "links", "ext4")
    stick.plug()
    bench.until("the disk is there", lambda: "sda" in bench.sh("ls /sys/block"), 20, 0.5)
    time.sleep(5)
    if mounts(bench):
        bench.fail("a stick with a Linux file system is mounted")
    stick.pull()
    told.append("ext4 with links is left alone")
    return "; ".join(told)

