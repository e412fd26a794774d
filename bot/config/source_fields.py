"""The part of `[sources.<name>]` that says which field is what.

For a sender that the plain webhook reads. What is not named here is found as the
plain webhook finds it. How the paths are followed is
`bot/envelopes/named_fields.py`.
"""

import difflib
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from bot.config.section import Names, Section
from bot.domain.envelope import EntityKind, Outcome, Status
from bot.envelopes.fields import check_path

# Without these a map of a sender's own words would be guesswork.
_STATUSES = tuple(one.value for one in Status)
_OUTCOMES = tuple(one.value for one in Outcome)
_KINDS = tuple(one.value for one in EntityKind)


def _pairs(given: object) -> object:
    """Return a table that the environment gave as one text: ``a=b,c=d``."""
    if not isinstance(given, str):
        return given
    parts = [part for part in given.split(",") if part.strip()]
    split = [part.partition("=") for part in parts]
    if not all(equals for _, equals, _ in split):
        raise ValueError("a table in the environment is written name=value,name=value")
    return {name.strip(): value.strip() for name, _, value in split}


Table = Annotated[Mapping[str, str], BeforeValidator(_pairs)]
_NOTHING: Mapping[str, str] = {}
_WORDS = "Its words in small letters, each with one of: "


class SourceFields(Section):
    """Which field of a sender's payload is what."""

    each: str = Field(
        "",
        description="For webhook: path of the alerts, e.g. `events[]`; default: "
        "the payload, or each entry where it is a list.",
    )
    title: Names = Field(
        (),
        description="For webhook: paths of the line that names the problem; the "
        "first that holds something counts. So with every path here. A text, or a "
        "list.",
    )
    severity: Names = Field(
        (), description="For webhook: paths of the sender's own severity."
    )
    dedup: Names = Field(
        (), description="For webhook: paths of what is equal for repeats of a problem."
    )
    group: Names = Field(
        (), description="For webhook: paths of the sender's own group."
    )
    event_id: Names = Field(
        (), description="For webhook: paths of the sender's id of one event."
    )
    occurred_at: Names = Field(
        (),
        description="For webhook: paths of when it happened: RFC 3339, RFC 1123 or "
        "epoch in any unit.",
    )
    status: Names = Field(
        (), description="For webhook: paths of what says that it fires or is over."
    )
    status_words: Table = Field(
        _NOTHING,
        description="For webhook: " + _WORDS + ", ".join(_STATUSES) + ". A "
        "table; in the environment `cleared=resolved,muted=update`.",
    )
    outcome: Names = Field(
        (), description="For webhook: paths of what says whether a control stopped it."
    )
    outcome_words: Table = Field(
        _NOTHING,
        description="For webhook: " + _WORDS + ", ".join(_OUTCOMES) + ".",
    )
    entities: Table = Field(
        _NOTHING,
        description="For webhook: what the alert is about, kind and path: "
        + ", ".join(_KINDS)
        + '. A table, e.g. `entities.model = "data.model"`.',
    )
    links: Names = Field((), description="For webhook: paths of addresses.")

    @field_validator(
        "title",
        "severity",
        "dedup",
        "group",
        "event_id",
        "occurred_at",
        "status",
        "outcome",
        "links",
    )
    @classmethod
    def _can_be_followed(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        for path in paths:
            check_path(path)
        return paths

    @field_validator("each")
    @classmethod
    def _is_a_path(cls, path: str) -> str:
        check_path(path)
        return path

    @field_validator("entities")
    @classmethod
    def _are_kinds(cls, entities: Mapping[str, str]) -> Mapping[str, str]:
        _known("there is no kind of thing", entities, _KINDS)
        for path in entities.values():
            check_path(path)
        return entities

    @field_validator("status_words")
    @classmethod
    def _are_states(cls, words: Mapping[str, str]) -> Mapping[str, str]:
        _known("there is no state", words.values(), _STATUSES)
        return words

    @field_validator("outcome_words")
    @classmethod
    def _are_outcomes(cls, words: Mapping[str, str]) -> Mapping[str, str]:
        _known("there is no outcome", words.values(), _OUTCOMES)
        return words


NAMED_FIELDS = frozenset(SourceFields.model_fields)
"""Keys that only a source that a webhook reads may have."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word next to a wrong one, as the end of a sentence."""
    all_known = list(known)
    close = difflib.get_close_matches(word, all_known, n=1, cutoff=0.5)
    return (
        f"; the nearest is {close[0]}" if close else f"; known: {', '.join(all_known)}"
    )


def _known(what: str, given: Iterable[str], known: tuple[str, ...]) -> None:
    for one in given:
        if one not in known:
            raise ValueError(f"{what} {one!r}{nearest(one, known)}")
