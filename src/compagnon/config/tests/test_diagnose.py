"""``compagnon doctor``: says what is wrong and what to do, and nothing is wrong that is not."""

from __future__ import annotations

import io
import json
import socket
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from compagnon.config.diagnosis import diagnose, machine
from compagnon.config.diagnosis import mail as mail_checks
from compagnon.config.diagnosis.findings import Finding, Status
from compagnon.config.tests.conftest import Install
from compagnon.core.files import store
from compagnon.core.models import Task, TaskState, Worker
from compagnon.core.tests.processes import free_ports
from compagnon.desk.models import InboundMessage, InboundState


@pytest.fixture(autouse=True)
def quiet_machine(settings, tmp_path: Path):
    """Nothing listens, the data directory is empty, texts are in English."""
    settings.DATA_DIR = settings.FILES_DIR = tmp_path
    settings.BASE_URL = "http://127.0.0.1:8000"
    settings.LISTEN_WEB = settings.LISTEN_SMTP = settings.LISTEN_LMTP = (
        f"127.0.0.1:{free_ports(1)[0]}"
    )
    settings.MAIL_URL = f"maildir://{tmp_path}/sink"
    with translation.override("en"):
        yield


def found(check: str) -> Finding:
    """The finding of one check."""
    (finding,) = [finding for finding in diagnose() if finding.check == check]
    return finding


def a_task(**values: object) -> Task:
    """A task, due since ten minutes."""
    then = timezone.now() - timedelta(minutes=10)
    return Task.objects.create(**{"path": "x.y", "run_after": then, "enqueued_at": then} | values)


def a_worker() -> Worker:
    """A worker seen just now."""
    now = timezone.now()
    return Worker.objects.create(name="w", queues=[], threads=1, started_at=now, seen_at=now)


@pytest.mark.django_db
def test_an_empty_installation_has_nothing_failed():
    findings = diagnose()
    assert [f for f in findings if f.status is Status.FAILED] == []
    assert {"database", "migrations", "clock", "disk", "worker", "mail-out"} <= {
        f.check for f in findings
    }
    assert all(f.advice for f in findings if f.status is not Status.OK)


@pytest.mark.django_db
def test_the_command_answers_in_json(settings):
    settings.LISTEN_WEB = "nonsense"
    out = io.StringIO()
    with pytest.raises(CommandError, match="web") as failed:
        call_command("doctor", json=True, stdout=out)
    assert failed.value.returncode == 1
    document = json.loads(out.getvalue())
    assert document["status"] == "failed"
    assert {"check", "status", "message", "advice"} == set(document["items"][0])


@pytest.mark.django_db
def test_work_that_waits_with_no_worker_fails():
    a_task()
    assert found("worker").status is Status.FAILED
    a_worker()
    assert found("worker").status is Status.WARNING
    Task.objects.all().delete()
    assert found("worker").status is Status.OK


@pytest.mark.django_db
def test_tasks_given_up_are_told():
    a_task(state=TaskState.DEAD, finished_at=timezone.now())
    assert "1 task" in found("tasks-given-up").message


@pytest.mark.django_db
def test_a_short_key_and_one_that_others_read_fail(settings, tmp_path: Path):
    assert found("secret-key").status is Status.OK
    (tmp_path / "secret_key").write_text("x")
    (tmp_path / "secret_key").chmod(0o644)
    assert "chmod 600" in found("secret-key").advice
    settings.SECRET_KEY = "short"
    assert found("secret-key").status is Status.FAILED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "hosts", "status"),
    [
        ("https://support.example.com", ["support.example.com"], Status.OK),
        ("https://support.example.com", ["localhost"], Status.FAILED),
        ("http://support.example.com", ["support.example.com"], Status.WARNING),
        ("https://support.example.com", ["*"], Status.WARNING),
        ("support.example.com", ["support.example.com"], Status.FAILED),
    ],
)
def test_the_public_address_must_be_answered(settings, url: str, hosts: list[str], status: Status):
    settings.BASE_URL, settings.ALLOWED_HOSTS = url, hosts
    assert found("address").status is status


@pytest.mark.django_db
def test_a_disk_with_no_room_fails(monkeypatch: pytest.MonkeyPatch, settings, tmp_path: Path):
    monkeypatch.setattr(machine, "LEAST_FREE_BYTES", 1 << 60)
    assert found("disk").status is Status.FAILED
    monkeypatch.undo()
    settings.DATA_DIR = tmp_path / "absent"
    assert found("disk").status is Status.FAILED


@pytest.mark.django_db
def test_mail_kept_in_a_folder_is_right_for_a_demonstration_only(settings):
    assert found("mail-out").status is Status.WARNING
    settings.DEMO = True
    assert found("mail-out").status is Status.OK


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["ftp://x", "smtp://", "nonsense"])
def test_an_address_of_mail_that_makes_no_sense_fails(settings, url: str):
    settings.MAIL_URL = url
    assert found("mail-out").status is Status.FAILED


@pytest.mark.django_db
def test_a_mail_server_is_tried(settings):
    port = free_ports(1)[0]
    settings.MAIL_URL = f"smtp://127.0.0.1:{port}"
    assert found("mail-out").status is Status.FAILED
    server = socket.create_server(("127.0.0.1", port))

    def speak() -> None:
        line, _peer = server.accept()
        with line, line.makefile("rwb") as stream:
            for answer in (b"220 here\r\n", b"250 here\r\n", b"221 bye\r\n"):
                stream.write(answer)
                stream.flush()
                stream.readline()

    thread = threading.Thread(target=speak)
    thread.start()
    try:
        assert found("mail-out").status is Status.OK
    finally:
        thread.join()
        server.close()


@pytest.mark.django_db
def test_the_listener_is_tried(settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.LISTEN_SMTP = f"127.0.0.1:{server.getsockname()[1]}"
        assert found("mail-in-smtp").status is Status.OK
        assert found("mail-in-lmtp").status is Status.WARNING


@pytest.mark.django_db
def test_silence_and_quarantine_are_told(settings):
    settings.MAIL_SILENCE_MINUTES = 30
    raw = store(b"x")
    InboundMessage.objects.create(
        raw=raw, identity="1", received_at=timezone.now() - timedelta(hours=1),
        state=InboundState.QUARANTINE,
    )  # fmt: skip
    assert found("mail-silence").status is Status.FAILED
    assert "1 message" in found("quarantine").message


def test_every_text_is_in_french_too():
    """No finding's words are left in English."""
    with translation.override("fr"):
        assert next(iter(mail_checks.mail_out())).message.startswith("Aucun courriel ne part")


def test_a_database_without_tables_is_told(install: Install):
    here = install()
    document = here.json("doctor", status=1)
    failed = {item["check"] for item in document["items"] if item["status"] == "failed"}
    assert failed == {"migrations"}
    here.run("migrate", "-v0")
    assert here.json("doctor")["status"] == "warning"


def test_a_database_that_does_not_answer_is_told(install: Install, tmp_path: Path):
    here = install()
    here.url = f"postgresql://nobody@127.0.0.1:{free_ports(1)[0]}/none"
    document = here.json("doctor", status=1)
    failed = [item for item in document["items"] if item["status"] == "failed"]
    assert [item["check"] for item in failed] == ["database"]
    assert "COMPAGNON_DATABASE_URL" in failed[0]["advice"]


def test_settings_that_cannot_work_are_refused_in_a_line(install: Install):
    for name, value in {
        "COMPAGNON_DATABASE_URL": "mysql://x/y",
        "COMPAGNON_TIME_ZONE": "Nowhere/No",
        "COMPAGNON_WEB_WORKERS": "many",
        "COMPAGNON_CONFIG": "/absent.toml",
    }.items():
        here = install(name.lower(), **{name: value})
        done = here.run("doctor", status=2)
        assert done.stderr.startswith(f"compagnon: {name}"), done.stderr
        assert len(done.stderr.splitlines()) == 1
