"""What somebody who wants to deceive does to a proof. Exports are in tests/store.

Each takes the text of a proof and returns another: of entry 33 in a log of 100, or
between 7 and 100 entries.
"""

import base64
import re
from collections.abc import Callable

Doctor = Callable[[str], str]


def swapped(line: int) -> Doctor:
    """Swap a line with the next one."""

    def doctor(text: str) -> str:
        lines = text.split("\n")
        lines[line], lines[line + 1] = lines[line + 1], lines[line]
        return "\n".join(lines)

    return doctor


def hash_dropped(text: str) -> str:
    return re.sub(r"\n[^\n]+\n\n", "\n\n", text, count=1)


def hash_added(text: str) -> str:
    return text.replace("\n\n", "\n" + base64.b64encode(bytes(32)).decode() + "\n\n", 1)


def hash_shortened(text: str) -> str:
    return text.replace("\n\n", "\n" + base64.b64encode(bytes(31)).decode() + "\n\n", 1)


def root_changed(text: str) -> str:
    root = base64.b64encode(bytes(32)).decode()
    return re.sub(r"(\n100\n).+", rf"\g<1>{root}", text)


def signature_bent(text: str) -> str:
    start, _, encoded = text.rstrip("\n").rpartition(" ")
    raw = bytearray(base64.b64decode(encoded))
    raw[-1] ^= 1
    return f"{start} {base64.b64encode(raw).decode()}\n"


def replaced(old: str, new: str) -> Doctor:
    def doctor(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return doctor


DOCTORED: dict[str, Doctor] = {
    "the next index": replaced("index 33\n", "index 34\n"),
    "an index beyond the end": replaced("index 33\n", "index 100\n"),
    "a negative index": replaced("index 33\n", "index -1\n"),
    "an index written otherwise": replaced("index 33\n", "index 033\n"),
    "an index without its word": replaced("index 33\n", "33\n"),
    "an index that is too large a number": replaced("index 33", "index " + "9" * 19),
    "swapped hashes": swapped(2),
    "a hash less": hash_dropped,
    "a hash more": hash_added,
    "a hash that is too short": hash_shortened,
    "another size in the checkpoint": replaced("\n100\n", "\n101\n"),
    "another root in the checkpoint": root_changed,
    "another origin in the checkpoint": replaced("\n\ntocsin/", "\n\ntocsim/"),
    "a line more in the checkpoint": replaced("\n100\n", "\n100\n100\n"),
    "a bent signature": signature_bent,
    "no signature": lambda text: text.rpartition("\N{EM DASH}")[0],
    "no checkpoint": lambda text: text.partition("\n\n")[0],
    "half of it": lambda text: text[: len(text) // 2],
    "another format": replaced("proof@v1", "proof@v2"),
    "nothing": lambda _: "",
}

DOCTORED_BETWEEN: dict[str, Doctor] = {
    "a hash less": lambda text: text.partition("\n")[2],
    "the last hash less": lambda text: text.rstrip("\n").rpartition("\n")[0] + "\n",
    "a hash more": lambda text: text + base64.b64encode(bytes(32)).decode() + "\n",
    "swapped hashes": swapped(0),
    "a hash cut in two": lambda text: text[:-9],
    "an empty line more": lambda text: text + "\n",
    "nothing": lambda _: "",
}
