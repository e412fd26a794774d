"""The shipped manifests allow what the actions call, and no more."""

import pytest

from bot.gate.catalogue import load_actions
from bot.outside.k8s.action import KubernetesAction
from bot.outside.k8s.calls import CALLS
from bot.outside.k8s.mint import READ_ACCOUNT
from tests.fakes.kube_rights import ACCOUNTS, NAMES, documents, rights

ACTIONS = [one for one in load_actions().values() if isinstance(one, KubernetesAction)]
FAMILIES = sorted({one.ROLE for one in ACTIONS})
SPACE = "serving"
READ_WHILE_ACTING = {"apps.ReadReplicaSet", "core.ReadPod"}
"""Read once more directly before the write, and by nobody else."""

Allowed = set[tuple[str, tuple[str, str, str]]]


def _allowed(account: str) -> Allowed:
    return {
        (one.space, (one.group, one.resource, one.verb))
        for one in rights((SPACE,))
        if one.account == account
    }


def _needed(calls: set[str]) -> Allowed:
    return {("" if CALLS[one].everywhere else SPACE, CALLS[one].right) for one in calls}


def test_the_reader_may_read_what_is_read_and_nothing_else() -> None:
    calls = {call for one in ACTIONS for call in one.MANIFEST.calls}
    reads = {one for one in calls if not CALLS[one].changes}
    assert _allowed(READ_ACCOUNT) == _needed(reads - READ_WHILE_ACTING)
    assert {verb for _, (_, _, verb) in _allowed(READ_ACCOUNT)} == {"get", "list"}


@pytest.mark.parametrize("account", FAMILIES)
def test_an_account_may_do_its_actions_calls_and_nothing_else(account: str) -> None:
    needed: set[str] = set()
    for one in ACTIONS:
        if account == one.ROLE:
            calls = set(one.MANIFEST.calls)
            needed |= {call for call in calls if CALLS[call].changes}
            needed |= {each.call for each in one.FACTS} | calls & READ_WHILE_ACTING
    assert _allowed(account) == _needed(needed)


def test_the_bot_itself_may_ask_for_tokens_of_these_accounts_and_nothing_else() -> None:
    (right,) = (one for one in rights((SPACE,)) if one.account == "tocsin")
    assert (right.space, right.resource, right.verb) == (
        ACCOUNTS,
        "serviceaccounts/token",
        "create",
    )
    assert set(right.only) == {READ_ACCOUNT, *FAMILIES}


def test_nobody_reads_secrets_runs_in_pods_or_takes_everything() -> None:
    every = rights((SPACE,))
    assert {one.account for one in every} == {"tocsin", READ_ACCOUNT, *FAMILIES}
    told = {word for one in every for word in (one.group, one.resource, one.verb)}
    assert told.isdisjoint({"*", "secrets", "configmaps", "pods/exec", "pods/log"})
    assert told.isdisjoint({"impersonate", "escalate", "bind", "deletecollection"})


def test_every_account_that_acts_is_shipped() -> None:
    assert set(NAMES) == {"tocsin-base", READ_ACCOUNT, *FAMILIES}
    for name in NAMES:
        kinds = [one["kind"] for one in documents(name, SPACE)]
        assert kinds[0] == "ServiceAccount"
