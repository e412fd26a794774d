"""What `tocsin doctor` says of the collectors: whether each can read what it is for.

It asks them for very little. Those of AWS are looked at with the account. The other
checks are in `checks.py`.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bot.cli.checks import OK, WARN, Check
from bot.cli.registry import registry_of
from bot.collectors import load_probes
from bot.config import Settings
from bot.wire_collect import collecting


def look(settings: Settings) -> Iterator[Check]:
    """Return what each configured collector answers, and which right is missing."""
    probes = load_probes(collecting(settings, registry_of(settings)))
    with ThreadPoolExecutor(max(len(probes), 1)) as crew:
        told = list(crew.map(lambda probe: probe(), probes.values()))
    found = [one for each in told for one in each]
    for one in found:
        yield Check(
            name=f"collect from {one.name}",
            state=OK if one.works else WARN,
            says=one.says,
            next_move=one.next_move,
        )
    if not found:
        says = "beside AWS nothing is set up; see docs/guides/diagnostics.md"
        yield Check(name="collect", state=OK, says=says)
