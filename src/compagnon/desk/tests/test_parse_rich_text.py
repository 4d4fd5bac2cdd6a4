"""Words out of RTF, and messages enclosed in winmail.dat."""

from __future__ import annotations

import email
import time
from email import policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compagnon.desk.inbound import rtf, tnef
from compagnon.desk.inbound.parse import parse
from compagnon.desk.tests.test_parse_winmail import (
    NOTES,
    PAGES,
    START,
    TEXT,
    attribute,
    little,
    mail,
    names,
    packed,
    prop,
    props,
    wide,
)

# The two examples of MS-OXRTFCP, section 4.
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a0072637067313235"
    "42320af32068656c090020627705b06c647d0a800fa0"
)
CROSSING = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")


def stored(text: bytes) -> bytes:
    return little(len(text) + 12) + little(len(text)) + b"MELA" + little(0) + text


def within(data: bytes) -> bytes:
    """A file of the outer message that is a message."""
    content = tnef.A_MESSAGE + data
    return START + attribute(2, 0x00069005, props(prop(0x3701, 0x0D, content)))


def message(subject: str, *more: bytes) -> bytes:
    return packed(
        PAGES,
        TEXT,
        attribute(
            1,
            0x00069003,
            props(
                prop(0x0037, 0x1F, wide(subject)),
                prop(0x0C1A, 0x1F, wide("Zoé Martin")),
                prop(0x0039, 0x40, little(133_500_000_000_000_000, 8)),
            ),
        ),
        *more,
    )


# -- RTF ------------------------------------------------------------------------------------------
def test_the_examples_of_the_specification() -> None:
    assert rtf.decompress(HELLO) == (b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", True)
    assert rtf.decompress(CROSSING) == (b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}", True)
    assert rtf.to_text(rtf.decompress(HELLO)[0]) == "hello world"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb"{\rtf1\ansi caf\'e9\par deux}", "café\ndeux"),
        (rb"{\rtf1\ansicpg932 \'93\'fa\'96\'7b}", "日本"),
        (rb"{\rtf1\uc1 d\u233?j\u224?}", "déjà"),
        (rb"{\rtf1\uc0 \u-10179 \u-8704 }", "\U0001f600"),
        (rb"{\rtf1{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\*\generator X;}\b gras\b0  non}",
         "gras non"),
        (rb"{\rtf1\fromhtml1{\*\htmltag64 <p>}Bonjour{\*\htmltag72 </p>}\htmlrtf\par\htmlrtf0 }",
         "Bonjour\n"),
        (rb"{\rtf1 a\tab b\line c\emdash d \{x\}\\}", "a\tb\nc—d {x}\\"),
        (rb"{\rtf1{\pict\bin4 \}}{}visible}", "visible"),
        (b"not rtf", ""),
        (b"", ""),
    ],
)  # fmt: skip
def test_words_are_read(written: bytes, read: str) -> None:
    assert rtf.to_text(written) == read


def test_bombs_are_bounded() -> None:
    start = time.process_time()
    claimed = little(100) + little(2**31) + b"LZFu" + little(0) + b"\0aaaaaaaa" * 900_000
    found, whole = rtf.decompress(claimed)
    assert (len(found), whole) == (rtf.MOST_BYTES, False)
    rtf.to_text(b"{\\rtf1" + b"{" * 500_000)
    rtf.to_text(b"{\\rtf1" + b"\\u65?" * 200_000)
    assert time.process_time() - start < 4


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    rtf.decompress(little(9) + little(500) + b"LZFu" + little(0) + data)
    rtf.to_text(b"{\\rtf1" + data).encode("utf-16-le", "surrogatepass")


def test_it_is_the_text_of_a_message_that_has_no_other() -> None:
    body = stored(rb"{\rtf1\ansi L\'92\'e9cran\par reste noir}")
    data = packed(attribute(1, 0x00069003, props(prop(0x1009, 0x102, body))))
    found = mail(data, text="")
    assert found.text == "L’écran\nreste noir"
    assert names(found) == []
    assert mail(data).text == "Voir le fichier"


# -- messages within ------------------------------------------------------------------------------
def test_an_enclosed_message_is_a_file_that_is_read() -> None:
    found = mail(packed(NOTES, within(message("Réunion / lundi", NOTES))))
    assert names(found) == ["Notes de réunion.txt", "Réunion - lundi.eml"]
    inner = email.message_from_bytes(found.attachments[1].content, policy=policy.default)
    assert inner["Subject"] == "Réunion / lundi"
    assert inner["X-Outlook-From"] == "Zoé Martin"
    assert inner["Date"].datetime.year == 2024
    assert "Bonjour, café." in inner.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (file,) = inner.iter_attachments()  # type: ignore[attr-defined]
    assert file.get_filename() == "Notes de réunion.txt"
    assert file.get_content() == b"le contenu"


def test_messages_within_messages_are_opened_so_deep() -> None:
    data = message("0")
    for number in range(1, 6):
        data = message(str(number), within(data))
    found = mail(data)
    assert sorted(names(found)) == ["4.eml", "winmail.dat"]
    opened = tnef.read(data, most=10)
    depth = 0
    while opened is not None and opened.files:
        opened, depth = opened.files[0].message, depth + 1
    assert depth == tnef.DEEPEST


def test_an_object_of_another_program_keeps_the_original() -> None:
    drawing = START + attribute(2, 0x00069005, props(prop(0x3701, 0x0D, b"\1" * 40)))
    assert sorted(names(mail(packed(NOTES, drawing)))) == ["Notes de réunion.txt", "winmail.dat"]


def test_wide_nesting_multiplies_nothing() -> None:
    start = time.process_time()
    level = message("x", *[NOTES] * 50)
    level = message("y", *[within(level)] * 50)
    found = mail(level)
    assert len(found.attachments) <= 60
    assert time.process_time() - start < 4


# -- RTF as a message's own text ------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["text/rtf", "application/rtf"])
def test_a_message_written_in_rtf_is_read(kind: str) -> None:
    found = parse(
        b"From: anne@client.example\r\nContent-Type: " + kind.encode() + b"\r\n\r\n"
        b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}L'\\'e9cran\x00 est noir.\\par Merci}"
    )
    assert found.text == "L'écran est noir.\nMerci"
    assert [one.media_type for one in found.attachments] == ["application/rtf"]


def test_rtf_that_is_sent_as_a_file_stays_one() -> None:
    found = parse(
        b"From: anne@client.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: application/rtf\r\nContent-Disposition: attachment; filename=n.rtf\r\n"
        b"\r\n{\\rtf1 Bonjour}\r\n--b--\r\n"
    )
    assert found.text == ""
    assert [one.name for one in found.attachments] == ["n.rtf"]
