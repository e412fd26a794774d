"""Every vendor's signature: what is believed, and what is not."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from bot.envelopes.signature import Delivery, NotSigned, Part, check_signature
from bot.envelopes.signature_schemes import GRAFANA, SCHEMES, with_time
from bot.triage import load_integrations
from tests.envelopes.signing import AT, BEFORE, OTHER, SECRET, signed

BODY = b'{"event":{"id":"01","event_type":"incident.triggered"}}'
TIMED = [name for name, one in SCHEMES.items() if Part.TIME in one.signed]
SIGNING_THE_BODY = [n for n in SCHEMES if n not in ("huggingface", "gitlab")]
# Printed by `openssl dgst -sha256 -hmac pd-example-secret` over the body above, over
# "1777896000." and the body, and over "1777896000:" and the body.
OPENSSL = {
    "body": "cc7fa66a44ef58382883eb4d3e337d4c2e5bf751466b3436332af6919ee5abc1",
    "dot": "54285edafc94668783541ae8994e636168fd298ba7f15ea3de1f7969ed168f53",
    "colon": "8307f38a71fb74aee2677f79c500409c8ea8ab07c8623f28daa0dda83f4c5ec4",
}


def check(
    scheme: str,
    headers: Mapping[str, str],
    body: bytes = BODY,
    *secrets: str,
    now: datetime = AT,
) -> str:
    return check_signature(
        SCHEMES[scheme],
        Delivery(headers=headers, body=body),
        secrets=secrets or (SECRET,),
        now=now,
    )


def refused(*given: object, now: datetime = AT) -> str:
    with pytest.raises(NotSigned) as no:
        check(*given, now=now)  # type: ignore[arg-type]
    assert SECRET not in str(no.value)
    return no.value.error


# --- vectors that others have published or computed ---


def test_the_example_of_github_passes() -> None:
    proof = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    headers = {"x-hub-signature-256": f"sha256={proof}"}
    assert (
        check("github", headers, b"Hello, World!", "It's a Secret to Everybody") == ""
    )


def test_the_vector_of_standard_webhooks_passes_and_gives_its_id() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    now = datetime.fromtimestamp(1614265330, tz=UTC)
    body = b'{"test": 2432232314}'
    found = check("standard_webhooks", headers, body, secret, now=now)
    assert found == "msg_p5jXN8AQM9LWM0D4loKWxJek"


@pytest.mark.parametrize(
    ("scheme", "header", "shown"),
    [
        ("pagerduty", "x-pagerduty-signature", "v1={body}"),
        ("sentry", "sentry-hook-signature", "{body}"),
        ("grafana", "x-grafana-alerting-signature", "{body}"),
        ("langfuse", "x-langfuse-signature", "t=1777896000,v1={dot}"),
    ],
)
def test_what_openssl_computes_passes(scheme: str, header: str, shown: str) -> None:
    headers = {header: shown.format(**OPENSSL)}
    assert check(scheme, headers, BODY, "pd-example-secret") == ""


def test_what_openssl_computes_for_grafana_with_a_time_passes() -> None:
    scheme = with_time(GRAFANA, "X-Grafana-Alerting-Signature-Timestamp")
    headers = {
        "x-grafana-alerting-signature": OPENSSL["colon"],
        "x-grafana-alerting-signature-timestamp": "1777896000",
    }
    given = Delivery(headers=headers, body=BODY)
    assert check_signature(scheme, given, secrets=("pd-example-secret",), now=AT) == ""


# --- what every scheme promises, those to come too ---


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_right_secret_passes_and_so_does_the_one_before(scheme: str) -> None:
    check(scheme, signed(scheme, BODY))
    check(scheme, signed(scheme, BODY, secret=BEFORE), BODY, SECRET, BEFORE)


@pytest.mark.parametrize("scheme", SIGNING_THE_BODY)
def test_one_byte_off_fails(scheme: str) -> None:
    headers = signed(scheme, BODY)
    assert refused(scheme, headers, BODY.replace(b"01", b"02")) == "bad_signature"
    assert refused(scheme, headers, BODY + b" ") == "bad_signature"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_another_secret_fails(scheme: str) -> None:
    assert refused(scheme, signed(scheme, BODY, secret=OTHER)) == "bad_signature"
    assert refused(scheme, signed(scheme, BODY, secret=BEFORE)) == "bad_signature"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_header_is_needed(scheme: str) -> None:
    headers = signed(scheme, BODY)
    for name in headers:
        rest = {key: text for key, text in headers.items() if key != name}
        assert refused(scheme, rest) == "unsigned"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_rubbish_in_the_header_is_refused(scheme: str) -> None:
    good, header = signed(scheme, BODY), SCHEMES[scheme].header
    rubbish = ["", " ", "x", ",,,", "v1=", "sha256=zz", "\udc80", "t"]
    answers = {shown: refused(scheme, {**good, header: shown}) for shown in rubbish}
    assert set(answers.values()) <= {"unsigned", "bad_signature"}, answers


@pytest.mark.parametrize("scheme", SCHEMES)
def test_without_a_secret_nothing_is_believed(scheme: str) -> None:
    blank = signed(scheme, BODY, secret="")
    blank[SCHEMES[scheme].header] = blank[SCHEMES[scheme].header] or "x"
    with pytest.raises(NotSigned):
        check(scheme, blank, BODY, "", "")


@pytest.mark.parametrize("scheme", TIMED)
def test_a_signed_time_may_be_five_minutes_off_and_no_more(scheme: str) -> None:
    for off in (timedelta(minutes=5), timedelta(minutes=-5)):
        check(scheme, signed(scheme, BODY, at=AT + off))
        late = AT + off * 1.01
        assert refused(scheme, signed(scheme, BODY, at=late)) == "stale"


@pytest.mark.parametrize("scheme", TIMED)
def test_the_time_cannot_be_made_younger(scheme: str) -> None:
    old = signed(scheme, BODY, at=AT - timedelta(hours=1))
    seconds = int(AT.timestamp())
    forged = {k: v.replace(str(seconds - 3600), str(seconds)) for k, v in old.items()}
    assert forged != old
    assert refused(scheme, forged) == "bad_signature"


# --- traps of single vendors ---


def test_one_right_signature_of_several_is_enough() -> None:
    right = signed("pagerduty", BODY)["x-pagerduty-signature"]
    headers = {"x-pagerduty-signature": f"v1={'0' * 64},{right}"}
    check("pagerduty", headers)


def test_a_signature_of_another_version_does_not_count() -> None:
    right = signed("pagerduty", BODY)["x-pagerduty-signature"]
    headers = {"x-pagerduty-signature": right.replace("v1=", "v2=")}
    assert refused("pagerduty", headers) == "unsigned"


def test_thousands_of_signatures_are_not_tried() -> None:
    right = signed("pagerduty", BODY)["x-pagerduty-signature"]
    headers = {"x-pagerduty-signature": f"v1={'0' * 64}," * 5000 + right}
    assert refused("pagerduty", headers) == "bad_signature"


def test_the_old_signature_of_github_is_not_looked_at() -> None:
    assert refused("github", {"x-hub-signature": "sha1=" + "0" * 40}) == "unsigned"


def test_a_time_that_nobody_signed_does_not_help_grafana() -> None:
    scheme = with_time(GRAFANA, "X-Time")
    headers = signed("grafana", BODY)
    for extra in ({}, {"x-time": "1777896000"}):
        given = Delivery(headers={**headers, **extra}, body=BODY)
        with pytest.raises(NotSigned):
            check_signature(scheme, given, secrets=(SECRET,), now=AT)


def test_no_secret_shows_in_what_may_be_logged() -> None:
    headers = signed("huggingface", BODY)
    assert SECRET not in repr(Delivery(headers=headers, body=BODY))


def test_every_manifest_names_a_scheme_that_there_is() -> None:
    named = {one.MANIFEST.signature for one in load_integrations().values()} - {""}
    assert named <= set(SCHEMES)
