"""The definition is data: it can be read, laid over, and says what is wrong."""

import ast
from pathlib import Path

import pytest

import bot.redact
from bot.domain.errors import BadSettings
from bot.redact import Definition, Redactor, load_definition
from bot.redact.patterns import compiled
from bot.redact.rules import Strength

ROOM = Path(bot.redact.__file__).parent
SMALL = """
version: 3
owner: somebody
key_veto: [max_tokens]
rules:
- {kind: acme_key, group: saas, pattern: 'acme_[a-z0-9]{8,}', hints: [acme_]}
- {kind: host, pattern: 'host[0-9]+', kept: true}
"""
NEW_PROVIDER = """
rules:
- kind: newai
  group: ai_provider
  pattern: '\\bnewai-[A-Za-z0-9]{24}'
  hints: [newai-]
"""


def test_the_shipped_definition_has_a_version_an_owner_and_a_digest(
    definition: Definition,
) -> None:
    assert definition.version >= 1
    assert definition.owner
    assert len(bytes.fromhex(definition.digest)) == 32


def test_reading_twice_gives_the_same_digest(definition: Definition) -> None:
    assert load_definition().digest == definition.digest


def test_one_rule_and_three_rows_add_a_provider(definition: Definition) -> None:
    site = load_definition(NEW_PROVIDER)
    key = "new" + "ai-" + "aB3dE6" * 4
    redactor = Redactor(site, key=b"k")
    for text in (key, f"NEWAI={key}", f'{{"log": "\\"{key}\\""}}'):
        assert [f.kind for f in redactor.find(text)] == ["newai"]
    assert site.digest != definition.digest
    assert len(site.rules) == len(definition.rules) + 1


def test_a_site_keeps_and_removes_kinds(definition: Definition) -> None:
    site = load_definition(
        "keep: {public_ip: our own ranges only}\nremove: [internal_ip]"
    )
    assert site.kept_because == {"public_ip": "our own ranges only"}
    redactor = Redactor(site, key=b"k")
    kinds = [f.kind for f in redactor.find("from 93.184.216.34 to 10.0.0.7")]
    assert kinds == ["internal_ip"]
    assert "public_ip" not in site.kinds()
    assert site.digest != definition.digest


def test_a_site_names_people(definition: Definition) -> None:
    site = load_definition("known_names: [Dana Ruiz]")
    redactor = Redactor(site, key=b"k", known_names=["Bo Lind"])
    assert redactor.redact("dana ruiz met BO LIND").counts() == {"known_name": 2}
    later = redactor.knowing(["Ida Moe"])
    assert later.redact("dana ruiz, BO LIND, Ida Moe").counts() == {"known_name": 2}
    assert site.digest != definition.digest


def test_a_site_adds_a_shield() -> None:
    site = load_definition(
        "shields: [{name: desk, vetoes: context, pattern: 'desk-password=[a-z0-9]+'}]"
    )
    redactor = Redactor(site, key=b"k")
    assert redactor.find("desk-password=hunter22") == ()
    assert redactor.find("my-password=hunter22") != ()


def test_a_small_definition_of_ones_own_works() -> None:
    redactor = Redactor(Definition.parse(SMALL), key=b"k")
    assert redactor.redact("acme_12345678 on host7").counts() == {"acme_key": 1}


@pytest.mark.parametrize(
    ("overlay", "word"),
    [
        ("rules: [{kind: looks, pattern: '(?=x)'}]", "looks"),
        ("rules: [{kind: many, pattern: '(a{900}){900}'}]", "many"),
        ("rules: [{kind: odd, pattern: 'x', check: moon}]", "odd"),
        ("rules: [{kind: odd, pattern: 'x', strength: iron}]", "odd"),
        ("rules: [{kind: odd, pattern: 'x', scope: page}]", "odd"),
        ("rules: [{kind: odd, pattern: 'x', patern: 'y'}]", "odd"),
        ("rules: [{kind: none}]", "none"),
        ("rules: [{kind: 'Not A Kind', pattern: 'x'}]", "Not A Kind"),
        ("rules: [nothing]", "rule"),
        ("rules: {a: 1}", "rules"),
        ("shields: [{pattern: 'x'}]", "shield"),
        ("keep: {no_such_kind: for no reason at all}", "no_such_kind"),
        ("keep: {email: needed by support}\nremove: [email]", "email"),
        ("keep: [email]", "reason"),
        ("keep: {email: why}", "email"),
        ("known_names: Dana", "known_names"),
        ("known_names: [7]", "known_names"),
        ("rules: [{kind: odd, pattern: 'x', gate: '(?=x)'}]", "odd"),
        ("unknown: 1", "unknown"),
        ("[1, 2]", "overlay"),
        ("a: [", "overlay"),
    ],
)
def test_a_mistake_in_an_overlay_is_named(overlay: str, word: str) -> None:
    with pytest.raises(BadSettings) as caught:
        load_definition(overlay)
    assert word in str(caught.value)


@pytest.mark.parametrize(
    "text", ["owner: x", "version: 1\nfragments: []", "version: 1\nkey_veto: ['(?=x)']"]
)
def test_a_mistake_in_the_definition_is_refused(text: str) -> None:
    with pytest.raises(BadSettings):
        Definition.parse(text)


def test_every_pattern_compiles_under_re2_with_bounded_memory(
    definition: Definition,
) -> None:
    patterns = [r.pattern for r in definition.rules]
    patterns += [r.gate for r in definition.rules if r.gate]
    patterns += [s.pattern for s in definition.shields]
    assert all(compiled(pattern) for pattern in patterns)


def test_no_rule_of_a_known_format_can_be_vetoed(definition: Definition) -> None:
    keys = {"ai_provider", "cloud", "vcs", "saas"}
    shipped = [r for r in definition.rules if r.group in keys]
    by_format = [r for r in shipped if r.strength is Strength.PREFIX]
    assert len(by_format) >= 150


def test_the_room_uses_no_backtracking_engine_and_does_no_io() -> None:
    allowed = {"re2", "yaml", "bot"}
    banned = {"re", "regex", "os", "io", "socket", "pathlib", "random", "time"}
    for path in ROOM.glob("*.py"):
        for name in _imports(path):
            assert name not in banned, f"{path.name} imports {name}"
            if name in {"importlib", *allowed}:
                continue
            assert name in _STDLIB, f"{path.name} imports {name}"


_STDLIB = frozenset(
    (
        *("binascii", "bisect", "collections", "dataclasses", "datetime", "enum"),
        *("functools", "hashlib", "hmac", "ipaddress", "itertools", "json", "math"),
        *("copy", "threading", "typing", "unicodedata"),
    )
)


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    return found
