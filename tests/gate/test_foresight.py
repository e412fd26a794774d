"""Plans are decided before their transaction, and never on what is not so any more."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from bot.domain.action_effects import Verdict
from bot.domain.commands import Assign, Person, PersonKind
from bot.domain.errors import NotAllowed, Refusal
from bot.domain.events import Role
from bot.domain.plan import Level
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.plans.foresight import Foresight
from bot.plans.journal import PlanJournal
from bot.ports import NewEntry, Post, Transaction
from bot.ports.action import Verified
from tests.core import CHANNEL
from tests.gate.between import Between, meanwhile
from tests.gate.stage import TEAM, GateStage
from tests.gate.test_changing import break_glass, refusals
from tests.gate.test_gatekeeper import kinds

LOOK = "gate.verify/"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[GateStage]:
    made = GateStage(tmp_path)
    yield made
    made.core.close()


def waiting(stage: GateStage) -> PlanView:
    view = stage.propose()
    stage.shown(view)
    return view


def stop(stage: GateStage) -> None:
    stage.gate.stop_all(by=stage.people.asker("U0LEAD", CHANNEL))


def deny(stage: GateStage, view: PlanView) -> None:
    stage.gate.deny(
        view.plan.id,
        by=stage.people.asker("U0LEAD", CHANNEL),
        reason=Untrusted("wrong switch"),
        click=stage.click(),
    )


def command(stage: GateStage, who: str) -> None:
    people = [
        Person(id=one, team=TEAM, kind=PersonKind.MEMBER) for one in ("U0ONCALL", who)
    ]
    stage.core.ask("INC-0001", Assign(by=people[0], role=Role.COMMANDER, to=people[1]))


def card(stage: GateStage, view: PlanView) -> str:
    found = stage.core.store.read(
        lambda tx: tx.tables.execute(
            "SELECT text FROM outbox WHERE key = ?", (f"plan/{view.plan.id}",)
        )
    )
    return str(found[0]["text"])


def test_a_stop_pressed_after_the_decision_stops(stage: GateStage) -> None:
    view = waiting(stage)
    with pytest.raises(Refusal):
        meanwhile(stage, lambda: stop(stage)).approve(view)
    assert stage.stage(view) == "cancelled"
    assert "approved" not in kinds(stage, view.plan.id)
    assert len(refusals(stage, view)) == 1


def test_nobody_agrees_after_a_no_that_came_first(stage: GateStage) -> None:
    view = waiting(stage)
    late = meanwhile(stage, lambda: deny(stage, view))
    with pytest.raises(Refusal):
        late.approve(view)
    assert kinds(stage, view.plan.id)[3:] == ["denied", "refused"]
    assert "denied" in card(stage, view)


def test_a_window_that_closed_after_the_decision_is_closed(stage: GateStage) -> None:
    view = waiting(stage)
    with pytest.raises(Refusal):
        meanwhile(stage, lambda: stage.wait(minutes=16)).approve(view)
    assert "approved" not in kinds(stage, view.plan.id)


def test_facts_older_than_a_second_are_read_again(stage: GateStage) -> None:
    view = waiting(stage)
    meanwhile(stage, lambda: stage.wait(seconds=2)).approve(view)
    entries = stage.core.store.read(lambda tx: tx.log.load(f"action/{view.plan.id}"))
    assert entries[-1].at == stage.clock.now()


def test_a_glass_that_broke_meanwhile_counts(stage: GateStage) -> None:
    for _ in range(2):
        break_glass(stage, waiting(stage))
    view, other = waiting(stage), waiting(stage)
    late = meanwhile(stage, lambda: break_glass(stage, other))
    with pytest.raises(NotAllowed, match="three times in the last 24 hours"):
        break_glass(late, view)
    assert stage.stage(view) == "pending"


def test_a_commander_who_was_relieved_meanwhile_does_not_count_as_one(
    tmp_path: Path,
) -> None:
    stage = GateStage(tmp_path, level=Level.T1)
    command(stage, "U0COMMANDER")
    view = waiting(stage)
    meanwhile(stage, lambda: command(stage, "U0LEAD")).approve(view, "U0COMMANDER")
    entries = stage.core.store.read(lambda tx: tx.log.load(f"action/{view.plan.id}"))
    assert (entries[-1].kind, entries[-1].body["commander"]) == (
        *("action.approved.v1", False),
    )
    stage.core.close()


def test_words_that_were_erased_meanwhile_are_on_no_card(stage: GateStage) -> None:
    def draw(view: PlanView, _: str) -> Post:
        says = view.reason.for_slack(limit=100) if view.reason else "erased"
        return Post(key=f"plan/{view.plan.id}", channel=CHANNEL, text=says)

    view = waiting(stage)
    seqs = stage.core.store.read(
        lambda tx: [e.seq for e in tx.log.load(f"action/{view.plan.id}")]
    )
    late = meanwhile(
        stage,
        lambda: stage.core.store.write(lambda tx: tx.log.erase_words(seqs)).result(),
    )
    late.gate = replace(late.gate, desk=replace(late.desk, draw=draw))
    late.gate.cancel(
        view.plan.id, by=stage.people.asker("U0ONCALL", CHANNEL), reason=None
    )
    assert card(stage, view) == "erased"


def test_of_many_who_decide_at_once_without_turns_one_clears_the_plan(
    stage: GateStage,
) -> None:
    view = waiting(stage)
    people = ("U0SECOND", "U0LEAD", "U0COMMANDER") * 2
    begin = Barrier(len(people))

    def agree(who: str) -> str:
        gate = meanwhile(stage)
        begin.wait()
        try:
            return gate.approve(view, who).stage.value
        except Refusal as no:
            return no.code

    with ThreadPoolExecutor(len(people)) as pool:
        answers = Counter(pool.map(agree, people))
    assert answers == {"approved": 1, "refused.out_of_turn": 5}
    found = kinds(stage, view.plan.id)
    assert found[3:] == ["approved", "cleared", *["refused"] * 5]


def test_who_is_always_late_is_decided_within_the_transaction(
    stage: GateStage,
) -> None:
    view = waiting(stage)
    token = stage.gate.token(view.plan.id)

    def something() -> None:
        stage.gate.turned_away(token, by="U0EVE", asked="approve", code="a.code")

    late = meanwhile(stage, *[something] * 9)
    assert late.approve(view).stage.value == "approved"
    assert isinstance(late.gate.store, Between)
    assert late.gate.store.writes == 4


def test_a_worker_whose_plan_was_stopped_meanwhile_makes_no_call(
    stage: GateStage,
) -> None:
    view = waiting(stage)
    stage.approve(view)
    journal = stage.executor.journal
    assert isinstance(journal, PlanJournal)
    book = replace(journal.book, foresight=Foresight())
    # The first write is the claim, the second the note ahead of the call.
    store = Between(stage.core.store, lambda: None, lambda: stop(stage))
    changed = replace(journal, book=book, store=store)
    replace(stage.executor, journal=changed).step()
    assert (stage.stage(view), stage.world.turned) == ("failed", 0)


def test_what_raises_writes_nothing_and_lets_the_next_one_through(
    stage: GateStage,
) -> None:
    store, foresight = stage.core.store, Foresight()

    def breaks(tx: Transaction) -> None:
        tx.log.append("other", expected_version=0, entries=[entry(stage)])
        raise RuntimeError("broke")

    with pytest.raises(RuntimeError):
        foresight.write(store, breaks, clock=stage.clock)
    assert store.read(lambda tx: tx.log.version("other")) == 0
    foresight.write(store, lambda _: None, clock=stage.clock)


def test_what_only_reads_is_not_handed_to_the_writer(stage: GateStage) -> None:
    store = Between(stage.core.store)
    found = Foresight().write(
        store, lambda tx: tx.log.version("action/x"), clock=stage.clock
    )
    assert (found, store.writes) == (0, 0)


def test_work_that_reads_what_it_wrote_finds_it(stage: GateStage) -> None:
    """Both: what stands in an own entry, and what an own row changes."""

    def own_entry(tx: Transaction) -> str:
        tx.log.append("other", expected_version=0, entries=[entry(stage)])
        return tx.log.load("other")[0].kind

    def own_row(tx: Transaction) -> int:
        tx.tables.execute(
            "INSERT INTO plan (id, incident, action, stage, level, over, glass_at, "
            "review_due_at, parent) VALUES ('pl_x','','','','T1',0,'','','')"
        )
        found = tx.tables.execute("SELECT count(*) AS n FROM plan")
        return int(found[0]["n"])

    store, foresight = stage.core.store, Foresight()
    assert foresight.write(store, own_entry, clock=stage.clock) == "a.kind"
    assert foresight.write(store, own_row, clock=stage.clock) == 1
    rows = store.read(lambda tx: tx.tables.execute("SELECT id FROM plan"))
    assert [row["id"] for row in rows] == ["pl_x"]


def test_a_refused_press_leaves_the_next_look_at_the_world_promised(
    stage: GateStage,
) -> None:
    action = stage.catalogue["test.switch.turn_off"]
    action.verify = lambda *_, **__: Verified(  # type: ignore[method-assign]
        verdict=Verdict.INCONCLUSIVE, says="nobody can tell"
    )
    view = waiting(stage)
    stage.approve(view)
    stage.executor.step()
    assert promised(stage, view) == 1
    with pytest.raises(Refusal):
        stage.approve(view)
    assert (stage.stage(view), promised(stage, view)) == ("applied", 1)


def promised(stage: GateStage, view: PlanView) -> int:
    found = stage.core.store.read(
        lambda tx: tx.tables.execute(
            "SELECT count(*) AS n FROM timer WHERE key = ?", (LOOK + view.plan.id,)
        )
    )
    return int(found[0]["n"])


def entry(stage: GateStage) -> NewEntry:
    return NewEntry(kind="a.kind", at=stage.clock.now(), actor="tocsin", body={})
