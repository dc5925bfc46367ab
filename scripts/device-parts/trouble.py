"""Steps of the device test: a full disk, a clock that is wrong."""

import time

FULL = "passages can't be logged"


def disk_full(bench):
    """The data partition fills up: the scanner says so and judges nobody, as the policy's default has it; then there is
    space again, and it goes on. Nothing that the gate was opened for is missing from the log."""
    logged, opened = len(bench.passages()), bench.opened()
    before = bench.settle("before-full")
    since = bench.mark()
    free = bench.sh("busybox df -k /var/lib/gatepost | busybox tail -n 1").split()[-3]
    filled = time.monotonic()
    try:
        for name, size in (("ballast", "1M"), ("ballast-2", "512")):
            bench.sh(f"busybox dd if=/dev/zero of=/var/lib/gatepost/{name} bs={size}; busybox sync", 120, check=False)
        for name in ("green-11", "green-12"):
            answered = lambda: bench.said(FULL, since) or bench.lamp() is not None  # noqa: E731
            bench.hold(name, answered, f"an answer to {name}")
            time.sleep(3)
            if bench.said(FULL, since):
                break
            bench.close()
        if not bench.said(FULL, since):
            bench.fail("a full disk is not noticed")
        seconds = time.monotonic() - filled
        page = bench.settle("disk-full")
        if page.likeness(before, top=70) > 0.97:
            bench.fail("the screen does not say that the disk is full")
        if bench.lamp():
            bench.fail(f"the lamp shows {bench.lamp()} though nobody may be judged")
        if bench.opened() - opened > len(bench.passages()) - logged:
            bench.fail("the gate has opened for a passage that is not in the log")
    finally:
        bench.sh("busybox rm -f /var/lib/gatepost/ballast /var/lib/gatepost/ballast-2")
    as_before = lambda: bench.guest.screen("space-again").likeness(before, top=70) > 0.97  # noqa: E731
    again = bench.until("the page is as before", as_before, 90, 1)
    bench.expect("green-13", "admit")
    kept, let_in = len(bench.passages()) - logged, bench.opened() - opened
    if kept < let_in:
        bench.fail(f"{let_in} were let in, {kept} are in the log")
    return (
        f"{int(free) >> 10} MiB filled, said and stopped {seconds:.1f} s after, goes on {again:.1f} s after there is"
        f" space; {let_in} let in, {kept} in the log"
    )


def wrong_clock(bench, year):
    """A board whose clock says another year: it starts, says so, and lets nobody in by it; a hub's time mends it."""
    guest = bench.guest
    ready = guest.wait_for(bench.test.READY, 240)
    guest.wait_for(bench.test.FIRST_PICTURE, 60)
    # The service manager itself does not believe a year before it was built.
    now = bench.sh("busybox date -u +%Y").strip()
    if now == str(time.gmtime().tm_year):
        bench.fail(f"the board's clock says {now}, though it was set to {year}")
    bench.settle(f"clock-{year}")
    doctor = bench.as_scanner("doctor", "--offline")
    fault = [line for line in doctor.splitlines() if "clock" in line]
    if not fault or fault[0].startswith("ok "):
        bench.fail(f"doctor does not complain about the clock of {year}: {fault}")
    told = []
    for name in ("green-0", "expired"):
        got, _ = bench.show(name)
        bench.hide()
        time.sleep(1)
        guest.screen(f"clock-{year}-{name}")
        told.append(f"{name} {got}")
        if got == "admit" and name == "expired":
            bench.fail(f"an expired pass is admitted by the clock of {year}")
        bench.close()
    with bench.around.hub():
        mended = bench.until("the hub has mended the clock", lambda: clock_is_good(bench), 90, 2)
        green, _ = bench.show("green-1")
        bench.close()
        expired, _ = bench.show("expired")
        bench.close()
    if (green, expired) != ("admit", "refuse"):
        bench.fail(f"after the hub's time: green {green}, expired {expired}")
    return (
        f"the system says {now}; first page after {ready:.1f} s; {fault[0].split(':')[0]}; {', '.join(told)};"
        f" the hub's time after {mended:.1f} s, then green {green} and expired {expired}"
    )


def clock_is_good(bench):
    """Whether the device takes its own time for confirmed."""
    lines = [line for line in bench.as_scanner("doctor").splitlines() if "clock" in line]
    return bool(lines) and lines[0].startswith("ok ")
