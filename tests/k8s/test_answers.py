"""What an answer of Kubernetes means: it happened, it did not, or nobody knows."""

import orjson
import pytest

from bot.domain.action_effects import Outcome
from bot.outside.k8s.answers import became
from bot.outside.k8s.wire import NoAnswer
from bot.ports.ask import Answer

CALL = "apps.PatchDeployment"
NOT = f"{CALL} did not happen:"


def answer(status: int, reason: object = "", **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    body = orjson.dumps({"reason": reason, "message": "<!channel> its own words"})
    return Answer(status=status, headers=named, body=body)


@pytest.mark.parametrize(
    ("status", "reason", "says"),
    [
        (
            403,
            "Forbidden",
            (
                f"{NOT} Kubernetes refused it: the account "
                "lacks patch on deployments, or a rule of the cluster forbids it."
            ),
        ),
        (
            409,
            "Conflict",
            (f"{NOT} the world is not as planned (it was changed in the same moment)."),
        ),
        (
            422,
            "Invalid",
            f"{NOT} Kubernetes refused it (Invalid).",
        ),
        (
            429,
            "TooManyRequests",
            (f"{NOT} Kubernetes takes no more requests for now."),
        ),
        (
            400,
            "<!channel>",
            f"{NOT} Kubernetes refused it (400).",
        ),
        (
            400,
            ["x"],
            f"{NOT} Kubernetes refused it (400).",
        ),
    ],
)
def test_a_clear_refusal_means_that_nothing_happened(
    status: int, reason: object, says: str
) -> None:
    result = became(CALL, answer(status, reason))
    assert (result.outcome, result.says) == (Outcome.FAILED, says)


def test_a_budget_that_refuses_an_eviction_is_named() -> None:
    result = became("core.CreateEviction", answer(429))
    assert result.outcome is Outcome.FAILED
    assert "a disruption budget does not allow it now" in result.says


@pytest.mark.parametrize("status", [100, 302, 408, 500, 503, 504])
def test_anything_else_is_for_a_person_to_say(status: int) -> None:
    result = became(CALL, answer(status))
    assert result.outcome is Outcome.UNKNOWN
    assert result.says == (
        "apps.PatchDeployment may or may not have happened: Kubernetes answered "
        f"{status}."
    )


def test_silence_is_unknown_only_if_something_was_sent() -> None:
    lost = became(CALL, NoAnswer("TimeoutError", was_sent=True))
    assert lost.outcome is Outcome.UNKNOWN
    never = became(CALL, NoAnswer("ConnectionRefusedError", was_sent=False))
    assert never.outcome is Outcome.FAILED
    assert "it was not sent (ConnectionRefusedError)" in never.says


def test_the_audit_id_is_kept_if_it_is_one() -> None:
    assert became(CALL, answer(200, audit_id="5d-1f")).request_id == "5d-1f"
    assert became(CALL, answer(200, audit_id="<!channel>")).request_id == ""
    torn = Answer(status=400, headers={}, body=b"<html>")
    assert became(CALL, torn).outcome is Outcome.FAILED
