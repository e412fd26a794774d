"""Every answer of the policies that decided something, read from the log.

A view, not a second log: what the policies said stands inside the events of plans and
originals, and in the stream of what belongs to no plan. Texts of rules are looked up
by whoever shows them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.action_events import ActionEvent, ActionRefused
from bot.domain.codec import decode_action
from bot.domain.ruling import Ruling
from bot.domain.share_events import OriginalSealed
from bot.ports import Entry, Transaction
from bot.readmodels.timeline import ACTION_STREAM, SHARE_STREAM

_STREAM, _DECIDED = "policy", "policy.decided.v1"
_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One answer, with the event that it led to.

    Attributes:
        seq: Of that event in the log.
        at: Aware UTC.
        plan: "" where it was about none.
        incident: "" where it was about none.
        action: What would have run; "" where it was about no plan.
        event: Stored name without its version, e.g. ``action.approved``.
        code: Of the refusal that people got; "" where they got what they asked.
    """

    seq: int
    at: datetime
    ruling: Ruling
    plan: str
    incident: str
    action: str
    event: str
    code: str


def decisions(
    tx: Transaction,
    *,
    plan: str = "",
    incident: str = "",
    person: str = "",
    since: datetime | None = None,
) -> Iterator[Decision]:
    """Yield the answers that fit, in the order of the log.

    Args:
        since: From then on, aware UTC; None from the beginning.
    """
    about = _streams(tx)
    entries = tx.log.load(ACTION_STREAM + plan) if plan else _everything(tx)
    for entry in entries:
        if since is not None and entry.at < since:
            continue
        for one in _of(entry, about):
            fits = person in ("", one.ruling.by) and incident in ("", one.incident)
            if fits:
                yield one


def _everything(tx: Transaction) -> Iterator[Entry]:
    after = -1
    while found := tx.log.read(after=after, limit=_BATCH):
        yield from found
        after = found[-1].seq


def _streams(tx: Transaction) -> Mapping[str, tuple[str, str]]:
    """Return the incident, and for plans the action, of every stream."""
    plans = tx.tables.execute("SELECT id, incident, action FROM plan")
    shares = tx.tables.execute("SELECT id, incident FROM share")
    found = {SHARE_STREAM + row["id"]: (row["incident"], "") for row in shares}
    for row in plans:
        found[ACTION_STREAM + row["id"]] = (row["incident"], row["action"])
    return found


def _of(entry: Entry, about: Mapping[str, tuple[str, str]]) -> Iterator[Decision]:
    if entry.stream.startswith(ACTION_STREAM):
        plan = entry.stream.removeprefix(ACTION_STREAM)
        event = decode_action(entry.kind, entry.body, entry.words)
        incident, action = about.get(entry.stream, ("", ""))
        code = event.code if isinstance(event, ActionRefused) else ""
        for ruling in _rulings(event):
            yield _decision(entry, ruling, plan, incident, action, code)
    elif entry.stream == _STREAM and entry.kind == _DECIDED:
        body = entry.body
        incident, action = str(body["incident"]), str(body["action"])
        yield _decision(
            entry, _read(body), "", incident, action, code=str(body["code"])
        )
    elif entry.stream.startswith(SHARE_STREAM) and entry.kind == OriginalSealed.name:
        incident, _ = about.get(entry.stream, ("", ""))
        yield _decision(entry, _opened(entry.body), "", incident, "", code="")


def _decision(
    entry: Entry, ruling: Ruling, plan: str, incident: str, action: str, code: str
) -> Decision:
    return Decision(
        seq=entry.seq,
        at=entry.at,
        ruling=ruling,
        plan=plan,
        incident=incident,
        action=action,
        event=entry.kind.rpartition(".")[0],
        code=code,
    )


def _rulings(event: ActionEvent) -> tuple[Ruling, ...]:
    one: Ruling | None = getattr(event, "ruling", None)
    several: tuple[Ruling, ...] = getattr(event, "rulings", ())
    return several if one is None else (one, *several)


def _read(body: Mapping[str, Any]) -> Ruling:
    return Ruling(
        by=str(body["by"]),
        verb=str(body["verb"]),
        allowed=bool(body["allowed"]),
        policies=tuple(body["policies"]),
        hash=str(body["hash"]),
        waivers=tuple(body["waivers"]),
        groups=tuple(body["groups"]),
    )


def _opened(body: Mapping[str, Any]) -> Ruling:
    return Ruling(
        by=str(body["person"]),
        verb="open_raw",
        allowed=True,
        policies=tuple(body["rules"]),
        hash=str(body["policy_hash"]),
    )
