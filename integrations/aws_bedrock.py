"""Amazon Bedrock: its invocation log, guardrail verdicts, and agents' calls.

Prompts and answers never get here: `bot/envelopes/bedrock.py` leaves them where they
were. What a guardrail found on the way in is an attempt to misuse the model, what it
found on the way out is something that the model said; each side has its own facts, and
the rules judge them.
"""

from collections.abc import Iterator

from bot.domain.envelope import Entity, EntityKind, Envelope, Outcome
from bot.domain.untrusted import Untrusted
from bot.envelopes.arns import things_of
from bot.envelopes.aws_delivery import Delivery
from bot.envelopes.aws_reading import (
    headline,
    named,
    parsed,
    recognized,
    several,
    texts,
)
from bot.envelopes.bedrock import Call, Kind, kind_of, read_call
from bot.envelopes.guardrail import ATTACKS, Found, outcome
from bot.envelopes.mapping import digest, identifier
from bot.envelopes.wording import last_part
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="aws_bedrock",
    title="Amazon Bedrock",
    docs="https://docs.aws.amazon.com/bedrock/latest/userguide/"
    "model-invocation-logging.html",
    summary="Invocation log records and guardrail verdicts, without their texts.",
    family="aws",
)
_MOST_KINDS = 3
_DENIED = ("accessdenied", "unauthorized")


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload records a call of Bedrock."""
    return recognized(payload, takes)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a call.

    Raises:
        Unparsed: There is no call of Bedrock.
    """
    return parsed(payload, takes, envelopes, name=MANIFEST.title)


def takes(one: Delivery) -> bool:
    """Tell whether it records a call of Bedrock."""
    return one.event is None and kind_of(one.value) is not None


def envelopes(one: Delivery) -> tuple[Envelope, ...]:
    """Return the alert of a call."""
    call = read_call(one.value)
    if call is None:
        return ()
    return (
        Envelope(
            source=MANIFEST.name,
            source_event_id=identifier(call.id),
            dedup_key=_sameness(call),
            occurred_at=call.at,
            title=_title(call),
            texts=texts(_said(call)),
            entities=several(_things(call)),
            outcome=_outcome(call),
            notes=one.document.notes,
        ),
    )


def _sameness(call: Call) -> str:
    """Return what is equal for repeats: who, with which model, and what was found."""
    kinds = sorted(
        {f"{one.side} {one.policy} {one.kind} {one.action}" for one in call.found}
    )
    about = [call.account, call.model, call.agent, call.caller, call.group]
    return digest([call.kind, about, list(call.guardrails), kinds, call.error])


def _outcome(call: Call) -> Outcome:
    if call.found:
        found = outcome(call.found)
        # The guardrail's own word counts where single findings leave it open.
        stopped = call.intervened and found is Outcome.UNKNOWN
        return Outcome.BLOCKED if stopped else found
    if call.intervened or any(mark in call.error.casefold() for mark in _DENIED):
        return Outcome.BLOCKED
    return Outcome.UNKNOWN


def _title(call: Call) -> Untrusted:
    what = call.model or call.agent
    short = last_part(what) or "a model"
    if call.kind is Kind.ACTION_GROUP:
        return headline(f"Agent {short} calls {call.operation} of {call.group}")
    if call.found:
        return headline(_verdict(call), f"({short})" if what else "")
    if call.intervened:
        return headline(f"A guardrail stepped in at a call of {short}")
    if call.error:
        return headline(f"{call.operation} of {short} failed: {call.error}")
    tokens = call.figures.get("totalTokens", 0)
    used = f"used {tokens} tokens" if tokens else "was recorded"
    return headline(f"{call.operation} of {short} {used}")


def _verdict(call: Call) -> str:
    """Return ``Guardrail x blocked a prompt: VIOLENCE`` and the like."""
    which = next((last_part(n) for n in call.guardrails), "")
    did = {
        Outcome.BLOCKED: "stopped",
        Outcome.ALLOWED: "noticed but let through",
    }.get(_outcome(call), "looked at")
    sides = {one.side for one in call.found}
    side = {"input": "a prompt", "output": "an answer"}.get(
        next(iter(sides)) if len(sides) == 1 else "", "a text"
    )
    kinds = list(dict.fromkeys(one.kind for one in call.found))[:_MOST_KINDS]
    return f"Guardrail {which} {did} {side}: {', '.join(kinds)}".replace("  ", " ")


def _said(call: Call) -> dict[str, str]:
    said = {
        "schemaType": call.kind.value if call.kind is Kind.LOG else "",
        "record": call.kind.value,
        "operation": call.operation,
        "modelId": call.model,
        "agent": call.agent,
        "actionGroup": call.group,
        "caller": call.caller,
        "stopReason": call.stop,
        "errorCode": call.error,
        "guardrails": ", ".join(call.guardrails),
        "intervened": "true" if call.intervened else "",
        "findings": str(len(call.found)),
        "accountId": call.account,
        "region": call.region,
        "kept in S3": ", ".join(call.stored),
    }
    said |= {name: str(number) for name, number in call.figures.items() if number}
    said |= {_fact(one): one.action for one in reversed(call.found)}
    for place, one in enumerate(call.found, 1):
        said[f"found {place}"] = one.says
    return said


def _fact(one: Found) -> str:
    """Return under which name the rules ask for a finding.

    ``inputHarm``, ``outputTopic``, ``promptAttack``, ``personalData``, ``grounding``;
    where the side is not told, ``harm`` and ``topic``.
    """
    if one.kind in ATTACKS:
        return "promptAttack"
    match one.policy:
        case "content":
            return f"{one.side}Harm" if one.side else "harm"
        case "topic":
            return f"{one.side}Topic" if one.side else "topic"
        case "word":
            return f"{one.side}Word" if one.side else "word"
        case "personal data":
            return "personalData"
        case _:
            return one.policy


def _things(call: Call) -> Iterator[Entity]:
    model = things_of(call.model)
    yield from model or named(EntityKind.MODEL, call.model)
    yield from named(EntityKind.AGENT, call.agent)
    for guardrail in call.guardrails:
        yield from things_of(guardrail) or named(EntityKind.GUARDRAIL, guardrail)
    yield from things_of(call.caller) or named(EntityKind.PRINCIPAL, call.caller)
    yield from named(EntityKind.ACCOUNT, call.account)
