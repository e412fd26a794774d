"""garak: what its red-team probes achieved, from a report, a digest or a hit log.

One alert for each family of probes that got through, with how often. These are
attacks of our own: they gate a promotion and page nobody. Prompts, outputs and goals
of attempts are never read.

Source:
    https://reference.garak.ai, "Reporting"; entries of *.report.jsonl, *.hitlog.jsonl.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.envelope import Entity, EntityKind, Envelope, Outcome
from bot.domain.errors import Unparsed
from bot.envelopes.fields import count_of, every, first, first_text, member
from bot.envelopes.jsonbody import Json
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.mapping import MAX_ALERTS, body, digest, identifier
from bot.envelopes.shapes import Shape, fits, recognizer
from bot.envelopes.times import read_time
from bot.envelopes.verdicts import detector
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="garak",
    title="garak",
    docs="https://reference.garak.ai/en/latest/reporting.html",
    summary="Reports and hit logs of garak, line by line or as one entry.",
)
OURS = "a red-team result, not a live attack: it gates a promotion and pages nobody"
_ENTRY = Shape(
    words={
        "entry_type": (
            *("eval", "digest", "init", "attempt", "completion", "start_run*"),
            *("config", "setup", "payload*"),
        )
    }
)
_HIT = Shape(
    has=("probe", "detector", "score"),
    any_of=("attempt_id", "run_id", "generator", "attempt_seq"),
)
_TRY = Shape(has=("probe_classname", "detector_results"))
_MODEL = (
    *("['plugins.target_name']", "['plugins.model_name']", "meta.target_name"),
    *("meta.model_name", "generator"),
)
_RUN = ("run", "run_id", "meta.run_uuid", "['transient.run_id']")
_AT = (
    *("end_time", "start_time", "meta.start_time", "['transient.starttime_iso']"),
    "timestamp",
)
_MOST = 10**9
# From this score on an attempt counts as having got through.
_HITS = 0.5

# Probe, detector, how many attempts got through, of how many.
_Row = tuple[str, str, int, int]

recognizes = recognizer(_ENTRY, _HIT, _TRY)


@dataclass(slots=True, kw_only=True)
class _Family:
    """What the probes of one family achieved; the worst detector counts."""

    probe: str = ""
    detector: str = ""
    fails: int = 0
    total: int = 0
    probes: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What is known of the run as a whole."""

    model: str
    id: str
    at: datetime | None
    notes: tuple[str, ...]


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a family of probes that got through.

    Raises:
        Unparsed: Not JSON, or nothing in it is of garak.
    """
    document = read_values(payload.body)
    entries = [
        one
        for one in entries_of(document.value)
        if any(fits(one, shape) for shape in (_ENTRY, _HIT, _TRY))
    ]
    if not entries:
        raise Unparsed(
            "The payload is not one of garak",
            because="it holds no entry of a report or a hit log",
            next_move="Post the file *.report.jsonl as it is.",
        )
    run = _Run(
        model=_said(entries, _MODEL),
        id=_said(entries, _RUN),
        at=next((at for one in entries if (at := _time(one))), None),
        notes=document.notes,
    )
    families = _families(entries)
    bad = [one for one in families if one.fails]
    return tuple(_envelope(one, run) for one in (bad or families[:1])[:MAX_ALERTS])


def _said(entries: Sequence[Json], paths: Sequence[str]) -> str:
    return next((said for one in entries if (said := first_text(one, *paths))), "")


def _time(entry: Json) -> datetime | None:
    return read_time(first(entry, *_AT))


def _families(entries: Sequence[Json]) -> list[_Family]:
    """Gather results by the module of the probe, at least one."""
    rows = [row for one in entries for row in _evals(one)]
    rows = rows or [row for one in entries for row in _digested(one)]
    rows = rows or _summed(row for one in entries for row in _attempted(one))
    made: dict[str, _Family] = {}
    for probe, found_by, fails, total in rows or [("", "", 0, 0)]:
        family = made.setdefault(probe.partition(".")[0], _Family())
        family.probes.add(probe)
        if not family.probe or fails * family.total > family.fails * total:
            family.probe, family.detector = probe, found_by
            family.fails, family.total = fails, total
    for one in entries:
        if fits(one, _HIT) and not fits(one, _ENTRY):
            _count_hit(made, one)
    return list(made.values())


def _evals(entry: Json) -> Iterator[_Row]:
    if first_text(entry, "entry_type") == "eval":
        probe = _plugin(first_text(entry, "probe"))
        yield probe, _plugin(first_text(entry, "detector")), *_figures(entry)


def _plugin(name: str) -> str:
    """Return a probe's or detector's name; some reports put its kind before it."""
    return detector(name).removeprefix("probes.").removeprefix("detectors.")


def _figures(result: Json) -> tuple[int, int]:
    """Return how many attempts got through, of how many; `nones` are neither."""
    passed = count_of(member(result, "passed"), most=_MOST)
    total = count_of(first(result, "total_evaluated", "total"), most=_MOST)
    fails = member(result, "fails")
    said = count_of(fails, most=_MOST) if fails is not None else max(total - passed, 0)
    return said, max(total, said)


def _digested(entry: Json) -> Iterator[_Row]:
    """Yield the results in a digest: eval, group, probe, detector."""
    for groups in every(entry, "eval"):
        for probes in groups.values() if isinstance(groups, dict) else ():
            for probe, detectors in probes.items() if isinstance(probes, dict) else ():
                found = detectors.items() if isinstance(detectors, dict) else ()
                for name, result in found:
                    if isinstance(result, dict) and "passed" in result:
                        yield _plugin(probe), _plugin(name), *_figures(result)


def _summed(rows: Iterable[_Row]) -> list[_Row]:
    """Return one row a probe and detector, of many attempts."""
    made: dict[tuple[str, str], tuple[int, int]] = {}
    for probe, name, fails, total in rows:
        before = made.get((probe, name), (0, 0))
        made[probe, name] = before[0] + fails, before[1] + total
    return [(*names, *figures) for names, figures in made.items()]


def _attempted(entry: Json) -> Iterator[_Row]:
    """Yield what the detectors scored, where a run ended before it was counted."""
    probe = _plugin(first_text(entry, "probe_classname", "probe"))
    for results in every(entry, "detector_results"):
        for name, scores in results.items() if isinstance(results, dict) else ():
            listed = scores if isinstance(scores, list) else [scores]
            figures = [one for one in listed if isinstance(one, int | float)]
            hits = sum(one >= _HITS for one in figures)
            yield probe, _plugin(name), hits, len(figures)


def _count_hit(made: dict[str, _Family], hit: Json) -> None:
    probe = _plugin(first_text(hit, "probe"))
    made.pop("", None)
    family = made.setdefault(probe.partition(".")[0], _Family())
    family.probe, family.detector = probe, _plugin(first_text(hit, "detector"))
    family.fails += 1
    family.probes.add(probe)


def _envelope(family: _Family, run: _Run) -> Envelope:
    of = f" of {family.total}" if family.total else ""
    against = f" against {run.model}" if run.model else ""
    name = family.probe.partition(".")[0]
    if family.fails:
        title = f"garak: {family.fails}{of} attempts of {family.probe} got through"
    else:
        title = f"garak: no attempt{of and f' in {family.total}'} got through"
    texts = {
        "entry_type": "eval",
        "probe": family.probe,
        "detector": family.detector,
        "fails": str(family.fails),
        "total_evaluated": str(family.total or family.fails),
        "probes": str(len(family.probes)),
    }
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(" ".join(one for one in (run.id, name) if one)),
        dedup_key=digest([run.model, name]),
        group_key=identifier(run.id),
        occurred_at=run.at,
        title=body(title + against),
        texts={key: body(text) for key, text in texts.items() if text},
        entities=(Entity.named(EntityKind.MODEL, run.model),) if run.model else (),
        outcome=Outcome.ALLOWED if family.fails else Outcome.UNKNOWN,
        notes=(*run.notes, OURS),
    )
