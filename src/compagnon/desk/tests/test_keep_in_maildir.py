"""The folder that keeps what would have left, where nothing should leave."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

from compagnon.desk.outbound.transport import transport


def test_it_is_kept_while_another_process_makes_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "sink"
    # Half made: as it is seen between two calls of the other process.
    folder.mkdir(parents=True)
    mail = EmailMessage()
    mail["Subject"] = "Imprimante"
    mail.set_content("Elle imprime.")
    transport(f"maildir://{folder}").send(mail, sender="a@here.example", recipient="b@here.example")
    (kept,) = mailbox.Maildir(folder, create=False)
    assert kept["Subject"] == "Imprimante"
