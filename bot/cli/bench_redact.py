"""How fast text is redacted, beside the bare engine with the same rules.

The bare engine says which rules match (a set of all of them, in one pass) and lets
each of those find where. It decodes nothing, checks no digits, keeps no ids readable
and writes no placeholders. detect-secrets is the rival people know. Times are those
of the processor, so that a neighbour on the machine does not count.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bot.cli.bench_redact_lines import alerts, blocks
from bot.redact import Definition, Redactor, Stream, load_definition
from bot.redact.gates import has_hyperscan
from bot.redact.patterns import PatternSet, prepared

_MIB = 1 << 20
_BLOCK = 64 * 1024
_ALERT = 16 * 1024
_ALERTS = 300
_RIVAL = 512 * 1024
_WARM_UP = 100
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024

Block = Callable[[str], object]


def measure(*, megabytes: int = 50, stream_megabytes: int = 64) -> dict[str, Any]:
    """Return the figures of this machine, by name with their unit.

    Args:
        megabytes: How much is redacted in blocks, 10**6 bytes each.
        stream_megabytes: How much goes through as one stream, whose memory counts.
    """
    definition = load_definition()
    redactor = Redactor(definition, key=b"bench")
    # First, because the peak of memory never goes down again.
    stream = _stream(redactor, stream_megabytes)
    text = list(blocks(_BLOCK, total=megabytes * 10**6))
    end_to_end = _speed(redactor.redact, text)
    bare = _speed(_bare(definition), text)
    kinds = {rule.kind for rule in definition.rules}
    return {
        "rules / kinds": f"{len(definition.rules)} / {len(kinds)}",
        "literals are looked for by": "hyperscan" if has_hyperscan() else "google-re2",
        "log lines, MB": sum(map(len, text)) / 1e6,
        "end to end, MB/s": end_to_end,
        "bare engine, same rules, same blocks, MB/s": bare,
        "ratio (limit: at least 0.5)": end_to_end / bare,
        "detect-secrets on 512 KB, MB/s": _rival(text),
        **_alerts(redactor),
        **stream,
    }


def _speed(work: Block, text: list[str]) -> float:
    """MB of processor time a second, after the automata have been built."""
    for block in text[:_WARM_UP]:
        work(block)
    began = time.process_time()
    for block in text:
        work(block)
    return sum(map(len, text)) / 1e6 / (time.process_time() - began)


def _bare(definition: Definition) -> Block:
    patterns = tuple({rule.pattern for rule in definition.rules if not rule.kept})
    which = PatternSet(patterns)
    ready = [prepared(pattern) for pattern in patterns]

    def work(block: str) -> list[tuple[int, int]]:
        raw = block.encode()
        return [
            ready[number].stretch(match)
            for number in which.hits(raw)
            if number < len(ready)
            for match in ready[number].pattern.finditer(raw)
        ]

    return work


def _alerts(redactor: Redactor) -> dict[str, Any]:
    taken: list[float] = []
    for alert in alerts(_ALERT, count=_WARM_UP + _ALERTS):
        began = time.process_time()
        redactor.redact(alert)
        taken.append((time.process_time() - began) * 1000)
    taken = sorted(taken[_WARM_UP:])
    return {
        "16 KB alert, median, ms": taken[len(taken) // 2],
        "16 KB alert, p99, ms (limit: 5)": taken[len(taken) * 99 // 100],
    }


def _stream(redactor: Redactor, megabytes: int) -> dict[str, Any]:
    for block in blocks(_BLOCK, total=_WARM_UP * _BLOCK):
        redactor.redact(block)
    before, began = _peak_mib(), time.process_time()
    shown = sum(map(len, Stream(redactor).feed(_stretched(megabytes))))
    took = time.process_time() - began
    return {
        "streamed, MB": megabytes,
        "streamed, MB/s": shown / 1e6 / took,
        "memory grown by the stream, MiB (limit: 64)": _peak_mib() - before,
    }


def _stretched(megabytes: int) -> Iterable[str]:
    """Yield the same few megabytes again and again: making lines takes longer."""
    some = list(blocks(_BLOCK, total=2 * _MIB))
    for number in range(megabytes * 10**6 // _BLOCK):
        yield some[number % len(some)]


def _peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * _MAXRSS_UNIT / _MIB


def _rival(text: list[str]) -> float | str:
    try:
        from detect_secrets.core.scan import scan_file
        from detect_secrets.settings import default_settings
    except ImportError:
        return "is not installed"
    sample = "".join(text)[:_RIVAL]
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        path = Path(folder) / "sample.log"
        path.write_text(sample, encoding="utf-8")
        began = time.process_time()
        with default_settings():
            list(scan_file(str(path)))
        return len(sample) / 1e6 / (time.process_time() - began)
