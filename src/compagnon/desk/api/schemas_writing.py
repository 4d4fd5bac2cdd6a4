"""What the desk's API takes to answer and to put on hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from compagnon.core.api import Body
from compagnon.desk.api.schemas import ShortText, WriteIn


class ReplyIn(WriteIn):
    """An answer. `seen_message_id` refuses it (412, `crossed`) if others wrote after that one."""

    seen_message_id: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None


class PendIn(Body):
    """Why it waits and until when."""

    reason: Annotated[str, Field(max_length=20, pattern=r"^[-\w]+$", examples=["waiting_user"])] = (
        Field(description="The code of a reason for waiting: see `GET /wait-reasons`.")
    )
    until: AwareDatetime | None = None
    note: ShortText = ""
