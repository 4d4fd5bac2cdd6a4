"""Request Tracker's REST 2 export: tickets, transactions, attachments, users, queues.

As ``/REST/2.0/ticket/ID``, ``/transaction/ID`` (or ``/ticket/ID/history?fields=…``),
``/attachment/ID``, ``/user/ID`` and ``/queue/ID`` answer, one record a file, or many in an array or
under ``items``. Dates are UTC. An attachment's content is in base 64.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from compagnon.desk.bringing.api_export import ExportReader, Record, somebody
from compagnon.desk.bringing.history import History, Somebody, Step, Words, labels

STATES = {
    "new": "new", "open": "open", "stalled": "pending:other", "resolved": "solved",
    "rejected": "cancelled", "deleted": "cancelled",
}  # fmt: skip
PRIORITIES = {"low": 4, "medium": 3, "high": 2}
NOBODY = {"nobody", "rt_system", "6", "1", "", "none"}
OWNER_TYPES = {"Take", "Steal", "Give", "Untake", "Force", "SetWatcher"}
# What RT does for itself: nothing of the ticket's story.
TAG_FIELDS = {"tag", "tags", "label", "labels", "étiquette", "étiquettes", "keywords"}
SILENT = {"EmailRecord", "CommentEmailRecord", "Told", "SystemError", "ReminderAdded"}


class RequestTrackerReader(ExportReader):
    """Tells Request Tracker's tickets."""

    kinds: Mapping[str, str] = {
        "ticket": "ticket", "tickets": "ticket",
        "transaction": "transaction", "transactions": "transaction", "history": "transaction",
        "attachment": "attachment", "attachments": "attachment",
        "user": "user", "users": "user", "queue": "queue", "queues": "queue",
    }  # fmt: skip

    ticket_field = "ObjectId"
    told: frozenset[str] = frozenset(
        {
            "id", "type", "Type", "_url", "_hyperlinks", "Subject", "Status", "Queue", "Owner",
            "Creator", "Requestor", "Requestors", "Created", "Started", "Resolved", "LastUpdated",
            "LastUpdatedBy", "Priority", "CustomFields", "EffectiveId", "IsMerged",
        }
    )  # fmt: skip

    def file(self, kind: str, record: Any) -> None:
        """Set a record aside; in a page of results each says itself what it is."""
        if isinstance(record, dict) and not kind.startswith("+"):
            told = str(record.get("type") or "").lower()
            if told in self.kinds:
                kind = told
            elif "Subject" in record and "Queue" in record:
                kind = "ticket"
            elif "Type" in record and "Creator" in record:
                kind = "transaction"
            elif "TransactionId" in record:
                kind = "attachment"
        super().file(kind, record)

    def keep(self, kind: str, record: Record) -> None:
        """Set a known record aside, by its ticket where it has one."""
        if kind == "transaction":
            group = _key(record.get("Object")) or str(record.get("ObjectId") or "")
        elif kind == "attachment":
            group = _key(record.get("TransactionId"))
        else:
            group = str(record.get("id") or record.get("Name") or "")
            if kind in {"user", "queue"} and record.get("Name"):
                # Named by key or by name, according to where.
                self.store.add(kind, str(record["Name"]), record)
        if set(record) <= {"id", "type", "_url"} and kind in {"ticket", "transaction"}:
            # A page of results that only points at the records.
            return
        self.store.add(kind, group, record)

    def strays(self) -> None:
        """Name what belongs to no ticket of the export."""
        self.stray("transaction")

    # --- one ticket ------------------------------------------------------------------------------

    def history(self, key: str, record: Record) -> History | None:
        """Tell one ticket."""
        created = self.moment("Created", record.get("Created"), key)
        if created is None:
            self.report.leave(key, "no_events")
            return None
        people: dict[str, Somebody] = {}
        requestors = record.get("Requestor") or record.get("Requestors") or []
        requestors = requestors if isinstance(requestors, list) else [requestors]
        requester = next(filter(None, (self._user(one, people) for one in requestors)), None)
        for more in requestors[1:]:
            self.report.unmapped("Requestor", _key(more), reference=key)
        rows = sorted(
            self.store.of("transaction", key),
            key=lambda row: (str(row.get("Created") or ""), _rank(row.get("id"))),
        )
        told = [(row, self._step(key, row, people)) for row in rows]
        state, owner, queue = self._first(record, rows)
        opening = Step(
            at=created.at, clock=created.clock, by=self._user(record.get("Creator"), people),
            values=self._state(state, key) | {
                "team": self._queue(queue), "assignee": self._user(owner, people),
            },
            source_state=state,
        )  # fmt: skip
        described = next((s for row, s in told if row.get("Type") == "Create" and s), None)
        after = [step for row, step in told if step and row.get("Type") != "Create"]
        steps = self.in_order([opening, *after], key)
        if steps is None:
            return None
        level = self.mapped("Priority", record.get("Priority"), PRIORITIES, key)
        if level:
            steps[0] = Step(
                at=opening.at, clock=opening.clock, by=opening.by, source_state=state,
                values=dict(opening.values) | {"priority": level},
            )  # fmt: skip
        steps += self._unseen(key, record, steps)
        title = self.title(record.get("Subject"), key)
        words = described.words if described else None
        return History(
            reference=key[:60],
            title=title,
            description=words or Words(title, by_support=False),
            opened_at=created.at,
            opened_clock=created.clock,
            requester=requester,
            opened_by=opening.by,
            steps=steps,
            people=people,
            channel="mail",
            first={"team": opening.values["team"]},
            kept=self._fields(record),
            tags=self._tags(record),
        )

    def _fields(self, record: Record) -> dict[str, str]:
        fields = record.get("CustomFields")
        found: dict[str, str] = {}
        for one in fields if isinstance(fields, list) else ():
            if isinstance(one, dict) and one.get("values"):
                value = ", ".join(map(str, one["values"]))[:2_000]
                found[str(one.get("name") or one.get("id"))[:80]] = value
        for name, value in found.items():
            self.report.kept(name, value)
        # A date that was never set is that of the beginning.
        rest = {name: value for name, value in record.items() if not _unset(value)}
        return self.kept(rest) | found

    def _tags(self, record: Record) -> tuple[str, ...]:
        """Give the values of the custom field that holds tags, if one is named so."""
        fields = record.get("CustomFields")
        for one in fields if isinstance(fields, list) else ():
            if isinstance(one, dict) and str(one.get("name", "")).strip().lower() in TAG_FIELDS:
                return labels(one.get("values"))
        return ()

    def _user(self, value: Any, people: dict[str, Somebody]) -> str | None:
        key = _key(value)
        if key.lower() in NOBODY:
            return None
        row = self.one("user", key)
        # The same person by number and by name is one.
        key = str(row.get("Name") or key)
        if key.lower() in NOBODY:
            return None
        if key not in people:
            if not row and key.isdecimal():
                self.report.problem("missing_person", reference=key)
            email = str(row.get("EmailAddress") or (key if "@" in key else ""))
            people[key] = somebody(
                row, key, name=str(row.get("RealName") or ""), email=email,
                phone=str(row.get("WorkPhone") or ""),
            )  # fmt: skip
        return key

    def _queue(self, value: Any) -> str | None:
        key = _key(value)
        named = value.get("Name") if isinstance(value, dict) else None
        return str(named or self.one("queue", key).get("Name") or key)[:120] or None

    def _state(self, value: str | None, reference: str) -> dict[str, Any]:
        found = self.mapped("Status", value, STATES, reference)
        if found is None:
            return {}
        state, _, reason = found.partition(":")
        return {"state": state, "pending_reason": reason}

    def _first(self, record: Record, rows: list[Record]) -> tuple[str, Any, Any]:
        """Give state, owner and queue at first: as they are now, less what changed since."""
        state, owner, queue = record.get("Status"), record.get("Owner"), record.get("Queue")
        for row in reversed(rows):
            field, kind = str(row.get("Field") or ""), str(row.get("Type") or "")
            if kind == "Status" or (kind == "Set" and field == "Status"):
                state = row.get("OldValue")
            elif kind in OWNER_TYPES or (kind == "Set" and field == "Owner"):
                owner = row.get("OldValue")
            elif kind == "Set" and field == "Queue":
                queue = row.get("OldValue")
        return str(state or "new"), owner, queue

    def _step(self, key: str, row: Record, people: dict[str, Somebody]) -> Step | None:
        at = self.moment("Transaction.Created", row.get("Created"), key)
        kind, field = str(row.get("Type") or ""), str(row.get("Field") or "")
        if at is None or kind in SILENT:
            return None
        by = self._user(row.get("Creator"), people)
        new = row.get("NewValue")
        state: str | None = None
        values: dict[str, Any] = {}
        words: Words | None = None
        if kind in {"Create", "Correspond", "Comment"}:
            words = self._content(key, row, public=kind != "Comment", by_support=kind != "Create")
            if words is None:
                return None
        elif kind == "Status" or (kind == "Set" and field == "Status"):
            state = str(new or "")
            values = self._state(state, key)
        elif kind in OWNER_TYPES or (kind == "Set" and field == "Owner"):
            values = {"assignee": self._user(new, people)}
        elif kind == "Set" and field == "Queue":
            values = {"team": self._queue(new)}
        elif kind == "Set" and field == "Subject":
            values = {"title": self.title(new, key)}
        else:
            self.report.unmapped("Transaction.Type", f"{kind} {field}".strip(), reference=key)
            return None
        return Step(at=at.at, clock=at.clock, by=by, values=values, source_state=state, words=words)

    def _content(self, key: str, row: Record, **more: Any) -> Words | None:
        if row.get("Content"):
            html = "html" in str(row.get("ContentType") or "").lower()
            return self.words(row["Content"], key, html=html, **more)
        found: Words | None = None
        for part in self.store.of("attachment", str(row.get("id"))):
            kind = str(part.get("ContentType") or "").lower()
            if part.get("Filename"):
                self.report.problem("attachment_left", reference=key, detail=str(part["Filename"]))
            elif kind.startswith("text/"):
                text = _decoded(str(part.get("Content") or ""))
                words = self.words(text, key, html=kind.startswith("text/html"), **more)
                # The plain text of a message that has both.
                found = words if found is None or kind.startswith("text/plain") else found
        return found

    def _unseen(self, key: str, record: Record, steps: list[Step]) -> list[Step]:
        now = str(record.get("Status") or "")
        told = next((s.source_state for s in reversed(steps) if s.source_state is not None), None)
        name = "Resolved" if now == "resolved" else "LastUpdated"
        at = self.moment(name, record.get(name), key)
        if not now or now == told or at is None:
            return []
        last = steps[-1]
        return [
            Step(
                at=max(at.at, last.at), clock=max(at.clock, last.clock),
                values=self._state(now, key), source_state=now,
            )
        ]  # fmt: skip


def _key(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("id") or "")
    return "" if value is None else str(value)


def _unset(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("1970-01-01", "Not set"))


def _rank(value: Any) -> int:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _decoded(content: str) -> str:
    """Give the text of an attachment: RT writes base 64 in lines of 76, each with its end."""
    try:
        raw = base64.b64decode(content.replace("\r", "").replace("\n", ""), validate=True)
    except (ValueError, binascii.Error):
        return content
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
