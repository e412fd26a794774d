"""Small wrong changes to a module: one comparison, one word, one missing line at a time.

Each mutation is a whole syntax tree with one node changed, and a name that stays the
same while other lines move: where it is, what stood there and what stands there now.
Docstrings, annotations and imports are left alone, and so is mypy's `assert_never`.
"""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMES = {"max": "min", "min": "max", "any": "all", "all": "any"}
_FOR_MYPY = "assert_never"
_MOST_SAID = 60


@dataclass(frozen=True)
class Mutation:
    """One wrong change.

    Attributes:
        where: Qualified name of the function or class; "" for the module itself.
        what: What stood there and what stands there now.
        nth: Told apart from equal ones before it in the same place.
        in_function: It changes a function's body and nothing that is made at import.
        lines: First and last line of what changes.
        of: The module as it is; `node` in it is to be `changed`.
    """

    where: str
    what: str
    nth: int
    in_function: bool
    lines: tuple[int, int]
    of: ast.Module
    node: ast.AST
    changed: ast.AST

    @property
    def tree(self) -> ast.Module:
        """Return the module with the change; made only where it is judged."""
        return _replaced(self.of, self.node, self.changed)

    @property
    def name(self) -> str:
        """Return what it is called in the list of those that change nothing."""
        more = f" (no. {self.nth})" if self.nth > 1 else ""
        return f"{self.where or 'module'}: {self.what}{more}"


def mutations(source: str) -> Iterator[Mutation]:
    """Return every mutation of a module, in the order of its lines."""
    tree = ast.parse(source)
    seen: Counter[tuple[str, str]] = Counter()
    for node, names, in_function in list(_spots(tree)):
        for changed in _changes(node):
            where, what = ".".join(names), f"{_said(node)} -> {_said(changed)}"
            seen[where, what] += 1
            yield Mutation(
                where=where,
                what=what,
                nth=seen[where, what],
                in_function=in_function,
                lines=_lines(node),
                of=tree,
                node=node,
                changed=changed,
            )


def _lines(node: ast.AST) -> tuple[int, int]:
    inside: list[Any] = [one for one in ast.walk(node) if hasattr(one, "lineno")]
    return min(one.lineno for one in inside), max(one.end_lineno for one in inside)


def _said(node: ast.AST) -> str:
    said = " ".join(ast.unparse(node).split())
    return said if len(said) <= _MOST_SAID else f"{said[: _MOST_SAID - 1]}…"


# --- where something can change ---

Spot = tuple[ast.AST, tuple[str, ...], bool]


def _spots(
    node: ast.AST, names: tuple[str, ...] = (), *, in_function: bool = False
) -> Iterator[Spot]:
    """Return every node that may change, with where it stands."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef(name=name, body=body):
                yield from _all_of(body, (*names, name), in_function=True)
            case ast.ClassDef(name=name, body=body):
                yield from _all_of(body, (*names, name), in_function=in_function)
            case ast.AnnAssign(value=value):
                held = [value] if value else []
                yield from _all_of(held, names, in_function=in_function)
            case ast.Subscript(value=value, slice=ast.Tuple()):  # of a type
                yield from _all_of([value], names, in_function=in_function)
            case ast.Import() | ast.ImportFrom():
                continue
            case _ if not _is_doc(child):
                yield child, names, in_function
                yield from _spots(child, names, in_function=in_function)


def _all_of(
    body: list[Any], names: tuple[str, ...], *, in_function: bool
) -> Iterator[Spot]:
    inside = ast.Module(body=body, type_ignores=[])
    yield from _spots(inside, names, in_function=in_function)


def _is_doc(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


# --- what may stand there instead ---


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    change = _BY_KIND.get(type(node))
    return change(node) if change else iter(())


def _comparison(node: Any) -> Iterator[ast.AST]:
    if len(node.ops) == 1:
        for other in _COMPARISONS[type(node.ops[0])]:
            yield _with(node, ops=[other()])


def _and_or(node: Any) -> Iterator[ast.AST]:
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    yield from _shorter(node, "values")


def _not(node: Any) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Not):
        yield node.operand


def _condition(node: Any) -> Iterator[ast.AST]:
    yield from (_with(node, test=ast.Constant(one)) for one in (True, False))


def _operation(node: Any) -> Iterator[ast.AST]:
    if (other := _OPERATORS.get(type(node.op))) is not None:
        yield _with(node, op=other())


def _constant(node: Any) -> Iterator[ast.AST]:
    match node.value:
        case bool():
            yield ast.Constant(not node.value)
        case int():
            yield ast.Constant(node.value + 1)
        case str():
            yield ast.Constant(f"{node.value}XX")


def _answer(node: Any) -> Iterator[ast.AST]:
    # mypy sees to it that nobody asks for what a bare return gives.
    if node.value is not None:
        nothing = ast.Tuple(elts=[], ctx=ast.Load())
        yield _with(node, value=nothing if _is_none(node.value) else ast.Constant(None))


def _statement(node: Any) -> Iterator[ast.AST]:
    is_call = isinstance(node.value, ast.Call)
    if is_call and _said(node.value.func) != _FOR_MYPY:
        yield ast.Pass()


def _name(node: Any) -> Iterator[ast.AST]:
    if node.id in _NAMES:
        yield _with(node, id=_NAMES[node.id])


def _row(node: Any) -> Iterator[ast.AST]:
    """Leave one element out; of names also let two neighbours change places."""
    elts = node.elts
    if not isinstance(getattr(node, "ctx", None), ast.Store):
        may_be_empty = isinstance(node, ast.Tuple)  # {} would be another thing
        for left in _without_one(elts):
            if left or may_be_empty:
                yield _with(node, elts=left)
    if isinstance(node, ast.Tuple) and all(map(_is_word, elts)):
        for n in range(len(elts) - 1):
            if elts[n].value != elts[n + 1].value:
                turned = [*elts[:n], elts[n + 1], elts[n], *elts[n + 2 :]]
                yield _with(node, elts=turned)


def _table(node: Any) -> Iterator[ast.AST]:
    left = zip(_without_one(node.keys), _without_one(node.values), strict=True)
    yield from (_with(node, keys=keys, values=values) for keys, values in left)


def _call(node: Any) -> Iterator[ast.AST]:
    for keywords in _without_one(node.keywords):
        yield _with(node, keywords=keywords)


def _each(node: Any) -> Iterator[ast.AST]:
    if node.ifs:
        yield _with(node, ifs=[])


def _patterns(node: Any) -> Iterator[ast.AST]:
    yield from _shorter(node, "patterns")


_BY_KIND: dict[type[ast.AST], Callable[[Any], Iterator[ast.AST]]] = {
    ast.Compare: _comparison,
    ast.BoolOp: _and_or,
    ast.UnaryOp: _not,
    ast.If: _condition,
    ast.IfExp: _condition,
    ast.BinOp: _operation,
    ast.Constant: _constant,
    ast.Return: _answer,
    ast.Expr: _statement,
    ast.Name: _name,
    ast.Tuple: _row,
    ast.Set: _row,
    ast.Dict: _table,
    ast.Call: _call,
    ast.comprehension: _each,
    ast.MatchOr: _patterns,
}


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_word(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _without_one(parts: list[Any]) -> Iterator[list[Any]]:
    for n in range(len(parts)):
        yield parts[:n] + parts[n + 1 :]


def _shorter(node: Any, name: str) -> Iterator[ast.AST]:
    """Leave one part out; of two, the other one is left alone."""
    for left in _without_one(getattr(node, name)):
        yield left[0] if len(left) == 1 else _with(node, **{name: left})


def _with(node: ast.AST, **changes: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def _replaced(tree: ast.Module, node: ast.AST, changed: ast.AST) -> ast.Module:
    """Return the tree with one node changed; what is the same is shared."""
    return ast.fix_missing_locations(_Change(node, changed).visit(tree))


class _Change(ast.NodeTransformer):
    def __init__(self, node: ast.AST, changed: ast.AST) -> None:
        self.node, self.changed = node, changed

    def visit(self, node: ast.AST) -> Any:
        if node is self.node:
            return ast.copy_location(self.changed, node)
        return super().visit(copy.copy(node))

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                setattr(node, name, list(value))  # the shared one stays as it is
        return super().generic_visit(node)
