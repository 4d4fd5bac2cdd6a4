"""Reading what is malformed, monstrous or hostile: it still reads, or is refused with a reason."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.limits import Limits
from compagnon.desk.inbound.mail import ParsedMail
from compagnon.desk.inbound.parse import parse
from compagnon.desk.tests.mails import plain, raw

FRENCH = "Bonjour,\nL’imprimante du 2ᵉ étage est en panne depuis ce matin — à l’aide !"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()


def codes(mail: ParsedMail) -> set[str]:
    return {defect.code for defect in mail.defects}


@pytest.mark.parametrize(
    "message",
    [
        # No boundary parameter; a wrong one; never closed; no blank line before the first part.
        b"Content-Type: multipart/mixed\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\ncorps\r\n",
        b"Content-Type: multipart/mixed; boundary=y\r\n\r\n--x\r\nContent-ID: x\r\n\r\ncorps\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ncorps",
        b"Content-Type: multipart/mixed; boundary=x\r\n--x\r\n\r\ncorps\r\n--x--",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\ncorps",
        # Types that are none.
        b"Content-Type: text\r\n\r\ncorps",
        b"Content-Type: ;;;\r\n\r\ncorps",
        b"Content-Type: text/plain charset=utf-8\r\n\r\ncorps",
        b"Content-Type: text/plain; charset*=bogus''x; name*0*=%\r\n\r\ncorps",
        # Headers that are none.
        b"this is no header\r\nSubject: x\r\n\r\ncorps",
        b"Subject: x\r\nNote that the printer\r\n\r\ncorps",
        b"X-Long: " + b"a" * 100_000 + b"\r\n\r\ncorps",
        # Line ends of all sorts.
        b"Subject: x\n\ncorps",
        b"Subject: x\r\rcorps",
        b"\r\n  \r\nSubject: x\r\n\r\ncorps",
        b"\xef\xbb\xbfSubject: x\r\n\r\ncorps",
        b"From x@y Mon May  2 16:07:05 2005\r\nSubject: x\r\n\r\ncorps",
    ],
)
def test_malformed_structure_still_reads(message: bytes) -> None:
    assert "corps" in parse(message).text


def test_multipart_encoded_as_a_whole() -> None:
    inner = b"--x\r\nContent-Type: text/plain\r\n\r\ncorps\r\n--x--\r\n"
    mail = parse(
        raw(
            "Content-Type: multipart/mixed; boundary=x",
            "Content-Transfer-Encoding: base64",
            "",
            base64.encodebytes(inner),
        )
    )
    assert mail.text == "corps"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Tue, 05 Mar 2024 10:11:12 +0100", datetime(2024, 3, 5, 9, 11, 12, tzinfo=UTC)),
        ("Tue, 05 Mar 2024 10:11:12", datetime(2024, 3, 5, 10, 11, 12, tzinfo=UTC)),
        ("5 Mar 24 10:11 EST", datetime(2024, 3, 5, 15, 11, tzinfo=UTC)),
        ("Tue, 99 Foo 2024 10:11:12 +0100", None),
        ("Mon, 30 Jun 3609 15:33:50 +0600", None),
        ("Tue, 05 Mar 2024 10:11:12 +9999", None),
        ("9" * 5000, None),
        ("", None),
    ],
)
def test_dates(header: str, expected: datetime | None) -> None:
    assert parse(raw(f"Date: {header}", "", "x")).date == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("<a@b>", "a@b"),
        ("< a @ b (comment) >", "a@b"),
        ("a@b", "a@b"),
        ("<>", None),
        ("", None),
        ("<without-at>", "without-at"),
    ],
)
def test_message_identifiers(header: str, expected: str | None) -> None:
    assert parse(raw(f"Message-ID: {header}", "", "x")).message_id == expected


def test_monstrous_identifiers_stay_apart_and_short() -> None:
    one = parse(raw(f"Message-ID: <{'a' * 600}1@x>", "", "x")).message_id
    two = parse(raw(f"Message-ID: <{'a' * 600}2@x>", "", "x")).message_id
    assert one != two
    assert one is not None
    assert len(one) <= 250


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Jean Dupont <j@x.fr>", [("Jean Dupont", "j@x.fr")]),
        ('"Dupont, Jean" <j@x.fr>', [("Dupont, Jean", "j@x.fr")]),
        ("Dupont, Jean <j@x.fr>", [("Dupont, Jean", "j@x.fr")]),
        ("j@x.fr (Jean)", [("Jean", "j@x.fr")]),
        ("Jean j@x.fr", [("Jean", "j@x.fr")]),
        ("=?utf-8?B?Rm9vLCBCYXI=?= <f@x.fr>", [("Foo, Bar", "f@x.fr")]),
        ("Groupe: a@x.fr, B <b@x.fr>;", [("", "a@x.fr"), ("B", "b@x.fr")]),
        ("undisclosed recipients:;", []),
        ("a@x.fr; b@x.fr", [("", "a@x.fr"), ("", "b@x.fr")]),
        ("<@route.fr:a@x.fr>", [("", "a@x.fr")]),
        ('"mal fermé <a@x.fr>, b@x.fr', [("mal fermé", "a@x.fr"), ("", "b@x.fr")]),
        ("Jean <jean@x.fr", [("Jean", "jean@x.fr")]),
        ('"\x00"@x.fr', []),
        ("Jöhn <jöhn@mächine.example>", [("Jöhn", "jöhn@mächine.example")]),
        ("'j@x.fr' <j@x.fr>", [("j@x.fr", "j@x.fr")]),
        ("personne", []),
    ],
)
def test_addresses(value: str, expected: list[tuple[str, str]]) -> None:
    found = parse(raw(f"To: {value}", "", "x")).to
    assert [(one.name, one.address) for one in found] == expected


def test_missing_sender_is_a_defect_and_no_failure() -> None:
    mail = parse(b"Subject: x\r\n\r\ncorps")
    assert mail.from_ is None
    assert "from_missing" in codes(mail)


@pytest.mark.parametrize(
    ("message", "limits", "code"),
    [
        (b"", Limits(), "empty"),
        (b" \r\n\r\n", Limits(), "empty"),
        (b"a" * 101, Limits(message_bytes=100), "too_large"),
        (b"X: y\r\n" * 100 + b"\r\n", Limits(header_bytes=300), "headers_too_large"),
        (b"X: y\r\n" * 100 + b"\r\n", Limits(fields=50), "headers_too_large"),
        (
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20,
            Limits(parts=10),
            "too_many_parts",
        ),
        (
            b"".join(
                b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i)
                for i in range(60)
            ),
            Limits(),
            "too_deep",
        ),
    ],
)
def test_refusals(message: bytes, limits: Limits, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(message, limits)
    assert caught.value.reason_code == code
    assert caught.value.detail


def test_long_text_is_cut_and_kept_whole_as_a_file() -> None:
    mail = parse(plain("mot " * 1000), Limits(text_chars=100))
    assert len(mail.text) <= 100
    assert "text_cut" in codes(mail)
    assert mail.attachments[0].size >= 4000


def test_hostile_html_gives_its_words_and_no_page() -> None:
    mail = parse(raw("Content-Type: text/html", "", "<div>" * 5000 + "au secours"))
    assert mail.html == ""
    assert "au secours" in mail.text
    assert "html_refused" in codes(mail)


@pytest.mark.parametrize(
    ("damage", "read"),
    [
        # An emoji as two halves, each encoded alone (CESU-8); one half lost; both in one text.
        (b"\xed\xa0\xbd\xed\xb8\x80", "😀"),
        (b"\xed\xa0\xbd", "\ufffd"),
        (b"\xed\xa0\xbd\xed\xa0\xbd\xed\xb8\x80", "\ufffd😀"),
        # With a cut character beside it.
        (b"\xed\xa0\xbd\xed\xb8\x80 \xe2\x80 ", "😀 \ufffd "),
        # Several bytes that are no UTF-8, in one place.
        (b"\xff\xff\xff\xff\xff", "\ufffd" * 5),
    ],
)
def test_one_damaged_place_does_not_spoil_the_rest(damage: bytes, read: str) -> None:
    kind = "Content-Type: text/plain; charset=utf-8"
    mail = parse(raw(kind, "", FRENCH.encode() + b" " + damage + b"."))
    assert mail.text == f"{FRENCH} {read}."
    assert "charset_damaged" in codes(mail)


def test_half_an_emoji_alone_among_plain_letters() -> None:
    kind = "Content-Type: text/plain; charset=utf-8"
    mail = parse(raw(kind, "", b"abc \xed\xa0\xbd \xf0\x9f\x98\x80 fin"))
    assert mail.text == "abc \ufffd 😀 fin"


def test_marks_that_reverse_a_text_are_dropped() -> None:
    assert parse(plain("a\u202ebc\u202c \u2067d\u2069 \u200fe")).text == "abc d \u200fe"
    page = parse(raw("Content-Type: text/html", "", "<p>a&#x202e;b</p>"))
    assert page.text == "ab"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (
            '<p>a</p><div style="color:red; DISPLAY : none">b<div>c<br></div></div><p>d</p>',
            "a\n\nd",
        ),
        ("<p>a</p><div hidden>b</div>", "a"),
        ('<p>a<img style="display:none" alt="x">b</p>', "ab"),
        ('<p>a</p><p style="display:none">b', "a"),
        # Shown after all; words, no style; hidden as a whole.
        ('<p style="display:none;display:block">a</p>', "a"),
        ("<p>style=&quot;none&quot; a</p>", 'style="none" a'),
        ('<div style="display:none"><p>tout</p></div>', "tout"),
    ],
)
def test_what_a_page_hides_is_not_shown(page: str, text: str) -> None:
    mail = parse(raw("Content-Type: text/html", "", page))
    assert mail.text == text
    assert not [tag for tag in mail.html.split("<") if "style=" in tag.partition(">")[0]]


def test_invitation_alone_is_read() -> None:
    mail = parse(
        raw(
            "Content-Type: text/calendar; method=REQUEST; charset=utf-8",
            "",
            "BEGIN:VCALENDAR",
            "BEGIN:VTIMEZONE",
            "DTSTART:16010101T000000",
            "END:VTIMEZONE",
            "BEGIN:VEVENT",
            "SUMMARY;LANGUAGE=fr:Réunion\\, suite et",
            "  fin",
            "DTSTART;TZID=Europe/Paris:20260302T100000",
            "DTEND:20260302T100000Z",
            "LOCATION:Salle 2",
            "DESCRIPTION:Apporter\\nle portable",
            "BEGIN:VALARM",
            "DESCRIPTION:Reminder",
            "END:VALARM",
            "END:VEVENT",
            "END:VCALENDAR",
        )
    )
    assert mail.text == (
        "Réunion, suite et fin\n2026-03-02 10:00 (Europe/Paris) – 2026-03-02 10:00 UTC\nSalle 2"
        "\n\nApporter\nle portable"
    )
    assert [one.name for one in mail.attachments] == ["invite.ics"]
