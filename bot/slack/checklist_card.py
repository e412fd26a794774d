"""The checklist of a runbook, drawn: a message in the thread of its incident. Pure.

Every step with what became of it, the one to go on with in full, and the buttons that
move it. Texts of runbooks are shown literally, like everything else (`sentences.py`).
What the buttons do is in `checklist_door.py` and the rules.
"""

from itertools import groupby

from bot.domain.checklist import (
    DONE,
    SKIPPED,
    TAKEN,
    ChecklistView,
    Mark,
    needs_action,
    open_evidence,
    short,
    steps_named,
)
from bot.domain.runbook import Level, Step, StepKind
from bot.ports import Post
from bot.slack import rich, words
from bot.slack.checklist_buttons import buttons, choices
from bot.slack.checklist_ways import ways
from bot.slack.rich import Block
from bot.slack.sentences import (
    Code,
    Element,
    Foreign,
    Piece,
    Strong,
    When,
    Who,
    clipped,
    on_lines,
    spoken,
)

_TEXT, _TEXT_OF_MANY = 300, 120
# Runbooks of ours have eight steps at most. Of a long one, what is far from the step to
# go on with is only counted: the menu below has them all.
_SHOWN = 24
_BEFORE = 6
_SIGNS = {"": "☐", TAKEN: "◐", DONE: "✓", SKIPPED: "-"}
_HEADINGS = {
    StepKind.READ: "Look, change nothing",
    StepKind.GATED: "Change: each waits for people to agree",
    StepKind.MANUAL: "By people: call, decide, write",
}
_EVIDENCE = "Evidence first: look, change nothing"
_AGREE = {
    Level.T1: "two people agree on it here first",
    Level.T2: "one other person agrees to it here first",
    Level.T3: "say here that you do it",
    None: "agree on it here first",
}


def key(incident: str, runbook: str) -> str:
    """Return the identity of a checklist's message."""
    return f"checklist/{incident}/{runbook}"


def card(
    view: ChecklistView, *, proposing: bool = False, sharing: bool = False
) -> Post:
    """Return a checklist as it should stand in the thread of its incident.

    Args:
        proposing: There is a gate, so that an action can be proposed.
        sharing: Diagnostics can be sealed and opened.
    """
    return Post(
        key=key(view.incident, view.runbook),
        channel=view.channel,
        text=_fallback(view),
        blocks=blocks(view, proposing=proposing, sharing=sharing),
        thread=f"card/{view.incident}",
    )


def blocks(
    view: ChecklistView, *, proposing: bool = False, sharing: bool = False
) -> tuple[Block, ...]:
    """Return the blocks of a checklist; one that is closed has no buttons."""
    title = view.edition.title if view.edition else "its text is not kept"
    mark = "EXERCISE · " if view.drill else ""
    head = f"{mark}Checklist {view.runbook}: {title}"
    found = [
        rich.header("head", head),
        rich.rich_text("about", rich.section(on_lines(*_about(view)))),
        rich.rich_text("steps", *_steps(view)),
    ]
    step = view.current
    if not view.outcome and step is not None:
        found.append(rich.rich_text("now", *details(view, step)))
    if not view.outcome:
        row = buttons(view, proposing=proposing, sharing=sharing)
        found += [rich.actions("do", row)] if row else []
        # Slack's client keeps what was chosen in a block for as long as its id stays.
        found.append(rich.actions(f"choose.{view.moved}", choices(view)))
    return rich.within_budget(found)


def details(view: ChecklistView, step: Step) -> list[Element]:
    """Return one step in full: what to type, how to verify it, the way back."""
    mark = view.marks.get(step.number)
    head: list[Piece] = [Strong(f"Step {step.number}"), f" · {_kind(step)}"]
    head += _state(mark) or [" · nobody has it"]
    warned: list[Piece] = []
    if open_before := _open_evidence(view, step):
        warned = [Strong(f"Evidence {steps_named(open_before)} open.")]
        warned += [" Take that first if there is time; the timeline says if not."]
    text: list[Piece] = [clipped(step.text, _TEXT)]
    parts = [rich.section(on_lines(head, text, warned))]
    for label, typed in _typed(view, step):
        parts += [rich.section([label]), rich.preformatted(typed)]
    after = on_lines(*ways(view, step), *_after(step))
    return [*parts, rich.section(after)] if after else parts


def _open_evidence(view: ChecklistView, step: Step) -> tuple[int, ...]:
    if view.edition is None or view.is_finished(step.number):
        return ()
    finished = {n for n in view.marks if view.is_finished(n)}
    return open_evidence(view.edition, step.number, finished)


def _about(view: ChecklistView) -> list[list[Piece]]:
    edition = f" · version {view.version}, {short(view.digest)} · started by "
    first: list[Piece] = [Strong(view.incident), " · ", Strong(view.progress())]
    first += [edition, Who(view.started_by), " ", When(view.started_at)]
    why: list[Piece] = [f"Why this one: {clipped(view.why, 200)}"] if view.why else []
    return [first, _closed(view), why, _standing(view)]


def _closed(view: ChecklistView) -> list[Piece]:
    """Say how it ended, where the incident is over."""
    if not view.outcome or view.ended_at is None:
        return []
    by: list[Piece] = [] if view.ended_by == "tocsin" else [" by ", Who(view.ended_by)]
    left = view.total - view.done - view.skipped
    rest = f" {left} of {view.total} steps stayed open." if left else ""
    ended = [f": the incident was resolved as {words.said(view.outcome)}", *by, " "]
    return [Strong("Closed"), *ended, When(view.ended_at), f".{rest}"]


def _standing(view: ChecklistView) -> list[Piece]:
    """Say where the file is another one now: the numbers here stay what they were."""
    if view.edition is None:
        return ["The text of this edition is not kept here; read it in the runbook."]
    match view.standing:
        case "changed":
            return ["The runbook reads differently now. This stays as it was started."]
        case "gone":
            return ["The runbook is gone by now. This stays as it was started."]
        case _:
            return []


def _steps(view: ChecklistView) -> list[Element]:
    if view.edition is None:
        rows = [_row(view, number, None) for number in sorted(view.marks)]
        return [rich.section(on_lines(*rows, ["Nobody marked a step."] * (not rows)))]
    parts: list[Element] = []
    shown, before, after = _window(view, view.edition.steps)
    if before:
        parts.append(rich.section([f"… {before} steps before"]))
    is_first = not before
    for kind, run in groupby(shown, key=lambda one: one.kind):
        evidence = kind is StepKind.READ and is_first
        heading = _EVIDENCE if evidence else _HEADINGS[kind]
        rows = [_row(view, one.number, one) for one in run]
        parts.append(rich.section(on_lines([Strong(heading)], *rows)))
        is_first = False
    if after:
        parts.append(rich.section([f"… {after} steps after"]))
    return parts


def _window(
    view: ChecklistView, steps: tuple[Step, ...]
) -> tuple[tuple[Step, ...], int, int]:
    """Return the steps to show, and how many stand before and after them."""
    if len(steps) <= _SHOWN:
        return steps, 0, 0
    current = view.current
    at = steps.index(current) if current else len(steps)
    start = max(min(at - _BEFORE, len(steps) - _SHOWN), 0)
    return steps[start : start + _SHOWN], start, len(steps) - start - _SHOWN


def _row(view: ChecklistView, number: int, step: Step | None) -> list[Piece]:
    mark = view.marks.get(number)
    longest = _TEXT if view.total <= _SHOWN else _TEXT_OF_MANY
    text = clipped(step.text, longest) if step else "(text not kept)"
    row: list[Piece] = [f"{_SIGNS[mark.state if mark else '']} {number}. {text}"]
    if step is not None and step.is_gated:
        row += [" (", *_gate(step), ")"]
    return [*row, *_state(mark, counts=not view.outcome)]


def _kind(step: Step) -> str:
    match step.kind:
        case StepKind.READ:
            return "looks, changes nothing"
        case StepKind.GATED if needs_action(step):
            return "gated: propose it, people agree, the bot runs it"
        case StepKind.GATED:
            return f"gated, by hand: {_AGREE[step.level]}"
        case _:
            return "by people"


def _gate(step: Step) -> list[Piece]:
    level = f"gated {step.level.value}" if step.level else "gated"
    if needs_action(step):
        more = len(step.ways) - 1
        others = f" or {more} {'other' if more == 1 else 'others'}" if more else ""
        return [f"{level}, ", Code(step.action), others]
    return [f"{level}, by hand"]


def _state(mark: Mark | None, *, counts: bool = True) -> list[Piece]:
    """Say what became of a step; nothing where nobody has touched it.

    Args:
        counts: The age of what is taken goes on; it stands still on a closed list.
    """
    if mark is None:
        return []
    missed = f", evidence {steps_named(mark.open_evidence)} open"
    late = missed if mark.open_evidence else ""
    match mark.state:
        case "taken":
            since = When(mark.at, counts=counts)
            return [" · ", Strong("taken"), " by ", Who(mark.by), " ", since, late]
        case "skipped":
            why = Foreign(mark.reason, limit=160)
            return [" · ", Strong("skipped"), " by ", Who(mark.by), ": ", why]
        case _:
            return [" · done by ", Who(mark.by), " ", When(mark.at), late]


def _typed(view: ChecklistView, step: Step) -> list[tuple[str, str]]:
    """Return what to copy, each with where it is from."""
    found = []
    look = view.edition.looks.get(step.number) if view.edition else None
    if needs_action(step):
        typed = f"/incident propose {view.incident}"
        found.append(("Propose it:", typed))
    if look is not None:
        found.append((f"From “{look.where}” of the runbook:", look.text))
    return found


def _after(step: Step) -> list[list[Piece]]:
    said = (
        ("Verify: ", step.verify),
        ("Roll back: ", step.rollback),
        ("Cannot be undone: ", step.irreversible),
        ("Stop if: ", step.stop_if),
    )
    rows: list[list[Piece]] = [
        [Strong(name), clipped(text, _TEXT)] for name, text in said if text
    ]
    return rows


def _fallback(view: ChecklistView) -> str:
    drill = "Exercise: " if view.drill else ""
    start = f"{drill}Checklist {view.runbook} of {view.incident}, {view.progress()}"
    if view.outcome:
        return spoken([f"{start}, closed: resolved as {words.said(view.outcome)}."])
    step = view.current
    if step is None:
        return spoken([f"{start}."])
    mark = view.marks.get(step.number)
    return spoken([f"{start}. Step {step.number}: {step.text}", *_state(mark)])
