"""Answers a question about one incident from its evidence, or says that it cannot.

First what typed facts say, then what a model claims where one was asked and its claims
are borne out, then the passage that says most of the question, quoted. Nothing is ever
done: who asks for a deed is told how a person does it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import Field

from bot.assistant.claims import ClaimAnswer, SummaryAnswer, checked
from bot.assistant.question import Asked, understood
from bot.assistant.question_facts import named_system
from bot.assistant.question_kinds import by_facts
from bot.assistant.question_search import FLOOR, Found, content, search
from bot.assistant.question_story import best_line, quoted
from bot.assistant.shapes import Shape
from bot.domain.passage import (
    OF_THE_INCIDENT,
    Evidence,
    How,
    Passage,
    Place,
    Reply,
    Said,
    reply,
)
from bot.domain.untrusted import Untrusted
from bot.ports.model import Told

PROMPT = "incident-question"
QUESTION = "question"
"""Under which id a model is told the question; nothing may rest on it."""

_MOST_TOLD = 40
_QUOTED = 2
_CLOSE = 0.9
_MOST_CLAIMS = 12
_LEAST_NEAR = 0.34
_DEEDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "approve": (
        "Only a person approves: with **Review and confirm** on the plan's card.",
        ("/incident plans",),
    ),
    "refuse": (
        "A person rejects a plan on its card, or takes it back.",
        ("/incident cancel PLAN REASON",),
    ),
    "plan": (
        "I do nothing. A person proposes it, others confirm it, and then it runs.",
        ("/incident propose",),
    ),
    "ack": ("A person acknowledges, on the card or with this.", ("/incident ack",)),
    "resolve": ("A person ends it.", ("/incident resolve fixed TEXT",)),
    "reopen": ("A person opens it again.", ("/incident reopen",)),
    "role": ("A person gives roles.", ("/incident role commander @who",)),
    "severity": (
        "A person sets the severity, with a reason.",
        ("/incident severity SEV2 REASON",),
    ),
    "snooze": ("A person puts it to rest.", ("/incident snooze 30m REASON",)),
    "step": (
        "A person takes and finishes steps.",
        ("/incident step take RB-07 2", "/incident step done RB-07 2"),
    ),
    "note": ("A person adds to the timeline.", ("/incident note TEXT",)),
    "share": (
        "A person gets the evidence for themselves.",
        ("/incident diagnostics", "/incident page"),
    ),
    "tell": ("I tell nobody anything on request; a person does.", ("/incident help",)),
    "other": (
        "I only answer questions; people do everything else.",
        ("/incident help",),
    ),
}


class QuestionAnswer(Shape):
    """What a model is asked for with the prompt ``incident-question``."""

    known: bool
    claims: tuple[ClaimAnswer, ...] = Field(max_length=_MOST_CLAIMS)


def by_rules(question: Untrusted, evidence: Evidence) -> Reply:
    """Return the answer without a model.

    Args:
        question: Masked, without the mention of the bot.
    """
    asked = understood(question)
    if asked.deed:
        return _deed(asked, evidence)
    said = by_facts(asked, evidence)
    if said:
        return reply(How.FACTS, said, evidence)
    if said is None:
        return reply(How.NOTHING, (), evidence)
    return _searched(asked, evidence)


def told(question: Untrusted, evidence: Evidence) -> tuple[Told, ...]:
    """Return what a model is told: the question, then the passages nearest to it."""
    asked = understood(question)
    found = [one.passage for one in search(asked.text, evidence.passages, most=200)]
    rest = [one for one in evidence.passages if one.place in OF_THE_INCIDENT]
    ordered = list(
        dict.fromkeys((*(one.id for one in found), *(one.id for one in rest)))
    )
    parts = (_told(one) for one in evidence.of(ordered[:_MOST_TOLD]))
    return (Told(id=QUESTION, name=QUESTION, text=question), *parts)


def _told(passage: Passage) -> Told:
    outside = passage.text.for_html_text(limit=2_000) if passage.text else ""
    ours = passage.said.replace("<@", "").replace(">", "")
    when = f"{passage.at:%Y-%m-%d %H:%M} UTC" if passage.at else ""
    text = "\n".join(one for one in (when, ours, outside) if one)
    return Told(id=passage.id, name=passage.cite, text=Untrusted(text))


def by_model(
    answer: QuestionAnswer, sent: Sequence[Told], evidence: Evidence
) -> tuple[Reply | None, tuple[str, ...]]:
    """Return what of a model's answer is borne out, and why the rest is not.

    Args:
        sent: Exactly what the model was told, masked as it was.

    Returns:
        No answer where the model says that it does not know, or nothing is left.
    """
    if not answer.known:
        return None, ()
    basis = tuple(one for one in sent if one.id != QUESTION)
    found = checked(SummaryAnswer(claims=answer.claims, unknown=()), basis)
    said = [Said(quote=one.text, evidence=one.evidence) for one in found.claims]
    made = reply(How.MODEL, said, evidence) if said else None
    return made, found.dropped


def _deed(asked: Asked, evidence: Evidence) -> Reply:
    text, commands = _DEEDS[asked.deed]
    said = [Said(text=text.replace("**", ""), commands=commands)]
    if asked.deed == "plan":
        said += _nearest_step(asked, evidence)
    return reply(How.PERSON, said, evidence)


def _nearest_step(asked: Asked, evidence: Evidence) -> list[Said]:
    steps = [one for one in evidence.passages if one.place is Place.RUNBOOK]
    found = search(asked.text, steps, most=1)
    if not found or found[0].share < FLOOR:
        return []
    return [_quote(found[0], evidence)]


def _searched(asked: Asked, evidence: Evidence) -> Reply:
    """Quote the passage that says most of the question, or say that none does.

    What a runbook says is no evidence of what happened, so that it answers only what
    one can or should do.
    """
    own = _own_systems(asked, evidence)
    among = [one for one in evidence.passages if _may_answer(one, asked, own)]
    found = search(asked.text, among)
    if found and found[0].share >= FLOOR:
        best = found[0]
        close = [one for one in found[:_QUOTED] if _is_like(one, best)]
        return reply(How.SEARCH, [_quote(one, evidence) for one in close], evidence)
    near = found[:1] if found and found[0].share >= _LEAST_NEAR else ()
    nearest = next((_brief(one) for one in near), None)
    return replace(reply(How.NOTHING, (), evidence), nearest=nearest)


def _is_like(one: Found, best: Found) -> bool:
    """Tell whether a passage is worth quoting beside the best one."""
    places = (one.passage.place, best.passage.place)
    is_alike = places[0] is places[1] or OF_THE_INCIDENT.issuperset(places)
    return is_alike and one.share >= _CLOSE * best.share


def _brief(found: Found) -> Passage:
    """Return a passage with no more than what came closest."""
    passage, of = found.passage, found.words
    text = passage.text
    if text is not None:
        text = Untrusted(best_line(text.for_html_text(limit=6_000), of, by=" · "))
    return replace(passage, said=best_line(passage.said, of), text=text)


def _own_systems(asked: Asked, evidence: Evidence) -> tuple[str, ...]:
    """Return the ids of the systems that the incident or the question is about."""
    found = (evidence.system, named_system(asked.text, evidence))
    return tuple(one.id for one in found if one is not None)


def _may_answer(passage: Passage, asked: Asked, systems: Sequence[str]) -> bool:
    if passage.place is Place.REGISTRY:
        return passage.title.endswith(tuple(f" {one}" for one in systems))
    if asked.is_how:
        return passage.place is Place.RUNBOOK
    return passage.place in OF_THE_INCIDENT


def _quote(found: Found, evidence: Evidence) -> Said:
    return quoted(found.passage, evidence, of=content(" ".join(found.words)))
