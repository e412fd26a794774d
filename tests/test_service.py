"""One call, one transaction: events, card, timers and the inbox together."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.commands import Acknowledge, Note, PersonKind, Resolve
from bot.domain.errors import NotAllowed, NotFound
from bot.domain.untrusted import Untrusted
from bot.ports import Lane, Received, Whisper
from bot.service import Handled
from tests.core import CHANNEL, Core
from tests.spec import NOON, OLU, SAM, person

GUEST = person("U0GUEST", PersonKind.GUEST)


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    made = Core(tmp_path)
    made.alert({"title": "Model m1 answers 503 to customers", "severity": "critical"})
    yield made
    made.close()


def whisper(handled: Handled) -> Whisper:
    text = str(handled.refusal or "done")
    return Whisper(
        key="reply/1",
        channel=CHANNEL,
        person=handled.command.by.id,
        text=text,
        expires_at=NOON + timedelta(minutes=5),
    )


def press(core: Core, item: str) -> None:
    core.service.accept(
        Received(
            id=item,
            lane=Lane.SLACK,
            source="slack",
            key=item,
            received_at=NOON,
            sealed=b"",
        )
    ).result()


def claim(core: Core) -> None:
    now = core.clock.now()
    core.store.write(
        lambda tx: tx.inbox.claim(Lane.SLACK, now=now, lease_s=1, limit=9)
    ).result()


def test_a_command_its_item_and_its_answer_are_one(core: Core) -> None:
    press(core, "sl_1")
    core.service.handle(
        "INC-0001", Acknowledge(by=OLU), item="sl_1", reply=whisper
    ).result()
    assert core.kinds() == ["opened", "acknowledged", "phase_changed"]
    assert core.outcome("sl_1")["command"] == "acknowledge"
    assert core.outbox()["reply/1"] == "done"


def test_when_the_answer_cannot_be_made_nothing_happened(core: Core) -> None:
    def fail(_: Handled) -> Whisper:
        raise RuntimeError

    press(core, "sl_1")
    failed = core.service.handle(
        "INC-0001", Acknowledge(by=OLU), item="sl_1", reply=fail
    )
    with pytest.raises(RuntimeError):
        failed.result()
    assert core.kinds() == ["opened"]
    item = core.service.find("sl_1")
    assert item is not None
    assert item.state == "new"


def test_a_refusal_is_told_and_written_down(core: Core) -> None:
    handled = core.ask("INC-0001", Acknowledge(by=GUEST))
    assert isinstance(handled.refusal, NotAllowed)
    assert core.kinds() == ["opened", "command_refused"]
    assert core.service.timeline("INC-0001")[-1].actor == GUEST.id


def test_an_unknown_incident_leaves_no_trace(core: Core) -> None:
    handled = core.ask("INC-0099", Acknowledge(by=OLU))
    assert isinstance(handled.refusal, NotFound)
    assert core.service.timeline("INC-0099") == ()


def test_nobody_acknowledging_is_said_once(core: Core) -> None:
    assert core.wait(hours=5) == 1
    assert core.kinds() == ["opened", "nagged"]
    assert core.wait(hours=5) == 0


def test_an_acknowledged_incident_is_not_nagged_about(core: Core) -> None:
    core.ask("INC-0001", Acknowledge(by=OLU))
    assert core.wait(hours=5) == 0


def test_a_promise_missed_while_the_bot_was_down_is_kept_late(core: Core) -> None:
    core.wait(days=2)
    (nagged,) = [n for n in core.service.timeline("INC-0001") if "nagged" in n.kind]
    assert "s late" in nagged.text


def test_words_and_facts_lie_apart(core: Core) -> None:
    core.ask("INC-0001", Note(by=SAM, text=Untrusted("the words of a person")))
    leaves = core.store.read(lambda tx: [e.leaf for e in tx.log.read()])
    assert not any(b"words of a person" in leaf for leaf in leaves)
    noted = core.service.timeline("INC-0001")[-1]
    assert noted.words is not None
    core.store.write(lambda tx: tx.log.erase_words([noted.seq])).result()
    erased = core.service.timeline("INC-0001")[-1]
    assert (erased.text, erased.words) == ("<@U0SECOND> noted:", None)


def test_the_board_and_the_newest_in_a_channel(core: Core) -> None:
    assert [row.id for row in core.service.board()] == ["INC-0001"]
    assert core.service.newest_in(CHANNEL) == "INC-0001"
    core.ask("INC-0001", Resolve(by=OLU))
    assert core.service.board() == ()
    assert core.service.newest_in(CHANNEL) == ""


def test_an_item_that_keeps_failing_is_given_up_for_a_person_to_see(core: Core) -> None:
    press(core, "sl_1")
    for _ in range(6):
        claim(core)
        core.service.give_back("sl_1", because="broken").result()
        core.wait(minutes=10)
    item = core.service.find("sl_1")
    assert item is not None
    assert (item.state, dict(item.outcome)) == ("dead", {"because": "broken"})
