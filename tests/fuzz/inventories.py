"""Fuzzing of the inventory engine, guided by coverage when atheris is installed.

    python tests/fuzz/inventories.py --seconds 3600 --corpus DIRECTORY

Starts from the corpus kept beside this file (`inventories.zip`, made of what earlier runs found).
Without atheris, the same inputs are mutated at random, from a fixed seed. Fails on anything but a
refusal, on a request over 5 s, on more than 256 MB. Prints one line of JSON: requests, seconds,
the slowest in seconds, the peak in MB. With ``--worst``, reads instead
the heaviest documents that the bounds allow.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import re
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

# Optional: it is not in the lock, and the harness does with chance alone.
atheris: Any = importlib.import_module("atheris") if importlib.util.find_spec("atheris") else None

with atheris.instrument_imports(include=["compagnon.park"]) if atheris else nullcontext():
    from compagnon.park.inventory import Unreadable, decode, expected_facts, parse, read
    from compagnon.park.inventory.documents import digest, from_document, to_document

KEPT = Path(__file__).with_suffix(".zip")
MOST_SECONDS = 5.0
MOST_MEGABYTES = 256
MOST_BYTES = 65_536
INTERESTING = (
    *(b"<", b">", b"</", b"&#0;", b"<!DOCTYPE", b"]]>", b"<DEVICE>", b"\xff", b"\x00"),
    *(b"{", b"}", b"[", b"]", b'"', b",", b"\\u0000", b"9" * 30, b"-1", b"null", b"1e999"),
)

told: dict[str, Any] = {"requests": 0, "slowest": 0.0}


def one(body: bytes) -> None:
    """Read one request the whole way; only a refusal may come out."""
    # Processor's time: on a loaded machine, what others take is not the request's.
    began = time.process_time()
    try:
        reading = parse(read(decode(body)))
        json.dumps(expected_facts(reading)).encode()
        for report in reading.reports:
            if from_document(json.loads(json.dumps(to_document(report)))) != report:
                raise AssertionError("a report is not what was kept of it")
            digest(report)
    except Unreadable:
        pass
    spent = time.process_time() - began
    told["requests"] += 1
    told["slowest"] = max(told["slowest"], spent)
    if spent > MOST_SECONDS:
        raise AssertionError(f"{spent:.1f} s for {len(body)} bytes")


def peak_megabytes() -> int:
    # Not getrusage's: a process is born with the peak of the one that started it.
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", told)[0]) // 1024


def report(began: float) -> None:
    told["seconds"] = round(time.monotonic() - began, 1)
    told["slowest"] = round(told["slowest"], 3)
    told["peak_megabytes"] = max(told.get("peak_megabytes", 0), peak_megabytes())
    told["guided"] = atheris is not None
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def at_random(seeds: list[bytes], seconds: float) -> None:
    """Mutate the corpus without a guide."""
    chance = random.Random(1)  # noqa: S311  (no secret hangs on it)
    until = time.monotonic() + seconds
    for seed in seeds:
        one(seed)
    while time.monotonic() < until:
        body = bytearray(chance.choice(seeds))
        for _time in range(chance.randint(1, 8)):
            at = chance.randint(0, len(body))
            piece = chance.choice((chance.choice(INTERESTING), chance.randbytes(4)))
            other = chance.choice(seeds)
            start = chance.randint(0, len(other))
            piece = chance.choice((piece, other[start : start + chance.randint(0, 200)]))
            body[at : at + chance.randint(0, 20)] = piece
        one(bytes(body[:MOST_BYTES]))
    if peak_megabytes() > MOST_MEGABYTES:
        raise AssertionError(f"{peak_megabytes()} MB at the most")


def worst() -> Iterator[bytes]:
    """The heaviest requests that the bounds let in, or nearly: many, unlike, long, deep."""
    numbers = range(72_000)
    software = (
        b"<SOFTWARES><NAME>a%d</NAME><VERSION>%d</VERSION><PUBLISHER>p%d</PUBLISHER></SOFTWARES>"
    )
    entry = b'{"name":"a%d","version":"%d","publisher":"p%d"}'
    yield _xml(b"".join(software % (one, one, one) for one in numbers))
    yield _json(b'"softwares":[' + b",".join(entry % (one, one, one) for one in numbers) + b"]")
    yield _xml(b"".join(b"<T%d/>" % one for one in range(299_000)))
    yield _json(b",".join(b'"k%d":1' % one for one in range(298_000)))
    yield _xml(b"<HARDWARE><NAME>" + b"\xe9a" * 8_000_000 + b"</NAME></HARDWARE>")
    yield _xml(b"<HARDWARE><NAME>" + b"\x01a" * 8_000_000 + b"</NAME></HARDWARE>")
    yield _xml(b"<HARDWARE><NAME>" + b"&#1;" * 4_000_000 + b"</NAME></HARDWARE>")
    yield _json(b'"a":["' + b'","'.join(b"%d" % one for one in range(290_000)) + b'"]')
    yield _json(b'"a":[' + b"[]," * 290_000 + b"1]")
    yield b'{"a":' * 1_500_000
    yield b"<REQUEST " + b" ".join(b"a%d='>'" % one for one in range(900_000)) + b"/>"
    port = b"<PORT><IFNUMBER>1</IFNUMBER></PORT>"
    ports = _xml(b"<DEVICE><PORTS>" + port * 140_000 + b"</PORTS></DEVICE>")
    yield ports.replace(b"INVENTORY", b"SNMPQUERY")


def _xml(content: bytes) -> bytes:
    end = b"</CONTENT><DEVICEID>x</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>"
    return zlib.compress(b"<REQUEST><CONTENT>" + content + end, 1)


def _json(content: bytes) -> bytes:
    return zlib.compress(b'{"deviceid":"x","action":"inventory","content":{' + content + b"}}", 1)


def each_alone() -> None:
    """Read each of the worst in a process of its own, so that its memory is measured alone."""
    for body in worst():
        child = os.fork()
        if child:
            _pid, status, used = os.wait4(child, 0)
            if status:
                raise AssertionError(f"status {status} for {len(body)} bytes: {body[:40]!r}")
            told["peak_megabytes"] = max(told.get("peak_megabytes", 0), used.ru_maxrss // 1024)
            told["requests"] += 1
        else:
            failed = 1
            try:
                one(body)
                failed = 0
            finally:
                os._exit(failed)


def guided(corpus: Path, seconds: float) -> None:
    """Let libFuzzer choose. It leaves the process by itself; the last line is written before."""
    began = time.monotonic()

    def each(body: bytes) -> None:
        one(body)
        if time.monotonic() - began > seconds:
            report(began)
            os._exit(0)

    bounds = [f"-rss_limit_mb={MOST_MEGABYTES}", "-timeout=5", f"-max_len={MOST_BYTES}"]
    quiet = ["-print_final_stats=1", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *bounds, *quiet, str(corpus)], each)
    atheris.Fuzz()


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=600.0)
    asked.add_argument("--corpus", type=Path, help="where inputs are kept; a temporary folder else")
    asked.add_argument("--worst", action="store_true", help="the heaviest documents, each alone")
    given = asked.parse_args()
    began = time.monotonic()
    if given.worst:
        each_alone()
        report(began)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        corpus: Path = given.corpus or Path(folder)
        corpus.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(KEPT) as kept:
            kept.extractall(corpus)
        if atheris is not None:
            guided(corpus, given.seconds)
        else:
            seeds = [path.read_bytes() for path in sorted(corpus.iterdir()) if path.is_file()]
            at_random(seeds, given.seconds)
            report(began)
    return 0


if __name__ == "__main__":
    sys.exit(main())
