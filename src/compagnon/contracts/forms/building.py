"""Forms with which a request form and its plan are built, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.asking import conditions, editing, plans
from compagnon.contracts.asking.answers import normal_number
from compagnon.contracts.asking.definition import KINDS, Words, words
from compagnon.contracts.asking.limits import NUMBERS
from compagnon.contracts.forms.asking import Offer
from compagnon.people.models import Team
from compagnon.ui.picked import PickedField

Document = dict[str, Any]
ROWS = 3
# Pickers for persons who are not named yet; more of them once these are kept.
SPARE = 3
KIND_WORDS = {
    "text": _("short text"), "long": _("long text"), "number": _("number"), "money": _("money"),
    "date": _("date"), "datetime": _("date and time"), "choice": _("one choice"),
    "choices": _("several choices"), "yesno": _("yes or no"), "person": _("person"),
    "site": _("site of the organisation"), "asset": _("machine of the person"),
    "file": _("files"), "note": _("text that explains"),
}  # fmt: skip
_LIMITED = "text long number money date datetime choices"
ONLY_FOR = {
    "choices": "choice choices", "pattern": "text", "currency": "money", "least": _LIMITED,
    "most": _LIMITED, "default": f"{_LIMITED} choice yesno",
}  # fmt: skip
"""The kinds of answer that a field of a field's form is for."""
OP_WORDS = {
    "is": _("is"), "is_not": _("is not"), "filled": _("is answered"),
    "empty": _("is not answered"), "more": _("is over"), "less": _("is under"),
    "at_least": _("is at least"), "at_most": _("is at most"),
}  # fmt: skip
WHOM_WORDS = [
    ("representatives", _("the organisation’s representatives")),
    ("manager", _("the requester’s supervisor")),
    ("team", _("the members of a team")),
    ("persons", _("named persons")),
]
RULE_WORDS = [
    ("any", _("any one of them")),
    ("all", _("all of them")),
    ("count", _("at least so many of them")),
]


def text(label: Any, *, most: int = 200, required: bool = False, **more: Any) -> forms.CharField:
    """A line of text."""
    return forms.CharField(label=label, max_length=most, required=required, **more)


def lines(label: Any, *, most: int = 2000, rows: int = 3, **more: Any) -> forms.CharField:
    """Several lines of text."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, required=False, widget=area, **more)


class PieceForm(forms.Form):
    """A piece of a form or plan; ``earlier`` are the fields that its conditions may ask."""

    def __init__(
        self, *args: Any, document: Mapping[str, Any], earlier: Iterable[tuple[str, str]],
        piece: Document | None = None, asked: Mapping[str, Document] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.piece, self.document, self.earlier = piece or {}, document, list(earlier)
        self.asked = asked or {}
        self.held_conditions: dict[str, Any] = {}
        kwargs.setdefault("initial", self.begun())
        super().__init__(*args, **kwargs)

    def begun(self) -> dict[str, Any]:
        """What the form begins with."""
        return {}

    def add_condition(self, prefix: str, label: Any) -> None:
        """Add the fields of a condition."""
        self.held_conditions[prefix] = label
        held = self.piece.get(prefix) or {}
        match, parts = next(iter(held.items()), ("all", []))
        fields = [("", "–"), *self.earlier]
        for number in range(max(ROWS, len(parts))):
            part = parts[number] if number < len(parts) else {}
            at = f"{prefix}_{number}"
            self.fields[f"{at}_field"] = forms.ChoiceField(
                label=_("Answer %(number)d") % {"number": number + 1},
                choices=fields, required=False, initial=part.get("field", ""),
            )  # fmt: skip
            self.fields[f"{at}_op"] = forms.ChoiceField(
                label=_("Comparison %(number)d") % {"number": number + 1},
                choices=list(OP_WORDS.items()), required=False, initial=part.get("op", "is"),
            )  # fmt: skip
            self.fields[f"{at}_value"] = text(
                _("Value %(number)d") % {"number": number + 1},
                most=conditions.VALUE_MAX, initial=part.get("value", ""),
            )  # fmt: skip
        self.fields[f"{prefix}_match"] = forms.ChoiceField(
            label=_("When several are given"), required=False, initial=match,
            choices=[("all", _("all must hold")), ("any", _("one of them is enough"))],
        )  # fmt: skip

    def condition(self, prefix: str) -> Document | None:
        """Give the condition that was sent; none without a field."""
        values = self.cleaned_data
        parts = []
        number = 0
        while f"{prefix}_{number}_field" in self.fields:
            at = f"{prefix}_{number}"
            if values.get(f"{at}_field"):
                part = {"field": values[f"{at}_field"], "op": values[f"{at}_op"] or "is"}
                if part["op"] not in conditions.WITHOUT_VALUE:
                    part["value"] = self._value(part["field"], values[f"{at}_value"] or "")
                parts.append(part)
            number += 1
        return {values.get(f"{prefix}_match") or "all": parts} if parts else None

    def _value(self, key: str, written: str) -> str:
        """Give what a condition compares with, however it is written: a choice by its words."""
        asked, written = self.asked.get(key, {}), written.strip()
        if asked.get("kind") in NUMBERS:
            return normal_number(written)
        named = [(one["value"], words(one.get("label"))) for one in asked.get("choices", [])]
        if asked.get("kind") == "yesno":
            named = [("yes", Words("oui", "yes")), ("no", Words("non", "no"))]
        same = written.casefold()
        for value, said in named:
            if same and same in {said.fr.casefold(), said.en.casefold()}:
                return str(value)
        return written

    def plain(self) -> list[tuple[Any, str]]:
        """Give the fields that are no condition, with the kinds of answer that they are for."""
        apart = tuple(f"{prefix}_" for prefix in self.held_conditions)
        return [
            (one, ONLY_FOR.get(one.name, ""))
            for one in self.visible_fields()
            if not one.name.startswith(apart)
        ]

    def conditions(self) -> list[dict[str, Any]]:
        """Give the conditions as a page draws them: a line for each comparison."""
        found = []
        for prefix, label in self.held_conditions.items():
            rows: list[list[Any]] = []
            while (at := f"{prefix}_{len(rows)}") and f"{at}_field" in self.fields:
                rows.append([self[f"{at}_field"], self[f"{at}_op"], self[f"{at}_value"]])
            used = any(row[0].value() or any(cell.errors for cell in row) for row in rows)
            match = self[f"{prefix}_match"]
            found.append({"label": label, "rows": rows, "match": match, "open": used})
        return found

    def key(self, kind: str, label: str) -> str:
        """Give the piece's own key, or one made of its words that nothing bears."""
        if self.piece:
            return str(self.piece["key"])
        made = slugify(label).replace("-", "_")[:30].strip("_")
        taken = {*editing.keys_of(self.document)} | {
            row["key"] for name in editing.LISTS.values() for row in self.document.get(name, [])
        }
        if not made or not made[0].isalpha() or made in taken:
            return editing.new_key(self.document, kind)
        return made

    def both(self, name: str) -> dict[str, str]:
        """Give a text in both languages."""
        values = self.cleaned_data
        return {
            "fr": (values[f"{name}_fr"] or "").strip(),
            "en": (values[f"{name}_en"] or "").strip(),
        }


class SectionForm(PieceForm):
    """A section: its title, when it is shown."""

    title_fr = text(_("Title in French"))
    title_en = text(_("Title in English"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_condition("show", _("Shown when"))

    def begun(self) -> dict[str, Any]:
        """The section as it is."""
        said = words(self.piece.get("title"))
        return {"title_fr": said.fr, "title_en": said.en}

    def made(self) -> Document:
        """Give the section; its fields stay."""
        label = self.cleaned_data["title_fr"]
        return {
            "key": self.key("section", label), "title": self.both("title"),
            "show": self.condition("show"), "fields": [],
        }  # fmt: skip


class FieldForm(PieceForm):
    """A field: what it asks, in which words, when."""

    kind = forms.ChoiceField(label=_("Kind of answer"), choices=[(k, KIND_WORDS[k]) for k in KINDS])
    label_fr = text(_("Question in French"), most=2000, required=True)
    label_en = text(_("Question in English"), most=2000)
    section = forms.ChoiceField(label=_("Section"), required=False)
    required = forms.BooleanField(label=_("An answer is needed"), required=False)
    help_fr = lines(_("Help in French"), rows=2)
    help_en = lines(_("Help in English"), rows=2)
    choices = lines(
        _("Choices, one a line"), most=40_000, rows=5,
        help_text=_("“value | words in French | words in English”, or the French words alone."),
    )  # fmt: skip
    default = text(_("Answer to begin with"))
    least = text(
        _("At least"), most=30,
        help_text=_(
            "A number, a length, how many are chosen, or a date: “2026-12-31”, “today+2”."
        ),
    )  # fmt: skip
    most = text(_("At most"), most=30)
    pattern = text(
        _("Pattern of a short text"), most=120,
        help_text=_(
            "What the whole text must be like: “[A-Z]{2}-[0-9]{4}”. Letters, ., [ ], ( ), |, "
            "? * + {2,5}, \\d a digit, \\w a letter, \\s a blank."
        ),
    )  # fmt: skip
    currency = text(_("Currency of money"), most=3, initial="EUR")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections = self.document.get("sections", [])
        self.fields["section"].choices = [  # type: ignore[attr-defined]
            (one["key"], words(one.get("title")).fr or one["key"]) for one in sections
        ]
        self.add_condition("show", _("Shown when"))
        self.add_condition("require", _("Needed when"))

    def begun(self) -> dict[str, Any]:
        """The field as it is."""
        one = self.piece
        label, told = words(one.get("label")), words(one.get("help"))
        home = next(
            (s["key"] for s in self.document.get("sections", [])
             if any(f["key"] == one.get("key") for f in s["fields"])), None,
        )  # fmt: skip
        return {
            "kind": one.get("kind", "text"), "label_fr": label.fr, "label_en": label.en,
            "help_fr": told.fr, "help_en": told.en, "required": one.get("required", False),
            "choices": _written(one.get("choices", [])), "default": one.get("default", ""),
            "least": one.get("min", ""), "most": one.get("max", ""),
            "pattern": one.get("pattern", ""), "currency": one.get("currency", "EUR"),
            **({"section": home} if home else {}),
        }  # fmt: skip

    def made(self) -> Document:
        """Give the field as its document holds it."""
        values = self.cleaned_data
        made: Document = {
            "key": self.key("field", values["label_fr"]), "kind": values["kind"],
            "label": self.both("label"), "help": self.both("help"),
            "required": values["required"], "show": self.condition("show"),
            "require": self.condition("require"),
        }  # fmt: skip
        if values["kind"] in {"choice", "choices"}:
            made["choices"] = _choices(values["choices"])
        given = {"default": values["default"], "min": values["least"], "max": values["most"]}
        if values["kind"] in NUMBERS:
            given = {key: normal_number(value) for key, value in given.items()}
        if values["kind"] == "text":
            given["pattern"] = values["pattern"]
        if values["kind"] == "money":
            given["currency"] = values["currency"].upper() or "EUR"
        return made | {key: value.strip() for key, value in given.items() if value.strip()}


def _choices(written: str) -> list[Document]:
    found = []
    for line in written.splitlines():
        parts = [part.strip() for part in line.split("|")]
        if not any(parts):
            continue
        if len(parts) < 3:
            french, english = parts[0], parts[1] if len(parts) == 2 else ""
            value = slugify(french)[:80] or french[:80]
        else:
            value, french, english = parts[:3]
        found.append({"value": value, "label": {"fr": french, "en": english}})
    return found


def _written(choices: Iterable[Mapping[str, Any]]) -> str:
    rows = [(one["value"], words(one.get("label"))) for one in choices]
    return "\n".join(f"{value} | {said.fr} | {said.en}" for value, said in rows)


class StepForm(PieceForm):
    """An approval: whose, when, for how much."""

    name_fr = text(_("Name in French"), most=120, required=True)
    name_en = text(_("Name in English"), most=120)
    whom = forms.ChoiceField(label=_("Asked of"), choices=WHOM_WORDS)
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), required=False)
    rule = forms.ChoiceField(label=_("Who has to agree"), choices=RULE_WORDS)
    needed = forms.IntegerField(
        label=_("How many, at least"), min_value=1, max_value=50, initial=1, required=False
    )
    position = forms.IntegerField(
        label=_("Order"), min_value=1, max_value=50, initial=1, required=False,
        help_text=_("Those of the same order are asked together, the next ones after them."),
    )  # fmt: skip
    due_days = forms.IntegerField(
        label=_("Working days to answer"), min_value=1, max_value=250, required=False
    )
    amount_field = forms.ChoiceField(label=_("Amount, from the answer to"), required=False)
    self_allowed = forms.BooleanField(label=_("Who asks may approve it themselves"), required=False)

    def __init__(self, *args: Any, teams: Any, people: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.add_persons(people)
        amounts = [
            (key, label)
            for key, label in self.earlier
            if self.asked.get(key, {}).get("kind") in NUMBERS
        ]
        self.fields["amount_field"].choices = [("", "–"), *amounts]  # type: ignore[attr-defined]
        self.add_condition("when", _("Asked when"))

    def begun(self) -> dict[str, Any]:
        """The approval as it is."""
        one = self.piece
        said = words(one.get("name"))
        names = ("whom", "rule", "needed", "position", "due_days", "amount_field", "self_allowed")
        return {name: one[name] for name in names if name in one} | {
            "name_fr": said.fr, "name_en": said.en, "team": one.get("team_id"),
        }  # fmt: skip

    def add_persons(self, people: Offer) -> None:
        """Add a picker for each person who is named, and some for others."""
        held = self.piece.get("person_ids", [])
        self.persons: list[str] = []
        for number in range(plans.PERSONS_MAX):
            name = f"person_{number}"
            if number >= len(held) + SPARE and name not in self.data:
                break
            field = PickedField(
                label=_("Person %(number)d") % {"number": number + 1}, required=False,
                hint=_("Name, mail address or phone"),
                initial=held[number] if number < len(held) else None,
            )  # fmt: skip
            people(field)
            self.fields[name] = field
            self.persons.append(name)
        self.order_fields(["name_fr", "name_en", "whom", "team", *self.persons])

    def made(self) -> Document:
        """Give the approval as its plan holds it."""
        values = self.cleaned_data
        made: Document = {
            "key": self.key("approval", values["name_fr"]), "name": self.both("name"),
            "whom": values["whom"], "rule": values["rule"], "needed": values["needed"] or 1,
            "position": values["position"] or 1, "self_allowed": values["self_allowed"],
            "when": self.condition("when"),
        }  # fmt: skip
        if values["whom"] == "team" and values["team"]:
            made["team_id"] = values["team"].pk
        if values["whom"] == "persons":
            named = [values[name].pk for name in self.persons if values.get(name)]
            made["person_ids"] = list(dict.fromkeys(named))
        for name in ("due_days", "amount_field"):
            if values[name]:
                made[name] = values[name]
        return made


class TaskForm(PieceForm):
    """A piece of work: whose, after what, told to the user or not."""

    title_fr = text(_("Title in French, as the user reads it"), required=True)
    title_en = text(_("Title in English"))
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"))
    instructions = lines(_("Instructions for the team"), most=5000, rows=4)
    minutes = forms.IntegerField(
        label=_("Planned minutes"), min_value=0, max_value=31 * 24 * 60, required=False
    )
    after = forms.MultipleChoiceField(
        label=_("Begins after"), required=False, widget=forms.CheckboxSelectMultiple
    )
    internal = forms.BooleanField(
        label=_("Internal: the user reads neither its title nor its team"), required=False
    )

    def __init__(self, *args: Any, teams: Any, people: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["after"].choices = [  # type: ignore[attr-defined]
            (one["key"], words(one.get("title")).fr)
            for one in self.document.get("tasks", [])
            if one["key"] != self.piece.get("key")
        ]
        self.add_condition("when", _("Made when"))

    def begun(self) -> dict[str, Any]:
        """The task as it is."""
        one = self.piece
        said = words(one.get("title"))
        names = ("instructions", "minutes", "after", "internal")
        return {name: one[name] for name in names if name in one} | {
            "title_fr": said.fr, "title_en": said.en, "team": one.get("team_id"),
        }  # fmt: skip

    def made(self) -> Document:
        """Give the task as its plan holds it."""
        values = self.cleaned_data
        return {
            "key": self.key("task", values["title_fr"]), "title": self.both("title"),
            "team_id": values["team"].pk, "instructions": values["instructions"],
            "minutes": values["minutes"] or 0, "after": values["after"],
            "internal": values["internal"], "when": self.condition("when"),
        }  # fmt: skip


SHOWN_ON = {
    "bound": "least", "bound_order": "least", "pattern": "pattern", "default": "default",
    "choices": "choices", "currency": "currency", "kind": "kind", "label": "label_fr",
    "condition_never": "show_0_value", "condition_value": "show_0_value",
    "condition_op": "show_0_op", "condition_field": "show_0_field", "circle": "after",
    "team": "team", "whom": "whom", "number": "needed", "amount_field": "amount_field",
}  # fmt: skip
"""The field of a piece's form that a fault is about."""


class EndingForm(forms.Form):
    """What happens at the end, and at a refusal."""

    ending = forms.ChoiceField(
        label=_("Once every task is done"),
        choices=[
            ("ask", _("a technician proposes the solution")),
            ("propose", _("the solution is proposed by itself")),
        ],
    )
    cancel_when_refused = forms.BooleanField(
        label=_("A refused approval cancels the request"), required=False
    )


class ImportForm(forms.Form):
    """An exported form, as a file."""

    file = forms.FileField(label=_("Exported form (JSON)"))
