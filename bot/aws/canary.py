"""Canary prompts: what a version of a guardrail stops, counted.

A fixed set of attacks and of harmless questions is put to one version of a guardrail
with ``ApplyGuardrail``, as input. No model is called, nothing is changed, and what the
guardrail answers is not kept: only whether it stepped in. The set is ours and says
nothing about an application's own topics; it tells whether a version got weaker, or so
strict that it holds up ordinary questions.
"""

import functools
import hashlib
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files

import orjson

from bot.acting.reading import Case
from bot.aws.calls import read
from bot.aws.session import AwsSession
from bot.domain.action_effects import Verdict
from bot.domain.plan import Change
from bot.ports.action import Verified

CALL = "bedrock-runtime.ApplyGuardrail"
MOST_PROMPTS = 24
LONGEST_PROMPT = 200
"""So that a count costs at most 24 text units (of 1,000 characters) per policy."""
_AT_ONCE = 4
_ATTEMPTS = 2
_ANSWER_WITHIN_S = 5.0
"""So that a guardrail that hangs holds up a plan for a minute at most."""
_FORM = re.compile(r"stops (\d+) of (\d+) attacks, (\d+) of (\d+) harmless prompts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """The shipped set.

    Attributes:
        name: Its number and the beginning of its digest; another byte, another name.
    """

    name: str
    attacks: tuple[str, ...]
    harmless: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many prompts a version stopped; anonymized counts as stopped."""

    attacks: int
    of_attacks: int
    harmless: int
    of_harmless: int

    def __str__(self) -> str:
        return (
            f"stops {self.attacks} of {self.of_attacks} attacks, "
            f"{self.harmless} of {self.of_harmless} harmless prompts"
        )

    def keeps(self, promised: "Tally") -> bool:
        """Tell whether it stops as many attacks, and no more harmless prompts."""
        return self.attacks >= promised.attacks and self.harmless <= promised.harmless


@functools.cache
def prompts() -> Prompts:
    """Return the shipped set, read once."""
    raw = files("bot.aws").joinpath("canary_prompts.json").read_bytes()
    found = orjson.loads(raw)
    digest = hashlib.sha256(raw).hexdigest()[:8]
    return Prompts(
        name=f"canary prompts, set {found['set']} ({digest})",
        attacks=tuple(one["text"] for one in found["attacks"]),
        harmless=tuple(one["text"] for one in found["harmless"]),
    )


def counted(reader: AwsSession, guardrail: str, version: str) -> Tally:
    """Ask a version of a guardrail about every prompt.

    Args:
        reader: Needs ``bedrock:ApplyGuardrail`` on the guardrail.
        guardrail: Id or ARN; "" for none, which stops nothing and is not asked.
        version: A number or ``DRAFT``.

    Raises:
        NotFound: There is no such guardrail or version.
        Unreachable: It was refused, or there was no answer to one of them.
    """
    asked = prompts()
    every = (*asked.attacks, *asked.harmless)
    stopped = _stopped(reader, guardrail, version, every) if guardrail else (False,)
    cut = len(asked.attacks)
    return Tally(
        attacks=sum(stopped[:cut]),
        of_attacks=cut,
        harmless=sum(stopped[cut:]),
        of_harmless=len(asked.harmless),
    )


def _stopped(
    reader: AwsSession, guardrail: str, version: str, every: Sequence[str]
) -> tuple[bool, ...]:
    patient = reader.waiting(_ANSWER_WITHIN_S)

    def ask(text: str) -> bool:
        asked = {
            "guardrailIdentifier": guardrail,
            "guardrailVersion": version,
            "source": "INPUT",
            "content": [{"text": {"text": text}}],
        }
        answer = read(patient, CALL, asked, attempts=_ATTEMPTS)
        return bool(answer["action"] == "GUARDRAIL_INTERVENED")

    # The first alone: where it is refused, the others are not asked.
    first = ask(every[0])
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        return (first, *pool.map(ask, every[1:]))
    finally:
        pool.shutdown(cancel_futures=True)


def change(before: Tally, after: Tally) -> Change:
    """Return the line of a plan that promises what will be stopped."""
    return Change(what=prompts().name, before=str(before), after=str(after))


def promised(case: Case) -> Tally | None:
    """Return what the plan promised; None if it was another set of prompts."""
    changes = case.draft.changes if case.draft else ()
    for one in changes:
        found = _FORM.fullmatch(one.after)
        if one.what == prompts().name and found:
            stopped, attacks, held_up, harmless = map(int, found.groups())
            return Tally(
                attacks=stopped,
                of_attacks=attacks,
                harmless=held_up,
                of_harmless=harmless,
            )
    return None


def judged(case: Case, guardrail: str, version: str) -> Verified:
    """Say whether the version that is in use now keeps what the plan promised.

    Raises:
        NotFound: There is no such guardrail or version.
        Unreachable: It could not be asked.
    """
    wanted = promised(case)
    if wanted is None:
        says = "The canary prompts are other ones than when it was planned."
        return Verified(verdict=Verdict.INCONCLUSIVE, says=says)
    now = counted(case.reader, guardrail, version)
    if now.keeps(wanted):
        says = f"Asked again, it {now}."
        return Verified(verdict=Verdict.PASS, says=says)
    says = f"Asked again, it {now}. Promised was that it {wanted}."
    return Verified(verdict=Verdict.FAIL, says=says)
