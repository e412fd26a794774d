"""How answers look in Slack: sentences with numbers, and what each number is. Pure.

Our own sentences and quotations become rich text, in which everything is literal: no
text that is quoted can mention, link or format. What is answered is not decided here.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.domain.passage import ANSWER, How, Passage, Reply, Said, judged_as
from bot.domain.summary import prompt_named
from bot.domain.untrusted import Untrusted, clip
from bot.ports import Post, Whisper
from bot.ports.asking import AnswerView
from bot.slack import exercise, rich
from bot.slack.feedback import thumbs
from bot.slack.sentences import (
    Code,
    Element,
    Foreign,
    Piece,
    Strong,
    Who,
    clipped,
    spoken,
)

_PEOPLE = re.compile(r"<@([UWS][A-Z0-9]{2,30})>")
_LONGEST_QUOTE = 300
_LONGEST_SAID = 600
_LONGEST_PLAIN = 2_000
_LONGEST_ASKED = 100
_LOOKING = "Looking into the evidence of "
_UNKNOWN = "I do not know: nothing in the evidence of "
_NEAREST = " says it."


class SlackQuestionVoice:
    """Keeps `bot.ports.asking.QuestionVoice`."""

    def looking(self, view: AnswerView) -> Post:
        """Return the message that stands until there is an answer; same key."""
        said: list[Piece] = [_LOOKING, view.incident, "…"]
        block = rich.rich_text("answer", rich.section(said))
        return _marked(_post(view, spoken(said), [block]), drill=view.drill)

    def answer(self, view: AnswerView) -> Post:
        """Return an answer for the thread."""
        blocks = _blocks(view)
        if view.reply.written is not None:
            blocks += thumbs(view.incident, ANSWER, judged_as(view.id))
        return _marked(_post(view, _spoken(view), blocks), drill=view.drill)

    def whisper(self, view: AnswerView, *, until: datetime) -> Whisper:
        """Return an answer for who asked alone, with what they asked."""
        asked: list[Piece] = [
            Strong(view.incident),
            " · you asked: ",
            Foreign(view.question),
        ]
        block = rich.rich_text("asked", rich.section(asked))
        made = Whisper(
            key=f"whisper/answer/{view.id}",
            channel=view.channel,
            person=view.person,
            text=_spoken(view),
            blocks=rich.within_budget([block, *_blocks(view)]),
            expires_at=until,
        )
        return exercise.marked(made) if view.drill else made

    def plain(self, reply: Reply) -> str:
        """Return an answer as plain text, for the timeline."""
        lines = [
            "".join((_PEOPLE.sub(r"\1", one.text), _quote(one.quote))).strip()
            for one in reply.said
        ]
        if reply.how is How.NOTHING:
            lines = ["I do not know."]
        return clip("\n".join(lines), _LONGEST_PLAIN)


def _post(view: AnswerView, text: str, blocks: Sequence[rich.Block]) -> Post:
    return Post(
        key=f"answer/{view.id}",
        channel=view.channel,
        text=text,
        blocks=rich.within_budget(blocks),
        thread=view.thread,
    )


def _marked(post: Post, *, drill: bool) -> Post:
    return exercise.marked(post) if drill else post


def _spoken(view: AnswerView) -> str:
    """Return the answer as it is read aloud: its first sentence."""
    reply = view.reply
    if reply.how is How.NOTHING and not reply.said:
        return spoken([_UNKNOWN, view.incident, _NEAREST])
    return spoken(_sentence(reply.said[0], reply))


def _blocks(view: AnswerView) -> list[rich.Block]:
    reply = view.reply
    blocks = [rich.rich_text("answer", *_parts(view))]
    cited = _cited(reply.cited)
    if cited:
        blocks.append(rich.small("cited", cited, limit=1500))
    if foot := _foot(view):
        blocks.append(rich.small("foot", foot))
    if view.question and view.thread.startswith("card/"):
        # Several may ask in the thread of a card, and answers come when they come.
        asked = view.question.for_slack(limit=_LONGEST_ASKED)
        blocks.append(rich.small("asked", f"asked: {asked}"))
    return blocks


def _parts(view: AnswerView) -> list[Element]:
    reply = view.reply
    if reply.how is How.NOTHING and not reply.said:
        return [rich.section(row) for row in _nothing(view)]
    rows = [_sentence(one, reply) for one in reply.said]
    if len(rows) == 1:
        return [rich.section(rows[0])]
    return [rich.bullets(rows)]


def _nothing(view: AnswerView) -> list[list[Piece]]:
    nearest = view.reply.nearest
    head: list[Piece] = [_UNKNOWN, view.incident, _NEAREST]
    if nearest is None:
        return [head]
    quote = nearest.text if nearest.text is not None else None
    row: list[Piece] = [
        f" Nearest is {nearest.cite}: ",
        *_own(clipped(nearest.said, 200)),
    ]
    if quote:
        row += [" “", Foreign(quote, limit=200), "”"]
    return [[*head, *row]]


def _sentence(said: Said, reply: Reply) -> list[Piece]:
    """Return one sentence with its quotation, its numbers and what to type."""
    row: list[Piece] = _own(clipped(said.text, _LONGEST_SAID)) if said.text else []
    if said.quote:
        quote = Foreign(said.quote, limit=_LONGEST_QUOTE)
        is_claim = reply.how is How.MODEL
        row += [quote] if is_claim else [" “" if row else "“", quote, "”"]
    numbers = "".join(f"[{n}]" for n in _numbers(said.evidence, reply.cited))
    row += [f" {numbers}"] if numbers else []
    for command in said.commands:
        row += [" ", Code(command)]
    return row


def _numbers(ids: Sequence[str], cited: Sequence[Passage]) -> list[int]:
    places = {one.id: n for n, one in enumerate(cited, 1)}
    return sorted(places[one] for one in ids if one in places)


def _cited(cited: Sequence[Passage]) -> str:
    return " · ".join(f"[{n}] {one.cite}" for n, one in enumerate(cited, 1))


def _foot(view: AnswerView) -> str:
    """Return who wrote it, why no model did, and which incident was taken."""
    reply, parts = view.reply, list[str]()
    if reply.written is not None:
        one = reply.written
        named = prompt_named(one.prompt, one.version, one.digest)
        parts.append(f"AI-written, check evidence · {named} · {one.model}")
    elif reply.why_no_model:
        parts.append(f"no model: {reply.why_no_model.replace('_', ' ')}")
    if reply.how is How.SEARCH:
        parts.append("quoted, not judged: the nearest to your words")
    if view.note:
        parts.append(view.note)
    return " · ".join(parts)


def _own(text: str) -> list[Piece]:
    """Split a sentence of ours in which people and groups stand as ``<@U…>``."""
    parts = _PEOPLE.split(text)
    return [Who(part) if n % 2 else part for n, part in enumerate(parts) if part]


def _quote(quote: Untrusted | None) -> str:
    return f" “{quote.for_slack(limit=_LONGEST_QUOTE)}”" if quote else ""
