"""The forms about plans: propose, review and confirm, reject, break glass, and more.

Pure. A form about a plan shows the whole frozen plan again and carries, in its
`private_metadata`, the plan's token, the digest that it shows, and the card it was
opened from. What was entered is read in `plan_forms.py`.
"""

from collections.abc import Mapping, Sequence

from bot.domain.freeze import Freeze
from bot.domain.plan import Level
from bot.domain.plan_view import Offer, PlanView
from bot.domain.quoting import bare
from bot.slack import (
    exercise,
    inputs,
    plan_facts,
    plan_held,
    plan_words,
    rich,
    words,
)
from bot.slack.inputs import View
from bot.slack.plan_forms import (
    CHOOSE,
    COMMITTED,
    EDIT,
    GLASS,
    GLASS_PREFIX,
    LIFT,
    LOOK_BACK,
    NOT_COMMITTED,
    PARAM,
    PROPOSE,
    RECONCILE,
    REJECT,
    REVIEW,
    ROLLBACK,
    About,
)
from bot.slack.sentences import Code, Element, Piece, Strong, coded, on_lines

_REASON_MAX = 1000
_MOST_OFFERS = 100


def choose(offers: Sequence[Offer], about: About) -> View:
    """Return the menu of what can be proposed; there must be an offer."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in offers[:_MOST_OFFERS]:
        groups.setdefault(one.service, []).append((one.title, one.action))
    menu = inputs.grouped("action", "Action", groups)
    view = inputs.view(
        CHOOSE, "Propose an action", about.packed(), [menu], submit="Next"
    )
    return exercise.form(view) if offers[0].drill else view


def propose(offer: Offer, about: About) -> View:
    """Return the fields of one action, with what is known filled in."""
    said: list[Piece] = [Strong(offer.title), "\n", Code(offer.action)]
    said += [
        "\nThis makes a plan from reading alone. Nothing runs before people agree."
    ]
    fields = _fields(offer, offer.known)
    blocks = [rich.rich_text("what", rich.section(said)), *fields, _reason("Why?")]
    view = inputs.view(
        PROPOSE, "Propose an action", about.packed(), blocks, submit="Propose"
    )
    return exercise.form(view) if offer.drill else view


def review(view: PlanView, about: About) -> View:
    """Return the whole plan once more, with what is typed to confirm it."""
    level = view.plan.level
    asks: list[Element] = []
    if level is Level.T1:
        asks = [_typed("this phrase", view.plan.phrase), _reason("Why do you agree?")]
    elif level is Level.T2:
        asks = [_typed("the target's name", view.plan.draft.target)]
    own = about.person == view.plan.requester and level is not Level.T3
    notice: list[Piece] = [Strong(plan_words.YOU_ASKED)] if own else []
    blocks = [*_plan(view, notice, _to_type(level, view)), *asks]
    return inputs.view(
        REVIEW, "Review and confirm", about.packed(), blocks, submit="Confirm"
    )


def reject(view: PlanView, about: About) -> View:
    """Return the form for a no."""
    blocks = [*_short(view), _reason("Why not?")]
    return inputs.view(
        REJECT, "Reject the plan", about.packed(), blocks, submit="Reject"
    )


def break_glass(view: PlanView, about: About) -> View:
    """Return the form for going on without the others."""
    phrase = f"{GLASS_PREFIX} {view.plan.phrase}"
    waived: list[Piece] = [plan_words.WAIVED]
    blocks = [
        *_plan(view, waived, _phrase(phrase)),
        _typed("this phrase", phrase),
        _reason("Why can it not wait? At least 20 characters"),
    ]
    return inputs.view(
        GLASS, "Break the glass", about.packed(), blocks, submit="Break the glass"
    )


def reconcile(view: PlanView, about: About) -> View:
    """Return the form that asks whether it happened."""
    choices = (
        ("It happened", COMMITTED),
        ("It did not happen", NOT_COMMITTED),
    )
    look = rich.rich_text("look", rich.section([plan_words.LOOK]))
    asked = inputs.radio("happened", "What did you find?", choices)
    blocks = [*_plan(view), look, asked, _reason("How do you know?")]
    return inputs.view(
        RECONCILE, "What happened?", about.packed(), blocks, submit="Record"
    )


def rollback(view: PlanView, about: About) -> View:
    """Return the form for proposing the plan that undoes this one."""
    undo: list[Piece] = ["This proposes ", Code(bare(view.rollback)), " to undo it."]
    undo += [" People must agree to that plan too."]
    said = rich.rich_text("undo", rich.section(undo))
    blocks = [*_short(view), said, _reason("Why?")]
    return inputs.view(
        ROLLBACK, "Propose rollback", about.packed(), blocks, submit="Propose"
    )


def edit(view: PlanView, offer: Offer, about: About) -> View:
    """Return the fields of a waiting plan, filled in as it stands."""
    known = dict(view.plan.draft.params)
    said = rich.rich_text("what", rich.section([plan_words.EDITS]))
    fields = _fields(offer, known)
    why = inputs.words(
        "reason", "Why?", longest=_REASON_MAX, known=view.plan.reason[:_REASON_MAX]
    )
    blocks = [*_short(view), said, *fields, why]
    return inputs.view(EDIT, "Change the plan", about.packed(), blocks, submit="Change")


def _fields(offer: Offer, known: Mapping[str, str]) -> list[Element]:
    """Return a field for each parameter: a menu where it is one of few values."""
    fields: list[Element] = []
    for name, label in offer.params.items():
        value, choices = known.get(name, ""), offer.choices.get(name, ())
        if choices:
            ours = [(one, one) for one in choices]
            menu = inputs.select(PARAM + name, label, ours, first=False, known=value)
            fields.append(menu)
        else:
            fields.append(inputs.line(PARAM + name, label, known=value))
    return fields


def look_back(view: PlanView, about: About) -> View:
    """Return the form for reviewing a broken glass."""
    blocks = [*_plan(view), _reason("What did you find?")]
    return inputs.view(
        LOOK_BACK, "Review the broken glass", about.packed(), blocks, submit="Record"
    )


def lift(frozen: Sequence[Freeze], about: About) -> View:
    """Return the form that lifts everything that is frozen."""
    if not frozen:
        said = rich.rich_text("said", rich.section(coded(plan_words.NOTHING_FROZEN)))
        return inputs.view("freeze.none", "Nothing is frozen", "", [said], submit="")
    rows = rich.bullets(plan_held.told(one) for one in frozen)
    what = rich.section([plan_words.LIFTS])
    why = inputs.words("reason", "Why?", optional=True, longest=_REASON_MAX)
    blocks = [rich.rich_text("frozen", rows, what), why]
    return inputs.view(LIFT, "Lift the freeze", about.packed(), blocks, submit="Lift")


def recorded() -> View:
    """Return what stands in place of a form that was kept."""
    said = rich.rich_text("said", rich.section([plan_words.RECORDED]))
    return inputs.view("plan.recorded", "Recorded", "", [said], submit="")


def _plan(view: PlanView, *notices: Sequence[Piece]) -> list[rich.Block]:
    """Return the whole plan as blocks of a form."""
    found = [rich.rich_text("plan", *plan_facts.parts(view))]
    proof: list[Piece] = [plan_facts.proof(view)]
    said = on_lines(*notices, proof)
    return [*found, rich.rich_text("proof", rich.section(said))]


def _short(view: PlanView) -> list[rich.Block]:
    draft = view.plan.draft
    what: list[Piece] = [Code(bare(draft.action)), " on ", Code(bare(draft.target))]
    drill: list[Piece] = [Strong(words.DRILL)] if view.plan.drill else []
    said = on_lines(drill, what, [plan_facts.proof(view)])
    return [rich.rich_text("plan", rich.section(said))]


def _to_type(level: Level, view: PlanView) -> Sequence[Piece]:
    match level:
        case Level.T1:
            return _phrase(view.plan.phrase)
        case Level.T2:
            return _phrase(view.plan.draft.target)
        case Level.T3:
            return ()


def _phrase(text: str) -> list[Piece]:
    return [Strong("To type: "), Code(bare(text))]


def _typed(what: str, text: str) -> Element:
    return inputs.line("typed_name", f"Type {what}: {bare(text)}")


def _reason(label: str) -> Element:
    return inputs.words("reason", label, longest=_REASON_MAX)
