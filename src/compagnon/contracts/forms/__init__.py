"""The forms of ``contracts``."""

from compagnon.contracts.forms.calendars import CalendarForm, ClosureForm, ClosureForms
from compagnon.contracts.forms.contracts import ContractForm, EndForm
from compagnon.contracts.forms.fields import refuse
from compagnon.contracts.forms.terms import (
    CommitmentForm,
    CommitmentForms,
    TermsForm,
    commitment_choices,
)

__all__ = [
    "CalendarForm",
    "ClosureForm",
    "ClosureForms",
    "CommitmentForm",
    "CommitmentForms",
    "ContractForm",
    "EndForm",
    "TermsForm",
    "commitment_choices",
    "refuse",
]
