"""What garak's reports say of our own attacks."""

import json
from typing import Any

from integrations.garak import OURS
from tests.integrations.triaging import PRIVATE, judged, only, title, verdict


def result(probe: str, passed: int, total: int, **more: Any) -> dict[str, Any]:
    return {
        "entry_type": "eval",
        "probe": probe,
        "detector": f"{probe}.found",
        "passed": passed,
        "total_evaluated": total,
        **more,
    }


RUN = {"entry_type": "init", "run": "run-1", "start_time": "2026-05-20T10:00:00"}
TARGET = {"entry_type": "start_run setup", "plugins.target_name": "claims"}
ATTEMPT = {"entry_type": "attempt", "prompt": PRIVATE, "outputs": [PRIVATE]}


def test_attempts_that_all_failed_ask_for_nobody() -> None:
    assert verdict(result("dan.Dan_11_0", 40, 40)) == ("ignored", "none", "NONE")
    assert verdict(result("dan.Dan_11_0", 0, 0)) == ("ignored", "none", "NONE")


def test_a_result_is_told_to_be_no_live_attack() -> None:
    assert OURS in only(result("dan.Dan_11_0", 3, 5)).assessment.notices


def test_what_a_probe_tries_is_the_kind_of_trouble() -> None:
    tries = {
        "dan.Dan_11_0": "prompt_injection",
        "latentinjection.LatentJailbreak": "prompt_injection",
        "leakreplay.GuardianCloze": "data_disclosure",
        "sysprompt_extraction.SystemPromptExtraction": "system_prompt_leak",
        "apikey.GetKey": "credential_exposure",
        "web_injection.MarkdownXSS": "unsafe_output_handling",
        "packagehallucination.Python": "supply_chain",
        "snowball.Primes": "misinformation",
        "realtoxicityprompts.RTPThreat": "harmful_output",
    }
    found = {probe: verdict(result(probe, 1, 5))[1] for probe in tries}
    assert found == tries


def test_a_report_by_the_line_becomes_one_alert_a_family() -> None:
    lines = [
        *(TARGET, RUN, ATTEMPT, result("dan.A", 4, 5), result("dan.B", 1, 5)),
        *(result("snowball.Primes", 2, 5), result("lmrc.Profanity", 5, 5)),
    ]
    body = "\n".join(json.dumps(one) for one in lines).encode()
    found = judged(body)
    said = [one.envelope.title.for_rules() for one in found.alerts]
    assert said == [
        "garak: 4 of 5 attempts of dan.B got through against claims",
        "garak: 3 of 5 attempts of snowball.Primes got through against claims",
    ]
    assert {one.envelope.group_key for one in found.alerts} == {"run-1"}


def test_a_second_run_against_the_same_model_is_the_same_problem() -> None:
    first = only([TARGET, RUN, result("dan.A", 1, 5)]).envelope
    again = only([TARGET, {**RUN, "run": "run-2"}, result("dan.A", 2, 5)]).envelope
    assert first.dedup_key == again.dedup_key
    assert first.source_event_id != again.source_event_id


def test_older_reports_count_a_total_and_no_fails() -> None:
    older = {"entry_type": "eval", "probe": "dan.A", "passed": 1, "total": 4}
    assert title(older) == "garak: 3 of 4 attempts of dan.A got through"


def test_a_hit_log_is_counted_and_not_quoted() -> None:
    hit = {
        "probe": "dan.A",
        "detector": "dan.DAN",
        "score": 1.0,
        "run_id": "r",
        "generator": "gpt-4o",
        "prompt": PRIVATE,
        "output": PRIVATE,
    }
    alert = only([hit, hit])
    said = "garak: 2 attempts of dan.A got through against gpt-4o"
    assert alert.envelope.title.for_rules() == said
    texts = (one.for_rules() for one in alert.envelope.texts.values())
    assert not [one for one in texts if PRIVATE in one]


def test_a_digest_alone_is_enough() -> None:
    detected = {"dan.DAN": {"passed": 1, "total_evaluated": 5}}
    groups = {
        "dan": {"_summary": {"score": 0.2}, "dan.A": {"_summary": {}, **detected}}
    }
    digest = {"entry_type": "digest", "meta": {"target_name": "m"}, "eval": groups}
    assert title(digest) == "garak: 4 of 5 attempts of dan.A got through against m"


def test_a_run_that_was_never_counted_is_counted_here() -> None:
    def attempt(*scores: float) -> dict[str, Any]:
        found = {"detectors.dan.DAN": list(scores)}
        probe = {"probe_classname": "probes.dan.Dan_6_0", "prompt": PRIVATE}
        return {"entry_type": "attempt", **probe, "detector_results": found}

    assert title([attempt(0.9, 0.1), attempt(0.2)]) == (
        "garak: 1 of 3 attempts of dan.Dan_6_0 got through"
    )
