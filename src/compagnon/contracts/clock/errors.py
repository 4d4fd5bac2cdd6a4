"""What the clock refuses, as types with a code, and their wording in both languages.

    ClockError              anything below (a ValueError)
    ├── CalendarError       the calendar is not usable; `problems` names each bad field
    ├── InstantError        a time without offset, or outside the years that the clock knows
    └── TimelineError       segments with a hole, an overlap, or a wrong target

The wording lives in `wordings.py`; `ClockError.text("fr")` gives the message for a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .texts import Language
from .wordings import wording


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where: `path` is like ``weekly.monday[0][1]``."""

    code: str
    path: str = ""
    params: dict[str, str] = field(default_factory=dict)

    def text(self, language: Language = "en") -> str:
        """The problem in words, without its path."""
        return wording(self.code, language).format(**self.params)


class ClockError(ValueError):
    """The clock refuses its input. `code` is stable; `text` is for a person."""

    def __init__(self, code: str, **params: object) -> None:
        self.problem = Problem(code, "", {key: str(value) for key, value in params.items()})
        super().__init__(self.problem.text())

    @property
    def code(self) -> str:
        """The stable code of the refusal."""
        return self.problem.code

    def text(self, language: Language = "en") -> str:
        """The refusal in words."""
        return self.problem.text(language)


class InstantError(ClockError):
    """A time without offset where an instant is needed, or outside the known years."""


class TimelineError(ClockError):
    """The segments of a clock do not follow one another, or carry a wrong target."""


class CalendarError(ClockError):
    """The calendar is not usable. `problems` holds every problem found, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("calendar_refused", count=len(self.problems))
        self.args = (self.text(),)

    def text(self, language: Language = "en") -> str:
        """Every problem, one a line, each with its path."""
        colon = "\u202f: " if language == "fr" else ": "
        return "\n".join(
            f"{problem.path}{colon}{problem.text(language)}"
            if problem.path
            else problem.text(language)
            for problem in self.problems
        )
