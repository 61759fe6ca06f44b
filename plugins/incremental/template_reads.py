"""Tell which parts of which variables a Jinja template can read, without rendering it.

Templates are interpreted with values that stand for what a variable may be: all branches are
taken, and what a place can hold is the union of all that could be put there. What is told may be
more than a rendering reads, and never less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from jinja2 import Environment, TemplateNotFound, nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.filters import FILTERS
from jinja2.tests import TESTS
from jinja2.utils import _PassArg

EACH = "*"
# Of a longer slice every element is taken for read.
MOST_SLICED = 50


class Reads:
    """What is read of a value: a node of a tree whose branches are attributes and items.

    ``children`` are by the name of an attribute or key, by the number of an item (-1 is the last),
    or by ``EACH`` for every element. ``shown``: it becomes text, or is compared. ``whole``: it is
    handed to something that may read anything of it. ``called``: it is called, and anything may
    be read of the result.
    """

    __slots__ = ("called", "children", "shown", "whole")

    def __init__(self) -> None:
        self.children: dict[str | int, Reads] = {}
        self.shown = self.whole = self.called = False

    def child(self, name: str | int) -> Reads:
        """The node of a part of the value, made if need be."""
        if name not in self.children:
            self.children[name] = Reads()
        return self.children[name]


@dataclass(frozen=True)
class TemplateReads:
    """What a template can read, with all that it extends, includes and imports.

    ``variables`` are by the name of the variable in the context, which need not be there.
    ``templates`` are the names of all templates that take part, sorted, with those that would if
    they were there. ``everything`` is empty, or says why it cannot be known what is read, such as
    ``dynamic include in x.html:3``; then the other two are not whole.
    """

    variables: Mapping[str, Reads]
    templates: tuple[str, ...]
    everything: str


def template_reads(environment: Environment, name: str) -> TemplateReads:
    """What the template of that name can read.

    Functions, filters and tests other than Jinja's own are taken for functions of their arguments,
    of which they may read anything. One that Jinja gives the context must say what it reads of it
    in its attribute ``reads``, a tuple of paths such as ``article.title``, ``articles.*.url``, or
    ``#1.content`` of its second argument (with such a path, nothing else is read of arguments);
    its attribute ``renders`` names the templates that it renders with the context.

    Raises jinja2.TemplateNotFound, and jinja2.TemplateSyntaxError.
    """
    interpreter = _Interpreter(environment)
    everything = ""
    try:
        interpreter.run(name, interpreter.context)
    except _EverythingError as error:
        everything = str(error)
    return TemplateReads(interpreter.variables, tuple(sorted(interpreter.templates)), everything)


class _EverythingError(Exception):
    """It cannot be known what is read."""


@dataclass(frozen=True, eq=False)
class _Made:
    """A list, tuple or dict that the template makes: what its elements, and its items, may be."""

    each: Value = ()
    items: Mapping[str | int, Value] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Macro:
    """A macro, or the body of a call block, and where it is defined."""

    node: nodes.Macro | nodes.CallBlock
    scope: _Scope
    template: str


@dataclass(frozen=True, eq=False)
class _Module:
    scope: _Scope


@dataclass(frozen=True, eq=False)
class _Loop:
    each: Value


@dataclass(frozen=True, eq=False)
class _Function:
    function: Callable[..., Any]


@dataclass(frozen=True, eq=False)
class _Arguments:
    """The arguments of a call, a filter or a test, each as it is written and what it may be."""

    positional: Sequence[tuple[nodes.Expr, Value]] = ()
    named: Mapping[str, tuple[nodes.Expr, Value]] = field(default_factory=dict)
    # Those of * and **.
    rest: Sequence[Value] = ()

    @property
    def places(self) -> list[Value]:
        """The values of those that are given by their place."""
        return [value for _, value in self.positional]

    @property
    def named_values(self) -> list[Value]:
        """The values of those that are given by name."""
        return [value for _, value in self.named.values()]

    @property
    def values(self) -> list[Value]:
        """The values of all."""
        return [*self.places, *self.named_values, *self.rest]

    def after(self, count: int) -> _Arguments:
        """The arguments without that many from the front."""
        return _Arguments(self.positional[count:], self.named, self.rest)

    def expression(self, name: str, place: int) -> nodes.Expr | None:
        """What is written for the parameter of that name, at that place if it is not named."""
        return self._given(name, place)[0]

    def value(self, name: str, place: int) -> Value:
        """What is given for the parameter."""
        return self._given(name, place)[1]

    def _given(self, name: str, place: int) -> tuple[nodes.Expr | None, Value]:
        if name in self.named:
            return self.named[name]
        return self.positional[place] if place < len(self.positional) else (None, ())


Part: TypeAlias = Reads | _Made | _Macro | _Module | _Loop | _Function
# All that a value may be. Empty: text, or a result of what has been read whole already.
Value: TypeAlias = tuple[Part, ...]


class _Scope:
    """The names that are bound at a place of a template, and the scope around it.

    ``weak``: a name that is bound here may at times mean what it means around here.
    ``top`` is the scope of the template's top level.
    """

    def __init__(self, around: _Scope | _Context) -> None:
        self.names: dict[str, Value] = {}
        self.weak = False
        self.around = around
        self.top: _Top | None = around.top

    def value(self, name: str) -> Value:
        """What the name means here."""
        return self.names[name] if name in self.names else self.around.value(name)

    def values(self, name: str) -> Value:
        """What the name means here and in all scopes around."""
        return _union(self.names.get(name, ()), self.around.values(name))

    def bind(self, name: str, value: Value) -> None:
        """Let the name mean the value from here on."""
        self.names[name] = _union(self.value(name), value) if self.weak else value

    def join(self, ends: Sequence[Mapping[str, Value]]) -> None:
        """Let each name be what it is at one of the ends, of which each starts from here."""
        self.names = {
            name: _union(*(end[name] if name in end else self.around.value(name) for end in ends))
            for name in {name: None for end in ends for name in end}
        }


class _Top(_Scope):
    """The top level of a template and of all that it extends, whose ``blocks`` are by name."""

    def __init__(self, around: _Scope | _Context) -> None:
        super().__init__(around)
        self.top = self
        self.blocks: dict[str, list[tuple[str, nodes.Block]]] = {}
        # Whether the template that is being interpreted extends none, so its blocks stand in it.
        self.is_layout = False


class _GivenContext(_Scope):
    """What a function sees that is given the context.

    Whether names that are bound around the call are in the context, is not told apart.
    """

    def value(self, name: str) -> Value:
        return self.around.values(name)


class _Context:
    """The outermost scope: the environment's globals, and the context's variables if any."""

    top: _Top | None = None

    def __init__(self, environment: Environment, variables: dict[str, Reads] | None) -> None:
        self._globals, self._variables = environment.globals, variables

    def value(self, name: str) -> Value:
        """What the name means where nothing binds it."""
        parts: list[Part] = []
        if self._variables is not None:
            parts.append(self._variables.setdefault(name, Reads()))
        # The context may have a variable of that name, which goes before it.
        if name in self._globals:
            function = self._globals[name]
            if not callable(function):
                raise _EverythingError(f"the global {name}")
            parts.append(_Function(function))
        return tuple(parts)

    values = value


def _union(*values: Value) -> Value:
    return tuple(dict.fromkeys(part for value in values for part in value))


def _constant(node: nodes.Node | None) -> str | int | None:
    """The name or number that the expression is, or None when it is something else."""
    if isinstance(node, nodes.Neg):
        number = _constant(node.node)
        return -number if isinstance(number, int) else None
    value = node.value if isinstance(node, nodes.Const) else None
    return value if type(value) in (str, int) and value != EACH else None


def _is_constant(given: _Arguments) -> bool:
    return all(isinstance(expression, nodes.Const) for expression, _ in given.positional)


# Jinja's own filters; where they take the path of an attribute; those that go through elements.
_BUILTIN = {function: name for name, function in FILTERS.items()}
_ATTRIBUTE_PLACES = {"sort": 2, "unique": 1, "min": 1, "max": 1, "sum": 0, "join": 1, "groupby": 0}
_ELEMENT_FILTERS = frozenset(
    (*_ATTRIBUTE_PLACES, "map", "select", "reject", "selectattr", "rejectattr", "batch", "slice")
) | {"list", "reverse"}
_TEXT_FILTERS = frozenset(
    (
        *("abs", "capitalize", "center", "escape", "filesizeformat", "float", "forceescape"),
        *("format", "indent", "int", "lower", "replace", "round", "safe", "string", "striptags"),
        *("title", "trim", "truncate", "upper", "urlize", "wordcount", "wordwrap"),
    )
)
_BUILTIN_TESTS = {function: name for name, function in TESTS.items()}
# Tests of what kind of thing a value is.
_KIND_TESTS = (
    *("defined", "undefined", "none", "boolean", "true", "false", "integer", "float", "string"),
    *("mapping", "number", "sequence", "iterable", "callable", "escaped", "filter", "test"),
)


class _Interpreter:
    """Interprets templates, and gathers what they read."""

    def __init__(self, environment: Environment) -> None:
        if environment.loader is None:
            raise TypeError("no loader for this environment specified")
        self.variables: dict[str, Reads] = {}
        self.templates: set[str] = set()
        self.context = _Context(environment, self.variables)
        self._environment, self._loader = environment, environment.loader
        self._parsed: dict[str, nodes.Template | None] = {}
        self._template = ""
        self._running: list[str | nodes.Node] = []

    # ── Templates ────────────────────────────────────────────────────────────

    def run(self, name: str, around: _Scope | _Context) -> _Scope:
        """Interpret a template and all that it extends, and return its top level."""
        top = _Top(around)
        chain: dict[str, nodes.Template] = {}
        names = [name]
        while names:
            each = names.pop(0)
            tree = None if each in chain else self._tree(each)
            if tree:
                chain[each] = tree
                for extends in tree.find_all(nodes.Extends):
                    with self._inside(each):
                        for group in self._names(extends.template):
                            names += group
                for block in tree.find_all(nodes.Block):
                    top.blocks.setdefault(block.name, []).append((each, block))
        with self._once(name):
            for each, tree in chain.items():
                top.is_layout = not any(isinstance(node, nodes.Extends) for node in tree.body)
                with self._inside(each):
                    self._body(tree.body, top)
            for block_name in top.blocks:
                self._block(block_name, top, top)
        return top

    def _tree(self, name: str) -> nodes.Template | None:
        """The template's syntax tree, None when there is no such template."""
        self.templates.add(name)
        if name not in self._parsed:
            try:
                source, file, _ = self._loader.get_source(self._environment, name)
            except TemplateNotFound:
                if not self._parsed:
                    raise
                self._parsed[name] = None
            else:
                self._parsed[name] = self._environment.parse(source, name, file)
        return self._parsed[name]

    def _names(self, expression: nodes.Expr) -> list[list[str]]:
        """The names of templates that are meant; of each list the first that is there."""
        match expression:
            case nodes.CondExpr(expr2=nodes.Expr() as expr2):
                return [*self._names(expression.expr1), *self._names(expr2)]
            case nodes.List() | nodes.Tuple():
                given = [_constant(item) for item in expression.items]
            case _:
                given = [_constant(expression)]
        names = [name for name in given if isinstance(name, str)]
        if len(names) < len(given):
            raise self._everything("a template whose name is not written there", expression)
        return [[self._environment.join_path(name, self._template) for name in names]]

    def _taken_in(
        self, node: nodes.Include | nodes.Import | nodes.FromImport, scope: _Scope
    ) -> list[_Scope]:
        """The top levels of the templates, interpreted, that the statement may take in."""
        self._value(node.template, scope)
        around = scope if node.with_context else _Context(self._environment, None)
        tops = []
        for names in self._names(node.template):
            there = next((name for name in names if self._tree(name)), None)
            if there:
                tops.append(self.run(there, around))
        return tops

    def _block(self, name: str, scope: _Scope, top: _Top) -> None:
        for template, block in top.blocks[name]:
            with self._inside(template):
                self._body(block.body, _Scope(scope))

    @contextmanager
    def _inside(self, template: str) -> Iterator[None]:
        """Interpret what stands in that template."""
        outer, self._template = self._template, template
        yield
        self._template = outer

    @contextmanager
    def _once(self, what: str | nodes.Node) -> Iterator[None]:
        """Interpret a template or macro, which must not be within itself."""
        if what in self._running:
            raise _EverythingError(f"{what if isinstance(what, str) else 'a macro'} within itself")
        self._running.append(what)
        yield
        self._running.pop()

    def _everything(self, what: str, node: nodes.Node) -> _EverythingError:
        return _EverythingError(f"{what} in {self._template}:{node.lineno}")

    # ── Statements ───────────────────────────────────────────────────────────

    def _body(self, body: Iterable[nodes.Node], scope: _Scope) -> None:
        for node in body:
            self._statement(node, scope)

    def _statement(self, node: nodes.Node, scope: _Scope) -> None:
        match node:
            case nodes.Output():
                for each in node.nodes:
                    self._show(self._value(each, scope))
            case nodes.If():
                for test in (node.test, *(each.test for each in node.elif_)):
                    self._value(test, scope)
                self._branches([node.body, *(each.body for each in node.elif_), node.else_], scope)
            case nodes.For():
                self._for(node, scope)
            case nodes.Assign():
                self._assign(node.target, self._value(node.node, scope), scope)
            case nodes.AssignBlock():
                self._body(node.body, _Scope(scope))
                if node.filter:
                    self._value(node.filter, scope)
                self._assign(node.target, (), scope)
            case nodes.With():
                inner = _Scope(scope)
                for target, value in zip(node.targets, node.values, strict=True):
                    self._assign(target, self._value(value, scope), inner)
                self._body(node.body, inner)
            case nodes.Macro():
                scope.bind(node.name, (_Macro(node, scope, self._template),))
            case nodes.CallBlock():
                caller = _Macro(node, scope, self._template)
                self._call(node.call, scope, caller)
            case nodes.FilterBlock():
                self._body(node.body, _Scope(scope))
                self._show(self._value(node.filter, scope))
            case nodes.Block():
                top = scope.top
                assert top
                top.weak = top.weak or top.is_layout
                if node.scoped:
                    self._block(node.name, scope, top)
            case nodes.Include():
                self._taken_in(node, scope)
            case nodes.Import():
                modules = self._taken_in(node, scope)
                scope.bind(node.target, tuple(_Module(module) for module in modules))
            case nodes.FromImport():
                modules = self._taken_in(node, scope)
                for names in node.names:
                    name, alias = (names, names) if isinstance(names, str) else names
                    scope.bind(alias, _union(*(top.names.get(name, ()) for top in modules)))
            case nodes.ExprStmt():
                self._value(node.node, scope)
            case nodes.Scope():
                self._body(node.body, _Scope(scope))
            case nodes.ScopedEvalContextModifier():
                self._options(node, scope)
                self._body(node.body, scope)
            case nodes.EvalContextModifier():
                self._options(node, scope)
            case nodes.Extends():
                # Which it is may depend on something.
                self._value(node.template, scope)
            case nodes.Continue() | nodes.Break():
                pass
            case _:
                raise self._everything(type(node).__name__, node)

    def _options(self, node: nodes.EvalContextModifier, scope: _Scope) -> None:
        for option in node.options:
            self._value(option.value, scope)

    def _branches(self, bodies: Iterable[list[nodes.Node]], scope: _Scope) -> None:
        before = scope.names
        ends = []
        for body in bodies:
            scope.names = dict(before)
            self._body(body, scope)
            ends.append(scope.names)
        scope.join(ends)

    def _for(self, node: nodes.For, scope: _Scope) -> None:
        each = self._each(self._value(node.iter, scope))
        inner = _Scope(scope)
        self._assign(node.target, each, inner)
        if node.test:
            self._value(node.test, inner)
        inner.bind("loop", (_Loop(each),))
        self._body(node.body, inner)
        self._body(node.else_, _Scope(scope))

    def _assign(self, target: nodes.Node, value: Value, scope: _Scope) -> None:
        match target:
            case nodes.Name():
                scope.bind(target.name, value)
            case nodes.Tuple():
                for place, item in enumerate(target.items):
                    self._assign(item, self._child(value, place), scope)
            case nodes.NSRef():
                # What is read from a namespace has been read whole when it was put there.
                self._read_whole(value)
            case _:
                raise self._everything(type(target).__name__, target)

    # ── Expressions ──────────────────────────────────────────────────────────

    def _value(self, node: nodes.Node, scope: _Scope) -> Value:
        """What the expression may be, its parts read."""
        match node:
            case nodes.Const() | nodes.TemplateData():
                return ()
            case nodes.Name():
                if node.name == "self" and scope.top:
                    # Its blocks may stand above what the top level binds from here on.
                    scope.top.weak = True
                return scope.value(node.name)
            case nodes.Getattr():
                return self._child(self._value(node.node, scope), node.attr)
            case nodes.Getitem():
                return self._item(node, scope)
            case nodes.Tuple() | nodes.List():
                values = [self._value(item, scope) for item in node.items]
                items: dict[str | int, Value] = {}
                for place, value in enumerate(values):
                    items[place] = items[place - len(values)] = value
                return (_Made(_union(*values), items),)
            case nodes.Dict():
                return self._dict(node, scope)
            case nodes.CondExpr():
                self._value(node.test, scope)
                other = self._value(node.expr2, scope) if node.expr2 else ()
                return _union(self._value(node.expr1, scope), other)
            case nodes.And() | nodes.Or():
                return _union(self._value(node.left, scope), self._value(node.right, scope))
            case nodes.BinExpr():
                values = [self._value(node.left, scope), self._value(node.right, scope)]
                for value in values:
                    self._show(value)
                # Of lists it makes a list.
                return (_Made(_union(*(self._each(value) for value in values))),)
            case nodes.Not():
                self._value(node.node, scope)
                return ()
            case nodes.UnaryExpr():
                self._show(self._value(node.node, scope))
                return ()
            case nodes.Compare():
                for each in (node.expr, *(operand.expr for operand in node.ops)):
                    self._show(self._value(each, scope))
                return ()
            case nodes.Concat():
                for each in node.nodes:
                    self._show(self._value(each, scope))
                return ()
            case nodes.Filter():
                value = self._value(node.node, scope) if node.node else ()
                return self._filter(node.name, value, self._arguments(node, scope), scope, node)
            case nodes.Test():
                value = self._value(node.node, scope)
                self._test(node.name, value, self._arguments(node, scope), scope, node)
                return ()
            case nodes.Call():
                self._call(node, scope, None)
                return ()
            case nodes.MarkSafe() | nodes.MarkSafeIfAutoescape():
                return self._value(node.expr, scope)
            case _:
                raise self._everything(type(node).__name__, node)

    def _dict(self, node: nodes.Dict, scope: _Scope) -> Value:
        keys: Value = ()
        items: dict[str | int, Value] = {}
        for pair in node.items:
            key, value = self._value(pair.key, scope), self._value(pair.value, scope)
            name = _constant(pair.key)
            if name is None:
                self._read_whole(key)
                self._read_whole(value)
            else:
                items[name] = value
        return (_Made(keys, items),)

    def _item(self, node: nodes.Getitem, scope: _Scope) -> Value:
        value = self._value(node.node, scope)
        if isinstance(node.arg, nodes.Slice):
            return self._slice(value, node.arg, scope)
        name = _constant(node.arg)
        if name is not None:
            return self._child(value, name)
        self._show(self._value(node.arg, scope))
        items: Value = ()
        for part in value:
            if isinstance(part, _Made):
                items = _union(items, part.each, *part.items.values())
            else:
                self._read_whole((part,))
        return items

    def _slice(self, value: Value, node: nodes.Slice, scope: _Scope) -> Value:
        start, stop = _constant(node.start) if node.start else 0, _constant(node.stop)
        if isinstance(start, int) and isinstance(stop, int) and start >= 0 and not node.step:
            places = range(start, stop)
            if 0 < len(places) <= MOST_SLICED:
                return (_Made(_union(*(self._child(value, place) for place in places))),)
        for each in (node.start, node.stop, node.step):
            if each:
                self._show(self._value(each, scope))
        return (_Made(self._each(value)),)

    def _child(self, value: Value, name: str | int) -> Value:
        """An attribute or item of the value."""
        return _union(*(self._child_of(part, name) for part in value))

    def _child_of(self, part: Part, name: str | int) -> Value:
        match part:
            case Reads():
                return (part.child(name),)
            case _Made():
                if isinstance(name, int):
                    return part.items.get(name, part.each)
                if name not in part.items or hasattr(dict, name):
                    # A method, which may do anything with what is in there.
                    self._read_whole((part,))
                return part.items.get(name, ())
            case _Module():
                return part.scope.names.get(str(name), ())
            case _Loop():
                return part.each if name in ("previtem", "nextitem") else ()
            case _Macro():
                return ()
            case _Function():
                raise _EverythingError(f"{name} of a global")

    def _each(self, value: Value) -> Value:
        """What the elements of the value may be."""
        each: Value = ()
        for part in value:
            if isinstance(part, Reads):
                each = _union(each, (part.child(EACH),))
            elif isinstance(part, _Made):
                each = _union(each, part.each)
        return each

    def _show(self, value: Value) -> None:
        """Put the value out, or compare it."""
        for part in value:
            if isinstance(part, Reads):
                part.shown = True
            elif isinstance(part, _Made):
                self._show(_union(part.each, *part.items.values()))

    def _read_whole(self, value: Value) -> None:
        """Hand the value to something that may read anything of it."""
        for part in value:
            if isinstance(part, Reads):
                part.whole = True
            elif isinstance(part, _Made):
                self._read_whole(_union(part.each, *part.items.values()))
            elif not isinstance(part, _Function):
                raise _EverythingError(
                    f"a {type(part).__name__[1:].lower()} is handed to a function"
                )

    # ── Calls, filters, tests ────────────────────────────────────────────────

    def _arguments(self, node: nodes.Call | nodes.Filter | nodes.Test, scope: _Scope) -> _Arguments:
        named = {
            str(each.key): (each.value, self._value(each.value, scope)) for each in node.kwargs
        }
        rest = [self._value(each, scope) for each in (node.dyn_args, node.dyn_kwargs) if each]
        return _Arguments([(each, self._value(each, scope)) for each in node.args], named, rest)

    def _call(self, node: nodes.Call, scope: _Scope, caller: _Macro | None) -> None:
        """A call, of which the result needs no more: it is text, or all was read for it."""
        called, arguments = self._value(node.node, scope), self._arguments(node, scope)
        macros = [part for part in called if isinstance(part, _Macro)]
        for macro in macros:
            self._macro(macro, arguments, caller, node)
        for part in called:
            if isinstance(part, _Function):
                others = [*arguments.named_values, *arguments.rest]
                self._function(part.function, arguments.places, others, scope, node)
            elif isinstance(part, _Loop):
                raise self._everything("a recursive loop", node)
            elif isinstance(part, Reads):
                part.called = True
        # A function of the context is never known, so neither need its arguments be.
        known = (*self.variables.values(), *macros)
        if not all(part in known or isinstance(part, _Function) for part in called) or not called:
            for value in arguments.values:
                self._read_whole(value)
        if caller and not macros:
            self._macro(caller, _Arguments(), None, node)

    def _macro(
        self, macro: _Macro, given: _Arguments, caller: _Macro | None, node: nodes.Node
    ) -> None:
        """Interpret the macro's body with the arguments."""
        if given.rest:
            raise self._everything("a macro with arguments that are not written there", node)
        scope = _Scope(macro.scope)
        parameters, defaults = macro.node.args, macro.node.defaults
        positional, named = [value for _, value in given.positional], dict(given.named)
        with self._once(macro.node), self._inside(macro.template):
            for place, parameter in enumerate(parameters):
                name, default = parameter.name, place - len(parameters) + len(defaults)
                if place < len(positional):
                    value = positional[place]
                elif name in named:
                    _, value = named.pop(name)
                else:
                    value = self._value(defaults[default], scope) if default >= 0 else ()
                scope.bind(name, value)
            varargs, kwargs = positional[len(parameters) :], {k: v for k, (_, v) in named.items()}
            scope.bind("varargs", (_Made(_union(*varargs), dict(enumerate(varargs))),))
            passed = kwargs.pop("caller", ())
            scope.bind("kwargs", (_Made((), dict(kwargs.items())),))
            if isinstance(macro.node, nodes.Macro):
                scope.bind("caller", (caller,) if caller else passed)
            self._body(macro.node.body, scope)

    def _function(
        self,
        function: Any,
        places: Sequence[Value],
        others: Sequence[Value],
        scope: _Scope,
        node: nodes.Node,
    ) -> None:
        """A function that is not Jinja's own, with what it says that it reads."""
        paths: tuple[str, ...] | None = getattr(function, "reads", None)
        given = _PassArg.from_obj(function) or _PassArg.from_obj(function.__call__)
        name = getattr(function, "__name__", type(function).__name__)
        if paths is None and given is _PassArg.context:
            raise self._everything(f"{name}, which tells not what it reads of the context,", node)
        if function is DEFAULT_NAMESPACE["lipsum"]:
            raise self._everything(f"{name}, which is new each time,", node)
        for path in paths or ():
            first, *names = path.split(".")
            if first.startswith("#"):
                value = places[int(first[1:])] if int(first[1:]) < len(places) else ()
            else:
                value = scope.values(first)
            self._read_whole(self._at_path(value, names))
        told = any(path.startswith("#") for path in paths or ())
        for value in others if told else (*places, *others):
            self._read_whole(value)
        for template in getattr(function, "renders", ()):
            if self._tree(template):
                self.run(template, _GivenContext(scope))

    def _at_path(self, value: Value, names: Iterable[str]) -> Value:
        for name in names:
            if name == EACH:
                value = self._each(value)
            else:
                value = self._child(value, int(name) if name.isdecimal() else name)
        return value

    def _attributes(self, value: Value, given: nodes.Node | None) -> Value:
        """What Jinja's filters find in the value with their argument ``attribute``."""
        path = _constant(given)
        if isinstance(path, int):
            return self._child(value, path)
        if isinstance(path, str) and EACH not in path:
            # Some filters take several.
            return _union(*(self._at_path(value, each.split(".")) for each in path.split(",")))
        if given:
            self._read_whole(value)
        return value

    def _filter(
        self, name: str, value: Value, given: _Arguments, scope: _Scope, node: nodes.Node
    ) -> Value:
        function = self._environment.filters.get(name)
        builtin = _BUILTIN.get(function) if function else None
        if not function or builtin == "random":
            raise self._everything(f"the filter {name}", node)
        if not builtin or given.rest:
            places = [value, *given.places]
            self._function(function, places, [*given.named_values, *given.rest], scope, node)
            return ()
        if builtin == "default":
            return _union(value, *given.values)
        if builtin in _TEXT_FILTERS:
            for each in (value, *given.values):
                self._show(each)
            return ()
        if builtin in _ELEMENT_FILTERS:
            return self._elements(builtin, self._each(value), given, scope, node)
        for each in given.values:
            self._read_whole(each)
        if builtin == "length":
            return ()
        if builtin in ("first", "last"):
            made = (part.each for part in value if isinstance(part, _Made))
            return _union(self._child(value, 0 if builtin == "first" else -1), *made)
        self._read_whole(value)
        return ()

    def _elements(
        self, builtin: str, each: Value, given: _Arguments, scope: _Scope, node: nodes.Node
    ) -> Value:
        """What a filter of Jinja's makes of the elements of a value."""
        match builtin:
            case "map" if "attribute" in given.named:
                found = self._attributes(each, given.expression("attribute", 0))
                return (_Made(_union(found, given.value("default", 0))),)
            case "map":
                name = _constant(given.expression("", 0))
                if not isinstance(name, str):
                    raise self._everything("a filter whose name is not written there", node)
                return (_Made(self._filter(name, each, given.after(1), scope, node)),)
            case "select" | "reject":
                self._test_if_any(each, given, scope, node)
                return (_Made(each),)
            case "selectattr" | "rejectattr":
                found = self._attributes(each, given.expression("", 0))
                self._test_if_any(found, given.after(1), scope, node)
                return (_Made(each),)
            case "groupby":
                key = self._attributes(each, given.expression("attribute", 0))
                key = _union(key, given.value("default", 1))
                self._show(key)
                group: Value = (_Made(each),)
                items: dict[str | int, Value] = {0: key, 1: group, "grouper": key, "list": group}
                return (
                    _Made(
                        (_Made(_union(key, group), items),),
                    ),
                )
            case "batch" | "slice":
                return (_Made((_Made(_union(each, *given.values)),)),)
        for value in given.values:
            self._read_whole(value)
        found = each
        if builtin in _ATTRIBUTE_PLACES:
            attribute = given.expression("attribute", _ATTRIBUTE_PLACES[builtin])
            found = self._attributes(each, attribute)
            self._show(found)
        if builtin == "sum":
            # It may be of lists, whose elements are then in the result.
            self._read_whole(found)
        if builtin in ("sum", "join"):
            return ()
        return each if builtin in ("min", "max") else (_Made(each),)

    def _test_if_any(
        self, value: Value, given: _Arguments, scope: _Scope, node: nodes.Node
    ) -> None:
        """The test that the first argument names; none asks whether the value is true."""
        if given.positional:
            name = _constant(given.expression("", 0))
            if not isinstance(name, str):
                raise self._everything("a test whose name is not written there", node)
            self._test(name, value, given.after(1), scope, node)

    def _test(
        self, name: str, value: Value, given: _Arguments, scope: _Scope, node: nodes.Node
    ) -> None:
        function = self._environment.tests.get(name)
        builtin = _BUILTIN_TESTS.get(function) if function else None
        if not function or (builtin == "sameas" and not _is_constant(given)):
            raise self._everything(f"the test {name}", node)
        if not builtin:
            places = [value, *given.places]
            self._function(function, places, [*given.named_values, *given.rest], scope, node)
        elif builtin not in _KIND_TESTS:
            for each in (value, *given.values):
                self._show(each)
