"""Which vendor signs how, one scheme each, by the name the settings use.

An integration names its scheme in its manifest; ``[sources.<name>] signature`` names
one for a sender that a plain webhook reads. How a scheme is checked is
`signature.py`.

Vendors that sign nothing and are told apart by a token or the address: Alertmanager,
Datadog, Opsgenie, Azure Monitor, Google Cloud Monitoring, New Relic, Statuspage, Wiz.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.envelopes.signature import Part, Proof, SignatureScheme

PAGERDUTY = SignatureScheme(header="x-pagerduty-signature", prefix="v1=", between=",")
"""PagerDuty developer documentation, "Verifying Signatures": HMAC-SHA256 of the raw
body, hex after ``v1=``; while a secret is changed there are several."""

GITHUB = SignatureScheme(header="x-hub-signature-256", prefix="sha256=")
"""GitHub documentation, "Validating webhook deliveries". The older SHA-1 header is
not looked at."""

SENTRY = SignatureScheme(header="sentry-hook-signature")
"""Sentry documentation, "Webhooks" of the integration platform: HMAC-SHA256 of the
body with the client secret, hex. Its timestamp header is not signed, so it counts
for nothing."""

LANGFUSE = SignatureScheme(
    header="x-langfuse-signature",
    prefix="v1=",
    between=",",
    signed=(Part.TIME, Part.BODY),
    time_prefix="t=",
)
"""Langfuse documentation, "Webhooks": ``t=<seconds>,v1=<hex>`` over ``t.body``."""

GRAFANA = SignatureScheme(header="x-grafana-alerting-signature")
"""Grafana documentation, "Configure webhook notifications", HMAC signature: hex
without a prefix over the body. A contact point that names a timestamp header signs
otherwise: `with_time`."""

STANDARD_WEBHOOKS = SignatureScheme(
    header="webhook-signature",
    proof=Proof.HMAC_BASE64,
    prefix="v1,",
    between=" ",
    signed=(Part.ID, Part.TIME, Part.BODY),
    time_header="webhook-timestamp",
    id_header="webhook-id",
    key_is_base64=True,
)
"""Standard Webhooks specification 1.0.0, symmetric signatures. OpenAI, Replicate and
incident.io sign so."""

SVIX = SignatureScheme(
    header="svix-signature",
    proof=Proof.HMAC_BASE64,
    prefix="v1,",
    between=" ",
    signed=(Part.ID, Part.TIME, Part.BODY),
    time_header="svix-timestamp",
    id_header="svix-id",
    key_is_base64=True,
)
"""Svix documentation, "Verifying webhooks manually": the same under older names."""

HUGGINGFACE = SignatureScheme(header="x-webhook-secret", proof=Proof.SHOWN)
"""Hugging Face Hub documentation, "Webhooks": the secret itself is sent."""

GITLAB = SignatureScheme(header="x-gitlab-token", proof=Proof.SHOWN)
"""GitLab documentation, "Webhooks", secret token: the secret itself is sent."""

SCHEMES: Mapping[str, SignatureScheme] = {
    "pagerduty": PAGERDUTY,
    "github": GITHUB,
    "sentry": SENTRY,
    "langfuse": LANGFUSE,
    "grafana": GRAFANA,
    "standard_webhooks": STANDARD_WEBHOOKS,
    "svix": SVIX,
    "huggingface": HUGGINGFACE,
    "gitlab": GITLAB,
}
"""By the name under ``signature`` in the settings."""


def with_time(scheme: SignatureScheme, header: str) -> SignatureScheme:
    """Return Grafana's scheme for a contact point that names a timestamp header.

    Then ``time:body`` is signed, and a delivery without the header is refused: else
    whoever took it away could choose what counts as signed.

    Args:
        header: The name that the contact point gives, in any case.
    """
    return replace(
        scheme, signed=(Part.TIME, Part.BODY), joint=":", time_header=header.lower()
    )
