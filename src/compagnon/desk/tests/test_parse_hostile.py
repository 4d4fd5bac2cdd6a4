"""Whatever the bytes: a message or a typed refusal, in time, and fit to store."""

from __future__ import annotations

import contextlib
import dataclasses
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.parse import parse
from compagnon.desk.tests.mails import verdict

HEAD = b"From: a@b.fr\r\nSubject: x\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"


def many(piece: bytes, size: int) -> bytes:
    return b"".join(repeat(piece, size // len(piece)))


def nested(depth: int) -> bytes:
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i)
        for i in range(depth)
    )


def zipped(encoding: bytes) -> bytes:
    return (
        HEAD
        + b"Content-Type: application/zip; name=a.zip\r\n"
        + (b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n")
    )


ATTACKS: dict[str, Callable[[], bytes]] = {
    "blank lines": lambda: HEAD + b"\r\n" + many(b"\n", 8_000_000),
    "empty headers": lambda: many(b"a:\r\n", 900_000) + b"\r\nx",
    "folded header": lambda: b"Subject: a\r\n" + many(b" x\r\n", 900_000) + b"\r\nx",
    "nested parts": lambda: HEAD + nested(49) + b"\r\n" + many(b"\n--", 8_000_000),
    "nested messages": lambda: HEAD + many(b"Content-Type: message/rfc822\r\n\r\n", 200_000),
    "false boundaries": lambda: MIXED + many(b"--bx\r\n", 8_000_000),
    "parts": lambda: MIXED + many(b"--b\r\n\r\nhi\r\n", 1_000_000),
    "headers of parts": lambda: (
        MIXED + many(b"--b\r\n" + many(b"X: b\r\n", 9_000) + b"\r\n", 9_000_000)
    ),
    "words": lambda: b"Subject: " + many(b"=?a?q?", 90_000) + b"\r\n\r\nx",
    "addresses": lambda: b"From: " + many(b"a . ", 90_000) + b"\r\n\r\nx",
    "quotes": lambda: b"From: " + many(b'"a\\" <', 90_000) + b"\r\n\r\nx",
    "references": lambda: HEAD + b"References: " + many(b"< ", 90_000) + b"\r\n\r\nx",
    "parameters": lambda: HEAD + b"Content-Type: a/b; " + many(b"a=b;", 90_000) + b"\r\n\r\n",
    "open elements": lambda: HTML + many(b"<div>", 1_000_000),
    "formatting": lambda: HTML + many(b"<b a=1>", 1_000_000),
    "attributes": lambda: HTML + b"<p " + many(b"a=1 ", 1_000_000) + b">",
    "ampersands": lambda: HTML + many(b"&", 1_000_000),
    "tags": lambda: HTML + many(b"<p>hello <b>x</b>", 4_000_000),
    "angles": lambda: HTML + many(b"<", 1_000_000),
    "paddings": lambda: zipped(b"base64") + many(b"QQ==\r\n", 4_000_000),
    "soft breaks": lambda: zipped(b"quoted-printable") + many(b"=   ", 4_000_000),
    "short rows": lambda: zipped(b"x-uuencode") + many(b"A\n", 4_000_000),
    "flowed": lambda: (
        HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + many(b"a \n", 4_000_000)
    ),
    "announcements": lambda: HEAD + b"\r\n" + many(b"On 1 wrote xxxx:\n", 500_000),
    "status": lambda: (
        MIXED.replace(b"mixed", b"report")
        + b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + many(b"Final-Recipient: rfc822; a@b.c\n\n", 4_000_000)
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_hostile_message_takes_no_time(name: str) -> None:
    raw = ATTACKS[name]()
    start = time.process_time()
    with contextlib.suppress(Unreadable):
        parse(raw)
    assert time.process_time() - start < 2


def test_large_message_takes_no_memory() -> None:
    """A whole process: interpreter, parser, a 30 MB message and its file."""
    program = (
        "from compagnon.desk.inbound.parse import parse\n"
        "row = b'QUFB' * 19 + b'\\r\\n'\n"
        "head = b'From: a@b.fr\\r\\nContent-Type: application/zip; name=a.zip\\r\\n'\n"
        "raw = bytearray(head + b'Content-Transfer-Encoding: base64\\r\\n\\r\\n')\n"
        "raw += row * 400_000\n"
        "assert parse(bytes(raw)).attachments[0].size == 400_000 * 57\n"
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    # The test itself holds the message twice.
    assert int(ran.stdout) < 150_000  # kB


def texts(value: Any) -> Iterator[str]:
    """Give every text in a tree of dataclasses and tuples."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from texts(one)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for known in dataclasses.fields(value):
            yield from texts(getattr(value, known.name))


def check(raw: bytes) -> None:
    """What holds for any bytes."""
    try:
        mail = parse(raw)
    except Unreadable:
        return
    for text in texts(mail):
        text.encode("utf-8")
        assert "\x00" not in text
    rows = sorted(row for row in mail.text.split("\n") if row.strip())
    shared = f"{mail.new_text}\n{mail.quoted_text}"
    assert rows == sorted(row for row in shared.split("\n") if row.strip())
    assert "\n" not in mail.subject
    for one in mail.attachments:
        assert one.name
        assert not set(one.name) & set("/\\\n\r\x00")
    found = verdict(raw)
    assert found.words
    assert all(note.words for note in found.notes)


PIECES = st.sampled_from(
    [b"\r\n", b"\n", b"\r", b"\x00", b"\xff", b"--b", b"--b--", b"\r\n\r\n", b"=", b";", b'"', b"<",
     b">", b"=?utf-8?q?", b"?=", b"\x1b$B", b"+2AA-", b"&#x110000;", b"begin 644 a\n", b"end\n",
     b"From: ", b"From: a@b.fr\r\n", b"Subject: x\r\n", b"Date: Thu, 1 Jan 0000 00:00:00 +2400\r\n",
     b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: message/rfc822\r\n",
     b"Content-Type: multipart/report; boundary=b\r\n",
     b"Content-Type: multipart/related; boundary=b; start=x\r\n",
     b"Content-Type: text/html\r\n", b"Content-Type: text/plain; charset=utf-7; format=flowed\r\n",
     b"Content-Type: text/plain; charset=utf-16\r\n", b"Content-Type: message/delivery-status\r\n",
     b"Content-Type: a/b; name*0*=utf-8''%ff%00; name*1*=\r\n", b"Content-ID: <x>\r\n",
     b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: x-uuencode\r\n",
     b"Content-Transfer-Encoding: quoted-printable\r\n", b"Content-Disposition: attachment\r\n",
     b"Message-ID: <\r\n", b"References: <a@b> <", b"Final-Recipient: rfc822; a@b.c\r\n",
     b"<blockquote><p><table><td><a href='x'>", b"> q\n", b"-- \n", b"Return-Path: <>\r\n"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.binary(max_size=12), max_size=40).map(b"".join))
def test_any_pieces_of_mail(raw: bytes) -> None:
    check(raw)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes(raw: bytes) -> None:
    check(raw)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_change_to_a_real_shape(data: st.DataObject) -> None:
    shape = (
        b"Return-Path: <a@b.fr>\r\nFrom: =?utf-8?q?A?= <a@b.fr>\r\nSubject: =?utf-8?b?w6k=?=\r\n"
        b"Date: Tue, 5 Mar 2024 10:11:12 +0100\r\nReferences: <a@b> <c@d>\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; "
        b"charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>caf=C3=A9</p>\r\n"
        b"--b\r\nContent-Type: image/png; name*=utf-8''%C3%A9.png\r\nContent-Transfer-Encoding: "
        b"base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n"
    )
    changed = bytearray(shape)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(changed)))
        stop = min(len(changed), start + data.draw(st.integers(0, 30)))
        changed[start:stop] = data.draw(st.binary(max_size=20) | PIECES)
    check(bytes(changed))
