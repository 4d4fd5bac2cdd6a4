"""What the desk's pages take: shapes and lengths only; the rules are in the services."""

from compagnon.desk.forms.links import LinkAnswerForm
from compagnon.desk.forms.opening import AskForm, OpenForm
from compagnon.desk.forms.rules import RulesForm
from compagnon.desk.forms.verbs import (
    AssignForm,
    AuthorityForm,
    EscalateForm,
    NothingForm,
    PendForm,
    PlanForm,
    QualifyForm,
    ReasonForm,
    ReplyForm,
    SolveForm,
    TransferForm,
    VerbForm,
)
from compagnon.desk.forms.work import CompleteForm, SheetForm, SignForm

__all__ = [
    "AskForm",
    "AssignForm",
    "AuthorityForm",
    "CompleteForm",
    "EscalateForm",
    "LinkAnswerForm",
    "NothingForm",
    "OpenForm",
    "PendForm",
    "PlanForm",
    "QualifyForm",
    "ReasonForm",
    "ReplyForm",
    "RulesForm",
    "SheetForm",
    "SignForm",
    "SolveForm",
    "TransferForm",
    "VerbForm",
]
