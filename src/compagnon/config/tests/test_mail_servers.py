"""Real mail programs deliver to the listener: swaks by SMTP, Postfix by LMTP."""

from __future__ import annotations

import grp
import json
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from compagnon.config.tests.conftest import Install, Installation
from compagnon.config.tests.mailing import message, send_until_taken
from compagnon.config.tests.test_supervise import wait_for
from compagnon.core.tests.processes import free_ports

pytestmark = pytest.mark.daemon

TICKETS = """
import json
from compagnon.desk.models import InboundMessage, Ticket
print(json.dumps({
    "tickets": [
        [one.title, str(one.requester), [m.text for m in one.messages.order_by("id")]]
        for one in Ticket.objects.order_by("id")
    ],
    "inbound": list(InboundMessage.objects.order_by("id").values("state", "rcpt_to", "peer",
                                                                 "duplicates")),
}))
"""


def told(place: Installation) -> dict[str, list[object]]:
    """What the database holds."""
    found: dict[str, list[object]] = json.loads(place.python(TICKETS))
    return found


@pytest.fixture
def place(install: Install, migrated: Installation) -> Iterator[Installation]:
    """An installation that listens and works."""
    smtp, lmtp = free_ports(2)
    made = install(
        "mail",
        like=migrated,
        COMPAGNON_LISTEN_SMTP=f"127.0.0.1:{smtp}",
        COMPAGNON_LISTEN_LMTP=f"127.0.0.1:{lmtp}",
        COMPAGNON_LOG_LEVEL="WARNING",
    )
    processes = [
        subprocess.Popen(made.command(name), env=made.environment) for name in ("listen", "worker")
    ]
    send_until_taken(smtp, message(0, subject="Première"))
    yield made
    for process in processes:
        process.terminate()
    for process in processes:
        assert process.wait(timeout=30) == 0


def port(place: Installation, kind: str) -> str:
    """Where it listens, by protocol."""
    return place.more[f"COMPAGNON_LISTEN_{kind}"].rpartition(":")[2]


def acknowledgements(place: Installation) -> list[Path]:
    """The mail that left."""
    sink = place.directory / "sink/new"
    return list(sink.iterdir()) if sink.is_dir() else []


def test_swaks_is_answered_within_two_seconds(place: Installation) -> None:
    swaks = shutil.which("swaks")
    if swaks is None:
        pytest.skip("no swaks (Debian's package swaks)")
    wait_for(lambda: len(acknowledgements(place)) == 1, 60)
    started = time.monotonic()
    done = subprocess.run(
        [
            swaks, "--server", "127.0.0.1", "--port", port(place, "SMTP"), "--from",
            "claire@client.example", "--to", "support@assistance.example", "--header",
            "Subject: Imprimante en panne", "--body", "Elle ne répond plus.",
        ],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "250 2.0.0 Kept as" in done.stdout
    wait_for(lambda: len(acknowledgements(place)) == 2, 60)
    # Two seconds on a machine that does nothing else (measured 0.4); a loaded one is given more.
    assert time.monotonic() - started < 6
    titles = [one[0] for one in told(place)["tickets"]]  # type: ignore[index]
    assert titles == ["Première", "Imprimante en panne"]


@pytest.fixture
def postfix(place: Installation, tmp_path: Path) -> Iterator[int]:
    """A Postfix of its own that takes mail by SMTP and delivers it to the listener by LMTP."""
    program = shutil.which("postfix", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("no Postfix (Debian's package postfix)")
    if os.geteuid() != 0:
        pytest.skip("Postfix starts as root only")
    # Its owner must reach its folders: not below the tests' own, which are root's.
    home = Path("/var/tmp") / f"compagnon-postfix-{os.getpid()}"  # noqa: S108
    (smtp,) = free_ports(1)
    user = pwd.getpwnam("postfix")
    for name in ("etc", "queue", "data"):
        (home / name).mkdir(parents=True)
    os.chown(home / "data", user.pw_uid, grp.getgrnam("postfix").gr_gid)
    (home / "etc/main.cf").write_text(
        f"""compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.assistance.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
relay_domains = assistance.example
relay_transport = lmtp:inet:127.0.0.1:{port(place, "LMTP")}
local_recipient_maps =
alias_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
disable_dns_lookups = yes
lmtp_host_lookup = native
maillog_file = {home}/queue/log
maillog_file_prefixes = /var
lmtp_destination_concurrency_limit = 5
"""
    )
    (home / "etc/master.cf").write_text(
        f"""127.0.0.1:{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
    )
    command = [program, "-c", str(home / "etc")]
    started = subprocess.run([*command, "start"], capture_output=True, text=True, check=False)
    assert started.returncode == 0, started.stderr
    yield smtp
    subprocess.run([*command, "stop"], capture_output=True, check=False)
    shutil.rmtree(home, ignore_errors=True)


def test_postfix_delivers_over_lmtp(place: Installation, postfix: int) -> None:
    mail = message(7, subject="Par Postfix, à deux adresses")
    del mail["To"]
    mail["To"] = "support@assistance.example, reseau@assistance.example"
    send_until_taken(postfix, mail)
    send_until_taken(postfix, message(8, subject="Une deuxième"))

    def arrived() -> bool:
        return len(told(place)["tickets"]) == 3

    wait_for(arrived, 60)
    found = told(place)
    by_title = {one[0]: one for one in found["tickets"]}  # type: ignore[index]
    assert by_title["Par Postfix, à deux adresses"][2] == ["Bonjour,\n\nceci est la demande 7."]
    to_two = [one for one in found["inbound"] if len(one["rcpt_to"]) == 2]  # type: ignore[index]
    assert len(to_two) == 1, "one message for two recipients is one delivery"
