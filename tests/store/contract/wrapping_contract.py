"""What every way of wrapping the keys of shares keeps."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Tampered
from bot.ports.storage import KeyContext, Wrapping
from bot.sharing import seal
from tests.spec import NOON

CONTEXT = KeyContext(share="sh_1", incident="INC-0001", expires_at=NOON)
OTHERS = (
    replace(CONTEXT, share="sh_2"),
    replace(CONTEXT, incident="INC-0002"),
    replace(CONTEXT, incident=""),
    replace(CONTEXT, expires_at=NOON + timedelta(seconds=1)),
)


class WrappingContract:
    """A subclass stands in a module with a fixture `wrapping`."""

    def test_what_was_wrapped_comes_back(self, wrapping: Wrapping) -> None:
        key = seal.new_key()
        for context in (CONTEXT, *OTHERS):
            wrapped = wrapping.wrap(key, context)
            assert wrapping.unwrap(wrapped, context) == key

    def test_the_key_is_not_in_the_bytes(self, wrapping: Wrapping) -> None:
        key = seal.new_key()
        wrapped = wrapping.wrap(key, CONTEXT)
        assert wrapped[0] == wrapping.mark
        assert key.encode() not in wrapped
        assert key.removeprefix("AGE-SECRET-KEY-1").encode() not in wrapped

    @pytest.mark.parametrize("context", OTHERS)
    def test_in_another_context_it_does_not_open(
        self, wrapping: Wrapping, context: KeyContext
    ) -> None:
        wrapped = wrapping.wrap(seal.new_key(), CONTEXT)
        with pytest.raises(Tampered):
            wrapping.unwrap(wrapped, context)

    def test_what_was_wrapped_just_now_is_current(self, wrapping: Wrapping) -> None:
        assert wrapping.is_current(wrapping.wrap(seal.new_key(), CONTEXT))
        assert not wrapping.is_current(b"")
        assert not wrapping.is_current(b"\x01\x01 from before")
