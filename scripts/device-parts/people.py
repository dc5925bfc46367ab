"""Steps of the device test: people come by, and the guard taps."""

import array
import math
import time

from surroundings import RED_NUMBER

RATE = 48_000


def first_page(bench):
    """Boots into the first page; then the camera's first picture is there."""
    guest, test = bench.guest, bench.test
    ready = guest.wait_for(test.READY, 240)
    page = guest.screen("first-page")
    colours = page.colours()
    if (page.width, page.height) != (test.WIDTH, test.HEIGHT) or len(colours) < 20:
        bench.fail(f"no page on the screen: {page.width}x{page.height}, {len(colours)} colours")
    first = guest.wait_for(test.FIRST_PICTURE, 60)
    return f"first page after {ready:.1f} s, first camera picture after {first:.1f} s"


def keys_do_nothing(bench):
    """Keys that end a window or a machine elsewhere do nothing."""
    guest, test = bench.guest, bench.test
    page = guest.settled_screen("first-camera-picture", 60)
    for _ in range(8):
        guest.keys("ctrl", "alt", "delete")
    guest.keys("ctrl", "alt", "backspace")
    guest.keys("ctrl", "alt", "f2")
    time.sleep(8)
    after = guest.screen("after-keys")
    if guest.count("gatepost.service: ") or guest.count(test.READY) != 1 or guest.qemu.poll() is not None:
        bench.fail("keys have ended the scanner")
    if after.likeness(page, top=70) < test.LIKE:
        bench.fail("keys have changed what is on the screen")
    return "Ctrl+Alt+Del, Ctrl+Alt+Backspace and Ctrl+Alt+F2 do nothing"


def camera_verdicts(bench):
    """A green and a red pass: each screen as the same program draws it without a display."""
    guest, test = bench.guest, bench.test
    verdicts = list(bench.around.verdicts())
    if [outcome for _, outcome, _, _ in verdicts] != ["admit", "refuse"]:
        bench.fail(f"the scanner without a display says otherwise: {verdicts}")
    told = []
    for frame, outcome, reasons, picture in verdicts:
        opened, begun = bench.opened(), time.monotonic()
        guest.show(test.Picture(frame))
        likeness = guest.wait_for_screen(f"{frame.stem}-{outcome}", test.Picture(picture), 60)
        seconds = time.monotonic() - begun
        told.append(f"{outcome} ({reasons}) after {seconds:.1f} s, {likeness:.1%} alike")
        if bench.lamp() != outcome:
            bench.fail(f"the lamp says {bench.lamp()}, the screen {outcome}")
        bench.gate_follows(outcome, opened)
        bench.close()
    return "; ".join(told)


def gate_and_lamp(bench):
    """The pins of the gate and the lamp: nothing opens but an admission, once, and the pulse ends."""
    before = bench.opened()
    first = bench.expect("green-0", "admit")
    second = bench.expect("expired", "refuse")
    if bench.opened() != before + 1:
        bench.fail("the gate has opened at a refusal")
    bench.until("the gate is closed", bench.gate_closed, 10)
    return f"green after {first:.1f} s: the gate opened once and closed; expired after {second:.1f} s: it stayed closed"


def id_number(bench):
    """An ID number typed by finger: it is on the red list."""
    opened, begun = bench.opened(), time.monotonic()
    bench.tap("scan", "No phone or code")
    bench.tap("no-code", "Enter the ID number")
    for digit in RED_NUMBER:
        bench.tap("id-empty", digit)
    bench.settle("id-typed")
    bench.tap("id-empty", "Look up")
    bench.until("an answer to the ID number", lambda: bench.lamp() is not None, 30)
    bench.guest.screen("id-verdict")
    if bench.lamp() != "refuse":
        bench.fail(f"the number of somebody red: {bench.lamp()}")
    bench.gate_follows("refuse", opened)
    bench.close()
    return f"18 digits and Look up, refused, {time.monotonic() - begun:.1f} s"


def direction_and_place(bench):
    """The direction, held; the code of a first place: Move; of another: Stay, then Move by a guard on duty."""
    begun = time.monotonic()
    inward = bench.settle("direction-in")
    bench.tap("scan", "Hold to switch to out", 2500)
    outward = bench.settle("direction-out")
    if outward.likeness(inward, top=70) > 0.999:
        bench.fail("holding the direction changes nothing on the screen")
    bench.tap("scan-out", "Hold to switch to in", 2500)
    back = bench.settle("direction-in-again")
    if back.likeness(inward, top=70) < 0.998:
        bench.fail("holding the direction again does not lead back")
    # A device that has never stood anywhere takes a place from anybody.
    bench.see_page("gate", "place-asks-first")
    since = bench.mark()
    bench.tap("place-move", "Move")
    bench.wait_said("stands at gate-1", 20, since)
    bench.settle("place-gate")
    bench.see_page("ward", "place-asks")
    bench.tap("place-move", "Stay")
    bench.wait_said("ward-1 was shown: stayed", 20, since)
    bench.settle("place-stayed")
    bench.see_page("guard", "on-duty")
    bench.tap("duty-on", "Back")
    bench.settle("on-duty-scan")
    bench.see_page("ward", "place-asks-guard")
    bench.tap("place-move", "Move")
    bench.wait_said("stands at ward-1", 20, since)
    bench.settle("place-ward")
    return f"direction out and in; Move to the first place; Stay; Move by a guard; {time.monotonic() - begun:.1f} s"


def temperature_by_hand(bench):
    """In the ward temperatures are taken: answered by a finger, normal and fever."""
    told = []
    for name, label, wanted in (("green-1", "Normal", "admit"), ("green-2", "37.3 °C or above", "refuse")):
        opened = bench.opened()
        got, seconds = bench.show(name)
        if got != "check":
            bench.fail(f"no temperature is asked for: {got}")
        bench.hide()
        time.sleep(1)
        bench.guest.screen(f"temperature-asked-{wanted}")
        if bench.opened() != opened:
            bench.fail("the gate has opened before the answer")
        bench.tap("check-temperature", label)
        bench.until(f"{label} leads to {wanted}", lambda: bench.lamp() == wanted, 20)
        bench.gate_follows(wanted, opened)
        bench.close()
        told.append(f"{label}: {wanted}")
    return ", ".join(told)


def thermometer(bench):
    """A thermometer on a USB serial port: asked by the scanner, fever refused, a normal reading admitted."""
    told = []
    for name, line, wanted in (("green-3", b"T+38.2C*2B\r\n", "refuse"), ("green-4", b"T+36.5C*22\r\n", "admit")):
        opened = bench.opened()
        bench.thermometer_reads()
        begun = time.monotonic()
        bench.show(name)
        bench.until("the scanner asks the thermometer", lambda: b"M" in bench.thermometer_reads(), 30)
        asked = time.monotonic() - begun
        bench.thermometer.sendall(line)
        bench.until(f"{line} leads to {wanted}", lambda: bench.lamp() == wanted, 20)
        bench.gate_follows(wanted, opened)
        bench.close()
        told.append(f"asked after {asked:.1f} s, {line.decode().strip()}: {wanted}")
    return ", ".join(told)


def scanner_keys(bench):
    """A scanner that is a keyboard types a pass with Shift, then another with Caps Lock."""
    told = []
    for how, name in (("shift", "green-5"), ("caps", "green-6")):
        opened, begun = bench.opened(), time.monotonic()
        code = bench.around.code(name)
        bench.type(how, code)
        bench.until(f"an answer to what was typed with {how}", lambda: bench.lamp() is not None, 60)
        if bench.lamp() != "admit":
            bench.fail(f"a green pass typed with {how}: {bench.lamp()}")
        bench.gate_follows("admit", opened)
        told.append(f"{len(code)} characters with {how}: admit, {time.monotonic() - begun:.1f} s")
        bench.close()
    return ", ".join(told)


def sound(bench):
    """What the loudspeaker plays at a refusal and at an admission: the tones that docs/devices.md names."""
    told = []
    for name, wanted, tones in (("expired", "refuse", {330: 0.5}), ("green-7", "admit", {880: 0.06, 1320: 0.12})):
        bench.sh("hear 12 >/run/heard 2>/run/hear-said &")
        time.sleep(1)
        bench.expect(name, wanted)
        bench.sh("wait; while busybox pidof hear >/dev/null; do busybox sleep 0.2; done", 60)
        heard = array.array("h", bench.fetch("/run/heard"))
        if not heard:
            bench.fail(f"nothing is heard: {bench.sh('cat /run/hear-said')}")
        lasted = durations(heard, (330, 440, 660, 880, 1320))
        for tone, least in tones.items():
            if lasted[tone] < least:
                bench.fail(f"{wanted}: {tone} Hz for {lasted[tone]:.2f} s, of {lasted}")
        others = [tone for tone in lasted if tone not in tones and lasted[tone] > 0.08]
        if others:
            bench.fail(f"{wanted}: {others} Hz are heard too: {lasted}")
        told.append(f"{wanted}: " + ", ".join(f"{tone} Hz for {lasted[tone]:.2f} s" for tone in tones))
    return "; ".join(told)


def durations(samples, tones, window=RATE // 50):
    """For how many seconds each tone is the loudest of these (Goertzel), where there is sound."""
    lasted = dict.fromkeys(tones, 0.0)
    for start in range(0, len(samples) - window, window):
        piece = samples[start : start + window]
        energy = sum(sample * sample for sample in piece)
        if energy < window * 500 * 500:
            continue
        powers = {}
        for tone in tones:
            factor = 2 * math.cos(2 * math.pi * tone / RATE)
            one = two = 0.0
            for sample in piece:
                one, two = sample + factor * one - two, one
            powers[tone] = one * one + two * two - factor * one * two
        loudest = max(powers, key=powers.get)
        # A pure tone has all of its energy there: amplitude² · window² / 4 against amplitude² · window / 2.
        if powers[loudest] > 0.5 * energy * window / 2:
            lasted[loudest] += window / RATE
    return lasted
