"""NeMo Guardrails: the log of a generation, and which rail stopped it.

A rail that ran and did not stop asks for nothing. The response and the decisions'
texts are never read. Needs `log` with `activated_rails` among the generation options.

Source:
    https://docs.nvidia.com/nemo/guardrails, "Generation Options", output of `log`.
"""

from bot.domain.envelope import EntityKind, Envelope, Outcome
from bot.domain.errors import Unparsed
from bot.envelopes.fields import every, first, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.noted import envelopes_for
from bot.envelopes.shapes import Shape, fits, recognizer
from bot.envelopes.times import read_time
from bot.envelopes.verdicts import Verdict, Where
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="nemo_guardrails",
    title="NeMo Guardrails",
    docs="https://docs.nvidia.com/nemo/guardrails/latest/",
    summary="Generation logs of NeMo Guardrails with their activated rails.",
)
_LOGS = ("log", "guardrails.log", "guardrails_data.log", "response.log")
_RAILS = (*(f"{path}.activated_rails" for path in _LOGS), "activated_rails")
_WHERE = {
    "output": Where.ANSWER,
    "retrieval": Where.DOCUMENT,
    "execution": Where.TOOL,
    "tool_input": Where.TOOL,
    "tool_output": Where.TOOL,
}
_REFUSES = "refuse to respond"

_CHECKED = Shape(has=("rails_status", "status"))

recognizes = recognizer(_CHECKED, *(Shape(has=(path,)) for path in _RAILS))


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a generation in which a rail stopped something.

    Raises:
        Unparsed: Not JSON, or no generation in it has a log of its rails.
    """
    document = read_values(payload.body)
    made = [
        verdict
        for entry in entries_of(document.value)
        if isinstance(first(entry, *_RAILS), list) or fits(entry, _CHECKED)
        for verdict in _verdicts(entry, document.notes)
    ]
    if not made:
        raise Unparsed(
            "The payload is not one of NeMo Guardrails",
            because="it holds no log of activated rails",
            next_move='Ask for {"log": {"activated_rails": true}} when generating.',
        )
    return envelopes_for(made)


def _verdicts(entry: Json, notes: tuple[str, ...]) -> list[Verdict]:
    """Return one verdict for each kind of rail that stopped, or a quiet one."""
    rails = _rails(entry)
    stopped = [one for one in rails if _stops(one)]
    kinds = dict.fromkeys(text_of(member(one, "type")) for one in stopped)
    if not kinds:
        return [_verdict(entry, rails, "", notes)]
    return [
        _verdict(
            entry,
            [one for one in stopped if text_of(member(one, "type")) == kind],
            kind,
            notes,
        )
        for kind in kinds
    ]


def _rails(entry: Json) -> list[Json]:
    """Return the rails; a check only gives the names of those that stopped."""
    checked = member(entry, "rails_status")
    if isinstance(checked, dict):
        said = {name: first_text(one, "status") for name, one in checked.items()}
        return [_named(name, stop=one == "blocked") for name, one in said.items()]
    listed = [one for path in _RAILS for one in every(entry, f"{path}[]")]
    return [_named(one, stop=True) if isinstance(one, str) else one for one in listed]


def _named(name: str, *, stop: bool) -> Json:
    sides = ("output", "retrieval", "input")
    kind = next((one for one in sides if one in name.split()), "input")
    return {"name": name, "type": kind, "stop": stop}


def _verdict(
    entry: Json, rails: list[Json], kind: str, notes: tuple[str, ...]
) -> Verdict:
    began = (read_time(member(one, "started_at")) for one in rails)
    return Verdict(
        source=MANIFEST.name,
        product=MANIFEST.title,
        found=tuple(_name(one) for one in rails) if kind else (),
        flagged=bool(kind),
        where=_WHERE.get(kind.casefold(), Where.PROMPT),
        outcome=Outcome.BLOCKED if kind else Outcome.UNKNOWN,
        app=first_text(entry, "app", "application", "service"),
        model=first_text(entry, "model", "guardrails.model"),
        things=(
            (
                EntityKind.GUARDRAIL,
                first_text(entry, "config_id", "guardrails.config_id", "config_ids[0]"),
            ),
        ),
        facts={"rail_type": kind, "stop": "true" if kind else ""},
        event_id=first_text(entry, "id", "request_id"),
        group=first_text(entry, "thread_id", "conversation_id", "session_id"),
        at=next((at for at in began if at), None)
        or read_time(first_text(entry, "timestamp", "created", "time") or None),
        notes=notes,
    )


def _stops(rail: Json) -> bool:
    said = text_of(member(rail, "stop"))
    decided = {text_of(one).casefold() for one in every(rail, "decisions[]")}
    return said == "true" or (not said and _REFUSES in decided)


def _name(rail: Json) -> str:
    """Return the flow's name without its parameters, ``check input $model=x``."""
    return text_of(member(rail, "name")).split("$", 1)[0].strip() or "rail"
