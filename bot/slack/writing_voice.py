"""The messages that people post with a draft: status updates and handovers. Pure.

They stand in the incident's thread. An update is also shown in the channel, because
those who wait for it do not follow the thread.
"""

from dataclasses import dataclass

from bot.domain.writing import Part, Said
from bot.ports import Post
from bot.ports.writings import PostedHandover, PostedUpdate
from bot.slack import exercise, rich, writing_rows
from bot.slack.sentences import Element, Piece, Strong, When, Who, spoken
from bot.slack.writing_wishes import TAKE_BUTTON


@dataclass(frozen=True, slots=True)
class SlackWritingVoice:
    """Keeps `bot.ports.writings.WritingVoice`."""

    def said(self, text: str, *, drill: bool) -> str:
        """Return a sentence for one person, marked where it is about a drill."""
        return exercise.of(text, drill=drill)

    def update(self, posted: PostedUpdate) -> Post:
        """Return a status update; its key is ``update/<seq>``."""
        event, facts = posted.event, posted.facts
        to = "stakeholders" if event.audience == "stakeholders" else "the team"
        head: list[Piece] = [
            Strong(f"Status update for {to}"),
            " by ",
            Who(event.by),
            "\n",
            *writing_rows.flat(facts.parts[0].rows),
            "\n",
        ]
        said = [rich.section(head)]
        named = (
            ("Now", event.status),
            ("Impact", event.impact),
            ("Doing", event.doing),
        )
        for title, words in named:
            if words is not None:
                typed = writing_rows.typed(Said(words))
                said.append(rich.section([Strong(f"{title}: "), *typed]))
        said += _ai(posted.ai)
        if event.promises:
            said.append(rich.section([Strong("Next update by "), When(event.next_at)]))
        aloud: list[Piece] = [
            f"Status update on {facts.incident} for {to} by ",
            Who(event.by),
        ]
        post = Post(
            key=f"update/{posted.seq}",
            channel=facts.channel,
            text=spoken(aloud),
            blocks=rich.within_budget([rich.rich_text(rich.BROADCAST, *said)]),
            thread=f"card/{facts.incident}",
        )
        return exercise.marked(post) if facts.drill else post

    def handover(self, posted: PostedHandover) -> Post:
        """Return a handover; its key is ``handover/<seq>``."""
        event, facts = posted.event, posted.facts
        head: list[Piece] = [
            Who(event.by),
            " hands ",
            Strong(facts.incident),
            " over to ",
        ]
        said = [rich.section([*head, Who(event.to), "."])]
        note = writing_rows.typed(Said(event.note))
        said += [rich.section(["\n", *note]), *_ai(posted.ai)]
        blocks = [rich.rich_text("handover", *said), *writing_rows.blocks(facts)]
        if posted.taken:
            has: list[Piece] = [Who(event.to), " has it."]
            blocks.append(rich.rich_text("taken", rich.section(has)))
        else:
            label = "I have it"
            take = rich.button(
                label, action=TAKE_BUTTON, value=facts.incident, primary=True
            )
            blocks.append(rich.actions("do", [take]))
        post = Post(
            key=f"handover/{posted.seq}",
            channel=facts.channel,
            text=spoken([*head, Who(event.to), "."]),
            blocks=rich.within_budget(blocks),
            thread=f"card/{facts.incident}",
        )
        return exercise.marked(post) if facts.drill else post


def _ai(part: Part) -> list[Element]:
    """Return what a model wrote, told apart from what a person did."""
    if not part.rows:
        return []
    bullets = rich.bullets(writing_rows.pieces(one) for one in part.rows)
    return [rich.section([Strong(f"{part.written_by}:")]), bullets]
