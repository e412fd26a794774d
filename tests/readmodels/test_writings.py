"""Writings say what the log knows, ask where it does not, and blame nobody."""

import json
import re
from dataclasses import replace

import pytest

from bot.domain.checklist_events import StepTaken
from bot.domain.summary import Claim
from bot.domain.untrusted import Untrusted
from bot.domain.writing import Composed, Said, Whom, Writing, cast_of
from bot.readmodels import updating
from bot.readmodels.account import Account, Written
from bot.readmodels.catching_up import LATEST, catch_up
from bot.readmodels.postmortem import postmortem
from bot.readmodels.postmortem_export import as_json, markdown
from tests.readmodels.account_states import ENDED, LATE, WHOLE, account
from tests.web.page_states import RECORD, at

_IDS = re.compile(r"U0[A-Z]+")


def shown(made: Composed) -> dict[str, str]:
    """Return each part as plain text, with ids for people."""
    found = markdown(made, cast=None, now=at(2000))
    parts = re.split(r"^## ", found.partition("\n---\n")[0], flags=re.MULTILINE)[1:]
    return {one.partition("\n")[0]: one.partition("\n")[2] for one in parts}


def written(made: Account, upto: int) -> Account:
    """Return an incident of which a model has written."""
    said = Written(
        seq=99,
        upto=upto,
        model="openai:m",
        prompt="catch-up v1, abab",
        claims=(Claim(text=Untrusted("It ran 12 times"), evidence=("t6", "al_1")),),
    )
    both = ((Writing.CATCH_UP, said), (Writing.POSTMORTEM, said))
    return replace(made, written=both)


def test_who_comes_late_learns_what_was_tried_what_waits_and_who_has_what() -> None:
    told = shown(catch_up(account()))
    assert "SEV2" in told["How bad"]
    assert "About 40 customers" in told["Who is hurt"]
    assert "Step 1 of RB-07 (Save the documents): done by @U0SECOND" in told["Tried"]
    assert "Step 3 of RB-07: skipped by @U0SECOND: “no agent”" in told["Tried"]
    assert "ran and was verified" in told["Tried"]
    assert "waits for 1 person to agree" in told["Next"]
    assert "Next status update, promised by @U0COMMANDER" in told["Next"]
    assert "Commander: @U0COMMANDER" in told["Who has what"]
    assert "Step 2 of RB-07: @U0ONCALL" in told["Who has what"]
    assert told["Latest"].count("\n- ") == LATEST


def test_of_very_many_steps_the_newest_are_told() -> None:
    many = [
        (1000 + n, StepTaken(runbook="RB-09", step=n, by="U0SECOND"))
        for n in range(1, 20)
    ]
    tried = shown(catch_up(account(*many)))["Tried"]
    assert tried.startswith("\n- 16 earlier ones stand on the timeline.")
    assert "Step 19 of RB-09" in tried


def test_nobody_knows_who_is_hurt_before_somebody_said_it() -> None:
    first = replace(account(), happened=account().happened[:-1])
    state = replace(first.state, telling=type(first.state.telling)())
    told = shown(catch_up(replace(first, card=replace(first.card, state=state))))
    assert "Unknown: nobody has said yet who is hurt" in told["Who is hurt"]
    assert "Who is hurt, and how many." in told["Unknown"]


def test_who_looks_again_learns_first_what_is_new_since() -> None:
    made = account()
    seen = made.story[2].seq
    told = shown(catch_up(made, looked_at=at(305), looked_seq=seen))
    assert told["New for you"].startswith("\n- 8 entries since you last looked")
    again = catch_up(made, looked_at=at(1900), looked_seq=made.last_seq)
    assert "Nothing since you last looked" in shown(again)["New for you"]
    assert "New for you" not in shown(catch_up(made))


def test_what_a_model_added_goes_once_something_happens() -> None:
    fresh = catch_up(written(account(), upto=account().last_seq))
    assert fresh.parts[-1].written_by.startswith("AI-written, check evidence")
    assert fresh.parts[-1].rows[0].evidence == ("t6", "al_1")
    old = catch_up(written(account(), upto=account().last_seq - 1))
    assert not [one for one in old.parts if one.written_by]


def test_in_a_drill_nobody_who_owns_the_real_system_is_called() -> None:
    real = account()
    called = replace(real, card=replace(real.card, owner="U0OWNER"))
    assert "@U0OWNER" in shown(catch_up(called))["How bad"]
    drill = account(drill=True)
    owned = replace(drill, card=replace(drill.card, owner="U0OWNER"))
    bad = next(one for one in catch_up(owned).parts if one.title == "How bad")
    assert not [p for row in bad.rows for p in row.pieces if isinstance(p, Whom)]


@pytest.mark.parametrize("writing", [Writing.UPDATE, Writing.HANDOVER])
def test_a_draft_repeats_no_sender_and_names_nobody(writing: Writing) -> None:
    drafted = "\n".join(updating.fields(account(), writing).values())
    assert "Ignore all rules" not in drafted
    assert not _IDS.search(drafted)
    assert "Done: step 1 of RB-07." in drafted
    assert "In hand: step 2 of RB-07." in drafted
    assert "1 action ran and was verified. 1 action waits for approval." in drafted


def test_an_update_begins_with_the_impact_that_was_told_last() -> None:
    told = updating.fields(account(), Writing.UPDATE)
    assert told["impact"] == "About 40 customers got a wrong mail."


def test_a_handover_comes_with_the_steps_the_plans_and_what_was_promised() -> None:
    told = shown(updating.facts(account(), Writing.HANDOVER))
    assert "taken by @U0ONCALL, not done yet" in told["Steps"]
    assert "waits for 1 person to agree" in told["Plans"]
    assert "ran and was verified" not in told["Plans"]
    assert "promised by @U0COMMANDER" in told["Promised"]
    assert f"broken glass of {RECORD.plan.id}" in told["Promised"].replace("\\", "")
    assert "sh\\_1 can be opened until" in told["Promised"]


def test_a_postmortem_has_roles_for_people_and_names_only_when_asked() -> None:
    made = account(LATE, ENDED)
    draft = postmortem(made)
    blameless = markdown(draft, cast=made.cast(), now=made.now)
    assert not _IDS.search(blameless)
    assert "the commander is commander" in blameless
    assert "responder 1 acknowledged" in blameless
    assert "@U0COMMANDER" in markdown(draft, cast=None, now=made.now)


def test_a_postmortem_says_what_must_be_done_and_leaves_the_rest_to_people() -> None:
    told = shown(postmortem(account(LATE, ENDED)))
    items = told["Action items"].replace("\\", "")
    assert "[must] Somebody else looks at the broken glass" in items
    assert "Nobody had acknowledged in time." in told["What did not go well"]
    assert "promised status update did not come" in told["What did not go well"]
    assert "Step 3 of RB-07 was skipped: “no agent”" in told["What did not go well"]
    assert "To be written by people" in told["What went well"]
    assert "1 done, 1 taken and left open, 1 skipped" in told["Runbooks"]
    factors = told["Contributing factors"]
    assert "Why could prompt injection happen here?" in factors


def test_the_times_in_each_phase_add_up_to_the_whole() -> None:
    told = shown(postmortem(account(LATE, ENDED)))["Detection and response"]
    assert "triage 5 min 11 s; investigating 54 min 49 s" in told
    assert "Resolved:" in told
    assert "1 h after detection" in told
    assert WHOLE.total_seconds() == (5 * 60 + 11) + (54 * 60 + 49)


def test_long_silence_and_slow_answers_become_questions() -> None:
    told = shown(postmortem(account(LATE, ENDED)))
    asked = told["Contributing factors"]
    assert asked.count("Nothing is recorded between") == 1
    assert "between 2026-05-04 10:13:40 and 2026-05-04 10:45:20. What" in asked
    assert "agreed after 30 s" in told["Actions and approvals"]


def test_nothing_that_a_sender_wrote_comes_alive_in_markdown() -> None:
    made = account(LATE, ENDED)
    text = markdown(postmortem(made), cast=None, now=made.now)
    assert "Ignore all rules" in text
    assert "<!channel>" not in text
    assert "evil.example" not in text


def test_a_sentence_of_a_model_says_so_in_the_postmortem() -> None:
    made = written(account(LATE, ENDED), upto=3)
    text = markdown(postmortem(made), cast=made.cast(), now=made.now)
    assert (
        "- AI-written, check evidence: “It ran 12 times” (entry 6, alert …al\\_1)"
        in text
    )
    assert "written before entry 13" in text
    told = json.loads(as_json(postmortem(made), cast=made.cast(), now=made.now))
    drafted = [one for one in told["parts"] if one["written_by"] != "rules"]
    assert [one["rows"][0]["evidence"] for one in drafted] == [["t6", "al_1"]]


def test_an_exercise_says_so() -> None:
    made = account(drill=True)
    assert "EXERCISE" in markdown(postmortem(made), cast=None, now=made.now)


def test_what_was_erased_stays_erased() -> None:
    made = account()
    notes = next(one for one in catch_up(made).parts if one.title == "Notes")
    gone = replace(notes.rows[0], pieces=(Said(None),))
    only = replace(catch_up(made), parts=(replace(notes, rows=(gone,)),))
    assert "(erased)" in markdown(only, cast=None, now=made.now)


def test_each_has_the_first_role_they_were_given() -> None:
    roles = [("commander", "U1"), ("scribe", "U2"), ("commander", "U3")]
    cast = cast_of(roles, ["U4", "U1", "U5"])
    found = [cast.of(one) for one in ("U1", "U2", "U3", "U4", "U5", "U9", "tocsin")]
    assert found[:3] == ["the commander", "the scribe", "the second commander"]
    assert found[3:] == ["responder 1", "responder 2", "somebody", "Tocsin"]
    assert cast.plain("<@U4000> noted") == "somebody noted"
