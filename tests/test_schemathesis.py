"""The whole API against its own document: no fault, no undeclared status, answers as declared.

``COMPAGNON_SCHEMATHESIS_EXAMPLES`` says how many requests are invented for each operation, beside
those that try each limit of each value. Of the wrong types of one value, the first is tried, and
long texts are not asked to hold no NUL; ``test_schemathesis_long.py`` tries all.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario

from compagnon.config.tests.asking import CHECKS, EXAMPLES, Caller, caller, described, run, standing
from compagnon.core.api import etag
from compagnon.core.errors import CompagnonError

__all__ = ["caller", "standing"]  # fixtures

schema = described()
tried: set[tuple[str, str, str]] = set()


@schema.hook
def filter_case(_context: Any, case: Any) -> bool:
    """Leave out the wrong types of a value after the first: a third of all requests."""
    told = case._meta and case._meta.phase.data
    if (
        not isinstance(told, CoveragePhaseData)
        or told.scenario is not CoverageScenario.INCORRECT_TYPE
    ):
        return True
    value = (
        case.operation.label,
        str(told.parameter_location),
        told.parameter or told.location or "",
    )
    if value in tried:
        return False
    tried.add(value)
    return True


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_api_answers_as_its_document_says(case: Any, caller: Caller) -> None:
    run(case, caller)


def test_a_long_text_holds_no_nul(caller: Caller) -> None:
    """What the invented requests leave out."""
    case = schema["/api/v1/tickets"]["POST"].Case(
        body={"title": "Écran", "text": "noir\0", "requester_id": caller.keys["requester_id"]},
        media_type="application/json",
    )
    answer = case.call_and_validate(headers=caller.headers, checks=CHECKS)
    assert answer.status_code == 422
    case.body["text"] = "noir"
    assert case.call_and_validate(headers=caller.headers, checks=CHECKS).status_code == 201


class Odd(CompagnonError):
    """An error that no operation declares."""

    status = 418


@pytest.mark.parametrize("error", [RuntimeError("planted"), Odd("planted")])
def test_a_planted_fault_is_seen(
    error: Exception, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> Any:
        raise error

    case = schema["/api/v1/me"]["GET"].Case()
    run(case, caller)
    monkeypatch.setattr(etag, "tag", fail)
    with pytest.raises(FailureGroup):
        run(case, caller)
