"""What a drill itself says in the channel, drawn. Pure.

Keeps `bot.ports.drills.DrillPresenter`. Everything here begins with EXERCISE and
tells how to stop; what a drill's incidents look like is in `cards.py`, as for real
ones. Text of the scenario is shown literally.
"""

from bot.domain.decisions import TOCSIN
from bot.domain.drill import Inject, InjectKind
from bot.domain.drill_decisions import ADMIN
from bot.domain.drill_state import DrillState, Run
from bot.domain.untrusted import Untrusted
from bot.ports import Post
from bot.ports.drills import DrillView
from bot.slack import rich
from bot.slack.exercise import BANNER, said
from bot.slack.sentences import (
    Code,
    Foreign,
    Piece,
    Strong,
    When,
    Who,
    on_lines,
    spoken,
)

SAFE_WORD = "REAL WORLD"
NONE_YET = (
    "No drill was ever started. Start one with `/incident drill start first-hour`."
)
_TITLE = 120
_TEXT = 1500
_STANDS = {
    Run.RUNNING: "running",
    Run.PAUSED: "paused",
    Run.STOPPED: "stopped, being put away",
    Run.ENDED: "over",
    Run.NONE: "not started",
}
_BECAUSE = {
    "time": "its time is up",
    "done": "everything was told, judged and resolved",
    "stopped": "it was stopped",
    "scenario_erased": "its scenario was erased",
}
_SAID = {
    "paused": "paused the drill. Its clock stands still; nothing is told.",
    "resumed": "let the drill go on.",
    "stopped": "stopped the drill. Nothing more is told.",
}


class DrillCards:
    """Draws for Slack what a drill says."""

    def announcement(self, view: DrillView) -> Post:
        """Return the message that stands for the run."""
        state = view.state
        title = view.scenario.title if view.scenario else state.scenario
        head: list[Piece] = [
            Strong(f"{BANNER} · Drill {_STANDS[state.run]}: "),
            Foreign(Untrusted(title), limit=_TITLE),
        ]
        rows = on_lines(head, _started(view), *_stands(view), *_how(state))
        block = rich.rich_text("drill", rich.section(rows))
        return Post(
            key=f"drill/{view.id}",
            channel=state.channel,
            text=spoken(head),
            blocks=rich.within_budget([block]),
        )

    def told(self, view: DrillView, inject: Inject) -> Post:
        """Return an inject that is a message, below the first incident's card."""
        row: list[Piece] = [
            Strong(f"{BANNER} · "),
            Foreign(Untrusted(inject.sender), limit=60),
            " to ",
            Foreign(Untrusted(inject.to.replace("_", " ")), limit=60),
            ": ",
            Foreign(Untrusted(inject.text), limit=_TEXT),
        ]
        asks: list[Piece] = []
        if inject.kind is InjectKind.DECISION:
            asks = [Strong("To decide: "), _question(inject)]
        below = f"card/{view.incidents[0]}" if view.incidents else f"drill/{view.id}"
        # A question that is asked in a thread must be seen in the channel too.
        block = rich.rich_text(rich.BROADCAST, rich.section(on_lines(row, asks)))
        return Post(
            key=f"drill/{view.id}/inject/{inject.n}",
            channel=view.state.channel,
            text=spoken(row),
            blocks=rich.within_budget([block]),
            thread=below,
        )

    def said(self, view: DrillView, key: str, what: str, by: str) -> Post:
        """Return a line below the announcement."""
        row: list[Piece] = [Strong(f"{BANNER} · ")]
        if what == "ended":
            because = _BECAUSE.get(view.state.because, view.state.because)
            row += [f"The drill is over: {because}. ", *_counted(view), " Report: "]
            row += [Code(f"tocsin drill report {view.id}")]
        elif by == TOCSIN:
            row += ["Tocsin was away for a while. The drill's clock stood still."]
        else:
            row += [_who(by), " ", _SAID[what]]
        block = rich.rich_text(rich.BROADCAST, rich.section(row))
        return Post(
            key=key,
            channel=view.state.channel,
            text=spoken(row),
            blocks=rich.within_budget([block]),
            thread=f"drill/{view.id}",
        )


def status(view: DrillView | None) -> str:
    """Return where the newest run stands, as one sentence for one person."""
    if view is None:
        return NONE_YET
    state = view.state
    minutes = view.clock_s // 60
    left = len(_waiting(view))
    incidents = ", ".join(view.incidents) or "none yet"
    return said(
        f"Drill {view.id} ({state.scenario}) is {_STANDS[state.run]}: minute {minutes} "
        f"at speed {state.speed}, {_told(view)}, {left} to come at "
        f"most, {view.met} expectations met, {view.missed} missed. "
        f"Incidents: {incidents}."
    )


def done(view: DrillView) -> str:
    """Return what a command about a drill came to, for the one who gave it."""
    state = view.state
    return said(f"drill {view.id} ({state.scenario}) is {_STANDS[state.run]} now.")


def _started(view: DrillView) -> list[Piece]:
    state = view.state
    row: list[Piece] = [f"{view.id} · started by ", _who(state.by)]
    if state.started_at:
        row += [" ", When(state.started_at)]
    pace = f"{state.speed} scenario minutes a minute"
    return [*row, f" · {pace}" if state.speed > 1 else " · in real time"]


def _stands(view: DrillView) -> list[list[Piece]]:
    told: list[Piece] = [f"{_told(view)}. ", *_counted(view)]
    what: list[Piece] = ["Incidents: " + ", ".join(view.incidents) + "."]
    return [told, what] if view.incidents else [told]


def _how(state: DrillState) -> list[list[Piece]]:
    """Return how to stop it, and what to say when something real happens."""
    if not state.is_open:
        return []
    if state.run is Run.STOPPED:
        return [["What it opened is being closed."]]
    goes: list[Piece] = (
        ["Go on: ", Code("/incident drill resume"), ". "]
        if state.run is Run.PAUSED
        else ["Hold: ", Code("/incident drill pause"), ". "]
    )
    return [
        ["Nothing of it touches the world; every message of it begins with EXERCISE."],
        [
            "Something real? Say ",
            Strong(SAFE_WORD),
            " and stop it: ",
            Code("/incident drill stop"),
            ". ",
            *goes,
            "Alerts that are real come in as always, without the banner.",
        ],
    ]


def _told(view: DrillView) -> str:
    many = len(view.state.told)
    return f"{many} inject{'' if many == 1 else 's'} told"


def _counted(view: DrillView) -> list[Piece]:
    if not view.met + view.missed:
        return ["Nothing was judged yet."]
    return [f"Expectations: {view.met} met, {view.missed} missed."]


def _question(inject: Inject) -> Piece:
    return Foreign(Untrusted(inject.decision or inject.text), limit=_TEXT)


def _waiting(view: DrillView) -> list[Inject]:
    if view.scenario is None or not view.state.is_open:
        return []
    settled = view.state.told.keys() | view.state.passed_over
    return [one for one in view.scenario.injects if one.n not in settled]


def _who(person: str) -> Piece:
    return "the command line" if person == ADMIN else Who(person)
