"""Outlook's winmail.dat: its files are the message's, and no bytes in it do harm."""

from __future__ import annotations

import base64
import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.desk.inbound import tnef
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.limits import Limits
from compagnon.desk.inbound.mail import ParsedMail
from compagnon.desk.inbound.parse import parse
from compagnon.desk.tests.mails import raw

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def little(number: int, size: int = 4) -> bytes:
    return number.to_bytes(size, "little")


def attribute(level: int, number: int, data: bytes, *, checksum: int | None = None) -> bytes:
    check = sum(data) & 0xFFFF if checksum is None else checksum
    return bytes([level]) + little(number) + little(len(data)) + data + little(check, 2)


def prop(number: int, kind: int, data: bytes) -> bytes:
    head = little(kind, 2) + little(number, 2)
    if kind in {0x0D, 0x1E, 0x1F, 0x102}:
        return head + little(1) + little(len(data)) + data + b"\0" * (-len(data) % 4)
    return head + data


def props(*each: bytes) -> bytes:
    return little(len(each)) + b"".join(each)


def wide(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le")


def named(number: int, data: bytes) -> bytes:
    """A property with a name of its own, in text."""
    name = wide("x-own")
    filled = name + b"\0" * (-len(name) % 4)
    own = b"\x11" * 16 + little(1) + little(len(name)) + filled
    return little(0x1F, 2) + little(number, 2) + own + little(1) + little(len(data)) + data


def packed(*attributes: bytes) -> bytes:
    return tnef.SIGNATURE + b"\x01\x00" + b"".join(attributes)


START = attribute(2, 0x00069002, b"\0" * 14)
NOTES = (
    START
    + attribute(2, 0x00018010, b"NOTES~1.TXT\0")
    + attribute(2, 0x0006800F, b"le contenu")
    + attribute(
        2,
        0x00069005,
        props(
            prop(0x0E21, 0x03, little(3)),
            named(0x8001, wide("abc")),
            prop(0x1234, 0x1003, little(2) + little(1) + little(2)),
            prop(0x3707, 0x1F, wide("Notes de réunion.txt")),
            prop(0x370E, 0x1F, wide("text/plain")),
        ),
    )
)
PICTURE = START + attribute(
    2,
    0x00069005,
    props(
        prop(0x3701, 0x102, PNG),
        prop(0x3707, 0x1E, "schéma.png\0".encode("cp1252")),
        prop(0x3712, 0x1E, b"pic@x\0"),
    ),
)
PAGES = attribute(1, 0x00069007, little(1252) + little(0))
TEXT = attribute(1, 0x0002800C, "Bonjour, café.\r\n\0".encode("cp1252"))
WHOLE = packed(PAGES, TEXT, NOTES, PICTURE)


def mail(data: bytes, *, text: str = "Voir le fichier") -> ParsedMail:
    return parse(
        raw(
            "Content-Type: multipart/mixed; boundary=b",
            "",
            "--b",
            "",
            text,
            "--b",
            'Content-Type: application/ms-tnef; name="winmail.dat"',
            "Content-Transfer-Encoding: base64",
            "",
            base64.encodebytes(data),
            "--b--",
        )
    )


def names(read: ParsedMail) -> list[str]:
    return [one.name for one in read.attachments]


def test_its_files_stand_in_its_place() -> None:
    read = mail(WHOLE)
    assert [(one.name, one.media_type, one.content) for one in read.attachments] == [
        ("Notes de réunion.txt", "text/plain", b"le contenu"),
        ("schéma.png", "image/png", PNG),
    ]
    assert read.attachments[1].content_id == "pic@x"
    assert read.text == "Voir le fichier"
    assert "winmail_not_whole" not in {one.code for one in read.defects}


def test_title_alone_names_a_file() -> None:
    data = packed(
        START, attribute(2, 0x00018010, b"notes.txt\0"), attribute(2, 0x0006800F, b"contenu")
    )
    assert names(mail(data)) == ["notes.txt"]


def test_its_text_serves_where_there_is_no_other() -> None:
    assert mail(WHOLE, text="").text == "Bonjour, café."
    wider = packed(attribute(1, 0x00069003, props(prop(0x1000, 0x1F, wide("Déjà lu ✓")))))
    assert mail(wider, text="").text == "Déjà lu ✓"


def test_a_message_that_is_nothing_else() -> None:
    head = ["Content-Type: application/ms-tnef", "Content-Transfer-Encoding: base64", ""]
    read = parse(raw(*head, base64.encodebytes(WHOLE)))
    assert read.text == "Bonjour, café."
    assert names(read) == ["Notes de réunion.txt", "schéma.png"]


@pytest.mark.parametrize(
    ("data", "files"),
    [
        (b"not a tnef", []),
        (tnef.SIGNATURE, []),
        # Cut in the second file.
        (WHOLE[:-30], ["Notes de réunion.txt"]),
        # A message enclosed as an object.
        (
            packed(NOTES, START, attribute(2, 0x00069005, props(prop(0x3701, 0x0D, b"\1" * 20)))),
            ["Notes de réunion.txt"],
        ),
        # A checksum that does not fit.
        (packed(START, attribute(2, 0x0006800F, b"abc", checksum=1)), ["outlook-1.txt"]),
        # Data before any file starts; a property of no known type; a count beyond the data.
        (packed(attribute(2, 0x0006800F, b"abc")), []),
        (packed(NOTES, attribute(1, 0x00069003, props(prop(0x1, 0x7F, b"")))), None),
        (packed(NOTES, attribute(1, 0x00069003, little(2**32 - 1))), None),
        (packed(NOTES, b"\1" + little(0x0006800F) + little(2**32 - 1)), None),
    ],
)
def test_it_stays_where_something_was_not_read(data: bytes, files: list[str] | None) -> None:
    found = mail(data)
    expected = ["Notes de réunion.txt"] if files is None else files
    assert sorted(names(found)) == sorted([*expected, "winmail.dat"])
    kept = next(one for one in found.attachments if one.name == "winmail.dat")
    assert kept.content == data


def test_rich_text_alone_keeps_the_original() -> None:
    data = packed(attribute(1, 0x00069003, props(prop(0x1009, 0x102, b"rtf."))))
    assert names(mail(data, text="")) == ["winmail.dat"]
    assert names(mail(data)) == []


def test_names_are_made_safe() -> None:
    data = packed(
        START,
        attribute(2, 0x00018010, b"..\\..\\con.txt\0"),
        attribute(2, 0x0006800F, b"x"),
    )
    assert names(mail(data)) == ["_con.txt"]


def test_files_are_counted() -> None:
    opened = tnef.read(packed(*[START + attribute(2, 0x0006800F, b"x")] * 20), most=10)
    assert opened is not None
    assert (len(opened.files), opened.whole) == (10, False)
    many = packed(*[START + attribute(2, 0x0006800F, b"x")] * 2_000)
    assert len(mail(many).attachments) <= Limits().parts


def test_hostile_counts_take_no_time() -> None:
    start = time.process_time()
    for data in (
        packed(*[attribute(1, 0x9999, b"")] * 500_000),
        packed(attribute(1, 0x00069003, props(*[prop(1, 0x03, little(1))] * 500_000))),
        packed(attribute(1, 0x00069003, props(prop(1, 0x1003, little(2**31) + b"\0" * 4_000_000)))),
    ):
        opened = tnef.read(data, most=10)
        assert opened is not None
        assert not opened.whole
    assert time.process_time() - start < 2


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(WHOLE)))
def test_cut_anywhere(size: int) -> None:
    read = mail(WHOLE[:size])
    if size < len(WHOLE):
        complete = size in {6, *_ends()}
        assert ("winmail.dat" in names(read)) is not complete


def _ends() -> set[int]:
    """Give where an attribute of ``WHOLE`` ends."""
    found, position = set(), 6
    while position < len(WHOLE):
        position += 11 + int.from_bytes(WHOLE[position + 5 : position + 9], "little")
        found.add(position)
    return found


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_change(data: st.DataObject) -> None:
    changed = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(changed)))
        stop = min(len(changed), start + data.draw(st.integers(0, 8)))
        changed[start:stop] = data.draw(st.binary(max_size=8))
    with contextlib.suppress(Unreadable):
        for one in mail(bytes(changed)).attachments:
            assert one.name
            assert "\0" not in one.name
            one.name.encode()
