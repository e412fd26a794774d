"""A plan as it is stored: canonical JSON without the words, and back.

The reason a person typed is kept with the words, where it can be erased, and a random
salt with it; the digest covers both. Once they are erased the digest cannot be made
again, not even by somebody who guesses the reason: nothing of that age may run.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from pydantic import TypeAdapter, ValidationError

from bot.domain.errors import Tampered
from bot.domain.plan import Plan, as_doc, canonical
from bot.domain.untrusted import Untrusted

_PLAN = TypeAdapter(Plan)
# Plans that are open at one time; a plan is read several times per decision.
_KEPT = 256


def plan_text(plan: Plan) -> str:
    """Return a plan's facts as canonical JSON; reason and salt are left empty."""
    return canonical(as_doc(replace(plan, reason="", salt=""))).decode()


def read_plan(
    text: str, reason: Untrusted | None, salt: Untrusted | None = None
) -> Plan:
    """Return the plan that was stored.

    Args:
        text: What `plan_text` made of it.
        reason: Its words; None where they were erased.
        salt: What was kept beside them; None where it was erased.

    Raises:
        Tampered: The text is not one we ever wrote.
    """
    return _read(text, _raw(reason), _raw(salt)).plan


def made_digest(
    text: str, reason: Untrusted | None, salt: Untrusted | None = None
) -> str:
    """Make the digest again from what is stored; `read_plan` says what it raises."""
    return _read(text, _raw(reason), _raw(salt)).digest


def made_phrase(
    text: str, reason: Untrusted | None, salt: Untrusted | None = None
) -> str:
    """Return what is typed to confirm; `read_plan` says what it raises."""
    return _read(text, _raw(reason), _raw(salt)).phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A plan with what takes long to make of it."""

    plan: Plan
    digest: str
    phrase: str


def _raw(word: Untrusted | None) -> str:
    return "" if word is None else word.for_redaction()


@lru_cache(maxsize=_KEPT)
def _read(text: str, reason: str, salt: str) -> _Read:
    try:
        plan = replace(_PLAN.validate_json(text), reason=reason, salt=salt)
    except ValidationError as bad:
        raise Tampered(
            "The plan was not read",
            because="its text does not have its stored form",
            next_move="Run `tocsin log verify`.",
        ) from bad
    return _Read(plan=plan, digest=plan.digest(), phrase=plan.phrase)
