"""A thousand presses by six clients over HTTP on fifty plans, and `kill -9`s."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from bot.domain.action import ActionState, fold
from bot.domain.codec import decode_action
from bot.ports import Entry, Transaction
from bot.store.sqlite import SqliteStore
from tests.hardness import times
from tests.story.counted import SWITCHES, effects
from tests.story.running import CHANNEL, Tocsin, running
from tests.story.test_story import cli

pytestmark = pytest.mark.slow

ACTION = "test.switch.turn_off"
# So many plans are far more than the limits let through.
_LIMITS = ("ACTION_PER_HOUR", "ACTION_PER_DAY", "ALL_PER_HOUR", "SYSTEM_PER_HOUR")
WITHOUT_LIMITS = {
    f"TOCSIN_GATE_{name}": "0" for name in (*_LIMITS, "PROPOSALS_PER_HOUR")
}
CLIENTS, PRESSES, KILLS = 6, times(1000, else_=400), times(10, else_=4)
LEAK = {"title": "Model m1 answers 503", "severity": "critical", "service": "m1"}
# Who presses how, of a hundred presses.
_OF_A_HUNDRED = {
    "requester": 25,
    "external": 15,
    "guest": 15,
    "forged": 15,
    "elsewhere": 8,
    "second": 20,
    "reject": 2,
}
_PATIENCE_S = 60
_KINDS = tuple(kind for kind, n in _OF_A_HUNDRED.items() for _ in range(n))
_WHO = {"requester": "U0ONCALL", "external": "U0EXTERNAL", "guest": "U0GUEST"}


def dice(what: str, sides: int) -> int:
    """Return the same number for the same words, below `sides`."""
    return int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], "big") % sides


@dataclass
class Flood:
    """Six people's clients, a proposer, and somebody who pulls the plug."""

    tocsin: Tocsin
    answered: set[int] = field(default_factory=set)
    opened: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    broken: str = ""
    up: threading.Event = field(default_factory=threading.Event)
    turn: threading.Condition = field(default_factory=threading.Condition)

    def run(self) -> None:
        self.up.set()
        with ThreadPoolExecutor(CLIENTS + 1) as people:
            done = [people.submit(self.propose_all)]
            done += [people.submit(self.press_some, n) for n in range(CLIENTS)]
            while self.kills < KILLS:
                self.kill_after((self.kills + 1) * PRESSES // (KILLS + 1))
            for one in done:
                one.result()

    def kill_after(self, presses: int) -> None:
        with self.turn:
            came = self.turn.wait_for(
                lambda: len(self.answered) >= presses or self.broken, _PATIENCE_S
            )
            assert came, self.broken
            assert not self.broken
        self.up.clear()
        self.tocsin.kill()
        self.kills += 1
        self.tocsin.start()
        self.up.set()

    def persistently(self, deed: Callable[[], Any]) -> Any:
        """Do it until it is answered: a client goes on when its server died."""
        for _ in range(60):
            self.up.wait()
            try:
                return deed()
            except (OSError, ValueError, HTTPException):
                continue
        raise AssertionError("the bot never came back")

    # --- proposing ---

    def propose_all(self) -> None:
        for n in range(SWITCHES):
            self.persistently(partial(self.propose, f"s{n}"))

    def propose(self, switch: str) -> None:
        card = self.tocsin.cards()[0]["ts"]
        opened = self.do("U0ONCALL", "click", ts=card, action_id="action.propose")
        chosen = self.do("U0ONCALL", "submit", view=opened, values={"action": ACTION})
        values = {"param.switch": switch, "reason": "it leaks"}
        if not self.do("U0ONCALL", "submit", view=chosen, values=values):
            raise ValueError("no form was taken; the server died in between")

    # --- pressing ---

    def press_some(self, client: int) -> None:
        try:
            self._press_some(client)
        except BaseException as error:
            with self.turn:
                self.broken = repr(error)
                self.turn.notify_all()
            raise

    def _press_some(self, client: int) -> None:
        for n in range(client, PRESSES, CLIENTS):
            kind = _KINDS[dice(f"kind/{n}", len(_KINDS))]
            self.persistently(partial(self.press, n, kind))
            with self.turn:
                self.answered.add(n)
                self.turn.notify_all()

    def press(self, number: int, kind: str) -> None:
        plans = self.tocsin.wait_for(waiting)
        plan = plans[dice(f"plan/{number}", len(plans))]
        who = _WHO.get(kind, "U0SECOND")
        button = "plan.reject" if kind == "reject" else "plan.review"
        more: dict[str, Any] = {}
        if kind == "forged":
            more = {"forge": True, "raw_value": f"{'pl_' + '0' * 26}.{'0' * 32}"}
        if kind == "elsewhere":
            more = {"forge": True, "channel": "C0GENERAL"}
        view = self.do(who, "click", ts=plan["ts"], action_id=button, **more)
        if not view:
            return
        self.opened[kind] += 1
        typed = {"typed_name": target(plan)}
        values = {"reason": "wrong switch"} if kind == "reject" else typed
        self.do(who, "submit", view=view, values=values)

    def do(self, who: str, what: str, **given: Any) -> str:
        """Do it, and return the id of the form that is open then."""
        reply = self.tocsin.do(who, what, **{"channel": CHANNEL, **given})
        return str((reply.json.get("view") or {}).get("id", ""))


def waiting(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [m for m in messages if "plan.review" in json.dumps(m.get("blocks", []))]
    return found or [m for m in messages if "plan." in json.dumps(m.get("blocks", []))]


def target(plan: dict[str, Any]) -> str:
    head = next(b for b in plan["blocks"] if b["type"] == "header")
    return str(head["text"]["text"]).rsplit(" ", 1)[-1]


@dataclass(frozen=True)
class Found:
    """What the log and the world say of one plan afterwards."""

    id: str
    state: ActionState
    kinds: Counter[str]
    approvers: frozenset[str]
    effects: int


@dataclass(frozen=True)
class Aftermath:
    flood: Flood
    plans: tuple[Found, ...]


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    folder = tmp_path_factory.mktemp("flood")
    settings = {"TOCSIN_PRACTICE_CLOUD": "false", **WITHOUT_LIMITS}
    with running(folder, program="tests.story.counted", settings=settings) as tocsin:
        tocsin.alert(LEAK)
        tocsin.wait_for(lambda messages: messages)
        flood = Flood(tocsin)
        flood.run()
        tocsin.wait_for(lambda _: not under_way(tocsin))
        tocsin.stop()
        yield Aftermath(flood, tuple(looked_up(tocsin.home)))


def under_way(tocsin: Tocsin) -> list[str]:
    plans = json.loads(cli(tocsin, "gate", "list", "--json").stdout)["plans"]
    moving = ("approved", "applying", "applied")
    return [one["id"] for one in plans if one["stage"] in moving]


def _entries(plan: str, tx: Transaction) -> Sequence[Entry]:
    return tx.log.load(f"action/{plan}")


def looked_up(home: Path) -> Iterator[Found]:
    store, made = SqliteStore(home / "tocsin.db"), effects(home)
    try:
        names = store.read(lambda tx: tx.tables.execute("SELECT id FROM plan", ()))
        for name in [str(row["id"]) for row in names]:
            entries = store.read(partial(_entries, name))
            key = hashlib.sha256(f"{name}/s1".encode()).hexdigest()
            yield Found(
                id=name,
                state=fold(decode_action(e.kind, e.body, e.words) for e in entries),
                kinds=Counter(e.kind.split(".")[1] for e in entries),
                approvers=frozenset(
                    e.actor for e in entries if e.kind == "action.approved.v1"
                ),
                effects=made[key],
            )
    finally:
        store.close()


def test_every_press_was_answered_although_it_was_killed(aftermath: Aftermath) -> None:
    assert aftermath.flood.kills == KILLS
    assert aftermath.flood.answered == set(range(PRESSES))
    assert len(aftermath.plans) >= SWITCHES
    assert not aftermath.flood.opened.keys() & {"guest", "external"}
    assert sum(plan.kinds["refused"] for plan in aftermath.plans) > 0


def test_no_plan_made_a_second_effect(aftermath: Aftermath) -> None:
    assert sum(plan.effects for plan in aftermath.plans) > 0
    for plan in aftermath.plans:
        assert plan.effects <= 1
        assert plan.kinds["claimed"] <= 1
        assert plan.kinds["step_began"] <= 1
        assert plan.effects <= plan.kinds["step_began"]


def test_no_effect_without_its_quorum(aftermath: Aftermath) -> None:
    for plan in aftermath.plans:
        assert plan.effects == 0 or plan.kinds["cleared"] == 1
    agreed = frozenset[str]().union(*(plan.approvers for plan in aftermath.plans))
    assert agreed == {"U0SECOND"}


def test_every_effect_belongs_to_a_plan(aftermath: Aftermath) -> None:
    home = aftermath.flood.tocsin.home
    assert sum(effects(home).values()) == sum(one.effects for one in aftermath.plans)


def test_what_began_is_settled_or_waits_for_a_person(aftermath: Aftermath) -> None:
    began = [plan for plan in aftermath.plans if plan.kinds["claimed"]]
    stages = {plan.state.stage.value for plan in began}
    assert stages <= {"verified", "indeterminate"}
    whole = [plan for plan in began if plan.state.stage.value == "verified"]
    assert {plan.effects for plan in whole} == {1}


def test_the_log_verifies(aftermath: Aftermath) -> None:
    assert cli(aftermath.flood.tocsin, "log", "verify").returncode == 0
