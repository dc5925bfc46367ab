#!/usr/bin/env python3
"""Checks Gatepost's test vectors without any of Gatepost's code.

Written from docs/pass-format.md alone: own base45, own postcard reader, own trust rules. Only the
Ed25519 equation comes from elsewhere, the Python package `cryptography`. Every vector must come out
as its file expects: the right ones with each field they say, the flawed ones with the named error.
The worked example in docs/pass-format.md must be the bytes of its vector.

Usage: verify_vectors.py        (exit 0: all as expected; 1: some not)
"""

import ipaddress
import pathlib
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DOCS = pathlib.Path(__file__).resolve().parent
VECTORS = DOCS.parent / "crates/pass/tests/vectors"
KINDS = {
    1: "pass", 2: "family-pass", 3: "place-code", 4: "badge", 5: "enrolment", 6: "live-code",
    16: "root", 17: "trust-list", 18: "policy", 19: "manifest", 20: "list", 21: "receipt",
    22: "device-certificate", 23: "batch", 24: "device-request", 25: "device-status",
    26: "audit-entry",
    27: "wipe-order",
    28: "time-answer",
    29: "program-release",
}
OWN_ONLY = {"place-code", "badge", "enrolment"}
MAX_CODE = 1200


class Refused(Exception):
    """Its text is the error as the vectors name it."""


# --- text -----------------------------------------------------------------------------------------

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def base45(text):
    """RFC 9285, strictly."""
    if any(c not in ALPHABET for c in text) or len(text) % 3 == 1:
        raise Refused("Text")
    out = bytearray()
    for at in range(0, len(text), 3):
        group = [ALPHABET.index(c) for c in text[at:at + 3]]
        value = sum(digit * 45**i for i, digit in enumerate(group))
        width = len(group) - 1
        if value >= 256**width:
            raise Refused("Text")
        out += value.to_bytes(width, "big")
    return bytes(out)


def from_text(text):
    if not text.startswith("GP1:"):
        raise Refused("Foreign")
    body = text[4:]
    if len(body.encode()) > MAX_CODE // 2 * 3:
        raise Refused("TooLarge code")
    return base45(body)


# --- bytes ----------------------------------------------------------------------------------------

NEVER_SEEN = [
    (0, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160),
    (0x17B4, 0x17B5), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800),
    (0x3164, 0x3164), (0xFDD0, 0xFDEF), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
]


def hidden(before, char):
    """Whether a character cannot be seen after this one: section 2."""
    code = ord(char)
    if 0x180B <= code <= 0x180F:
        return not "\u1820" <= before <= "\u18aa"
    return code & 0xFFFE == 0xFFFE or any(first <= code <= last for first, last in NEVER_SEEN)


class Reader:
    """Reads one value of postcard. Remembers a varint that is longer than needed until its end."""

    def __init__(self, what, data):
        self.what, self.data, self.at, self.canonical = what, data, 0, True

    def damaged(self):
        return Refused(f"Damaged {self.what}")

    def take(self, count):
        if count > len(self.data) - self.at:
            raise self.damaged()
        self.at += count
        return self.data[self.at - count:self.at]

    def byte(self):
        return self.take(1)[0]

    def varint(self, bits):
        """Seven bits a byte, the lowest first."""
        value = 0
        for i in range((bits + 6) // 7):
            byte = self.byte()
            value |= (byte & 0x7F) << 7 * i
            if byte < 0x80:
                if value >> bits:
                    raise self.damaged()
                self.canonical &= byte != 0 or i == 0
                return value
        raise self.damaged()

    def bytes(self):
        return self.take(self.varint(64))

    def text(self, limit):
        raw = self.bytes()
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise self.damaged() from None
        if len(raw) > limit or any(map(hidden, [""] + list(text), text)):
            raise self.damaged()
        return text

    def kebab(self):
        """A name of a class of place or an area."""
        name = self.text(24)
        if not re.fullmatch("[a-z0-9-]{1,24}", name):
            raise self.damaged()
        return name

    def choice(self, *names):
        number = self.varint(32)
        if number >= len(names):
            raise self.damaged()
        return names[number]

    def end(self):
        """The value has ended here."""
        if not self.canonical:
            raise Refused(f"NotCanonical {self.what}")
        if self.at < len(self.data):
            raise Refused(f"Trailing {self.what}")


def front(data):
    if len(data) > MAX_CODE:
        raise Refused("TooLarge envelope")
    if len(data) < 2:
        raise Refused("Damaged envelope")
    if data[0] not in KINDS or data[1] != 1:
        raise Refused(f"Newer {data[0]} {data[1]}")
    return KINDS[data[0]]


def split(data, what):
    if len(data) < 64:
        raise Refused(f"Damaged {what}")
    return data[:-64], data[-64:]


def domain(kind):
    return b"gatepost/" + kind.encode() + b"/v1\0"


class Envelope:
    def __init__(self, data):
        self.kind = front(data)
        signed, self.signature = split(data, "envelope")
        self.message = domain(self.kind) + signed
        read = Reader("envelope", signed)
        read.take(2)
        self.issuer = read.text(8)
        if not re.fullmatch("[A-Z0-9-]{2,8}", self.issuer):
            raise read.damaged()
        self.key = read.varint(16)
        self.claims = read.bytes()
        read.end()


def parse(data):
    """Gives the envelope and, of a live code, (time, message, signature)."""
    if front(data) != "live-code":
        return Envelope(data), None
    signed, signature = split(data, "live-code")
    read = Reader("live-code", signed)
    read.take(2)
    inner = read.bytes()
    at = read.varint(64)
    read.end()
    envelope = Envelope(inner)
    if envelope.kind != "pass":
        raise Refused(f"WrongKind {envelope.kind}")
    return envelope, (at, domain("live-code") + signed, signature)


# --- Ed25519: what a strict check asks beyond the equation ----------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def point(encoded):
    """RFC 8032 section 5.1.3; None where there is no point or the encoding is a second one."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


def small_order(p):
    """Whether eight times the point is the neutral one."""
    for _ in range(3):
        x, y = p
        t = D * x * x * y * y % P
        p = 2 * x * y * pow(1 + t, -1, P) % P, (y * y + x * x) * pow(1 - t, -1, P) % P
    return p == (0, 1)


def usable_key(key):
    p = point(key)
    return p is not None and not small_order(p)


def plain_check(key, message, signature):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except InvalidSignature:
        return False


def check_signature(key, message, signature):
    r = point(signature[:32])
    strict = r is not None and not small_order(r) and usable_key(key)
    strict = strict and int.from_bytes(signature[32:], "little") < L
    if not strict or not plain_check(key, message, signature):
        raise Refused("BadSignature")


# --- trust ----------------------------------------------------------------------------------------

def read_trust(text):
    issuers, keys = {}, {}
    for line in text.splitlines():
        word, _, rest = line.partition(": ")
        part = rest.split()
        if word == "issuer":
            issuers[part[0]] = (part[1], range(int(part[2]), int(part[3])))
        elif word == "key":
            window = range(int(part[3]), int(part[4]))
            keys[part[0], int(part[1])] = (bytes.fromhex(part[2]), window, part[5:])
    return issuers, keys


def check_issuer(trust, envelope, now):
    issuers, keys = trust
    name, number, kind = envelope.issuer, envelope.key, envelope.kind
    if name not in issuers:
        raise Refused(f"UnknownIssuer {name}")
    recognition, recognised = issuers[name]
    if (name, number) not in keys:
        raise Refused(f"UnknownKey {name} {number}")
    key, window, kinds = keys[name, number]
    check_signature(key, envelope.message, envelope.signature)
    if kind in OWN_ONLY and recognition != "own":
        raise Refused(f"ForeignAuthority {name}")
    if kind not in kinds:
        raise Refused(f"WrongRole {name} {number}")
    if min(max(now, recognised.start), recognised.stop - 1) not in window:
        raise Refused(f"KeyOutsideValidity {name} {number}")
    if now in recognised:
        return recognition
    if kind in OWN_ONLY:
        raise Refused(f"NotRecognisedNow {name}")
    return "refuse"


# --- claims ---------------------------------------------------------------------------------------

def until(minute, now):
    return [f"not-after: {minute}", "counts: " + ("yes" if now < minute * 60 else "no longer")]


def read_pass(read, kind, now):
    """Gives the lines of the vector and the holder key."""
    number = read.take(5).hex()
    count = read.varint(64)
    subjects = []
    for _ in range(count):
        tag = read.take(16).hex()
        name = read.text(22)
        last4 = read.take(4)
        if not re.fullmatch(b"[A-Z0-9]{4}", last4):
            raise read.damaged()
        colour = read.choice("green", "yellow", "red")
        family = read.choice("ordinary", "special")
        if family == "special":
            family = f"special-{read.byte()}"
        subjects.append((tag, f"subject: {tag} {last4.decode()} {colour} {family} {name}".rstrip()))
    if not 1 <= count <= 6:
        raise read.damaged()
    not_before, not_after = read.varint(32), read.varint(32)
    medium = read.choice("phone", "paper")
    holder = None
    marker = read.byte()
    if marker == 1:
        holder = read.take(32)
        if not usable_key(holder):
            raise read.damaged()
    elif marker:
        raise read.damaged()
    read.end()
    different = len({tag for tag, _ in subjects}) == count
    if (count != 1) if kind == "pass" else (count < 2 or not different):
        raise Refused(f"Subjects {count}")
    lines = [f"number: {number}"] + [line for _, line in subjects]
    lines += [f"not-before: {not_before}"] + until(not_after, now)
    if now < not_before * 60:
        lines[-1] = "counts: not yet"
    lines.append(f"medium: {medium}")
    return lines + ([f"holder: {holder.hex()}"] if holder else []), holder


def read_flag(read):
    flag = read.byte()
    if flag > 1:
        raise read.damaged()
    return flag == 1


def read_place(read, now):
    identity, name, minute = read.text(24), read.text(60), read.varint(32)
    rest = ["fixed: yes"] if read_flag(read) else []
    for what in ("class", "area"):
        if read_flag(read):
            rest.append(f"{what}: {read.kebab()}")
    read.end()
    return [f"id: {identity}", f"name: {name}"] + until(minute, now) + rest


def read_badge(read, now):
    identity, name, minute = read.text(24), read.text(60), read.varint(32)
    lines = [f"id: {identity}", f"name: {name}"] + until(minute, now)
    lines += [f"number: {read.take(5).hex()}", f"role: {read.choice('guard', 'supervisor')}"]
    count = read.varint(64)
    sites = [f"site: {read.choice('place', 'prefix')} {read.text(24)}" for _ in range(count)]
    if len(sites) > 4:
        raise read.damaged()
    pin = [f"pin: {read.take(16).hex()}"] if read_flag(read) else []
    read.end()
    return lines + sites + pin


def is_hub_address(text):
    label = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
    found = re.fullmatch(
        rf"https?://(?:{label}(?:\.{label})*|\[([0-9a-f:.]+)\])(?::([1-9][0-9]{{0,4}}))?", text)
    if not found or int(found[2] or 1) > 65535:
        return False
    try:
        return not found[1] or str(ipaddress.IPv6Address(found[1])) == found[1]
    except ValueError:
        return False


def read_enrolment(read, now):
    root = read.take(32).hex()
    marker = read.byte()
    if marker > 1:
        raise read.damaged()
    hub = read.text(120) if marker else ""
    if marker and not is_hub_address(hub):
        raise read.damaged()
    minute = read.varint(32)
    lines = [f"root: {root}", f"hub: {hub}"] + until(minute, now)
    count = read.varint(64)
    if count > 4:
        raise read.damaged()
    lines += [f"pin: {read.take(32).hex()}" for _ in range(count)]
    marker = read.byte()
    if marker > 1:
        raise read.damaged()
    if marker:
        lines.append(f"secret: {read.take(16).hex()}")
    read.end()
    return lines


def verify(data, trust, now):
    """The whole way: gives the lines of a right document, raises Refused for a flawed one."""
    envelope, live = parse(data)
    kind = envelope.kind
    if kind not in list(KINDS.values())[:5]:
        raise Refused(f"NotACode {kind}")
    recognition = check_issuer(trust, envelope, now)
    read = Reader(kind, envelope.claims)
    if kind in ("pass", "family-pass"):
        lines, holder = read_pass(read, kind, now)
    elif kind == "enrolment":
        lines = read_enrolment(read, now)
    elif kind == "badge":
        lines = read_badge(read, now)
    else:
        lines = read_place(read, now)
    if live:
        at, message, signature = live
        if holder is None:
            raise Refused("NoHolderKey")
        check_signature(holder, message, signature)
        lines.append(f"signed-at: {at}")
    shown = "live-code" if live else kind
    return [f"ok {shown}", f"issuer: {envelope.issuer} {recognition}"] + lines


# --- files ----------------------------------------------------------------------------------------

def check_file(path, trust):
    """Gives the expected outcome and what came instead, or None."""
    head, _, expected = path.read_text(encoding="utf-8").partition("\nexpect: ")
    expected = expected.rstrip("\n").split("\n")
    fields = dict(re.findall(r"^(now|text|hex): ?(.*)$", head, re.M))
    now = int(fields["now"])
    outcomes = []
    for form in fields.keys() & {"text", "hex"}:
        try:
            value = fields[form]
            data = from_text(value) if form == "text" else bytes.fromhex(value)
            outcomes.append(verify(data, trust, now))
        except Refused as refused:
            outcomes.append([str(refused)])
    wrong = [outcome for outcome in outcomes if outcome != expected]
    return expected[0], (wrong[0] if wrong or not outcomes else None)


def check_examples():
    """The worked examples of pass-format.md, as `offset  bytes  meaning` lines."""
    document = (DOCS / "pass-format.md").read_text(encoding="utf-8")
    good = True
    blocks = re.findall(r"```hexdump (\S+)\n(.*?)```", document, re.S)
    for name, block in blocks:
        data = b""
        for line in block.splitlines():
            offset, octets = re.match(r" *(\d+)  ((?:[0-9a-f]{2} ?)+)", line).groups()
            good &= int(offset) == len(data)
            data += bytes.fromhex(octets)
        vector = (VECTORS / f"{name}.txt").read_text(encoding="utf-8")
        same = f"\nhex: {data.hex()}\n" in vector
        found = "as expected" if same else "DIFFERS"
        print(f"{found:12} {name}: the worked example, {len(data)} bytes")
        good &= same
    return good and len(blocks) > 0


def main():
    trust = read_trust((VECTORS / "trust-list.txt").read_text(encoding="utf-8"))
    good = check_examples()
    verified = refused = 0
    for path in sorted(VECTORS.glob("*.txt")):
        if path.name == "trust-list.txt":
            continue
        expected, wrong = check_file(path, trust)
        print(f"{'DIFFERS' if wrong else 'as expected':12} {path.stem}: {expected}")
        if wrong:
            print(f"    but: {wrong}")
            good = False
        elif expected.startswith("ok "):
            verified += 1
        else:
            refused += 1
    found = "all as expected" if good else "NOT ALL AS EXPECTED"
    print(f"{verified} vectors verified, {refused} refused, {found}")
    return 0 if good and verified and refused else 1


if __name__ == "__main__":
    sys.exit(main())
