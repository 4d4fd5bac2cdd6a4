"""What the desk's pages take: shapes and lengths only; the rules are in the services."""

from compagnon.desk.forms.links import LinkAnswerForm
from compagnon.desk.forms.opening import OpenForm
from compagnon.desk.forms.rules import RulesForm
from compagnon.desk.forms.tags import TagsForm
from compagnon.desk.forms.ties import (
    LinkForm,
    MergeForm,
    SolveChildrenForm,
    SplitForm,
    UnlinkForm,
)
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
from compagnon.desk.forms.watching import UnwatchForm, WatcherForm
from compagnon.desk.forms.work import CompleteForm, SheetForm, SignForm

__all__ = [
    "AssignForm",
    "AuthorityForm",
    "CompleteForm",
    "EscalateForm",
    "LinkAnswerForm",
    "LinkForm",
    "MergeForm",
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
    "SolveChildrenForm",
    "SolveForm",
    "SplitForm",
    "TagsForm",
    "TransferForm",
    "UnlinkForm",
    "UnwatchForm",
    "VerbForm",
    "WatcherForm",
]
