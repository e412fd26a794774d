"""What a link opens: once, in time, with the key, and then never again."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import BadRequest
from bot.domain.share_decisions import Denied
from bot.ports.sharing import Leased
from bot.ports.storage import KeyContext
from bot.sharing import seal
from bot.sharing.seal import Link
from tests.fakes.sharing import put
from tests.sharing.reading import Opened
from tests.sharing.stage import Stage


def reason(stage: Stage, link: Link, **given: Any) -> str:
    with pytest.raises(Denied) as no:
        stage.claim(link, **given)
    return no.value.reason


def test_a_link_opens_the_redacted_bundle(stage: Stage) -> None:
    found = Opened(stage.open(stage.link()))
    assert found.manifest["format"] == "tocsin-bundle/2"
    assert found.manifest["incident"] == "INC-0001"
    assert "Queue of the chat model is long" in found.text("alerts.json")


def test_a_used_ticket_opens_nothing(stage: Stage) -> None:
    link = stage.link()
    stage.open(link)
    assert reason(stage, link) == "ticket_used"


def test_a_ticket_is_dead_after_two_minutes(stage: Stage) -> None:
    link = stage.link()
    stage.clock.go_on(120)
    assert reason(stage, link) == "ticket_late"
    assert stage.links() == []


def test_a_ticket_opens_in_its_last_second(stage: Stage) -> None:
    link = stage.link()
    stage.clock.go_on(119)
    assert stage.open(link)


def test_after_the_last_opening_the_key_is_gone_at_once(stage: Stage) -> None:
    link = stage.sealed(opens=1)
    stage.open(link)
    assert stage.vault.share_keys.all() == stage.vault.blobs.names() == ()
    assert stage.kinds(link.share)[-2:] == ["exhausted", "shredded"]


def test_a_link_made_for_two_opens_twice(stage: Stage) -> None:
    link = stage.sealed(b"twice", opens=2)
    assert [stage.open(link), stage.open(link)] == [b"twice", b"twice"]
    assert reason(stage, link) == "over"


def test_a_link_of_the_command_line_lives_as_long_as_its_share(stage: Stage) -> None:
    link = stage.sealed(life_s=3600)
    stage.clock.go_on(3599)
    assert stage.open(link) == b"hello"


def test_nothing_opens_after_its_time_even_if_no_timer_fired(stage: Stage) -> None:
    link = stage.sealed(life_s=3600)
    lease = stage.claim(link).lease
    stage.clock.go_on(3600)
    assert reason(stage, link) == "over"
    with pytest.raises(Denied):
        stage.content(link.share, lease)
    with pytest.raises(Denied):
        stage.vault.acknowledge(link.share, lease)


def test_a_missed_timer_fires_late_and_destroys_the_key(stage: Stage) -> None:
    link = stage.link()
    stage.core.wait(days=30)
    stage.house.step()
    assert stage.kinds(link.share)[-2:] == ["expired", "shredded"]
    assert stage.vault.share_keys.all() == ()
    assert "The sealed diagnostics ran out after 0 openings." in stage.story()


@pytest.mark.slow
def test_a_wrong_key_burns_nothing_however_often(stage: Stage) -> None:
    link = stage.link()
    for _ in range(100):
        assert reason(stage, link, key=seal.new_key()) == "wrong_key"
    assert stage.open(link)


@pytest.mark.slow
def test_a_flood_of_wrong_keys_does_not_fill_the_log(stage: Stage) -> None:
    link = stage.link()
    for _ in range(100):
        reason(stage, link, key=seal.new_key())
    assert stage.kinds(link.share).count("denied") == 50


def test_a_proof_is_good_for_its_own_share_only(stage: Stage) -> None:
    one, other = stage.sealed(), stage.sealed()
    crossed = Link(base_url="", share=other.share, ticket=other.ticket, key=one.key)
    assert reason(stage, crossed) == "wrong_key"


def test_a_ticket_is_good_for_its_own_share_only(stage: Stage) -> None:
    one, other = stage.sealed(), stage.sealed()
    crossed = Link(base_url="", share=other.share, ticket=one.ticket, key=other.key)
    assert reason(stage, crossed) == "no_such_ticket"


def test_a_nonce_of_somebody_else_proves_nothing(stage: Stage) -> None:
    link = stage.link()
    with pytest.raises(Denied) as no:
        stage.vault.claim(link.share, link.ticket, nonce="A" * 54, proof="0" * 64)
    assert no.value.reason == "old_nonce"


def test_of_racing_claims_one_gets_it(stage: Stage) -> None:
    link = stage.link()

    def race(_: int) -> Leased | str:
        try:
            return stage.claim(link)
        except Denied as no:
            return no.reason

    with ThreadPoolExecutor(8) as racers:
        found = list(racers.map(race, range(32)))
    assert [type(one) for one in found].count(Leased) == 1
    assert {one for one in found if isinstance(one, str)} == {"ticket_busy"}


def test_a_lease_that_nobody_acknowledges_gives_the_slot_back(stage: Stage) -> None:
    link = stage.sealed()
    stage.claim(link)
    assert reason(stage, link) == "ticket_busy"
    stage.core.wait(seconds=60)
    assert stage.kinds(link.share)[-1] == "lease_lapsed"
    assert stage.open(link) == b"hello"


def test_after_three_leases_nobody_acknowledged_the_ticket_is_dead(
    stage: Stage,
) -> None:
    link = stage.sealed()
    for _ in range(3):
        stage.claim(link)
        stage.core.wait(seconds=60)
    assert reason(stage, link) == "too_many_leases"


def test_a_lapsed_lease_is_told_in_the_thread(stage: Stage) -> None:
    stage.claim(stage.link("U0SECOND"))
    stage.core.wait(seconds=60)
    found = stage.rows("SELECT text FROM outbox WHERE text LIKE '%nobody said%'")
    assert "<@U0SECOND>'s ticket" in found[0]["text"]


def test_acknowledging_twice_counts_once(stage: Stage) -> None:
    link = stage.sealed(opens=2)
    lease = stage.claim(link).lease
    stage.vault.acknowledge(link.share, lease)
    stage.vault.acknowledge(link.share, lease)
    assert stage.kinds(link.share).count("opened") == 1


def test_acknowledging_too_late_does_not_count(stage: Stage) -> None:
    link = stage.sealed()
    lease = stage.claim(link).lease
    stage.clock.go_on(60)
    with pytest.raises(Denied):
        stage.vault.acknowledge(link.share, lease)


def test_a_share_opens_no_more_often_than_it_may_with_all_its_tickets(
    tmp_path: Path,
) -> None:
    stage = Stage(tmp_path, share_opens=1)
    stage.incident()
    first, second = stage.link("U0ONCALL"), stage.link("U0SECOND")
    assert first.share == second.share
    stage.claim(first)
    assert reason(stage, second) == "no_slot"
    stage.close()


@pytest.mark.parametrize(
    ("life_s", "opens"), [(60, 1), (9 * 86400, 1), (3600, 0), (3600, 101)]
)
def test_what_is_out_of_bounds_is_not_kept(
    stage: Stage, life_s: int, opens: int
) -> None:
    with pytest.raises(BadRequest):
        stage.sealed(life_s=life_s, opens=opens)
    assert stage.vault.share_keys.all() == stage.vault.blobs.names() == ()


def test_what_a_crash_left_without_a_share_is_destroyed_at_the_start(
    stage: Stage,
) -> None:
    kept = stage.sealed()
    orphan = KeyContext(share="sh_orphan", incident="", expires_at=stage.clock.now())
    stage.vault.keyring.keep(seal.new_key(), orphan)
    put(stage.vault.blobs, "sh_other_orphan", b"x")
    stage.vault.tidy_after_crash()
    assert stage.vault.share_keys.all() == stage.vault.blobs.names() == (kept.share,)


def test_the_organisation_s_own_key_opens_everything(tmp_path: Path) -> None:
    from pyrage import x25519

    ours = x25519.Identity.generate()
    stage = Stage(tmp_path, share_recipient=str(ours.to_public()))
    stage.incident()
    link = stage.link()
    found = Opened(seal.unseal(stage.ciphertext(link.share), key=str(ours)))
    assert found.manifest["incident"] == "INC-0001"
    stage.close()
