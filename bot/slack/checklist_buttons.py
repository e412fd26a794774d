"""The buttons below a checklist. Pure: each carries ids and nothing else."""

from bot.domain.checklist import DONE, TAKEN, ChecklistView, needs_action
from bot.domain.runbook import Step, StepKind
from bot.slack import rich
from bot.slack.sentences import Element, clipped
from bot.slack.share_wishes import DIAGNOSTICS_BUTTON
from bot.slack.wishes import value

SKIP_BUTTON = "step.skip"
CHOOSE_MENU = "step.choose"
PROPOSE_STEP = "step.propose"
OTHERS_BUTTON = "runbook.others"
# A message has room for about ten thousand characters in all.
_FEW, _OF_MANY = 24, 30


def buttons(view: ChecklistView, *, proposing: bool, sharing: bool) -> list[Element]:
    """Return the buttons that move an open checklist on, or back."""
    row: list[Element] = []
    step = view.current
    if step is not None:
        row += _of_current(view, step)
        if proposing and needs_action(step):
            what = step.action if len(step.ways) == 1 else f"step {step.number}"
            row.append(_button(view, f"Propose {what}…", PROPOSE_STEP, step))
        if sharing and step.kind is StepKind.READ:
            look, one = DIAGNOSTICS_BUTTON, view.incident
            row.append(rich.button("Diagnostics", action=look, value=one))
    return [*row, *_undo(view)]


def choices(view: ChecklistView) -> list[Element]:
    """Return the menu of steps, and the way to other runbooks."""
    row = [_menu(view, view.edition.steps)] if view.edition else []
    others = rich.button("Other runbooks…", action=OTHERS_BUTTON, value=view.incident)
    return [*row, others]


def _of_current(view: ChecklistView, step: Step) -> list[Element]:
    n, mark = step.number, view.marks.get(step.number)
    taken = _taken_out_of_turn(view)
    skip = _button(view, f"Skip step {n}…", SKIP_BUTTON, step)
    if mark is None:
        take = _button(view, f"Take step {n}", "step.take", step, primary=True)
        over = taken or step
        return [
            take,
            _button(view, f"Step {over.number} done", "step.done", over),
            skip,
        ]
    done = _button(view, f"Step {n} done", "step.done", step, primary=True)
    back = rich.button(
        f"Give step {n} back",
        action="step.back",
        value=value(view.incident, view.runbook, n, TAKEN),
    )
    free = _next_free(view, step)
    if free is None:
        return [done, skip, back]
    return [
        done,
        skip,
        back,
        _button(view, f"Take step {free.number}", "step.take", free),
    ]


def _taken_out_of_turn(view: ChecklistView) -> Step | None:
    """Return the first step that somebody is at, while the next one is free."""
    steps = view.edition.steps if view.edition else ()
    at = [n for n, mark in view.marks.items() if mark.state == TAKEN]
    return next((one for one in steps if one.number in at), None)


def _next_free(view: ChecklistView, after: Step) -> Step | None:
    """Return the next step that nobody has: somebody else may go on with it."""
    steps = view.edition.steps if view.edition else ()
    return next(
        (
            one
            for one in steps
            if one.number > after.number and one.number not in view.marks
        ),
        None,
    )


def _undo(view: ChecklistView) -> list[Element]:
    """Offer to take back what was marked last: that is where a thumb slips."""
    last = view.last_finished
    if not last:
        return []
    state = view.marks[last].state
    what = "done" if state == DONE else "skipped"
    carried = value(view.incident, view.runbook, last, state)
    label = f"Step {last} not {what} after all"
    return [rich.button(label, action="step.undo", value=carried)]


def _menu(view: ChecklistView, steps: tuple[Step, ...]) -> Element:
    longest = rich.OPTION_MAX if len(steps) <= _FEW else _OF_MANY
    options = [
        rich.option(
            clipped(f"{one.number}. {one.text}", longest),
            value(view.incident, view.runbook, one.number),
        )
        for one in steps
    ]
    return rich.select(CHOOSE_MENU, "Another step…", options)


def _button(
    view: ChecklistView, label: str, action: str, step: Step, *, primary: bool = False
) -> Element:
    carried = value(view.incident, view.runbook, step.number)
    return rich.button(label, action=action, value=carried, primary=primary)
