"""Bundles as the page gets them, also such as Tocsin would never write.

Members are put together by hand here, so that what is shown does not depend on the
code that writes real bundles.
"""

import csv
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from typing import Any

HOSTILE = (
    "<img src=x onerror=alert(1)><script>alert(2)</script> "
    "<svg onload=alert(3)> javascript:alert(4) </pre><a href=//evil.test>x</a>"
)
PLOT = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 220" width="640" '
    'height="220"><script>alert(5)</script><rect width="640" height="220" '
    'fill="#fff"/><polyline fill="none" stroke="#0f6674" stroke-width="3" points="'
    + " ".join(f"{n * 10},{190 - (n % 17) * 9}" for n in range(64))
    + '"/><text x="12" y="24" font-size="16">Invocations per minute</text></svg>'
)
_AT = 1_777_896_000


def tar(members: Sequence[tuple[str, bytes]]) -> bytes:
    """Return an archive with exactly these members."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(content), 0o600, _AT
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def told(name: str, content: bytes, kind: str, **more: Any) -> dict[str, Any]:
    """Return what a manifest says about a file."""
    return {
        "name": name,
        "says": f"What {name} is.",
        "type": kind,
        "bytes": len(content),
        "sha256": "0" * 64,
        "by": "cloudwatch",
        "call": "",
        "at": "2026-05-04T12:00:00+00:00",
        "masked": [],
        **more,
    }


def bundle(
    files: Mapping[str, tuple[str, bytes]],
    *,
    says: Mapping[str, Mapping[str, Any]] | None = None,
    **manifest: Any,
) -> bytes:
    """Return a bundle of files: name to type and content."""
    listed = [
        told(name, content, kind, **(says or {}).get(name, {}))
        for name, (kind, content) in files.items()
    ]
    about = {
        "format": "tocsin-bundle/2",
        "incident": "INC-0042",
        "exercise": False,
        "since": "2026-05-04T11:00:00+00:00",
        "until": "2026-05-04T12:00:00+00:00",
        "collected_at": "2026-05-04T12:00:09+00:00",
        "took_ms": 4210,
        "masked": "2 e-mail addresses, 1 key",
        "definition": "version 7, 0f3c…",
        "missing": [],
        "files": listed,
        **manifest,
    }
    members = [("manifest.json", json.dumps(about).encode())]
    return tar([*members, *((name, one[1]) for name, one in files.items())])


def rich(rows: int = 5000) -> bytes:
    """Return a bundle with one file of each kind, text from outside in all of them."""
    alert = [
        {
            "title": f"Queue is long {HOSTILE}",
            "id": "al_1",
            "account": "12345678901234567890",
            "labels": {"severity": "high", "region": "eu-west-1", HOSTILE: HOSTILE},
            "values": list(range(450)),
            "note": "line one\nline two " + "x" * 400,
            "empty": {},
        },
        {"title": "Second", "id": "al_2", "labels": {}, "account": None},
    ]
    log = "".join(
        f"2026-05-04T11:{n % 60:02d}:00Z {'ERROR' if n % 50 == 0 else 'INFO'} "
        f"request {n} took {n % 977} ms {HOSTILE if n == 3 else ''}\n"
        for n in range(rows)
    )
    events = "".join(
        json.dumps(
            {
                "n": n,
                "event": "InvokeModel" if n % 3 else "CreateAccessKey",
                "who": f"user-{n % 40}",
                "ms": n * 7919 % 1000,
                "detail": {"source": HOSTILE if n == 1 else "10.0.0.1", "ok": True},
            }
        )
        + "\n"
        for n in range(rows)
    )
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["model", "cost_eur", "remark"])
    writer.writerows(
        [f"model-{n}", n / 8, f'said "{n}", then\nstopped'] for n in range(40)
    )
    return bundle(
        {
            "alerts.json": ("json", json.dumps(alert, indent=2).encode()),
            "plots/cloudwatch-metrics.svg": ("svg", PLOT.encode()),
            "cloudtrail.jsonl": ("jsonl", events.encode()),
            "costs.csv": ("csv", sheet.getvalue().encode()),
            "app.log": ("text", log.encode()),
        },
        says={
            "alerts.json": {
                "says": "The first alert of each problem, 2 in all.",
                "masked": [{"kind": "email", "count": 2}],
            },
            "plots/cloudwatch-metrics.svg": {
                "says": "Invocations per minute, highest 144 at 11:42 UTC."
            },
            "app.log": {"says": HOSTILE, "call": "logs:StartQuery /aws/app, 1 h"},
        },
        missing=[{"by": "bedrock", "why": f"Access was denied {HOSTILE}"}],
    )
