"""A plan as it is stored: canonical JSON without the words, and back.

The reason a person typed is kept with the words, where it can be erased; the digest
covers it all the same. Once it is erased the digest cannot be made again, which is
right: nothing of that age may run.
"""

from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from pydantic import TypeAdapter, ValidationError

from bot.domain.errors import Tampered
from bot.domain.plan import Plan, canonical
from bot.domain.untrusted import Untrusted

_PLAN = TypeAdapter(Plan)
# Plans that are open at one time; a plan is read several times per decision.
_KEPT = 256


def plan_text(plan: Plan) -> str:
    """Return a plan's facts as canonical JSON; the reason is left empty."""
    return canonical(asdict(replace(plan, reason=""))).decode()


def read_plan(text: str, reason: Untrusted | None) -> Plan:
    """Return the plan that was stored.

    Args:
        text: What `plan_text` made of it.
        reason: Its words; None where they were erased.

    Raises:
        Tampered: The text is not one we ever wrote.
    """
    return _read(text, _raw(reason)).plan


def made_digest(text: str, reason: Untrusted | None) -> str:
    """Make the digest again from what is stored; `read_plan` says what it raises."""
    return _read(text, _raw(reason)).digest


def made_phrase(text: str, reason: Untrusted | None) -> str:
    """Return what is typed to confirm; `read_plan` says what it raises."""
    return _read(text, _raw(reason)).phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A plan with what takes long to make of it."""

    plan: Plan
    digest: str
    phrase: str


def _raw(reason: Untrusted | None) -> str:
    return "" if reason is None else reason.for_redaction()


@lru_cache(maxsize=_KEPT)
def _read(text: str, reason: str) -> _Read:
    try:
        plan = replace(_PLAN.validate_json(text), reason=reason)
    except ValidationError as bad:
        raise Tampered(
            "The plan was not read",
            because="its text does not have its stored form",
            next_move="Run `tocsin log verify`.",
        ) from bad
    return _Read(plan=plan, digest=plan.digest(), phrase=plan.phrase)
