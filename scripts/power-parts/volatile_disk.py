"""A disk with a write cache that loses its power: QEMU's, by the NBD protocol, over a file.

What no flush has confirmed is at the cut, sector by sector, on the disk or lost, as chance has it.
"""

import mmap
import os
import socket
import struct
import threading

SECTOR = 512
# Of the NBD protocol, the part that QEMU uses of a plain disk.
OPTION_GO, OPTION_ABORT = 7, 2
ACKNOWLEDGED, INFORMATION, UNSUPPORTED = 1, 3, 0x80000001
READ, WRITE, DISCONNECT, FLUSH = 0, 1, 2, 3
# It has flags, and it can be flushed.
CAN = 1 | 4
INVALID = 22


class VolatileDisk:
    """Serves an image to one QEMU until the power is cut; the file holds what is safe by then."""

    def __init__(self, image, address):
        self.address = address
        self.power = threading.Lock()
        self.on = True
        # What the machine sees; the file behind it is never written by it.
        self.file = os.open(image, os.O_RDWR)
        self.seen = mmap.mmap(self.file, os.fstat(self.file).st_size, access=mmap.ACCESS_COPY)
        self.unflushed = []
        # After so many more writes the power goes by itself.
        self.writes_left = None
        self.dark = threading.Event()
        address.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(address))
        self.listener.listen(1)
        threading.Thread(target=self._serve, daemon=True).start()

    def fail_at_write(self, number, seconds):
        """Lets the power go in the middle of a write, the one with this number from now; or not,
        if there are not so many within this time."""
        with self.power:
            self.writes_left = number
        self.dark.wait(seconds)

    def cut(self, chance, kept):
        """Cuts the power: of what no flush has confirmed, each sector is kept with this
        probability. Returns how many of how many."""
        with self.power:
            self.on = False
            survived = sectors = 0
            for offset, data in self.unflushed:
                for at in range(0, len(data), SECTOR):
                    sectors += 1
                    if chance.random() < kept:
                        survived += 1
                        os.pwrite(self.file, data[at : at + SECTOR], offset + at)
            self.unflushed = []
            os.close(self.file)
            self.listener.close()
        return survived, sectors

    def _serve(self):
        try:
            link, _ = self.listener.accept()
            with link, link.makefile("rb") as asked:
                if self._agree(link, asked):
                    while self._answer(link, asked):
                        pass
        except (OSError, struct.error):
            # QEMU is gone.
            return

    def _agree(self, link, asked):
        link.sendall(b"NBDMAGICIHAVEOPT" + struct.pack(">H", 1 | 2))
        asked.read(4)
        while True:
            _, option, length = struct.unpack(">QII", asked.read(16))
            asked.read(length)

            def reply(kind, data=b""):
                head = struct.pack(">QIII", 0x3E889045565A9, option, kind, len(data))
                link.sendall(head + data)

            if option == OPTION_GO:
                reply(INFORMATION, struct.pack(">HQH", 0, len(self.seen), CAN))
                reply(ACKNOWLEDGED)
                return True
            if option == OPTION_ABORT:
                reply(ACKNOWLEDGED)
                return False
            reply(UNSUPPORTED)

    def _answer(self, link, asked):
        _, _, kind, handle, offset, length = struct.unpack(">IHHQQI", asked.read(28))
        data = asked.read(length) if kind == WRITE else b""
        fault, answer = 0, b""
        with self.power:
            if not self.on or kind == DISCONNECT:
                return False
            if kind == READ:
                answer = self.seen[offset : offset + length]
            elif kind == WRITE:
                self.seen[offset : offset + length] = data
                self.unflushed.append((offset, data))
                if self.writes_left is not None:
                    self.writes_left -= 1
                    if self.writes_left == 0:
                        self.on = False
                        self.dark.set()
                        return False
            elif kind == FLUSH:
                for where, bytes_there in self.unflushed:
                    os.pwrite(self.file, bytes_there, where)
                self.unflushed = []
            else:
                fault = INVALID
            # Still under the lock: what was answered as flushed is in the file.
            link.sendall(struct.pack(">IIQ", 0x67446698, fault, handle) + answer)
        return True
