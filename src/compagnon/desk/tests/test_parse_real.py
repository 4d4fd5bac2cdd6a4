"""Every real message reads right, and has the verdict that a person would give."""

from __future__ import annotations

from pathlib import Path

import pytest

from compagnon.desk.inbound.parse import parse
from compagnon.desk.tests.mails import verdict
from compagnon.desk.tests.real_mail import Real
from compagnon.desk.tests.real_mails import REAL


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    """The folder of real messages."""
    found = shared_data / "mail"
    if not found.is_dir():
        pytest.skip("no real messages among the real inputs")
    return found


@pytest.mark.parametrize("real", REAL, ids=lambda real: real.file)
def test_real_message_reads_right(folder: Path, real: Real) -> None:
    raw = (folder / f"{real.file}.eml").read_bytes()
    mail = parse(raw)
    found = verdict(raw)
    assert mail.subject == real.subject
    assert (found.sender.address if found.sender else None) == real.sender
    assert mail.text.startswith(real.text)
    assert bool(mail.text) is bool(real.text)
    assert tuple((one.name, one.size) for one in mail.attachments) == real.files
    assert (found.outcome, found.reason) == (real.outcome, real.reason)


def test_every_real_message_is_in_the_table(folder: Path) -> None:
    assert {path.stem for path in folder.glob("*.eml")} == {real.file for real in REAL}


def test_bounces_name_their_recipients(folder: Path) -> None:
    mail = parse((folder / "mail--multipart_report_emails--multi_address_bounce1.eml").read_bytes())
    assert mail.bounce is not None
    assert len(mail.bounce.recipients) == 5
    assert {one.status for one in mail.bounce.recipients} == {"5.1.1"}
    assert mail.bounce.original_ids


def test_inline_image_keeps_its_reference(folder: Path) -> None:
    name = "mail--attachment_emails--attachment_message_rfc822_inline_image.eml"
    mail = parse((folder / name).read_bytes())
    image = mail.attachments[0]
    assert image.inline
    assert f'src="cid:{image.content_id}"' in mail.html


def test_broken_type_is_found_in_the_content(folder: Path) -> None:
    mail = parse((folder / "flanker--spam--broken-ctype.eml").read_bytes())
    assert mail.attachments[0].media_type == "image/jpeg"


def test_signature_and_disclaimer_are_folded(folder: Path) -> None:
    name = "mail--error_emails--content_transfer_encoding_x_uuencode.eml"
    mail = parse((folder / name).read_bytes())
    assert mail.new_text == "Attached are the comments of the Public Generating Pool."
    assert mail.quoted_text.startswith("--\n")
