"""The two slots of a device's disk: which one starts next, and whether its program is whole."""

import hashlib
import zlib

# Each copy of the boot loader's environment, and where the second one is (packaging/image/files/etc/fw_env.config).
COPY, SECOND = 0x2000, 1 << 20
# CRC and counter before the variables.
HEAD = 5


class Slots:
    """The slots of a disk, from when it is as it was built on. `partition` finds one of a disk's file by its name;
    `update` is the file system that an update writes."""

    def __init__(self, disk, partition, update):
        self.disk = disk
        self.environment, _ = partition(disk, "env")
        self.slots = {slot: partition(disk, slot.lower())[0] for slot in "AB"}
        self.length = update.stat().st_size
        with open(update, "rb") as new:
            digest = hashlib.file_digest(new, "sha256").digest()
        self.good = {self._digest("A"), digest}

    def variables(self):
        """What the boot loader knows, by the newer of the copies that are whole; nothing if none is."""
        copies = []
        with open(self.disk, "rb") as disk:
            for at in (0, SECOND):
                disk.seek(self.environment + at)
                copy = disk.read(COPY)
                if zlib.crc32(copy[HEAD:]) == int.from_bytes(copy[:4], "little"):
                    copies.append((copy[4], copy[HEAD:]))
        if not copies:
            return None
        number, newest = copies[0]
        # The counter begins anew after 255.
        if len(copies) == 2 and 0 < (copies[1][0] - number) % 256 < 128:
            newest = copies[1][1]
        lines = newest.split(b"\0\0")[0].split(b"\0")
        return dict(line.decode().split("=", 1) for line in lines if b"=" in line)

    def next(self):
        """Which slot starts next, whether on trial, and what is wrong with it."""
        known = self.variables()
        if known is None:
            return None, False, ["no copy of the boot loader's environment is whole"]
        order = known.get("BOOT_ORDER", "A B").split()
        # With no start left anywhere, the first one starts nevertheless. The loader writes hexadecimal numbers.
        slot = next((one for one in order if int(known.get(f"BOOT_{one}_LEFT", "3"), 16) > 0), order[0])
        whole = self._digest(slot) in self.good
        return slot, known.get("trial") == slot, [] if whole else [f"slot {slot} starts next and is not whole"]

    def _digest(self, slot):
        with open(self.disk, "rb") as disk:
            disk.seek(self.slots[slot])
            left, digest = self.length, hashlib.sha256()
            while left:
                part = disk.read(min(left, 1 << 20))
                digest.update(part)
                left -= len(part)
        return digest.digest()
