"""What the log and the world say once everything is over, and the table of it.

The effects were counted by the world, the stages are folded from the log's entries.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.domain.action import ActionState, fold
from bot.domain.codec import decode_action
from bot.ports import Entry, Transaction
from bot.store.sqlite import SqliteStore
from tests.chaos.sizes import RANDOM
from tests.chaos.storm import CLIENTS, Storm
from tests.chaos.world import MOMENTS

MAY_AGREE = frozenset({"U0SECOND", "U0COMMANDER"})
COMMANDER = "U0COMMANDER"


@dataclass(frozen=True)
class Found:
    """What the log and the world say of one plan."""

    id: str
    key: str
    state: ActionState
    kinds: Counter[str]
    approvers: frozenset[str]
    refused: Counter[str]
    effects: int

    @property
    def stage(self) -> str:
        return self.state.stage.value

    @property
    def has_quorum(self) -> bool:
        """Tell whether enough of the right people agreed, counted here once more."""
        plan = self.state.plan
        enough = len(self.approvers) >= plan.quorum
        return enough and (not plan.needs_commander or COMMANDER in self.approvers)


@dataclass(frozen=True)
class Aftermath:
    """Everything that is judged.

    Attributes:
        verified: What `tocsin log verify` printed first, "" if it failed.
        heard: What people were told that only they see.
    """

    storm: Storm
    plans: tuple[Found, ...]
    verified: str
    heard: tuple[str, ...]

    @property
    def by_id(self) -> dict[str, Found]:
        return {plan.id: plan for plan in self.plans}

    @property
    def without_quorum(self) -> int:
        return sum(plan.effects for plan in self.plans if not plan.has_quorum)

    @property
    def forbidden(self) -> Counter[str]:
        """Return who agreed although they may not."""
        agreed = Counter(who for plan in self.plans for who in plan.approvers)
        return Counter({who: n for who, n in agreed.items() if who not in MAY_AGREE})

    @property
    def stray(self) -> int:
        """Return how many effects belong to no plan."""
        ours = sum(plan.effects for plan in self.plans)
        return sum(self.storm.world.effects.values()) - ours


def looked_up(home: Path, effects: Counter[str]) -> Iterator[Found]:
    """Read every plan of a store that nobody has open."""
    store = SqliteStore(home / "tocsin.db")
    try:
        names = store.read(lambda tx: tx.tables.execute("SELECT id FROM plan", ()))
        for name in sorted(str(row["id"]) for row in names):
            yield _found(name, store.read(partial(_entries, name)), effects)
    finally:
        store.close()


def _entries(plan: str, tx: Transaction) -> Sequence[Entry]:
    return tx.log.load(f"action/{plan}")


def _found(name: str, entries: Sequence[Entry], effects: Counter[str]) -> Found:
    key = hashlib.sha256(f"{name}/s1".encode()).hexdigest()
    return Found(
        id=name,
        key=key,
        state=fold(decode_action(e.kind, e.body, e.words) for e in entries),
        kinds=Counter(e.kind.split(".")[1] for e in entries),
        approvers=frozenset(e.actor for e in entries if e.kind == "action.approved.v1"),
        refused=Counter(e.actor for e in entries if e.kind == "action.refused.v1"),
        effects=effects[key],
    )


def table(after: Aftermath) -> list[str]:
    """Return the figures of a run, as lines."""
    storm, plans = after.storm, after.plans
    most = max(plan.effects for plan in plans)
    stages = Counter(plan.stage for plan in plans)
    refused = sum((plan.refused for plan in plans), Counter[str]())
    rows = {
        "plans": f"{len(plans)}, kills {len(storm.kills)}, {storm.took_s:.0f} s",
        "presses": (
            f"{storm.pace.answered} by {CLIENTS} client processes, "
            f"{storm.again} of them again after a kill; by kind and HTTP status:"
        ),
        **dict(_presses(storm)),
        "kills": "by moment, and what became of the plans that were running then:",
        **dict(_kills(after)),
        "effects": (
            f"{sum(storm.world.effects.values())}, most per plan {most}, of no plan "
            f"{after.stray}, without quorum {after.without_quorum}"
        ),
        "approvals": (
            "by requester, outsider, guest or anybody else who may not: "
            f"{sum(after.forbidden.values())}"
        ),
        "stages": _listed(stages),
        "refusals": _listed(refused),
        "log": after.verified or "does not verify",
        "starts": _starts(storm),
    }
    return [f"{name:<12} {said}" for name, said in rows.items()]


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))


def _presses(storm: Storm) -> Iterator[tuple[str, str]]:
    for kind in sorted({kind for kind, _ in storm.answers}):
        rows = {s: n for (k, s), n in sorted(storm.answers.items()) if k == kind}
        told = ", ".join(f"{status}: {n}" for status, n in rows.items())
        yield f"  {kind}", f"{sum(rows.values()):>5}  ({told})"


def _kills(after: Aftermath) -> Iterator[tuple[str, str]]:
    for moment in (*MOMENTS, RANDOM):
        kills = [kill for kill in after.storm.kills if kill.moment == moment]
        ends = Counter(
            f"{then} -> {after.by_id[plan].stage}"
            for kill in kills
            for plan, then in kill.found.items()
        )
        yield f"  {moment}", f"{len(kills):>5}  ({_listed(ends)})"


def _starts(storm: Storm) -> str:
    starts = sorted(kill.start_s for kill in storm.kills)
    half = starts[len(starts) // 2]
    return f"after a kill: median {half:.2f} s, most {starts[-1]:.2f} s"
