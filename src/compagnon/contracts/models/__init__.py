"""The tables of ``contracts``."""

from compagnon.contracts.models.calendars import Calendar, CalendarRevision, Closure, ClosureKind
from compagnon.contracts.models.catalogue import (
    RequestKind,
    RequestType,
    Service,
    in_reader_language,
)
from compagnon.contracts.models.clocks import OPEN_STATES, Clock, ClockSegment, ClockState
from compagnon.contracts.models.contracts import (
    Commitment,
    ContractKind,
    ContractState,
    PauseRule,
    ServiceContract,
    TermsStamp,
)
from compagnon.contracts.models.request_forms import FormVersion, RequestForm

__all__ = [
    "OPEN_STATES",
    "Calendar",
    "CalendarRevision",
    "Clock",
    "ClockSegment",
    "ClockState",
    "Closure",
    "ClosureKind",
    "Commitment",
    "ContractKind",
    "ContractState",
    "FormVersion",
    "PauseRule",
    "RequestForm",
    "RequestKind",
    "RequestType",
    "Service",
    "ServiceContract",
    "TermsStamp",
    "in_reader_language",
]
