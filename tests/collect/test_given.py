"""What collectors get of the house, and which of them are there at all."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from bot.collectors import Given, load_collectors, load_probes
from bot.config import load
from bot.config.collecting import CollectSection
from bot.domain.errors import BadSettings
from bot.domain.registry import ApprovedChange, Registry, System, is_repo
from bot.domain.watched import Baseline, PrometheusFigure
from bot.rules.registry_file import read_registry
from bot.web.fenced import ConditionalAsk, FencedAsk
from bot.wire_collect import collecting
from integrations import registry as known_systems
from tests.collect.stage import CLAIMS, WINDOW, alert, settings_with
from tests.fakes.ask import FakeAsk, answer
from tests.fakes.clock import NOON


def test_who_has_nothing_to_ask_is_not_there() -> None:
    assert not load_probes(Given())
    assert "prometheus" not in load_collectors()


def test_who_is_configured_is_there() -> None:
    settings = settings_with(
        "http://prometheus:9090",
        alertmanager_url="http://alertmanager:9093",
        github_repos=["acme/claims"],
        kubernetes_context="prod",
        kubernetes_namespaces=["serving"],
    )
    found = load_collectors({}, collecting(settings, Registry((CLAIMS,))))
    assert set(found) >= {
        *("alertmanager_state", "github_changes", "kubernetes"),
        *("prometheus", "registry"),
    }


def test_a_server_that_only_the_registry_names_is_asked_too() -> None:
    figure = PrometheusFigure(query="up", url="http://other:9090")
    one = Baseline(name="b", kind="other", source=figure)
    system = System(id="s", title="S", owner="@o", baselines=(one,))
    given = collecting(settings_with(), Registry((system,)))
    assert "prometheus" in load_collectors({}, given)
    assert isinstance(given.ask, FencedAsk)
    assert "http://other:9090" in given.ask.urls


def test_every_setting_has_a_twin_in_the_environment() -> None:
    settings = load(
        {
            "TOCSIN_CONFIG": "/nowhere",
            "TOCSIN_COLLECT_GITHUB_REPOS": "acme/a, acme/b",
            "TOCSIN_COLLECT_GITHUB_TOKEN": "t" * 20,
            "TOCSIN_COLLECT_KUBERNETES_NAMESPACES": "*",
        }
    )
    assert settings.collect.github_repos == ("acme/a", "acme/b")
    assert "tttt" not in repr(settings)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"alertmanager_url": "ftp://x"}, "it is no web address"),
        ({"alertmanager_url": "http://u:p@x"}, "it holds a user"),
        ({"github_url": "http://github.example"}, "does not start with https"),
        ({"github_repos": ["acme"]}, "is no repository"),
        ({"github_repos": ["acme/../x"]}, "is no repository"),
        ({"kubernetes_namespaces": ["Serving"]}, "is no namespace"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(
    wrong: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        CollectSection.model_validate(wrong)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("acme/claims", True),
        ("a-b/c_d.e", True),
        ("acme/..", False),
        ("./x", False),
        ("a/b/c", False),
        ("a/b?x", False),
        ("a/", False),
        ("ä/b", False),
        ("a/" + "b" * 140, False),
    ],
)
def test_what_is_a_repository(name: str, *, is_one: bool) -> None:
    assert is_repo(name) == is_one


def test_the_registry_names_repositories_or_is_refused() -> None:
    row = "systems: [{{id: s, title: S, owner: o, repos: [{}]}}]"
    assert read_registry(row.format("acme/x")).systems[0].repos == ("acme/x",)
    with pytest.raises(BadSettings, match="must be written owner/name"):
        read_registry(row.format("'https://github.com/acme/x'"))


def test_the_system_of_an_alert_is_a_file_with_its_approved_changes() -> None:
    change = ApprovedChange(
        ticket="CHG-1", begins=NOON - timedelta(hours=1), ends=NOON + timedelta(hours=1)
    )
    old = ApprovedChange(
        ticket="CHG-0", begins=NOON - timedelta(days=9), ends=NOON - timedelta(days=8)
    )
    system = System(
        id="claims",
        title="Claims",
        owner="@ml",
        risk_tier="high",
        repos=("acme/claims",),
        changes=(old, change),
    )
    about = alert(system="claims")
    assert known_systems.concerns(about)
    (found,) = known_systems.collect(
        about, WINDOW, reader=None, registry=Registry((system,))
    )
    assert found.says == (
        "The registry's system claims, risk tier high. CHG-1 was approved for the time "
        "of the alert. It has no rollback plan."
    )
    assert '"acme/claims"' in found.content
    assert found.content.count('"touches_the_window": true') == 1


def test_a_system_that_left_the_registry_is_told() -> None:
    assert (
        known_systems.collect(alert(), WINDOW, reader=None, registry=Registry()) == ()
    )
    (found,) = known_systems.collect(
        alert(system="gone"), WINDOW, reader=None, registry=Registry()
    )
    assert found.says == "The system of this alert is in the registry no more."


def test_of_answers_that_are_kept_the_oldest_go_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.web.fenced._MOST_BYTES_KEPT", 25)
    inside = FakeAsk({name: [answer(b"x" * 10, etag=name)] for name in "abc"})
    ask = ConditionalAsk(ask=inside)
    for name in "abcab":
        ask(name)
    sent = [headers.get("If-None-Match") for _, _, headers in inside.asked]
    # Of three only two fit: each time the one that is asked for is gone already.
    assert sent == [None] * 5
    ask("b")
    assert inside.asked[-1][2] == {"If-None-Match": "b"}
