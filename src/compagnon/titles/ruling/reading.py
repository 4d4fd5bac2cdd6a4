"""Reads a candidacy from JSON; ``docs/reference/decide.md`` describes what it accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .candidacy import (
    PATHS,
    REQUESTS,
    Admissibility,
    Attempt,
    Candidacy,
    Held,
    Proposal,
    Session,
)
from .json_values import Reader, parse, unkeepable
from .pointless import note_pointless
from .reading_elements import read_elements
from .reading_jury import read_jury
from .vocabulary import (
    KEYS,
    KNOWN_KEYS,
    OUTCOMES,
    PATH_WORDS,
    REQUEST_WORDS,
    STAGE_WORDS,
    STATUS_WORDS,
    VERDICT_WORDS,
)

MOST_CCPS = 30


def load_candidacy(text: str | bytes) -> Candidacy:
    """Read a candidacy from the text of its JSON.

    Raises:
        Unreadable: with every problem and the JSON pointer of each.
    """
    return read_candidacy(parse(text))


def read_candidacy(document: Any) -> Candidacy:
    """Read a candidacy from parsed JSON.

    Raises:
        Unreadable: with every problem and the JSON pointer of each.
    """
    reader = Reader()
    if unkeepable(document):
        reader.fault(
            "", "un texte a des caractères impossibles, ou le JSON est trop imbriqué",
            "a text holds impossible characters, or the JSON is nested too deeply",
        )  # fmt: skip
        reader.finish()
    table = reader.table(document, "")
    if not isinstance(document, Mapping):
        reader.fault("", "un objet JSON est attendu à la racine", "expected a JSON object")
        reader.finish()
    reader.known(table, "", KNOWN_KEYS)
    candidacy = _candidacy(reader, table)
    reader.finish()
    return candidacy


def _candidacy(reader: Reader, table: Mapping[str, Any]) -> Candidacy:
    title = table.get("title")
    title = title if isinstance(title, Mapping) else {"code": title}
    reader.known(title, "/title", KEYS["title"])
    request, asked, ccs = _request(reader, table)
    path = _path(reader, table, request)
    note_pointless(reader, table, request)
    training = reader.table(_object(table.get("training"), "completed_on"), "/training")
    experience = reader.table(_years(table.get("experience")), "/experience")
    reader.known(training, "/training", KEYS["training"])
    reader.known(experience, "/experience", KEYS["experience"])
    completed = reader.flag(training.get("completed"), "/training/completed")
    completed_on = reader.day(training.get("completed_on"), "/training/completed_on")
    if not title.get("code"):
        reader.fault("/title/code", "champ obligatoire absent", "required field missing")
    session = _session(reader, table)
    return Candidacy(
        title=reader.text(title.get("code"), "/title/code"),
        version=reader.text(title.get("version"), "/title/version"),
        title_valid_until=reader.day(title.get("valid_until"), "/title/valid_until"),
        title_ccps=_title_ccps(reader, title.get("ccps")),
        path=path,
        request=request,
        asked_ccps=asked,
        ccs=ccs,
        ccs_hosts=_ccs_hosts(reader, table),
        stage=reader.word(table.get("stage"), "/stage", ("session", "capitalisation"), STAGE_WORDS),
        reference=reader.text(table.get("reference"), "/reference"),
        rule_set=reader.text(table.get("rule_set"), "/rule_set"),
        on=reader.day(table.get("date") or table.get("decided_on"), "/date") or session.on,
        begun_on=reader.day(table.get("begun_on"), "/begun_on"),
        training_completed=completed if completed_on is None or completed is False else True,
        training_completed_on=completed_on,
        experience_months=reader.months(experience, "/experience", "months", "years"),
        admissibility=_admissibility(reader, table.get("admissibility")),
        session=session,
        elements=read_elements(reader, table.get("elements")),
        held=_held(reader, table.get("held")),
        titles_held=_titles_held(reader, table.get("titles_held")),
        jury=read_jury(reader, table.get("jury")),
        proposal=_proposal(reader, table.get("proposal")),
        competences=_competences(reader, table.get("competences")),
        attempts=_attempts(reader, table.get("previous_sessions")),
        answers=_answers(reader, table.get("answers")),
        document=table,
    )


def _path(reader: Reader, table: Mapping[str, Any], request: str) -> str:
    given = table.get("path")
    if isinstance(given, str) and given.strip().lower() in {"ccs", "ccs_training"}:
        return "continuous"
    if isinstance(given, str) and given.strip().lower() == "ccs_vae":
        return "vae"
    if given is None and request == "ccs":
        return "continuous"
    if given is None:
        reader.fault("/path", "champ obligatoire absent", "required field missing")
        return "continuous"
    return reader.word(given, "/path", PATHS, PATH_WORDS) or "continuous"


def _request(reader: Reader, table: Mapping[str, Any]) -> tuple[str, tuple[str, ...], str]:
    """Read what is asked: ``"title"``, ``{"kind": "ccp", "ccps": ["2"]}``, ``{"ccs": "…"}``."""
    given = table.get("request")
    fields: Mapping[str, Any] = given if isinstance(given, Mapping) else {"kind": given}
    reader.known(fields, "/request", KEYS["request"])
    kind = reader.word(fields.get("kind"), "/request/kind", REQUESTS, REQUEST_WORDS)
    ccs_table = fields.get("ccs")
    ccs = ccs_table.get("code") if isinstance(ccs_table, Mapping) else ccs_table
    rows = fields.get("ccps", fields.get("ccp"))
    ccps = _ccp_names(reader, rows, "/request/ccps")
    if not kind:
        path = str(table.get("path", "")).lower()
        kind = "ccs" if ccs or path.startswith("ccs") else "ccp" if ccps else "title"
    return kind, ccps, reader.text(ccs, "/request/ccs")


def _ccs_hosts(reader: Reader, table: Mapping[str, Any]) -> tuple[str, ...]:
    request = table.get("request")
    fields = request if isinstance(request, Mapping) else {}
    inner = fields.get("ccs")
    hosts = fields.get("host_titles", fields.get("host_title"))
    if isinstance(inner, Mapping):
        hosts = inner.get("host_titles", hosts)
    rows = reader.rows(hosts, "/request/host_titles")
    return tuple(reader.text(row, f"/request/host_titles/{n}") for n, row in enumerate(rows))


def _ccp_names(reader: Reader, value: Any, pointer: str) -> tuple[str, ...]:
    rows = reader.rows(value, pointer)
    if len(rows) > MOST_CCPS:
        reader.fault(pointer, f"plus de {MOST_CCPS} CCP", f"more than {MOST_CCPS} CCPs")
        return ()
    found = []
    for number, row in enumerate(rows):
        where = f"{pointer}/{number}"
        if isinstance(row, Mapping):
            reader.known(row, where, KEYS["named_ccp"])
            found.append(reader.text(row.get("ccp", row.get("number")), f"{where}/ccp"))
        else:
            found.append(reader.text(row, where))
    return tuple(one for one in found if one)


def _title_ccps(reader: Reader, value: Any) -> tuple[tuple[str, str], ...]:
    found = []
    for number, row in enumerate(reader.rows(value, "/title/ccps")[:MOST_CCPS]):
        at = f"/title/ccps/{number}"
        if isinstance(row, Mapping):
            reader.known(row, at, KEYS["title_ccp"])
            key = reader.text(row.get("number", row.get("code", number + 1)), f"{at}/number")
            found.append((key, reader.text(row.get("name"), f"{at}/name") or key))
        else:
            name = reader.text(row, at)
            found.append((name, name))
    if len({key for key, _name in found}) != len(found):
        reader.fault("/title/ccps", "un CCP est donné deux fois", "a CCP is given twice")
    return tuple(found)


def _session(reader: Reader, table: Mapping[str, Any]) -> Session:
    given = reader.table(_object(table.get("session"), "date"), "/session")
    candidate = reader.table(table.get("candidate"), "/candidate")
    reader.known(given, "/session", KEYS["session"])
    reader.known(candidate, "/candidate", KEYS["candidate"])
    centre = given.get("centre")
    centre = centre if isinstance(centre, Mapping) else {"approved": centre}
    reader.known(centre, "/session/centre", KEYS["centre"])
    mode = reader.word(
        given.get("mode"), "/session/mode", ("on_site", "remote"),
        {"onsite": "on_site", "presential": "on_site", "distance": "remote"},
    )  # fmt: skip
    checked = candidate.get("identity_checked", given.get("identity_checked"))
    return Session(
        on=reader.day(given.get("date"), "/session/date"),
        remote=mode == "remote",
        remote_mentioned=reader.flag(given.get("remote_mentioned"), "/session/remote_mentioned"),
        centre_approved=reader.flag(centre.get("approved"), "/session/centre/approved"),
        approval_until=reader.day(centre.get("approved_until"), "/session/centre/approved_until"),
        summoned_on=reader.day(
            given.get("summoned_on", candidate.get("summoned_on")), "/session/summoned_on"
        ),
        forecast_on=reader.day(given.get("forecast_on"), "/session/forecast_on"),
        identity_checked=reader.flag(checked, "/candidate/identity_checked"),
    )


def _admissibility(reader: Reader, value: Any) -> Admissibility | None:
    if value is None:
        return None
    if isinstance(value, bool | str):
        value = {"status": value} if isinstance(value, bool) or "-" not in value else {
            "notified_on": value
        }  # fmt: skip
    given = reader.table(value, "/admissibility")
    reader.known(given, "/admissibility", KEYS["admissibility"])
    status = given.get("status", given.get("decision", "favourable"))
    if isinstance(status, bool):
        status = "favourable" if status else "unfavourable"
    known = ("favourable", "unfavourable", "silence", "pending")
    return Admissibility(
        status=reader.word(status, "/admissibility/status", known, STATUS_WORDS) or "pending",
        notified_on=reader.day(given.get("notified_on"), "/admissibility/notified_on"),
        requested_on=reader.day(given.get("requested_on"), "/admissibility/requested_on"),
    )


def _held(reader: Reader, value: Any) -> tuple[Held, ...]:
    found = []
    for number, row in enumerate(reader.rows(value, "/held")):
        at = f"/held/{number}"
        given = row if isinstance(row, Mapping) else {"ccp": row}
        reader.known(given, at, KEYS["held"])
        name = reader.text(given.get("ccp", given.get("number")), f"{at}/ccp")
        if not name:
            reader.fault(f"{at}/ccp", "champ obligatoire absent", "required field missing")
            continue
        day = given.get("obtained_on", given.get("date"))
        found.append(
            Held(
                ccp=name,
                obtained_on=reader.day(day, f"{at}/obtained_on"),
                version=reader.text(given.get("version"), f"{at}/version"),
            )
        )
    return tuple(found)


def _titles_held(reader: Reader, value: Any) -> tuple[tuple[str, Any], ...]:
    found = []
    for number, row in enumerate(reader.rows(value, "/titles_held")):
        at = f"/titles_held/{number}"
        given = row if isinstance(row, Mapping) else {"code": row}
        reader.known(given, at, KEYS["title_held"])
        code = reader.text(given.get("code", given.get("title")), f"{at}/code")
        found.append((code, reader.day(given.get("obtained_on"), f"{at}/obtained_on")))
    return tuple(found)


def _proposal(reader: Reader, value: Any) -> Proposal | None:
    """Read ``{"granted": false, "ccps": ["1"]}``, or ``"grant"``, or ``{"title": "refuse"}``."""
    if value is None:
        return None
    given: Mapping[str, Any] = value if isinstance(value, Mapping) else {"decision": value}
    reader.known(given, "/proposal", KEYS["proposal"])
    granted: bool | None = None
    for key in ("granted", "decision", "title", "ccs"):
        if key in given and given[key] is not None:
            granted = _verdict(reader, given[key], f"/proposal/{key}")
            break
    return Proposal(granted=granted, ccps=_ccp_names(reader, given.get("ccps"), "/proposal/ccps"))


def _verdict(reader: Reader, value: Any, pointer: str) -> bool | None:
    if isinstance(value, bool):
        return value
    word = reader.word(value, pointer, ("granted", "refused"), VERDICT_WORDS)
    return word == "granted" if word else None


def _competences(reader: Reader, value: Any) -> Mapping[str, Mapping[str, bool]]:
    found: dict[str, dict[str, bool]] = {}
    for ccp, marks in reader.table(value, "/competences").items():
        at = f"/competences/{_escaped(ccp)}"
        if isinstance(marks, list):
            found[ccp] = {reader.text(one, f"{at}/{n}"): True for n, one in enumerate(marks)}
            continue
        found[ccp] = {
            str(key): bool(_verdict(reader, mark, f"{at}/{_escaped(str(key))}"))
            for key, mark in reader.table(marks, at).items()
        }
    return found


def _attempts(reader: Reader, value: Any) -> tuple[Attempt, ...]:
    found = []
    for number, row in enumerate(reader.rows(value, "/previous_sessions")):
        at = f"/previous_sessions/{number}"
        given = reader.table(row, at)
        reader.known(given, at, KEYS["attempt"])
        day = reader.day(given.get("date"), f"{at}/date")
        outcome = reader.word(
            given.get("outcome"), f"{at}/outcome", ("granted", "partial", "refused", "absent"),
            OUTCOMES,
        )  # fmt: skip
        if day is None:
            reader.fault(f"{at}/date", "champ obligatoire absent", "required field missing")
        else:
            found.append(Attempt(on=day, outcome=outcome))
    return tuple(found)


def _answers(reader: Reader, value: Any) -> Mapping[str, Any]:
    """Read kept answers: by question, a value or ``{"value", "by", "on", "why"}``."""
    if isinstance(value, list):
        rows = [reader.table(row, f"/answers/{n}") for n, row in enumerate(value)]
        value = {str(row.get("question", "")): row for row in rows}
    return {
        str(key): answer.get("value") if isinstance(answer, Mapping) else answer
        for key, answer in reader.table(value, "/answers").items()
    }


def _object(value: Any, key: str) -> Any:
    """A bare date or yes-or-no where an object may stand."""
    if isinstance(value, bool):
        return {"completed": value}
    return {key: value} if isinstance(value, str) else value


def _years(value: Any) -> Any:
    return {"years": value} if isinstance(value, int | float) else value


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
