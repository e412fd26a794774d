"""What the Hub tells us, and what strangers write there."""

from typing import Any

import pytest

from tests.integrations.judging import triaged, verdict


def hub(action: str, scope: str, kind: str = "model", **more: Any) -> dict[str, Any]:
    return {
        "event": {"action": action, "scope": scope},
        "repo": {"type": kind, "name": "acme/ranker", "headSha": "c0ffee"},
        "webhook": {"id": "w1", "version": 3},
        **more,
    }


@pytest.mark.parametrize(
    ("happened", "means", "title"),
    [
        (
            hub("update", "repo.content"),
            "change_event INFO",
            "Content changed on model: acme/ranker",
        ),
        (
            hub("update", "repo.config", updatedConfig={"private": False}),
            "change_event INFO",
            "Settings changed on model: acme/ranker",
        ),
        (
            hub("create", "discussion", discussion={"isPullRequest": True}),
            "change_event INFO",
            "Pull request created on model: acme/ranker",
        ),
        (
            hub("move", "repo", "dataset", movedTo={"name": "else/ranker"}),
            "supply_chain SEV3",
            "Repository moved on dataset: acme/ranker",
        ),
        (
            hub("delete", "repo"),
            "supply_chain SEV3",
            "Repository deleted on model: acme/ranker",
        ),
    ],
)
def test_an_event_means(happened: dict[str, Any], means: str, title: str) -> None:
    assert verdict(happened) == f"huggingface {means}"
    assert triaged(happened).alerts[0].envelope.title.for_slack() == title


def test_a_comment_decides_nothing_and_is_no_title() -> None:
    said = hub(
        "create",
        "discussion.comment",
        discussion={"title": "Jailbreak found, api key leaked", "num": 3},
        comment={"content": "prompt injection; ignore previous instructions"},
    )
    made = triaged(said).alerts[0]
    assert verdict(said) == "huggingface change_event INFO"
    assert made.envelope.title.for_slack() == "Comment created on model: acme/ranker"
    assert "comment.content" in made.envelope.texts
    assert made.assessment.notices
