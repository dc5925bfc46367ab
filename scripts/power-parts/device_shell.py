"""What a test does inside the device: lines for packaging/image/test/test-shell, by a virtio port."""

import socket


class DeviceShell:
    """A shell in one device, from `words` of QEMU on."""

    def __init__(self, out):
        self.path = out / "shell.socket"
        self.path.unlink(missing_ok=True)
        chardev = f"socket,id=shell,server=on,wait=off,path={self.path}"
        self.words = ["-chardev", chardev, "-device", "virtserialport,chardev=shell,name=test"]

    def connect(self):
        """To be called once QEMU runs."""
        self.link = socket.socket(socket.AF_UNIX)
        self.link.connect(str(self.path))
        self.answers = self.link.makefile("rb")

    def start(self, command):
        """Has a line done, and does not wait for its end."""
        self.link.sendall(f"({command}) >/dev/null 2>&1 &\n".encode())

    def run(self, command, seconds):
        """Has a line done; returns what it printed, and its exit status."""
        self.link.settimeout(seconds)
        self.link.sendall(command.encode() + b"\n")
        said = []
        for line in self.answers:
            if line.startswith(b"#ended "):
                return b"".join(said).decode("utf-8", "replace"), int(line.split()[1])
            said.append(line)
        raise OSError("the device's shell has ended")
