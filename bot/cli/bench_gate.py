"""Presses on plans: what became of them, and how long a decision takes.

Three hundred plans are put forward, every fifth of the most dangerous kind, and six
thousand presses come in over six threads while the executor runs what was approved.
Everything is the real thing but people and world (`bench_gate_house.py`).

A transition is one decision about one plan, from BEGIN to COMMIT in the writer, also
one that writes down a refusal. Decisions are worked out before that, one at a time
(`bot/plans/foresight.py`); the transaction compares what they rest on and writes. One
that came too late wrote nothing, is counted apart, and was decided again.

The writer may commit several pieces at once, so the figure held against the limit is a
decision's own time: its group's BEGIN to COMMIT without the others' work. What others
work in the same group is waiting for them, as waiting in the queue is; both are printed
apart, as is the plain share. The times are those of a wall clock in a process with
eight busy threads, with nothing taken out for that, and the server's own switch
interval. Bare commits are measured alone, and again among the presses: on the same
disk, with the same threads wanting the interpreter.
"""

import gc
import hashlib
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.cli import garbage
from bot.cli.bench_gate_house import (
    CHANNEL,
    COMMANDER,
    GUEST,
    INCIDENT,
    OUTSIDER,
    REQUESTER,
    SECOND,
    Bench,
    open_bench,
)
from bot.cli.bench_meter import times
from bot.cli.bench_rival import bare_commits_beside, bare_sqlite_commits_s
from bot.cli.serving import SWITCH_S
from bot.domain.action_facts import Click
from bot.domain.action_table import Stage
from bot.domain.errors import PlanChanged, Refusal
from bot.domain.plan import Level
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.gate.policy_bench import bench_policy
from bot.readmodels.timeline import ACTION_STREAM
from bot.store.verify import verify_store

_PLANS, _CLICKS, _THREADS = 300, 6000, 6
_T1_EVERY = 5
_AHEAD = 12
_MESSAGE = "1.1"
# Who presses how, of a hundred presses.
_MIX = {
    "requester": 16,
    "second person": 16,
    "commander": 10,
    "outsider": 13,
    "guest": 13,
    "wrong channel": 12,
    "forged token": 12,
    "replay": 6,
    "deny": 2,
}
_KINDS = tuple(kind for kind, share in _MIX.items() for _ in range(share))
_WHO = {
    "requester": REQUESTER,
    "commander": COMMANDER,
    "outsider": OUTSIDER,
    "guest": GUEST,
}
_MAY = frozenset({SECOND, COMMANDER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the log and the world say of one plan afterwards."""

    stage: Stage
    cleared: bool
    agreed: frozenset[str]
    quorum: int
    effects: int

    @property
    def has_quorum(self) -> bool:
        """Tell whether enough people agreed who may, and the log says so."""
        return self.cleared and len(self.agreed & _MAY) >= self.quorum


@dataclass
class Presses:
    """Six people at their buttons; `answers` says what became of each press."""

    bench: Bench
    plans: Sequence[PlanView]
    clicks: int
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    _agreed: list[PlanView] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def press(self, number: int) -> None:
        """Press once: always the same button for the same number."""
        kind = _KINDS[_dice(f"kind/{number}", len(_KINDS))]
        newest = number * len(self.plans) // self.clicks
        view = self.plans[max(0, newest - _dice(f"plan/{number}", _AHEAD))]
        with self._lock:
            if kind == "replay" and self._agreed:
                view = self._agreed[_dice(f"again/{number}", len(self._agreed))]
        try:
            self._pressed(view, kind)
        except Refusal as no:
            answer = no.code
        else:
            answer = "taken"
        with self._lock:
            self.answers[kind, answer] += 1
            if answer == "taken" and kind == "second person":
                self._agreed.append(view)

    def _pressed(self, view: PlanView, kind: str) -> None:
        """Do what a door does with a press: open its token, then ask the gate."""
        gate, who = self.bench.gate, _WHO.get(kind, SECOND)
        token = gate.token(view.plan.id)
        if kind == "forged token":
            token = token[:-4] + "0000"
        if not gate.opened(token):
            gate.turned_away(token, by=who, asked="approve", code=PlanChanged.code)
            raise PlanChanged("Nothing was approved", because="forged", next_move="")
        channel = "C0ELSEWHERE" if kind == "wrong channel" else CHANNEL
        click = Click(channel=channel, message=_MESSAGE, mac_ok=True)
        by = self.bench.people.asker(who, CHANNEL)
        if kind == "deny":
            why = Untrusted("wrong target")
            gate.deny(view.plan.id, by=by, reason=why, click=click)
            return
        is_t1 = view.plan.level is Level.T1
        gate.approve(
            view.plan.id,
            by=by,
            digest=view.digest,
            typed=view.plan.phrase if is_t1 else view.plan.draft.target,
            reason=Untrusted("agreed"),
            click=click,
        )


def _dice(what: str, sides: int) -> int:
    """Return the same number for the same words, below `sides`."""
    rolled = hashlib.sha256(what.encode()).digest()
    return int.from_bytes(rolled[:8], "big") % sides


def measure(*, plans: int = _PLANS, clicks: int = _CLICKS) -> dict[str, Any]:
    """Return the figures of this machine, by name with their unit."""
    bare = bare_sqlite_commits_s()
    policy = bench_policy()
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        bench = open_bench(Path(folder))
        try:
            presses = Presses(bench, proposed(bench, plans), clicks)
            with bare_commits_beside(Path(folder)) as beside:
                seconds = run(bench, presses)
            counts = counted(bench, presses)
        finally:
            bench.store.close()
    return {
        **counts,
        "clicks per s": clicks / seconds,
        **times(bench.meter, bare, beside),
        "policy decision p50, µs": policy["decision p50, µs"],
        "bare cedarpy p50, µs": policy["bare cedarpy p50, µs"],
        "policy ratio (limit: 1.5)": policy["ratio p50"],
    }


def proposed(bench: Bench, count: int) -> list[PlanView]:
    """Put plans forward and show them; nothing of this is measured."""
    made = [_propose(bench, number) for number in range(count)]
    for view in made:
        bench.gate.shown(view.plan.id, _MESSAGE)
    return made


def _propose(bench: Bench, number: int) -> PlanView:
    action, params = "aws.iam.deny_role", {"policy": "AWSDenyAll"}
    params |= {"role_name": f"role-{number}"}
    if number % _T1_EVERY == 0:
        action, params = "aws.bedrock.give_up_throughput", {"throughput": f"t{number}"}
    by = bench.people.asker(REQUESTER, CHANNEL)
    why = Untrusted("it answers strangers")
    return bench.gate.propose(INCIDENT, action, params, by=by, reason=why)


def run(bench: Bench, presses: Presses) -> float:
    """Let everybody press while plans run; return how many seconds it took."""
    runner = threading.Thread(target=bench.house.run_until, args=(bench.stop,))
    with _as_the_bot_runs():
        bench.counting.set()
        runner.start()
        began = time.perf_counter()
        try:
            with ThreadPoolExecutor(_THREADS) as people:
                list(people.map(presses.press, range(presses.clicks)))
        finally:
            took = time.perf_counter() - began
            bench.stop.set()
            bench.house.woken.set()
            runner.join()
            bench.counting.clear()
    bench.checkpoints.sign_if_dirty()
    while bench.house.executor.step():
        bench.checkpoints.sign_if_dirty()
    return took


@contextmanager
def _as_the_bot_runs() -> Iterator[None]:
    """Treat interpreter and garbage as `tocsin run` does once it stands."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(SWITCH_S)
    garbage.settle()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)


def counted(bench: Bench, presses: Presses) -> dict[str, Any]:
    """Return what the log and the world say: what was pressed, what was done."""
    seen = [seen_of(bench, view) for view in presses.plans]
    agreed = Counter(who for one in seen for who in one.agreed)
    stages = Counter(one.stage for one in seen)
    bench.checkpoints.sign_if_dirty()
    report = bench.store.read(lambda tx: verify_store(tx, bench.keys))
    return {
        "plans": len(seen),
        **{f"plans {stage}": stages[stage] for stage in Stage if stages[stage]},
        "clicks": presses.answers.total(),
        **_answers(presses.answers),
        "effects": bench.effects.total(),
        "max effects per plan (limit: 1)": max(one.effects for one in seen),
        "effects without quorum (limit: 0)": without_quorum(seen),
        "approvals by the requester (limit: 0)": agreed[REQUESTER],
        "approvals by an outsider (limit: 0)": agreed[OUTSIDER],
        "approvals by a guest (limit: 0)": agreed[GUEST],
        "log verified, entries": report.checkpoint_size,
    }


def without_quorum(seen: Sequence[Plan]) -> int:
    """Return how many effects were made for plans that too few agreed to."""
    return sum(one.effects for one in seen if not one.has_quorum)


def seen_of(bench: Bench, view: PlanView) -> Plan:
    """Return what the log and the world say of a plan."""
    entries = bench.store.read(lambda tx: tx.log.load(ACTION_STREAM + view.plan.id))
    kinds = [entry.kind for entry in entries]
    yes = {e.actor for e in entries if e.kind == "action.approved.v1"}
    return Plan(
        stage=bench.house.journal.state(view.plan.id).stage,
        cleared="action.cleared.v1" in kinds,
        agreed=frozenset(yes),
        quorum=view.plan.quorum,
        effects=bench.effects[view.plan.draft.target],
    )


def _answers(answers: Counter[tuple[str, str]]) -> dict[str, int]:
    found = {}
    for kind in _MIX:
        mine = {answer: n for (of, answer), n in answers.items() if of == kind}
        taken = mine.pop("taken", 0)
        found[f"{kind}: taken"] = taken
        found[f"{kind}: refused"] = sum(mine.values())
    return found
