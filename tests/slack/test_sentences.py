"""Pieces of sentences: literal in rich text, escaped in the fallback."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.untrusted import Untrusted
from bot.slack import rich
from bot.slack.sentences import (
    Code,
    Foreign,
    Piece,
    Strong,
    When,
    Who,
    clipped,
    elements,
    escaped,
    own_sentence,
    spoken,
)
from tests.slack.hostile import hostile
from tests.slack.validity import assert_slack_valid, assert_text_safe, texts

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
pieces = st.lists(
    st.one_of(
        st.text(max_size=50),
        hostile.map(lambda text: Foreign(Untrusted(text))),
        st.sampled_from([Who("U0ONCALL"), When(AT), Code("/incident list")]),
        st.text(max_size=20).map(Strong),
        st.text(max_size=20).map(Who),
    ),
    max_size=6,
)


def test_a_person_is_a_mention_and_a_made_up_id_is_only_text() -> None:
    assert elements([Who("U0ONCALL")]) == [{"type": "user", "user_id": "U0ONCALL"}]
    assert elements([Who("S0ONCALL")])[0]["type"] == "usergroup"
    assert elements([Who("<!channel>")])[0] == {"type": "text", "text": "<!channel>"}
    assert spoken([Who("<!channel>")]) == "&lt;!channel&gt;"


def test_text_from_outside_is_shown_as_it_stands() -> None:
    assert (
        elements([Foreign(Untrusted("<!channel> & `x`"))])[0]["text"]
        == "<!channel> & `x`"
    )


def test_text_from_outside_is_escaped_in_the_fallback() -> None:
    assert spoken([Foreign(Untrusted("<@U1> *x*"))]) == "&lt;@U1&gt; ∗x∗"  # noqa: RUF001


def test_erased_words_say_that_they_were_erased() -> None:
    assert spoken(["Noted: ", Foreign(None)]) == "Noted: (erased)"
    assert elements([Foreign(None)])[0]["text"] == "(erased)"


def test_an_escape_is_never_cut_in_two() -> None:
    assert escaped("<<<<", 9) == "&lt;&lt;…"
    assert escaped("a<b", 6) == "a&lt;b"


def test_a_mention_that_does_not_fit_is_left_out_whole() -> None:
    assert spoken(["x" * 295, Who("U0ONCALL")]) == "x" * 295 + "…"


def test_an_emoji_counts_as_slack_counts_it() -> None:
    assert clipped("😀😀😀", 5) == "😀😀…"
    assert clipped("😀😀", 4) == "😀😀"


def test_people_in_a_sentence_of_ours_become_mentions() -> None:
    found = own_sentence("<@U0ONCALL> made <@U0SECOND> commander.")
    assert found == [Who("U0ONCALL"), " made ", Who("U0SECOND"), " commander."]


@given(pieces)
def test_any_sentence_is_safe_to_show_and_to_say(row: list[Piece]) -> None:
    shown = [rich.rich_text("b", rich.section([*row, "."]))]
    assert_slack_valid(shown)
    assert_text_safe(spoken([*row, "."]))


@given(st.lists(hostile, min_size=1, max_size=40))
def test_a_message_never_holds_more_text_than_its_budget(rows: list[str]) -> None:
    items = [[Foreign(Untrusted(row), limit=3000)] for row in rows]
    blocks = rich.within_budget([rich.rich_text("b", rich.bullets(items))])
    assert sum(map(len, texts(blocks))) <= rich.TEXT_BUDGET + len(rows)


@given(hostile)
def test_a_header_and_a_button_take_any_text(text: str) -> None:
    button = rich.button(text, action="a", value="INC-0001")
    assert_slack_valid([rich.header("h", text), rich.actions("x", [button])])
