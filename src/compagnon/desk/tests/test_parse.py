"""Reading messages as real programs write them, well or badly."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta

import pytest

from compagnon.desk.inbound.mail import Address, ParsedMail
from compagnon.desk.inbound.parse import parse
from compagnon.desk.tests.mails import plain, raw

FRENCH = "Bonjour,\nL’imprimante du 2ᵉ étage est en panne depuis ce matin — à l’aide !"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()


def codes(mail: ParsedMail) -> set[str]:
    return {defect.code for defect in mail.defects}


def test_plain_message() -> None:
    mail = parse(
        plain(
            FRENCH,
            "From: =?utf-8?q?Andr=C3=A9?= Martin <Andre.Martin@Client.Example>",
            "To: Support <support@desk.example>, =?utf-8?B?QsOpYXRyaWNl?= <b@x.fr>",
            "Cc: chef@client.example",
            "Reply-To: astreinte@client.example",
            "Subject: =?utf-8?q?Imprimante_en_panne_?=",
            " =?utf-8?q?=C3=A0_l=27=C3=A9tage?=",
            "Date: Tue, 05 Mar 2024 10:11:12 +0100",
            "Message-ID: <abc@client.example>",
            "In-Reply-To: <one@x>",
            "References: <zero@x> <one@x>",
        )
    )
    assert mail.from_ == Address("André Martin", "Andre.Martin@client.example")
    assert [one.address for one in mail.to] == ["support@desk.example", "b@x.fr"]
    assert mail.to[1].name == "Béatrice"
    assert mail.cc[0].key == "chef@client.example"
    assert mail.reply_to[0].key == "astreinte@client.example"
    assert mail.subject == "Imprimante en panne à l'étage"
    assert mail.date is not None
    assert mail.date.astimezone(UTC) == datetime(2024, 3, 5, 9, 11, 12, tzinfo=UTC)
    assert mail.date.utcoffset() == timedelta(hours=1)
    assert mail.message_id == "abc@client.example"
    assert mail.in_reply_to == ("one@x",)
    assert mail.references == ("zero@x", "one@x")
    assert mail.text == FRENCH
    assert mail.html == ""
    assert mail.attachments == ()
    assert mail.defects == ()
    assert len(mail.digest) == 64


def test_alternative_gives_both_forms() -> None:
    mail = parse(
        raw(
            "Content-Type: multipart/alternative; boundary=b",
            "",
            "--b",
            "Content-Type: text/plain; charset=utf-8",
            "",
            "Version texte",
            "--b",
            "Content-Type: text/html; charset=utf-8",
            "",
            "<p>Version <b>riche</b></p>",
            "--b--",
        )
    )
    assert mail.text == "Version texte"
    assert mail.html == "<p>Version <b>riche</b></p>"


def test_alternative_whose_text_is_a_stub_reads_its_html() -> None:
    mail = parse(
        raw(
            "Content-Type: multipart/alternative; boundary=b",
            "",
            "--b",
            "",
            "This message needs an HTML reader.",
            "--b",
            "Content-Type: text/html",
            "",
            "<p>" + "Le serveur de fichiers refuse mon mot de passe. " * 5 + "</p>",
            "--b--",
        )
    )
    assert mail.text.startswith("Le serveur de fichiers")


def test_html_only_reads_as_text() -> None:
    mail = parse(
        raw(
            "Content-Type: text/html; charset=utf-8",
            "",
            "<html><head><title>t</title><style>p{}</style></head><body><p>Bonjour,</p>",
            "<p>Voir <a href='https://intranet.example/aide'>la page</a>.<br>Étapes&nbsp;:</p>",
            "<ol><li>ouvrir</li><li>fermer</li></ol>",
            "<table><tr><th>Poste</th><th>État</th></tr><tr><td>12</td><td>éteint</td></tr></table>",
            "<blockquote>cité</blockquote></body></html>",
        )
    )
    assert mail.text == (
        "Bonjour,\n\nVoir la page <https://intranet.example/aide>.\nÉtapes :\n\n"
        "1. ouvrir\n2. fermer\n\nPoste | État\n12 | éteint\n\n> cité"
    )


def test_html_is_made_harmless() -> None:
    mail = parse(
        raw(
            "Content-Type: text/html; charset=utf-8",
            "",
            "<p onclick='x()'>a<script>alert(1)</script><iframe src='//e'></iframe>",
            "<a href='javascript:alert(1)'>j</a><a href='https://x.fr' target='_top'>l</a>",
            "<img src='https://spy.example/p.gif' alt='logo'><img src='cid:i@x'>",
            "<img src='data:image/svg+xml;base64,PHN2Zz4='><form action='/x'><input></form>",
            "<svg><script>1</script></svg><style>body{background:url(//e)}</style>",
            "<div style='background:url(https://spy.example/b.gif)'>b</div></p>",
        )
    )
    for danger in ("script", "onclick", "javascript:", "iframe", "spy.example", "svg", "form"):
        assert danger not in mail.html
    assert 'rel="noopener noreferrer nofollow"' in mail.html
    assert 'target="_blank"' in mail.html
    assert 'src="cid:i@x"' in mail.html
    assert "distant_images" in codes(mail)


def test_related_image_is_inline_and_kept() -> None:
    mail = parse(
        raw(
            "Content-Type: multipart/related; boundary=b",
            "",
            "--b",
            "Content-Type: text/html",
            "",
            "<p>Voici l'écran : <img src='cid:image001.png@01D'></p>",
            "--b",
            "Content-Type: image/png; name=image001.png",
            "Content-ID: <image001.png@01D>",
            "Content-Transfer-Encoding: base64",
            "",
            PNG,
            "--b--",
        )
    )
    (image,) = mail.attachments
    assert (image.name, image.media_type, image.inline) == ("image001.png", "image/png", True)
    assert image.content_id == "image001.png@01D"
    assert "cid:image001.png@01D" in mail.html


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("ks_c_5601-1987", "cp949", "프린터가 작동하지 않습니다"),
        ("euc-kr", "cp949", "프린터가 작동하지 않습니다"),
        ("Shift_JIS", "cp932", "プリンターが動きません①"),
        ("iso-2022-jp", "iso2022_jp", "プリンターが動きません"),
        ("euc-jp", "euc_jp", "プリンターが動きません"),
        ("gb2312", "gb18030", "打印机无法工作，请帮忙"),
        ("big5", "cp950", "印表機無法使用，請協助"),
        ("windows-1251", "cp1251", "Принтер не работает"),
        ("koi8-r", "koi8_r", "Принтер не работает"),
        ("windows-1252", "cp1252", "L’imprimante — 12 €"),
        ("iso-8859-1", "cp1252", "L’imprimante — 12 €"),
        ("iso-8859-15", "iso8859_15", "12 € à l'étage"),
        ("iso-8859-2", "iso8859_2", "Drukarka nie działa, proszę"),
        ("windows-1256", "cp1256", "الطابعة لا تعمل"),
        ("iso-8859-8-i", "cp1255", "המדפסת לא עובדת"),
        ("tis-620", "cp874", "เครื่องพิมพ์ไม่ทำงาน"),
        ("UTF-7", "utf_7", "L’imprimante à l'étage"),
        ("unicode-1-1-utf-7", "utf_7", "été"),
        ("utf-16", "utf_16", "été à l’étage"),
        ("cp-850", "cp850", "à l'étage"),
        ("x-mac-roman", "mac_roman", "à l’étage"),
        ('"utf-8"', "utf_8", "été"),
        # Declared wrongly, or not at all, or with a name that is none.
        ("iso-8859-1", "utf_8", "Réunion à l’étage"),
        ("us-ascii", "utf_8", "Réunion à l’étage"),
        ("us-ascii", "cp1252", "Réunion à l’étage"),
        ("utf-8", "cp1252", "Réunion à l’étage"),
        ("utf-8", "cp1251", "Принтер не работает"),
        ("x-unknown", "utf_8", "Réunion à l’étage"),
        ("x-unknown", "cp1252", "Réunion à l’étage"),
        ("", "cp932", "プリンターが動きません。お願いします。"),
        ("", "euc_kr", "프린터가 작동하지 않습니다 안녕하세요"),
        ("", "koi8_r", "Здравствуйте, принтер не работает"),
        ("rot13", "utf_8", "été"),
        ("undefined", "utf_8", "été"),
        ("utf-8; format=flowed", "utf_8", "été"),
    ],
)
def test_character_sets(label: str, codec: str, text: str) -> None:
    kind = f"Content-Type: text/plain; charset={label}" if label else "Content-Type: text/plain"
    body = base64.encodebytes(text.encode(codec))
    mail = parse(raw(kind, "Content-Transfer-Encoding: base64", "", body))
    assert mail.text == text


def test_charset_of_an_html_page_is_read_in_the_page() -> None:
    page = "<meta http-equiv=Content-Type content='text/html; charset=windows-1251'><p>Принтер</p>"
    mail = parse(raw("Content-Type: text/html", "", page.encode("cp1251")))
    assert mail.text == "Принтер"


def test_text_encoded_twice_is_undone() -> None:
    text = "印表機無法使用，請協助處理，謝謝您"
    twice = text.encode("cp950").decode("latin-1").encode()
    mail = parse(raw("Content-Type: text/plain; charset=big5", "", twice))
    assert mail.text == text
    assert "charset_double" in codes(mail)


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("=?iso-8859-1?Q?Probl=E8me_r=E9seau?=", "Problème réseau"),
        ("=?utf-8?B?UHJvYmzDqG1l?=", "Problème"),
        ("=?utf-8?B?UHJvYmzDqG1l", "Problème"),
        ("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "café"),
        ("=?utf-8?Q?a?=\r\n =?iso-8859-1?Q?=E9?=", "aé"),
        ("Re: =?utf-8?q?=C3=A9t=C3=A9?= fin", "Re: été fin"),
        ("=?utf-8?Q?Quoi?=C3=A9?=", "Quoi?é"),
        ("=?utf-8*fr?q?=C3=A9t=C3=A9?=", "été"),
        ("=?x-none?q?caf=E9?=", "café"),
        ("=?utf-8?q?avec espaces?=", "avec espaces"),
        ('"=?utf-8?q?entre_guillemets?="', '"entre guillemets"'),
        ("=?iso-2022-jp?B?GyRCJDMkcxsoQg==?=", "こん"),
        ("Accentué en 8 bits", "Accentué en 8 bits"),
        ("a\tb\x07c\x00d", "a bcd"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ("=?utf-8?q?ligne=0D=0ABcc:_x@y?=", "ligne Bcc: x@y"),
        ("x" * 900, "x" * 499 + "…"),
    ],
)
def test_subjects(header: str, subject: str) -> None:
    mail = parse(raw(f"Subject: {header}", "", "texte"))
    assert mail.subject == subject


def test_subject_in_8_bits_of_no_declared_set() -> None:
    mail = parse(raw("Subject: Probl\u00e8me \u00e0 l'\u00e9tage".encode("cp1252"), "", "texte"))
    assert mail.subject == "Problème à l'étage"


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("7-bit", b"en clair", "en clair"),
        ("", b"en clair", "en clair"),
        ("8bit (binary)", b"en clair", "en clair"),
        ("quoted printable", b"=C3=A9t=C3=A9", "été"),
        ("QUOTED-PRINTABLE", b"50 = cinquante, =C3=A9 =ZZ 3 =3D 3=", "50 = cinquante, é =ZZ 3 = 3"),
        ("quoted-printable", b"cou=  \r\np=C3=A9", "coupé"),
        ("base64", b"w6l0\r\nw6k", "été"),
        ("base64", b"w6l0!!w6k=", "été"),
        ("base64", b"RGVibw==\r\ndXQg", "Debout"),
        ("base64", b"Bonjour, ce texte est en clair.", "Bonjour, ce texte est en clair."),
        ("base64", b"w6l0w6kg\r\n\r\n____\r\nListe de l'aide", "été\n\n____\nListe de l'aide"),
        ("x-unheard-of", b"en clair", "en clair"),
        ("x-uuencode", b"begin 644 t\r\n" + binascii.b2a_uu(b"Bonjour") + b"`\r\nend", "Bonjour"),
    ],
)
def test_transfer_encodings(encoding: str, body: bytes, text: str) -> None:
    kind = "Content-Type: text/plain; charset=utf-8"
    mail = parse(raw(kind, f"Content-Transfer-Encoding: {encoding}", "", body))
    assert " ".join(mail.text.split()) == " ".join(text.split())


def test_flowed_text_is_joined() -> None:
    kind = "Content-Type: text/plain; charset=utf-8; format=flowed"
    mail = parse(
        raw(kind, "", "Une longue ", "phrase.", "", " From x", "> cité ", "> suite", "-- ")
    )
    assert mail.text.startswith("Une longue phrase.\n\nFrom x\n> cité suite")


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        (['Content-Disposition: attachment; filename="rapport.pdf"'], "rapport.pdf"),
        (["Content-Disposition: attachment; filename*=utf-8''%C3%A9t%C3%A9.pdf"], "été.pdf"),
        (
            [
                "Content-Disposition: attachment; filename*0*=iso-8859-1''%E9t; ",
                ' filename*1*=%E9%20; filename*2="long.pdf"',
            ],
            "été long.pdf",
        ),
        (['Content-Disposition: attachment; filename*0="a b"; filename*1="c.pdf"'], "a bc.pdf"),
        (['Content-Disposition: attachment; filename="=?utf-8?q?=C3=A9t=C3=A9.pdf?="'], "été.pdf"),
        (["Content-Disposition: attachment; filename==?utf-8?B?w6l0w6kucGRm?="], "été.pdf"),
        (["Content-Disposition: attachment; filename=deux mots.pdf"], "deux mots.pdf"),
        (["Content-Disposition: attachment; filename=été.pdf"], "été.pdf"),
        (["Content-Disposition: attachment; filename=../../etc/passwd"], "passwd"),
        (['Content-Disposition: attachment; filename="C:\\Temp\\rapport.pdf"'], "rapport.pdf"),
        (['Content-Disposition: attachment; filename="a\u202efdp.exe"'], "afdp.exe"),
        (['Content-Disposition: attachment; filename=".htaccess"'], "htaccess"),
        (['Content-Disposition: attachment; filename="CON.txt"'], "_CON.txt"),
        (['Content-Disposition: attachment; filename="a:b*c?.txt"'], "a_b_c_.txt"),
        (["Content-Disposition: attachment"], "attachment-1.pdf"),
        (["Content-Location: https://x.fr/docs/plan.pdf?v=2"], "plan.pdf"),
        (['Content-Disposition: attachment; filename="' + "n" * 300 + '.pdf"'], "n" * 146 + ".pdf"),
    ],
)
def test_names_of_files(headers: list[str], name: str) -> None:
    mail = parse(
        raw(
            "Content-Type: multipart/mixed; boundary=b",
            "",
            "--b",
            "",
            "texte",
            "--b",
            "Content-Type: application/pdf",
            *headers,
            "",
            "%PDF-1.4",
            "--b--",
        )
    )
    (found,) = mail.attachments
    assert found.name == name
    assert found.content == b"%PDF-1.4"
    assert found.media_type == "application/pdf"
    assert mail.text == "texte"


def test_signed_mail_is_not_broken() -> None:
    mail = parse(
        raw(
            'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=s',
            "",
            "--s",
            "Content-Type: multipart/mixed; boundary=m",
            "",
            "--m",
            "",
            "Signé",
            "--m",
            "Content-Type: text/plain; name=journal.log",
            "",
            "erreur 42",
            "--m--",
            "--s",
            "Content-Type: application/pgp-signature",
            "",
            "-----BEGIN PGP SIGNATURE-----",
            "--s--",
        )
    )
    assert mail.text == "Signé"
    assert [one.name for one in mail.attachments] == ["journal.log", "signature.asc"]


def der(tag: int, *content: bytes) -> bytes:
    """An element in DER, up to 64 kB."""
    body = b"".join(content)
    return bytes([tag, 0x82]) + len(body).to_bytes(2, "big") + body


SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")
INNER = "Content-Type: text/plain; charset=utf-8\r\n\r\nSigné par Outlook".encode()


@pytest.mark.parametrize(
    "octets",
    [der(0x04, INNER), b"\x24\x80" + der(0x04, INNER[:30]) + der(0x04, INNER[30:]) + b"\x00\x00"],
    ids=["one piece", "segments"],
)
def test_message_inside_an_opaque_signature_is_read(octets: bytes) -> None:
    held = der(0x30, DATA, der(0xA0, octets))
    signed = der(0x30, SIGNED_DATA, der(0xA0, der(0x30, b"\x02\x01\x01", der(0x31), held)))
    mail = parse(
        raw(
            "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
            "Content-Transfer-Encoding: base64",
            "",
            base64.encodebytes(signed),
        )
    )
    assert mail.text == "Signé par Outlook"
    assert [one.name for one in mail.attachments] == ["smime.p7m"]


def test_encrypted_mail_is_kept_and_not_shown() -> None:
    mail = parse(
        raw(
            'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=e',
            "",
            "--e",
            "Content-Type: application/pgp-encrypted",
            "",
            "Version: 1",
            "--e",
            "Content-Type: application/octet-stream; name=encrypted.asc",
            "",
            "-----BEGIN PGP MESSAGE-----",
            "--e--",
        )
    )
    assert mail.text == ""
    assert [one.name for one in mail.attachments] == ["version.asc", "encrypted.asc"]


def test_winmail_invitation_and_enclosed_message_are_files() -> None:
    mail = parse(
        raw(
            "Content-Type: multipart/mixed; boundary=b",
            "",
            "--b",
            "Content-Type: multipart/alternative; boundary=a",
            "",
            "--a",
            "",
            "Réunion mardi",
            "--a",
            "Content-Type: text/calendar; method=REQUEST",
            "",
            "BEGIN:VCALENDAR",
            "--a--",
            "--b",
            "Content-Type: application/ms-tnef",
            "Content-Transfer-Encoding: base64",
            "",
            "eJ8+IgE=",
            "--b",
            "Content-Type: message/rfc822",
            "",
            "From: x@y.fr",
            "Subject: =?utf-8?q?D=C3=A9faut_du_24?=",
            "",
            "corps",
            "--b--",
        )
    )
    assert mail.text == "Réunion mardi"
    assert [(one.name, one.media_type) for one in mail.attachments] == [
        ("invite.ics", "text/calendar"),
        ("winmail.dat", "application/vnd.ms-tnef"),
        ("Défaut du 24.eml", "message/rfc822"),
    ]


def test_message_sent_on_without_a_word_is_read() -> None:
    mail = parse(
        raw(
            "Content-Type: multipart/mixed; boundary=b",
            "",
            "--b",
            "Content-Type: message/rfc822",
            "",
            "From: Paul <paul@client.example>",
            "Subject: Panne",
            "",
            "Rien ne marche.",
            "--b--",
        )
    )
    assert "Rien ne marche." in mail.text
    assert "Paul" in mail.text
    assert mail.attachments[0].name == "Panne.eml"


def test_uuencoded_file_in_a_plain_text() -> None:
    mail = parse(raw("", "Voici", "begin 644 note.txt", "#0V%T", "`", "end", "Merci"))
    assert mail.text == "Voici\nMerci"
    assert (mail.attachments[0].name, mail.attachments[0].content) == ("note.txt", b"Cat")


def test_inline_files_between_texts_keep_every_text() -> None:
    mail = parse(
        raw(
            "Content-Type: multipart/mixed; boundary=b",
            "",
            "--b",
            "",
            "Avant",
            "--b",
            "Content-Type: image/png; name=e.png",
            "Content-Disposition: inline",
            "Content-Transfer-Encoding: base64",
            "",
            PNG,
            "--b",
            "",
            "Après",
            "--b--",
        )
    )
    assert mail.text == "Avant\n\nAprès"
    assert mail.attachments[0].media_type == "image/png"
