"""Where answers of the policies are kept that belong to no plan.

Most answers stand inside the event that they led to. A wish that never became a plan,
the kill switch and originals have none: those stand in a stream of their own. Reading
both together is `bot/readmodels/decisions.py`.
"""

from dataclasses import asdict
from datetime import datetime

from bot.domain.ruling import Ruling
from bot.ports import NewEntry, Transaction

STREAM = "policy"
DECIDED = "policy.decided.v1"


def keep(
    tx: Transaction,
    ruling: Ruling | None,
    *,
    at: datetime,
    incident: str = "",
    action: str = "",
    code: str = "",
) -> None:
    """Keep an answer; nothing where nobody asked the policies.

    Args:
        at: Aware UTC.
        incident: What it was about; "" for the gate itself.
        action: Of the plan that was not made; "" where it is not about one.
        code: Of the refusal that people got; "" where they got what they asked.
    """
    if ruling is None:
        return
    body = {**asdict(ruling), "incident": incident, "action": action, "code": code}
    entry = NewEntry(kind=DECIDED, at=at, actor=ruling.by, body=body)
    tx.log.append(STREAM, expected_version=tx.log.version(STREAM), entries=[entry])
