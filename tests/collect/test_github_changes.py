"""What changed before an alert, whose repositories are asked, and what is missing.

The answers are built as GitHub's documentation of its REST API (2022-11-28) says:
https://docs.github.com/en/rest
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.collectors import load_collectors, load_probes
from bot.domain.envelope import Alert, Entity, EntityKind
from bot.domain.registry import Registry, System
from bot.ports.collect import Collected
from bot.wire_collect import collecting
from integrations import github_changes
from tests.collect.stage import (
    TOKEN,
    WINDOW,
    alert,
    collected,
    files,
    settings_with,
)
from tests.loopback import Loopback, Said, said, serving

pytestmark = pytest.mark.slow  # starts servers

REPO, SHA = "acme/claims", "3f2a91c" + "0" * 33
LISTS = ("deployments", "releases", "pulls", "actions/runs")
AT, BY = "at 3f2a91c000", " by mona"
MONA = {"login": "mona"}


def deployed(at: str, number: int = 7) -> dict[str, Any]:
    return {
        "id": number,
        "sha": SHA,
        "ref": "main",
        "environment": "production",
        "creator": MONA,
        "created_at": at,
        "statuses_url": "http://169.254.169.254/steal",
    }


def merged(at: str | None, title: str = "Raise the limit") -> dict[str, Any]:
    return {
        "number": 12,
        "title": title,
        "merged_at": at,
        "updated_at": at or "2026-05-04T11:59:00Z",
        "merge_commit_sha": SHA,
        "user": MONA,
        "base": {"ref": "main"},
        "html_url": "https://github.example/acme/claims/pull/12",
        "body": "not kept",
    }


def ran(at: str) -> dict[str, Any]:
    return {
        "name": "Deploy",
        "head_branch": "main",
        "head_sha": SHA,
        "event": "push",
        "status": "completed",
        "conclusion": "failure",
        "run_started_at": at,
        "created_at": at,
        "actor": MONA,
    }


def paths(repo: str = REPO, **lists: Any) -> dict[str, Said]:
    runs = {"total_count": 1, "workflow_runs": lists.get("runs", [])}
    return {
        f"/repos/{repo}/deployments": said(lists.get("deployments", [])),
        f"/repos/{repo}/releases": said(lists.get("releases", [])),
        f"/repos/{repo}/pulls": said(lists.get("pulls", [])),
        f"/repos/{repo}/actions/runs": said(runs),
    }


@pytest.fixture
def server() -> Iterator[Loopback]:
    released = {
        "tag_name": "v2",
        "author": MONA,
        "published_at": "2026-05-04T08:00:00Z",
        "draft": False,
        "prerelease": True,
    }
    lists = paths(
        deployments=[
            deployed("2026-05-04T11:48:00Z"),
            deployed("2026-05-01T00:00:00Z"),
        ],
        releases=[released, {"draft": True, "published_at": None}],
        pulls=[merged("2026-05-04T11:40:00Z"), merged(None)],
        runs=[ran("2026-05-04T11:55:00Z")],
    )
    state = {f"/repos/{REPO}/deployments/7/statuses": said([{"state": "success"}])}
    with serving({**lists, **state}) as one:
        yield one


def read(
    server: Loopback, about: Alert | None = None, *systems: System, **more: Any
) -> dict[str, Collected]:
    more.setdefault("github_repos", [REPO])
    settings = settings_with(github_url=server.url, github_token=TOKEN, **more)
    return files(collected("github_changes", about or alert(), settings, *systems))


def system(*repos: str) -> System:
    return System(id="claims", title="Claims", owner="@ml", repos=repos)


def test_what_changed_right_before_is_said_in_a_sentence(server: Loopback) -> None:
    found = read(server)["github-changes.txt"]
    assert found.says == (
        "Last before the alert in acme/claims, 12 min before the alert: "
        "deployment of main to production at 3f2a91c000 (success) by mona."
    )
    assert [one.split("  ") for one in found.content.splitlines()] == [
        [f"2026-05-04 {at} UTC", f"{before} before the alert", change, REPO]
        for at, before, change in (
            (
                "11:55",
                "5 min",
                f"workflow run Deploy on main after push {AT} (failure){BY}",
            ),
            ("11:48", "12 min", f"deployment of main to production {AT} (success){BY}"),
            ("11:40", "20 min", f"merge of #12 into main: Raise the limit {AT}{BY}"),
            ("08:00", "4 h 00 min", f"release v2 (prerelease){BY}"),
        )
    ]


def test_who_what_when_and_which_commit_stand_in_each_line(server: Loopback) -> None:
    found = read(server)["github-changes.jsonl"]
    lines = [json.loads(one) for one in found.content.splitlines()]
    assert lines[1] == {
        "at": "2026-05-04T11:48:00+00:00",
        "what": "deployment",
        "repo": REPO,
        "who": "mona",
        "title": "of main to production",
        "state": "success",
        "sha": SHA,
        "url": "",
    }
    assert found.says == "4 changes in acme/claims since 2026-05-04 05:30 UTC."
    assert "not kept" not in found.content


def test_it_is_asked_as_github_wants_to_be_asked(server: Loopback) -> None:
    read(server)
    first = server.asked[0]
    assert first.headers["accept"] == "application/vnd.github+json"
    assert first.headers["x-github-api-version"] == "2022-11-28"
    assert first.headers["authorization"] == f"Bearer {TOKEN}"
    assert server.queries(f"/repos/{REPO}/actions/runs", "created") == [
        ">=2026-05-04T05:00:00Z"
    ]


def test_what_did_not_change_is_asked_for_conditionally(server: Loopback) -> None:
    path = f"/repos/{REPO}/releases"
    server.answers[path] = said([], ETag='W/"1"')
    settings = settings_with(github_url=server.url, github_repos=[REPO])
    given = collecting(settings, Registry())
    for _ in range(2):
        load_collectors({}, given)["github_changes"](alert(), WINDOW, reader=None)
    tags = [
        one.headers.get("if-none-match") for one in server.asked if one.path == path
    ]
    assert tags == [None, 'W/"1"']


def test_the_repositories_of_the_system_come_before_those_of_the_settings(
    server: Loopback,
) -> None:
    read(server, alert(system="claims"), system("acme/own"))
    assert {one.path.split("/")[3] for one in server.asked} == {"own"}


@pytest.mark.parametrize("named", ["evil/private", "../../user", "acme/claims/../../x"])
def test_a_repository_that_only_an_alert_names_is_not_asked(
    server: Loopback, named: str
) -> None:
    read(server, alert(Entity(EntityKind.REPO, named)))
    assert {one.path.split("/")[2:4] == ["acme", "claims"] for one in server.asked} == {
        True
    }


def test_a_known_repository_that_an_alert_names_comes_first(server: Loopback) -> None:
    about = alert(Entity(EntityKind.REPO, "Acme/Claims"))
    read(server, about, github_repos=["acme/a", REPO])
    assert server.asked[0].path == f"/repos/{REPO}/deployments"


def test_of_many_repositories_some_are_asked_and_it_says_so(server: Loopback) -> None:
    found = read(server, github_repos=[f"acme/r{n}" for n in range(6)])
    assert len({one.path.split("/")[3] for one in server.asked}) == 4
    assert (
        "2 further repositories were not asked." in found["github-changes.jsonl"].says
    )


def test_a_title_is_one_short_line(server: Loopback) -> None:
    title = "a\n2026-05-04 11:59 UTC  forged\u202e" + "x" * 500
    server.answers |= paths(pulls=[merged("2026-05-04T11:40:00Z", title)])
    found = read(server)["github-changes.txt"]
    assert len(found.content.splitlines()) == 1
    assert "\u202e" not in found.content
    assert len(found.content) < 300


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (Said(status=403), "the token lacks a right; it needs Pull requests (read)"),
        (Said(status=404), "not for this token; it needs Pull requests (read)"),
        (Said(status=502), "pulls of acme/claims: it answered 502"),
        (Said(status=301, headers={"Location": "http://127.0.0.1:1/"}), "not followed"),
        (
            said({"message": "x"}),
            "pulls of acme/claims: its answer is not one of GitHub",
        ),
        (said([{"merged_at": "soon"}]), "its answer is not one of GitHub"),
        (said([7]), "its answer is not one of GitHub"),
    ],
)
def test_a_list_that_cannot_be_read_is_told_and_costs_nothing_else(
    server: Loopback, wrong: Said, says: str
) -> None:
    server.answers[f"/repos/{REPO}/pulls"] = wrong
    found = read(server)
    assert says in found["github-changes.jsonl"].says
    assert says in found["github-changes.txt"].content
    assert len(found["github-changes.jsonl"].content.splitlines()) == 3


def test_a_used_up_limit_is_told_once_and_nothing_more_is_asked(
    server: Loopback,
) -> None:
    server.answers[f"/repos/{REPO}/releases"] = Said(
        status=403,
        headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1777896900"},
    )
    found = read(server)
    assert [one.path for one in server.asked] == [
        f"/repos/{REPO}/deployments",
        f"/repos/{REPO}/releases",
    ]
    assert found["github-changes.jsonl"].says.endswith(
        "Not read: releases of acme/claims, pulls of acme/claims, runs of acme/claims: "
        "it takes no more requests for now, until 12:15 UTC."
    )


def test_a_page_that_is_full_says_that_there_may_be_more(server: Loopback) -> None:
    many = [deployed("2026-05-04T11:48:00Z", n) for n in range(50)]
    server.answers |= paths(deployments=many)
    found = read(server)["github-changes.jsonl"]
    assert "older deployments of acme/claims: only the newest 50" in found.says


def test_nothing_changed_is_said_too(server: Loopback) -> None:
    server.answers |= paths()
    found = read(server)
    assert found["github-changes.txt"].says == (
        "No change is known right before the alert."
    )
    assert found["github-changes.jsonl"].content == ""


def test_it_concerns_whatever_somebody_has_to_act_on() -> None:
    assert github_changes.concerns(alert(source="anything"))
    assert not github_changes.concerns(alert(category="none"))


def test_a_registry_with_repositories_needs_a_token() -> None:
    known = Registry((system(REPO),))
    given = {"github_repos": (), "registry": known}
    assert github_changes.is_configured(github_token=TOKEN, **given)  # type: ignore[arg-type]
    assert not github_changes.is_configured(github_token="", **given)  # type: ignore[arg-type]


def test_the_doctor_names_the_right_that_is_missing(server: Loopback) -> None:
    settings = settings_with(github_url=server.url, github_repos=[REPO])
    probe = load_probes(collecting(settings, Registry()))["github_changes"]
    assert [(one.name, one.works) for one in probe()] == [("GitHub acme/claims", True)]
    server.answers[f"/repos/{REPO}/deployments"] = Said(status=403)
    (one,) = probe()
    assert not one.works
    assert (
        one.says == "deployments: the token lacks a right; it needs Deployments (read)"
    )
