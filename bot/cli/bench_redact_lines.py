"""The log lines that `tocsin bench redact` reads: many shapes, few secrets.

Made from a counter, so that every run reads the same. Not real ones: those belong to
somebody. One line in 200 holds an address of a person, one in 1,000 a key.
"""

import hashlib
import itertools
import json
from collections.abc import Iterator

_LINES_A_PERSON = 200
_LINES_A_KEY = 1000


def lines() -> Iterator[str]:
    """Yield log lines without end, the same in every run."""
    for number in itertools.count():
        drawn = hashlib.blake2b(number.to_bytes(8, "big"), digest_size=48).hexdigest()
        line = _SHAPES[number % len(_SHAPES)](number, drawn)
        if number % _LINES_A_PERSON == 0:
            line += f" user jane{number}.doe@mail.example.org"
        if number % _LINES_A_KEY == 0:
            line += " Authorization: Bearer sk-" + f"proj-{drawn[:40]}"
        yield line


def blocks(size: int, *, total: int) -> Iterator[str]:
    """Yield blocks of whole lines of about `size` bytes, `total` bytes in all."""
    held: list[str] = []
    length = yielded = 0
    for line in lines():
        held.append(line)
        length += len(line) + 1
        if length < size:
            continue
        yield "\n".join(held) + "\n"
        yielded += length
        held, length = [], 0
        if yielded >= total:
            return


def alerts(size: int, *, count: int) -> Iterator[str]:
    """Yield alerts of about `size` bytes: log lines in the JSON of a webhook."""
    for block in blocks(size - 512, total=count * (size - 512)):
        alert = {"title": "Tool calls failing", "labels": {"pod": "rag-0"}}
        yield json.dumps(alert | {"log": block})


def _at(number: int) -> str:
    minute, second = number // 60 % 60, number % 60
    return f"2026-11-20T11:{minute:02d}:{second:02d}.{number % 1000:03d}Z"


def _uuid(drawn: str) -> str:
    return "-".join((drawn[:8], drawn[8:12], drawn[12:16], drawn[16:20], drawn[20:32]))


_SHAPES = (
    lambda n, d: (
        f"{_at(n)} INFO  [gateway] POST /v1/chat/completions 200 {n % 900}ms "
        f"model=gpt-4o tokens={n % 9000} trace_id={d[:32]}"
    ),
    lambda n, d: json.dumps(
        {
            "ts": _at(n),
            "level": "warn",
            "svc": "rag",
            "msg": "slow retrieval",
            "latency_ms": n % 5000,
            "request_id": _uuid(d),
        }
    ),
    lambda n, d: (
        f"I1120 09:12:44.{n % 999999:06d}       1 controller.go:114] "
        f"Reconciling object=ml-prod/rag-worker-{d[:10]}-x{d[10:14]}"
    ),
    lambda n, d: (
        f"{_at(n)} ERROR botocore.exceptions.ClientError: ThrottlingException "
        f"arn:aws:bedrock:us-east-1:{n % 10**12:012d}:guardrail/{d[:12]}"
    ),
    lambda n, _: (
        f"10.0.{n % 251}.{n % 241} - - [20/Nov/2026:11:02:08 +0000] "
        f'"GET /api/items/{n % 99999}?page=4 HTTP/1.1" 200 {n % 99991} "-" '
        '"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"'
    ),
    lambda n, _: (
        'http_request_duration_seconds_bucket{handler="/v1/x",le="0.5"} '
        f"{n * 7919 % 10**7}"
    ),
    lambda n, d: (
        f"{_at(n)} DEBUG [tokenizer] encoded prompt_tokens={n % 4000} "
        f"max_tokens=4096 cache_key={d[:16]}"
    ),
    lambda n, _: f"    at async runAgent (/app/dist/agent.js:{n % 400}:31)",
    lambda n, d: (
        f"{_at(n)} INFO  pulled image ghcr.io/acme/agent@sha256:{d[:64]} in 2.1s"
    ),
    lambda n, d: (
        f"{_at(n)} WARN  [guardrail] blocked input for session s-{d[:6]} "
        f"policy=pii action=BLOCK score=0.{n % 99}"
    ),
)
