"""With the wrapping key elsewhere: what still works while it is silent, and after."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.errors import Unreachable
from bot.ports import Lane, Received
from bot.ports.share_texts import TextAsked
from bot.shares.texts import Texts
from bot.sharing.wrapping import elsewhere
from bot.store.keyfile import FileKeys
from bot.wire_storage import Storage, local_blobs
from tests.core import CHANNEL
from tests.fakes.wrapping import FakeWrapping
from tests.sharing.stage import Stage
from tests.sharing.test_texts import PASTED


class Served(Stage):
    """A stage whose keys are wrapped elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.service = FakeWrapping()

        def storage(keys: FileKeys) -> Storage:
            wrapping = elsewhere(self.service, keys)
            return Storage(blobs=local_blobs(folder), wrapping=wrapping)

        super().__init__(folder, storage=storage)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    made.incident()
    yield made
    made.close()


def test_a_link_that_is_out_opens_while_the_service_is_silent(stage: Served) -> None:
    link = stage.link()
    stage.service.answers = False
    assert stage.open(link)


def test_a_new_link_is_refused_with_the_reason(stage: Served) -> None:
    stage.link("U0ONCALL")
    stage.service.answers = False
    stage.press("U0SECOND")
    (said,) = stage.whispers("U0SECOND")
    assert "You got no link: the key service does not answer" in said
    assert "Links that are out still open" in said
    stage.service.answers = True
    assert stage.open(stage.link("U0SECOND"))


@pytest.mark.slow
def test_what_cannot_be_sealed_says_why_and_leaves_nothing(stage: Served) -> None:
    stage.service.answers = False
    stage.press("U0ONCALL")
    for _ in range(3):
        stage.house.step()
    said = stage.whispers("U0ONCALL")[-1]
    assert "could not be sealed. the key service does not answer." in said
    assert stage.vault.share_keys.all() == stage.vault.blobs.names() == ()


@pytest.mark.slow
def test_an_original_says_why_it_is_not_opened(stage: Served) -> None:
    stage.service.answers = False
    stage.original()
    (said,) = stage.whispers("U0ONCALL")
    assert "The original was not opened: the key service does not answer" in said


def test_a_text_says_why_it_does_not_open_and_opens_later(stage: Served) -> None:
    texts, share = Texts(desk=stage.desk), ""

    def received(sealed: str) -> Received:
        nonlocal share
        share = sealed
        now = stage.clock.now()
        return Received(
            id=f"sl_{sealed}",
            lane=Lane.SLACK,
            source="slack",
            key="form",
            received_at=now,
            sealed=b"-",
        )

    def asked(who: str) -> TextAsked:
        return TextAsked(
            share=share,
            incident="INC-0001",
            by=stage.asker(who),
            item=stage._item(),
            channel=CHANNEL,
        )

    texts.seal(PASTED, received)
    texts.offer(asked("U0ONCALL"), [stage.asker("U0SECOND")])
    stage.service.answers = False
    texts.open(asked("U0SECOND"))
    (said,) = stage.whispers("U0SECOND")
    assert "You got no link: the key service does not answer" in said
    stage.service.answers = True
    texts.open(asked("U0SECOND"))
    assert stage.open(stage.links("U0SECOND")[-1]) == PASTED.text.encode()


@pytest.mark.slow
def test_a_file_of_the_command_line_needs_no_wrapping(stage: Served) -> None:
    stage.service.answers = False
    assert stage.open(stage.sealed(b"file")) == b"file"


@pytest.mark.slow
def test_everything_is_destroyed_while_the_service_is_silent(stage: Served) -> None:
    link = stage.link()
    stage.service.answers = False
    stage.revoke()
    assert stage.kinds(link.share)[-2:] == ["revoked", "shredded"]
    assert stage.vault.share_keys.all() == ()


@pytest.mark.slow
def test_what_was_wrapped_here_before_opens_and_is_wrapped_there_by_rotating(
    tmp_path: Path,
) -> None:
    before = Stage(tmp_path)
    before.incident()
    share = before.link().share
    before.close()
    stage = Served(tmp_path)
    assert stage.link("U0SECOND").share == share
    key = stage.vault.share_keys.get(share)
    assert key is not None
    assert key.wrapped[0] == 2
    assert stage.rotate()["shares"] == 1
    key = stage.vault.share_keys.get(share)
    assert key is not None
    assert key.wrapped[0] == 3
    assert stage.open(stage.link("U0ONCALL"))
    stage.close()


@pytest.mark.slow
def test_rotating_wraps_with_the_key_that_is_named_now(stage: Served) -> None:
    share = stage.link().share
    assert stage.rotate()["shares"] == 0
    stage.service.key = 2
    assert stage.rotate()["shares"] == 1
    key = stage.vault.share_keys.get(share)
    assert key is not None
    assert stage.service.is_current(key.wrapped)
    assert stage.open(stage.link("U0SECOND"))


@pytest.mark.slow
def test_no_byte_of_a_destroyed_key_stays_whoever_wrapped_it(stage: Served) -> None:
    link = stage.link()
    key = stage.vault.share_keys.get(link.share)
    assert key is not None
    assert key.wrapped in files(stage)
    stage.revoke()
    assert key.wrapped[:24] not in files(stage)
    assert key.auth not in files(stage)


@pytest.mark.slow
def test_an_identity_that_the_service_cannot_give_stays_silent_at_sending(
    stage: Served,
) -> None:
    """The message waits and is sent when the service answers again."""
    stage.link()
    place = "tocsin-share:"
    found = stage.rows("SELECT blocks FROM outbox WHERE person = 'U0ONCALL'")
    where = str(found[-1]["blocks"]).partition(place)[2].partition('"')[0]
    stage.service.answers = False
    with pytest.raises(Unreachable):
        stage.desk.link(where)
    stage.service.answers = True
    assert stage.desk.link(where).startswith("http")


def files(stage: Stage) -> bytes:
    """Return every byte of the file of keys and its WAL."""
    found = sorted(stage.folder.glob("keys.db*"))
    return b"".join(one.read_bytes() for one in found)
