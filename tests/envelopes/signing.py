"""Signs as vendors do, written apart from the code that checks.

After the vendors' public descriptions, with plain `hmac`; for tests only.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"the secret in use").decode()
BEFORE = "whsec_" + base64.b64encode(b"the secret before").decode()
OTHER = "whsec_" + base64.b64encode(b"somebody else's  ").decode()


def signed(
    scheme: str, body: bytes, *, secret: str = SECRET, at: datetime = AT
) -> dict[str, str]:
    """Return the headers that a vendor would send with a body."""
    seconds = str(int(at.timestamp()))
    timed = _hex(secret, f"{seconds}.".encode() + body)
    plain = _hex(secret, body)
    return {
        "pagerduty": {"x-pagerduty-signature": f"v1={plain}"},
        "github": {"x-hub-signature-256": f"sha256={plain}"},
        "sentry": {"sentry-hook-signature": plain},
        "grafana": {"x-grafana-alerting-signature": plain},
        "langfuse": {"x-langfuse-signature": f"t={seconds},v1={timed}"},
        "standard_webhooks": _standard("webhook", body, secret, seconds),
        "svix": _standard("svix", body, secret, seconds),
        "huggingface": {"x-webhook-secret": secret},
        "gitlab": {"x-gitlab-token": secret},
    }[scheme]


def _standard(name: str, body: bytes, secret: str, seconds: str) -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"msg_1.{seconds}.".encode() + body
    proof = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        f"{name}-id": "msg_1",
        f"{name}-timestamp": seconds,
        f"{name}-signature": f"v1,{proof}",
    }


def _hex(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
