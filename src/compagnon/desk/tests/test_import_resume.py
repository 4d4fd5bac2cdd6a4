"""An import that is stopped in its middle, by anything, and run again: whole, nothing doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from compagnon.core.actor import Actor, Source
from compagnon.core.models import Entry
from compagnon.desk import search
from compagnon.desk.loading import bringing as loading
from compagnon.desk.models import Brought, Message, Ticket
from compagnon.desk.services import bringing as services
from compagnon.desk.services.bringing import Asked
from compagnon.desk.tests import event_logs
from compagnon.desk.tests.test_import_servicenow import agree, run
from compagnon.people.models import Person

ACTOR = Actor.system("import", source=Source.IMPORT)


class Stopped(Exception):
    """The end of the process, as far as the import can tell."""


@pytest.mark.django_db
class TestStopped:
    def test_between_batches(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(loading, "BATCH_TICKETS", 5)
        path = tmp_path / "log.csv"
        event_logs.write(path, events=150, seed=4)

        def stop(done: int, _total: int) -> None:
            if done >= 10:
                raise Stopped

        monkeypatch.setattr(services, "NOTED_EVERY", 0.0)
        with pytest.raises(Stopped):
            services.run(actor=ACTOR, asked=Asked(source="servicenow", paths=[path]), progress=stop)
        assert Ticket.objects.count() == 10
        document = run("servicenow", str(path), "--detail")
        assert document["counts"]["unchanged"] == 10
        self.whole(agree(document, path))

    def test_within_a_batch(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(loading, "BATCH_TICKETS", 5)
        path = tmp_path / "log.csv"
        event_logs.write(path, events=150, seed=4)
        batches = []
        index_many = search.index_many

        def stop(keys: list[int]) -> int:
            batches.append(keys)
            if len(batches) == 3:
                raise Stopped
            return index_many(keys)

        monkeypatch.setattr(search, "index_many", stop)
        with pytest.raises(Stopped):
            services.run(actor=ACTOR, asked=Asked(source="servicenow", paths=[path]))
        assert Ticket.objects.count() == 10
        document = run("servicenow", str(path), "--detail")
        self.whole(agree(document, path))

    def whole(self, tickets: int) -> None:
        assert Ticket.objects.count() == tickets
        assert Brought.objects.filter(kind="ticket").count() == tickets
        assert Message.objects.filter(kind="description").count() == tickets
        opened = Entry.objects.filter(verb="ticket.open", object_type="desk.ticket")
        assert opened.count() == tickets
        names = list(Person.objects.filter(origin="import").values_list("search_name", flat=True))
        assert len(names) == len(set(names))


@pytest.mark.long
def test_100_000_events_killed_then_whole(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    event_logs.write(path, events=100_000, shuffled=True)
    environment = {
        **os.environ,
        "COMPAGNON_DATA_DIR": str(tmp_path),
        "COMPAGNON_DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "compagnon.config.settings",
    }
    compagnon = str(Path(sys.executable).parent / "compagnon")
    subprocess.run([compagnon, "migrate"], env=environment, check=True, capture_output=True)
    command = [compagnon, "import", "servicenow", str(path), "--json"]
    killed = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert killed.stderr is not None
    # Some batches are written: it dies in the middle of one.
    for _line in range(4):
        killed.stderr.readline()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    started = time.monotonic()
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert time.monotonic() - started < 180
    import json

    counts = json.loads(done.stdout)["counts"]
    assert counts["unchanged"] > 0
    assert counts["created"] + counts["unchanged"] == counts["tickets"] > 15_000
    again = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert json.loads(again.stdout)["counts"]["unchanged"] == counts["tickets"]
