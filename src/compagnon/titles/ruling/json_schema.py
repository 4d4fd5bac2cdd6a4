"""The JSON Schema (draft 2020-12) of a candidacy in its canonical form.

``load_candidacy`` accepts more spellings than this, see ``vocabulary``.
"""

from __future__ import annotations

from typing import Any

from .candidacy import ELEMENTS, PATHS, QUALITIES, REQUESTS, TIES
from .reading import MOST_CCPS
from .reading_jury import MOST_MEMBERS

_DATE = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_TEXT = {"type": "string", "maxLength": 200}
_FLAG = {"type": "boolean"}
_MONTHS = {"type": "number", "minimum": 0, "maximum": 1200}
_CCP = {**_TEXT, "description": "the CCP’s number in its version («2»), or its official name"}
_CCPS = {"type": "array", "items": _CCP, "maxItems": MOST_CCPS}
_RESULT = {"enum": ["acquired", "not_acquired"]}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _list(form: dict[str, Any], most: int = 100) -> dict[str, Any]:
    return {"type": "array", "items": form, "maxItems": most}


_ELEMENT = _object(
    [],
    date=_DATE,
    result=_RESULT,
    signed={**_FLAG, "description": "false: it does not count"},
    activities={**_CCPS, "description": "a practice dossier: the activity types that it describes"},
    ccp=_CCP,
    per_ccp={
        "type": "object",
        "additionalProperties": {
            "anyOf": [_RESULT, _object([], date=_DATE, result=_RESULT, signed=_FLAG)]
        },
    },
)
_MEMBER = _object(
    ["quality"],
    name=_TEXT,
    quality={"enum": list(QUALITIES)},
    ties=_list({"enum": list(TIES)}),
    present=_FLAG,
    recused={**_FLAG, "description": "took no part in this candidate’s evaluation"},
    chair=_FLAG,
    sex={"enum": ["f", "m"]},
    years_in_trade=_MONTHS,
    left_trade_on=_DATE,
    authorised=_FLAG,
    authorised_until=_DATE,
    qualified=_FLAG,
    vote={"enum": ["for", "against", "abstain"]},
)

JSON_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Compagnon candidacy",
    **_object(
        ["title", "path"],
        **{"$schema": {"type": "string"}},
        reference={**_TEXT, "description": "what the candidacy is called; no name is needed"},
        comment={"type": "string"},
        title=_object(
            ["code"],
            code={**_TEXT, "description": "TP-00485, TP-00495, or another title’s"},
            version={**_TEXT, "description": "2003, 2008, 2013; the one in force unless given"},
            valid_until=_DATE,
            ccps=_list(_object(["number"], number=_TEXT, name=_TEXT), MOST_CCPS),
        ),
        path={"enum": list(PATHS)},
        request=_object(
            ["kind"],
            kind={"enum": list(REQUESTS)},
            ccps=_CCPS,
            ccs=_TEXT,
            host_titles=_list(_TEXT),
        ),
        stage={"enum": ["session", "capitalisation"]},
        date={**_DATE, "description": "the day of the decision; the session’s unless given"},
        begun_on={**_DATE, "description": "the day when the journey began"},
        rule_set=_TEXT,
        candidate=_object(
            [], name=_TEXT, reference=_TEXT, identity_checked=_FLAG, summoned_on=_DATE
        ),
        training=_object([], completed=_FLAG, completed_on=_DATE, started_on=_DATE, hours=_MONTHS),
        experience=_object([], years=_MONTHS, months=_MONTHS, kinds=_list(_TEXT)),
        admissibility=_object(
            [],
            status={"enum": ["favourable", "unfavourable", "silence", "pending"]},
            notified_on=_DATE,
            requested_on=_DATE,
        ),
        session=_object(
            [],
            date=_DATE,
            mode={"enum": ["on_site", "remote"]},
            remote_mentioned=_FLAG,
            centre=_object([], name=_TEXT, approved=_FLAG, approved_until=_DATE),
            summoned_on=_DATE,
            forecast_on=_DATE,
            identity_checked=_FLAG,
        ),
        elements={
            "type": "object",
            "properties": {
                kind: {"anyOf": [_FLAG, _DATE, _ELEMENT, _list(_ELEMENT, MOST_CCPS)]}
                for kind in ELEMENTS
            },
            "additionalProperties": False,
        },
        held=_list(_object(["ccp"], ccp=_CCP, version=_TEXT, obtained_on=_DATE), MOST_CCPS),
        titles_held=_list(_object(["code"], code=_TEXT, obtained_on=_DATE)),
        jury=_object([], members=_list(_MEMBER, MOST_MEMBERS)),
        proposal=_object(
            [],
            granted={**_FLAG, "description": "what the judges decide of what is asked"},
            ccps={**_CCPS, "description": "the CCPs that they leave when they refuse the title"},
        ),
        competences={
            "type": "object",
            "description": "by CCP, then by competence number: acquired or not",
            "additionalProperties": {"type": "object", "additionalProperties": _RESULT},
        },
        previous_sessions=_list(
            _object(
                ["date"],
                date=_DATE,
                outcome={"enum": ["granted", "partial", "refused", "absent"]},
            )
        ),
        answers={
            "type": "object",
            "description": "kept answers to unclear cases, by the id of the question",
            "additionalProperties": {
                "anyOf": [
                    {"type": ["string", "boolean"]},
                    _object(
                        ["value"],
                        value={"type": ["string", "boolean"]},
                        by=_TEXT,
                        on=_DATE,
                        why={"type": "string"},
                    ),
                ]
            },
        },
    ),
}
