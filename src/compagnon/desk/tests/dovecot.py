"""A Dovecot of the test's own, on loopback, with one or two accounts."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compagnon.core.tests.processes import free_ports

PROGRAM = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
USER, PASSWORD = "support", "Zorglub 42"


@dataclass
class Dovecot:
    """Where it listens, and what is in its mailbox."""

    port: int = 0
    home: Path = field(default_factory=Path)

    def session(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(USER, PASSWORD)
        return client

    def put(self, raw: bytes, *flags: str, folder: str = "INBOX") -> None:
        client = self.session()
        client.append(folder, f"({' '.join(flags)})", "", raw)
        client.logout()

    def flags(self, folder: str = "INBOX") -> list[str]:
        """The flags of each message of a folder, none for one without."""
        client = self.session()
        try:
            if client.select(f'"{folder}"', readonly=True)[0] != "OK":
                return []
            _kind, data = client.fetch("1:*", "(FLAGS)")
            return [one.decode() for one in data if isinstance(one, bytes)]
        except imaplib.IMAP4.error:
            return []
        finally:
            client.logout()

    def make_anew(self) -> None:
        """Delete the folder «Support» and make it again: its UIDVALIDITY is another."""
        client = self.session()
        client.delete("Support")
        time.sleep(1.1)  # Dovecot takes the second as UIDVALIDITY
        client.create("Support")
        client.logout()


SETTINGS = """
base_dir = {home}/run
state_dir = {home}/state
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
log_path = {home}/log
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0 secs
auth_mechanisms = plain login xoauth2 oauthbearer
mail_location = maildir:{home}/mail/%u
mail_privileged_group =
first_valid_uid = 1
first_valid_gid = 1
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {home}/users
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
"""


@contextmanager
def running(introspection: str = "http://127.0.0.1:9/") -> Iterator[Dovecot]:
    """Run a Dovecot while the test does. It starts as root only, as Debian's.

    Args:
        introspection: where it asks whether a token is good.
    """
    assert PROGRAM is not None
    # Its own accounts must reach its folders: not below the tests' own, which are root's.
    home = Path(tempfile.mkdtemp(prefix="compagnon-dovecot-", dir="/var/tmp"))
    home.chmod(0o755)
    mail = pwd.getpwnam("dovecot")
    (port,) = free_ports(1)
    (home / "mail").mkdir()
    os.chown(home / "mail", mail.pw_uid, mail.pw_gid)
    (home / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    (home / "oauth2.conf").write_text(
        f"introspection_mode = post\nintrospection_url = {introspection}\n"
        "active_attribute = active\nactive_value = true\nusername_attribute = username\n"
    )
    for name in ("users", "oauth2.conf"):
        (home / name).chmod(0o644)
    settings: dict[str, Any] = {
        "home": home, "user": mail.pw_name, "group": "dovecot", "port": port,
        "uid": mail.pw_uid, "gid": mail.pw_gid,
    }  # fmt: skip
    (home / "dovecot.conf").write_text(SETTINGS.format(**settings))
    process = subprocess.Popen([PROGRAM, "-F", "-c", str(home / "dovecot.conf")])
    found = Dovecot(port, home)
    try:
        wait_until_it_answers(found, process)
        client = found.session()
        client.create("Support")
        client.logout()
        yield found
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(home, ignore_errors=True)


def wait_until_it_answers(found: Dovecot, process: subprocess.Popen[bytes]) -> None:
    until, log = time.monotonic() + 30, found.home / "log"
    while not _answers(found):
        said = log.read_text()[-2000:] if log.exists() else ""
        assert process.poll() is None, said
        assert time.monotonic() < until, said
        time.sleep(0.05)


def _answers(found: Dovecot) -> bool:
    try:
        found.session().logout()
    except (OSError, imaplib.IMAP4.error):
        return False
    return True
