"""Answers of the policies that belong to no plan, as they are kept."""

from bot.domain.ruling import Ruling
from bot.gate import decided
from bot.readmodels.decisions import Decision, decisions
from tests.spec import NOON
from tests.stores import transaction

NO = Ruling(
    by="U0EVE",
    verb="stop_all",
    allowed=False,
    policies=("ours", "site"),
    hash="p1",
    waivers=("w1",),
    groups=("oncall",),
)


def test_an_answer_is_kept_as_it_was_given_with_what_it_was_about() -> None:
    with transaction() as tx:
        decided.keep(tx, NO, at=NOON)
        about = {"incident": "INC-0001", "action": "a.b", "code": "refused"}
        decided.keep(tx, NO, at=NOON, **about)
        kept = [(e.stream, e.kind, e.at, e.actor) for e in tx.log.load("policy")]
        found = list(decisions(tx))
    assert kept == [("policy", "policy.decided.v1", NOON, "U0EVE")] * 2
    assert found == [
        Decision(seq=seq, at=NOON, ruling=NO, plan="", event="policy.decided", **more)
        for seq, more in enumerate(({"incident": "", "action": "", "code": ""}, about))
    ]


def test_where_nobody_asked_the_policies_nothing_is_kept() -> None:
    with transaction() as tx:
        decided.keep(tx, None, at=NOON)
        assert tx.log.version("policy") == 0
