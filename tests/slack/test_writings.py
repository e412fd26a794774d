"""How writings look in Slack, and what their forms ask for."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import BadRequest
from bot.domain.telling_events import HandedOver, UpdatePosted
from bot.domain.untrusted import Untrusted
from bot.domain.writing import Composed, Part, Row, Said, Whom, Writing
from bot.ports.writings import Draft, PostedHandover, PostedUpdate
from bot.readmodels import updating
from bot.readmodels.catching_up import catch_up
from bot.slack import rich, writing_forms, writing_rows
from bot.slack.elsewhere import elsewhere
from bot.slack.requests import Click, Submission
from bot.slack.verbs import parse
from bot.slack.writing_voice import SlackWritingVoice
from bot.slack.writing_wishes import (
    HANDOVER_FORM,
    TAKE_BUTTON,
    UPDATE_FORM,
    WritingWish,
    packed,
)
from tests.readmodels.account_states import SENDER, account
from tests.searching import examples
from tests.slack.hostile import KNOWN
from tests.slack.validity import assert_slack_valid, assert_text_safe, assert_view_valid
from tests.web.page_states import at

hostile = st.one_of(st.sampled_from(KNOWN), st.text(max_size=60))
AI = Part(
    title="Also",
    rows=(Row(pieces=(Said(Untrusted("It ran 12 times")),), evidence=("t6", "now")),),
    written_by="AI-written, check evidence · p v1, abab · openai:m",
)
NO_AI = Part(title="", rows=())
VOICE = SlackWritingVoice()


def draft(writing: Writing, *, extra: Part = NO_AI, drill: bool = False) -> Draft:
    made = account(drill=drill)
    return Draft(
        writing=writing,
        fields=updating.fields(made, writing),
        facts=updating.facts(made, writing),
        extra=extra,
        entry=9 if extra.rows else -1,
        asks=not extra.rows,
    )


def update(**more: object) -> UpdatePosted:
    given: dict[str, object] = {
        "by": "U0ONCALL",
        "audience": "stakeholders",
        "next_at": at(3600),
        "promises": True,
        "status": Untrusted("We look at it.\nAll of us."),
        "impact": None,
        "doing": Untrusted("Step 2."),
        **more,
    }
    return UpdatePosted(**given)  # type: ignore[arg-type]


def submission(form: str, metadata: str, **values: str) -> Submission:
    return Submission(
        key="k",
        team="T0TEAM",
        person="U0ONCALL",
        form=form,
        incident=metadata,
        values=values,
    )


@pytest.mark.parametrize("drill", [False, True])
def test_a_catch_up_is_what_slack_takes(drill: bool) -> None:  # noqa: FBT001
    made = catch_up(account(drill=drill))
    said = writing_forms.caught_up(made, asked=True)
    assert_slack_valid(said["blocks"])
    assert_text_safe(said["text"])
    view = writing_forms.caught_up_view(replace(made, parts=(*made.parts, AI)))
    assert_view_valid(view)
    assert ("EXERCISE" in json.dumps(view)) is drill
    assert_slack_valid(writing_forms.added(made, AI)["blocks"])


@pytest.mark.parametrize("extra", [NO_AI, AI])
@pytest.mark.parametrize("writing", [Writing.UPDATE, Writing.HANDOVER])
def test_a_form_keeps_its_fields_when_a_model_adds_something(
    writing: Writing, extra: Part
) -> None:
    made = draft(writing, extra=extra)
    show = writing_forms.update
    if writing is Writing.HANDOVER:
        view = writing_forms.handover(made, "INC-0001", {"note": "ab"}, to="U0SECOND")
    else:
        view = show(made, "INC-0001", dict.fromkeys(made.fields, "ab"))
    assert_view_valid(view)
    inputs = {one["block_id"]: one for one in view["blocks"] if one["type"] == "input"}
    assert made.fields.keys() <= inputs.keys()
    assert ("ai" in inputs) is bool(extra.rows)
    assert ("A model is asked" in json.dumps(view)) is not bool(extra.rows)


def test_what_a_person_posts_is_told_apart_from_what_a_model_wrote() -> None:
    facts = updating.facts(account(), Writing.UPDATE)
    post = VOICE.update(PostedUpdate(seq=7, event=update(), facts=facts, ai=AI))
    assert (post.key, post.thread) == ("update/7", "card/INC-0001")
    assert post.blocks[0]["block_id"] == rich.BROADCAST
    said = json.dumps(post.blocks)
    assert "AI-written, check evidence" in said
    assert "[entry 6] [as it stands]" in said
    assert_slack_valid(post.blocks)
    assert_text_safe(post.text)
    plain = VOICE.update(PostedUpdate(seq=7, event=update(), facts=facts, ai=NO_AI))
    assert "AI-written" not in json.dumps(plain.blocks)


def test_a_handover_offers_its_button_until_somebody_has_it() -> None:
    event = HandedOver(by="U0ONCALL", to="U0SECOND", note=Untrusted("Watch it."))
    facts = updating.facts(account(), Writing.HANDOVER)
    posted = PostedHandover(seq=8, event=event, facts=facts, ai=AI)
    offers, has = VOICE.handover(posted), VOICE.handover(replace(posted, taken=True))
    assert offers.key == has.key == "handover/8"
    assert offers.blocks[-1]["elements"][0]["action_id"] == TAKE_BUTTON
    assert "has it" in json.dumps(has.blocks[-1])
    for post in (offers, has):
        assert_slack_valid(post.blocks)
        assert_text_safe(post.text)


@given(hostile)
@settings(max_examples=examples(0.2))
def test_no_words_come_alive_in_a_message(words: str) -> None:
    said = Untrusted(words)
    event = update(status=said, impact=said, doing=said)
    part = replace(AI, rows=(Row(pieces=(Said(said),), evidence=("t1",)),))
    facts = updating.facts(account(), Writing.UPDATE)
    post = VOICE.update(PostedUpdate(seq=7, event=event, facts=facts, ai=part))
    assert_slack_valid(post.blocks)
    assert_text_safe(post.text)
    made = Composed(incident="INC-0001", head="h", parts=(part,))
    assert_slack_valid(writing_rows.blocks(made))


def test_what_a_sender_wrote_never_mentions() -> None:
    said = writing_forms.caught_up(catch_up(account()), asked=False)
    assert SENDER in json.dumps(said["blocks"])
    kinds = {one.get("type") for one in _all(said["blocks"])}
    assert not kinds & {"link", "broadcast", "channel", "mrkdwn"}


def _all(part: object) -> list[dict[str, object]]:
    if isinstance(part, dict):
        return [part, *(one for inner in part.values() for one in _all(inner))]
    if isinstance(part, list | tuple):
        return [one for inner in part for one in _all(inner)]
    return []


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("catch-up", WritingWish(writing=Writing.CATCH_UP)),
        (
            "catchup inc-0001",
            WritingWish(writing=Writing.CATCH_UP, incident="INC-0001"),
        ),
        ("summary", WritingWish(writing=Writing.CATCH_UP)),
        ("update", WritingWish(writing=Writing.UPDATE)),
        (
            "handover INC-0002 <@U0SECOND|sam>",
            WritingWish(
                writing=Writing.HANDOVER, incident="INC-0002", person="U0SECOND"
            ),
        ),
        ("postmortem", WritingWish(writing=Writing.POSTMORTEM)),
    ],
)
def test_a_writing_is_asked_for_by_name(typed: str, wish: WritingWish) -> None:
    assert parse(typed, asker="U0ME") == wish


@pytest.mark.parametrize("typed", ["update now", "handover sam", "catch-up <@U0ME>"])
def test_what_comes_after_it_is_read_or_refused(typed: str) -> None:
    with pytest.raises(BadRequest, match="It goes like this"):
        parse(typed, asker="U0ME")


def test_a_form_comes_back_as_what_it_asks() -> None:
    metadata = packed("INC-0001", 9, {"status": "0a1b2c3d", "doing": "00000000"})
    sent = submission(
        UPDATE_FORM,
        metadata,
        status="We look.",
        audience="team",
        next="1 hour",
        ai="2,1,x",
    )
    assert elsewhere(sent) == WritingWish(
        writing=Writing.UPDATE,
        incident="INC-0001",
        audience="team",
        within=timedelta(hours=1),
        fields={"status": "We look.", "impact": "", "doing": ""},
        drafted={"status": "0a1b2c3d", "doing": "00000000"},
        entry=9,
        taken=("2", "1"),
    )


@pytest.mark.parametrize(
    "metadata", ["", "INC-0001", "INC-0001|x|", "nothing|-1|", "INC-0001|-2|"]
)
def test_a_form_of_another_version_is_out_of_date(metadata: str) -> None:
    sent = submission(UPDATE_FORM, metadata, status="s", audience="team", next="1 hour")
    with pytest.raises(BadRequest, match="out of date"):
        elsewhere(sent)


@pytest.mark.parametrize(
    "values",
    [{"audience": "press", "next": "1 hour"}, {"audience": "team", "next": "9"}],
)
def test_only_what_is_on_offer_is_taken(values: dict[str, str]) -> None:
    with pytest.raises(BadRequest, match="out of date"):
        elsewhere(submission(UPDATE_FORM, "INC-0001|-1|", status="s", **values))


def test_a_form_that_says_nothing_is_told_so() -> None:
    assert writing_forms.errors(submission(UPDATE_FORM, "", status=" ")) == {
        "status": writing_forms.BLANK
    }
    blank = writing_forms.errors(submission(HANDOVER_FORM, "", note="", person=""))
    assert set(blank) == {"note", "person"}


def test_the_button_of_a_handover_carries_an_incident_and_nothing_else() -> None:
    def click(value: str) -> Click:
        return Click(
            key="k",
            team="T",
            person="U0SECOND",
            channel="C1",
            action=TAKE_BUTTON,
            value=value,
        )

    wish = WritingWish(writing=Writing.HANDOVER, incident="INC-0001", takes=True)
    assert elsewhere(click("INC-0001")) == wish
    with pytest.raises(BadRequest):
        elsewhere(click("INC-0001|U0LEAD"))


def test_people_whom_our_own_words_name_are_mentioned() -> None:
    block = writing_rows.part("p", Part(title="", rows=(Row(pieces=(Whom("U0A12"),)),)))
    assert {"type": "user", "user_id": "U0A12"} in _all(block)
