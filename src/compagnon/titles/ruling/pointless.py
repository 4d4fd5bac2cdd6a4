"""Notes what a candidacy says and no rule would read: taken in silence, it would mislead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .json_values import Reader

_VERDICTS = ("granted", "decision", "title", "ccs")


def note_pointless(reader: Reader, table: Mapping[str, Any], request: str) -> None:
    """Note what cannot be about what is asked for.

    Args:
        request: what is asked for: «title», «ccp» or «ccs».
    """
    path = table.get("path")
    if isinstance(path, str) and path.strip().lower().startswith("ccs") and request != "ccs":
        reader.fault(
            "/path", "ce parcours est celui d’un CCS, et la demande n’en est pas un",
            "this path is that of a CCS, and the request is for none",
        )  # fmt: skip
    _note_request(reader, _object(table.get("request")), request)
    _note_proposal(reader, _object(table.get("proposal")), request)
    stage = str(table.get("stage") or "session").strip().lower()
    if stage not in {"session", "exam"} and request != "title":
        reader.fault(
            "/stage", "seul un titre s’obtient par capitalisation",
            "only a title is gained by capitalisation",
        )  # fmt: skip


def _note_request(reader: Reader, given: Mapping[str, Any], request: str) -> None:
    if request != "ccp" and (given.get("ccps") or given.get("ccp")):
        reader.fault(
            "/request/ccps",
            "seule une demande de CCP en nomme",
            "only a request for CCPs names any",
        )
    if request != "ccs":
        for key in ("ccs", "host_titles", "host_title"):
            if given.get(key):
                reader.fault(
                    f"/request/{key}", "seulement pour une demande de CCS",
                    "only for a request for a CCS",
                )  # fmt: skip


def _note_proposal(reader: Reader, given: Mapping[str, Any], request: str) -> None:
    if request == "ccs" and given.get("ccps"):
        reader.fault(
            "/proposal/ccps", "un CCS s’accorde ou se refuse entier : il ne laisse pas de CCP",
            "a CCS is granted or refused whole: it leaves no CCP",
        )  # fmt: skip
    for key in ("title", "ccs"):
        if given.get(key) is not None and request != key:
            reader.fault(
                f"/proposal/{key}", "ce n’est pas ce qui est demandé", "it is not what is asked for"
            )
    said = [key for key in _VERDICTS if given.get(key) is not None]
    if len(said) > 1:
        listed = ", ".join(said)
        reader.fault(
            "/proposal", f"une seule décision est attendue, pas : {listed}",
            f"expected one decision, not: {listed}",
        )  # fmt: skip


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
