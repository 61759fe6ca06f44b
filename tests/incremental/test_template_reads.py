"""What a template can read: case by case, and held against what templates put out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from incremental.fingerprints import Fingerprints, UnknownValueError
from incremental.template_reads import Reads, TemplateReads, template_reads
from jinja2 import ChainableUndefined, DictLoader, Environment, TemplateNotFound, pass_context


def environment(templates: dict[str, str]) -> Environment:
    return Environment(loader=DictLoader(templates), extensions=["jinja2.ext.do"])


def reads(source: str, **others: str) -> TemplateReads:
    return template_reads(environment({"page": source, **others}), "page")


def paths(found: TemplateReads) -> set[str]:
    """Each path that is read, with = when it is shown, ! when read whole, () when called."""

    def below(path: str, node: Reads) -> Iterator[str]:
        marks = "=" * node.shown + "!" * node.whole + "()" * node.called
        if marks or not node.children:
            yield path + marks
        for name, child in node.children.items():
            yield from below(f"{path}.{name}", child)

    assert not found.everything
    return {path for name, node in found.variables.items() for path in below(name, node)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ a }}", "a="),
        ("{{ a.b['c'][0][-1] }}", "a.b.c.0.-1="),
        ("{{ a[b.c] }}", "a! b.c="),
        ("{% if a.b %}{% endif %}", "a.b"),
        ("{% if a == b.c %}{% elif d in e %}{% endif %}", "a= b.c= d= e="),
        ("{{ 'x' if a else b.c }}", "a b.c="),
        ("{{ (a or b).c }}", "a.c= b.c="),
        ("{{ a ~ b }}{{ -c }}{{ not d }}", "a= b= c= d"),
        ("{% for x in a if x.b %}{{ x.c }}{% else %}{{ d }}{% endfor %}", "a.*.b a.*.c= d="),
        ("{% for x, y in a %}{{ x }}{{ y.b }}{% endfor %}", "a.*.0= a.*.1.b="),
        ("{% for x in a %}{{ loop.index }}{{ loop.previtem.b }}{% endfor %}", "a.*.b="),
        ("{% for x in a + [b] %}{{ x.c }}{% endfor %}", "a= a.*.c= b= b.c="),
        ("{% for x in a[:2] %}{{ x.b }}{% endfor %}", "a.0.b= a.1.b="),
        ("{% for x in a[1:] %}{{ x.b }}{% endfor %}", "a.*.b="),
        ("{% set x = a %}{{ x.b }}", "a.b="),
        ("{% set x, y = a, b %}{{ x.c }}{{ y.d }}", "a.c= b.d="),
        ("{% set x %}{{ a }}{% endset %}{{ x }}", "a="),
        ("{% if a %}{% set x = b %}{% endif %}{{ x.c }}", "a b.c= x.c="),
        ("{% with x = a, y = x %}{{ x.b }}{{ y.c }}{% endwith %}", "a.b= x.c="),
        ("{% for x in a %}{% set b = x %}{% endfor %}{{ b }}", "a.* b="),
        ("{% set n = namespace(x=a.b) %}{% set n.y = c %}{{ n.x.z }}", "a.b! c! namespace()"),
        ("{{ {'x': a, 'y': b}.x.c }}", "a.c= b"),
        ("{% do a.append(b) %}", "a.append() b!"),
        ("{% set x = [] %}{% do x.append(a) %}{{ x[0].b }}", "a!"),
        ("{{ a.b.c(d).e }}", "a.b.c() d!"),
        ("{{ a(b.c) }}", "a() b.c"),
        ("{{ range(a)|join }}", "a! range()"),
        ("{{ range(*a)|join }}{{ dict(**b) }}", "a! b! range() dict()"),
        ("{% filter upper %}{{ a }}{% endfilter %}", "a="),
        ("{{ a|upper }}{{ b|replace(c, d) }}{{ e|int }}", "a= b= c= d= e="),
        ("{{ a|tojson }}{{ b|attr(c) }}", "a! b! c!"),
        ("{{ a|length }}{{ (b|first).c }}{{ (d|last).e }}", "a b.0.c= d.-1.e="),
        ("{{ (a|default(b)).c }}", "a.c= b.c="),
        ("{{ a|map(attribute='b.0')|join }}", "a.*.b.0="),
        ("{{ a|map(attribute='b', default=c)|join }}", "a.*.b= c="),
        ("{{ a|map(attribute=b)|list }}", "a.*=! b"),
        ("{{ a|map('upper')|list|length }}", "a.*="),
        ("{{ (a|sort(attribute='b,c')|first).d }}", "a.*.b= a.*.c= a.*.d="),
        ("{{ (a|unique(attribute='b')|max(attribute='c')).d }}", "a.*.b= a.*.c= a.*.d="),
        ("{{ a|sum(attribute='b') }}{{ c|join(d, attribute='e') }}", "a.*.b=! c.*.e= d!"),
        ("{{ (a|selectattr('b', 'eq', c)|list)[0].d }}", "a.*.b= c= a.*.d="),
        ("{{ (a|rejectattr('b')|list)[0].d }}", "a.*.b a.*.d="),
        ("{{ a|select('in', b)|list|length }}", "a.*= b="),
        ("{% for k, v in a|groupby('b.c') %}{{ k }}{{ v[0].d }}{% endfor %}", "a.*.b.c= a.*.d="),
        ("{% for g in a|groupby('b') %}{{ (g.list|first).c }}{% endfor %}", "a.*.b= a.*.c="),
        ("{% for r in a|batch(2, b) %}{{ (r|first).c }}{% endfor %}", "a.*.c= b.c="),
        ("{% for k, v in a|dictsort %}{{ v }}{% endfor %}", "a!"),
        ("{{ a is defined }}{{ b is mapping }}{{ c is none }}", "a b c"),
        ("{{ a is divisibleby(b) }}{{ c is sameas(true) }}", "a= b= c="),
        ("{% macro m(x, y=a) %}{{ x.b }}{{ y.c }}{% endmacro %}{{ m(d) }}", "d.b= a.c="),
        ("{% macro m(x) %}{{ x.b }}{{ varargs[0].c }}{% endmacro %}{{ m(a, d) }}", "a.b= d.c="),
        ("{% macro m() %}{{ kwargs.x.b }}{% endmacro %}{{ m(x=a) }}", "a.b="),
        (
            "{% macro m() %}{{ caller(a) }}{% endmacro %}{% call(x) m() %}{{ x.b }}{% endcall %}",
            "a.b=",
        ),
        ("{% macro m(x) %}{% endmacro %}{{ m(a.b) }}", "a.b"),
        ("{% autoescape a %}{{ b }}{% endautoescape %}", "a b="),
    ],
)
def test_tells_what_an_expression_reads(source: str, expected: str) -> None:
    assert paths(reads(source)) == set(expected.split())


@pytest.mark.parametrize(
    ("templates", "expected"),
    [
        (["{% include 'x' %}", "{{ a.b }}"], "a.b="),
        (["{% for a in c %}{% include 'x' %}{% endfor %}", "{{ a.b }}"], "c.*.b="),
        (["{% with a = c %}{% include 'x' without context %}{% endwith %}", "{{ a.b }}"], "c"),
        (["{% include ['gone', 'x'] %}", "{{ a }}"], "a="),
        (["{% include 'x' if c else 'y' %}", "{{ a }}", "{{ b }}"], "a= b= c"),
        (
            [
                "{% from 'x' import m as n with context %}{{ n(a) }}",
                "{% macro m(y) %}{{ y.b }}{{ c }}{% endmacro %}",
            ],
            "a.b= c=",
        ),
        (
            ["{% import 'x' as z %}{{ z.m(a) }}", "{% macro m(y) %}{{ y.b }}{{ c }}{% endmacro %}"],
            "a.b=",
        ),
        (
            [
                "{% extends 'x' %}{% block one %}{{ a }}{{ super() }}{% endblock %}",
                "{% block one %}{{ b }}{% endblock %}",
            ],
            "a= b= super()",
        ),
        (["{% extends 'x' if c else 'x' %}", "{{ a }}"], "a= c"),
        (["{% extends 'x' %}{% set s = a %}", "{{ s.b }}"], "a.b="),
        (
            [
                "{% extends 'x' %}{% block one %}{{ y.b }}{% endblock %}",
                "{% for y in a %}{% block one scoped %}{% endblock %}{% endfor %}",
            ],
            "a.*.b= y.b=",
        ),
        (
            ["{% block one %}{{ s.b }}{% endblock %}{% set s = a %}{{ self.one() }}"],
            "a.b= s.b= self.one()",
        ),
    ],
)
def test_tells_what_several_templates_read(templates: list[str], expected: str) -> None:
    found = reads(templates[0], **dict(zip("xy", templates[1:], strict=False)))
    assert paths(found) == set(expected.split())


def test_names_all_templates_that_take_part_and_those_that_could() -> None:
    found = reads(
        "{% extends 'x' %}{% block b %}{% include ['later', 'y'] %}{% endblock %}",
        x="{% include 'gone' ignore missing %}{% block b %}{% endblock %}",
        y="{% import 'z' as z %}",
        z="",
    )
    assert found.templates == ("gone", "later", "page", "x", "y", "z")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("\n{% include a %}", "a template whose name is not written there in page:2"),
        ("{% extends a %}", "a template whose name is not written there in page:1"),
        ("{% include 'page' %}", "page within itself"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "a macro within itself"),
        ("{% for x in a recursive %}{{ loop(x) }}{% endfor %}", "a recursive loop in page:1"),
        ("{{ a|random }}", "the filter random in page:1"),
        ("{{ a is sameas b }}", "the test sameas in page:1"),
        ("{{ lipsum() }}", "generate_lorem_ipsum, which is new each time, in page:1"),
        ("{{ cycler.x }}", "x of a global"),
        ("{% macro m() %}{% endmacro %}{{ a.b(m) }}", "a macro is handed to a function"),
        ("{% macro m(x) %}{% endmacro %}{{ m(*a) }}", "arguments that are not written there"),
    ],
)
def test_says_why_it_cannot_be_known(source: str, why: str) -> None:
    assert why in reads(source).everything


def test_a_template_that_is_not_there_is_told() -> None:
    with pytest.raises(TemplateNotFound):
        template_reads(environment({}), "page")


@pass_context
def unsaid(context: Any, *_: object) -> str:
    return ""


@pass_context
def said(context: Any, value: object, other: object = None) -> str:
    return ""


@pass_context
def chosen(context: Any, value: object, other: object = None) -> str:
    return ""


said.reads = ("a.b", "c.*.0.d")  # type: ignore[attr-defined]
chosen.reads = ("#1.x", "e")  # type: ignore[attr-defined]
chosen.renders = ("part",)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ y|pure(z) }}", "y! z!"),
        ("{{ y is pure }}", "y!"),
        ("{{ y|said(z) }}", "y! z! a.b! c.*.0.d!"),
        ("{% with a = y %}{{ z|said }}{% endwith %}", "a.b! c.*.0.d! y.b! z!"),
        ("{{ y|chosen(z) }}", "y z.x! e! f="),
        ("{% set f = z %}{{ y|chosen }}", "y z= e! f="),
    ],
)
def test_believes_what_functions_say_that_they_read(source: str, expected: str) -> None:
    env = environment({"page": source, "part": "{{ f }}"})
    env.filters |= {"pure": str, "said": said, "chosen": chosen}
    env.tests["pure"] = bool
    assert paths(template_reads(env, "page")) == set(expected.split())


def test_a_function_that_does_not_say_it_reads_everything() -> None:
    env = environment({"page": "{{ f(1) }}"})
    env.globals["f"] = unsaid
    why = "unsaid, which tells not what it reads of the context, in page:1"
    assert template_reads(env, "page").everything == why


# ── Held against what templates put out ──────────────────────────────────────


@dataclass(eq=False)
class Thing:
    """Of a small world: two texts, the first of which it is shown as, and other things."""

    name: str
    kind: str
    other: Thing | None = None
    parts: Sequence[Thing] = ()

    def __str__(self) -> str:
        return self.name

    def __iter__(self) -> Iterator[Thing]:
        return iter(self.parts)


def thing(leaves: Iterator[str], depth: int) -> Thing:
    one = Thing(next(leaves), next(leaves))
    if depth:
        one.other = thing(leaves, depth - 1)
        one.parts = [thing(leaves, 0), thing(leaves, 0)]
    return one


LEAVES = 34


def world(changed: int | None) -> dict[str, Any]:
    """The context, with one of its texts changed."""
    leaves = ("z" if place == changed else "xyx"[place % 3] for place in range(LEAVES))
    context: dict[str, Any] = {"a": thing(leaves, 2), "b": thing(leaves, 0)}
    context["c"] = [thing(leaves, 1), thing(leaves, 0)]
    context["d"] = {"x": thing(leaves, 0), "y": thing(leaves, 0)}
    return context


NAMES = st.sampled_from("abcxy")
THINGS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        inner.map("{}.other".format),
        inner.map("({}.parts|first)".format),
        inner.map("{}.parts[-1]".format),
        inner.map("(c|selectattr('kind', 'eq', {}.kind)|list)[0]".format),
        st.tuples(inner, inner).map(lambda two: "({} or {})".format(*two)),
        st.tuples(inner, inner).map(lambda two: "({0} if {1}.kind == 'x' else {1})".format(*two)),
        inner.map("d[{}.kind]".format),
        inner.map("[{}, b][0]".format),
    ),
    max_leaves=3,
)
LISTS = st.one_of(
    st.just("c"),
    THINGS.map("{}.parts".format),
    THINGS.map("(c + {}.parts)".format),
    THINGS.map("[{}, a.other]".format),
    THINGS.map("{}.parts|sort(attribute='kind')".format),
    THINGS.map("c|rejectattr('name', 'in', [{}.name])|list".format),
    st.just("c|map(attribute='parts')|first"),
    st.just("c|groupby('kind')|map(attribute='list')|last"),
    st.just("c|batch(1)|map('last')|list"),
    st.just("d.values()|list"),
    st.just("c[:1]"),
)
TEXTS = st.one_of(
    THINGS,
    THINGS.map("{}.name".format),
    THINGS.map("({}.kind ~ '-')|upper".format),
    LISTS.map("{}|map(attribute='name')|join".format),
    LISTS.map("{}|join(',', attribute='kind')".format),
    LISTS.map("({}|max(attribute='name')).kind".format),
    THINGS.map("m({})".format),
    THINGS.map("n(x={})".format),
    st.tuples(THINGS, LISTS).map(lambda two: "{} in {}".format(*two)),
)


def _statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, max_size=3).map("".join)
    return st.one_of(
        st.tuples(NAMES, LISTS, several).map(
            lambda it: "{{% for {} in {} %}}{}{{{{ loop.nextitem.kind }}}}{{% endfor %}}".format(
                *it
            )
        ),
        st.tuples(TEXTS, several, several).map(
            lambda it: "{{% if {} == 'x' %}}{}{{% else %}}{}{{% endif %}}".format(*it)
        ),
        st.tuples(NAMES, THINGS).map(lambda it: "{{% set {} = {} %}}".format(*it)),
        st.tuples(NAMES, THINGS, several).map(
            lambda it: "{{% with {} = {} %}}{}{{% endwith %}}".format(*it)
        ),
        st.tuples(THINGS, several).map(
            lambda it: "{{% macro m(y, x={}) %}}{}{{% endmacro %}}".format(*it)
        ),
        st.tuples(NAMES, several).map(
            lambda it: "{{% call({}) w(b) %}}{}{{% endcall %}}".format(*it)
        ),
        st.just("{% include 'part' %}"),
        st.just("{{ self.one() }}"),
    )


BODIES = st.lists(
    st.recursive(TEXTS.map("{{{{ {} }}}}".format), _statements, max_leaves=6), max_size=4
).map("".join)
MACROS = (
    "{% macro n(x) %}{{ x.kind }}{{ a }}{% endmacro %}"
    "{% macro w(x) %}{{ caller(x) }}{{ caller(c[0]) }}{% endmacro %}"
    "{% set m = n %}"
)


@settings(max_examples=40, deadline=None)
@given(BODIES, BODIES, BODIES, BODIES, BODIES)
def test_whatever_changes_the_output_is_among_what_is_read(
    top: str, one: str, before: str, after: str, part: str
) -> None:
    env = Environment(
        loader=DictLoader(
            {
                "macros": MACROS,
                "page": "{% extends 'base' %}{% from 'macros' import m, n, w with context %}"
                f"{top}{{% block one %}}{one}{{% endblock %}}",
                "base": f"{before}{{% for x in c %}}{{% block one scoped %}}{part}{{% endblock %}}"
                f"{{% endfor %}}{after}{{% block two %}}{part}{{% endblock %}}",
                "part": part.replace("{% include 'part' %}", ""),
            }
        ),
        undefined=ChainableUndefined,
    )
    found = template_reads(env, "page")
    event(found.everything or "known")
    if found.everything:
        return

    def output(changed: int | None) -> str:
        try:
            return env.get_template("page").render(world(changed))
        except Exception as error:
            return repr(type(error))

    def fingerprint(changed: int | None) -> list[bytes | None]:
        context, fingerprints = world(changed), Fingerprints({Thing: str}, ())
        return [
            fingerprints.of(context[name], node)
            for name, node in found.variables.items()
            if name in context
        ]

    try:
        first_output, first_fingerprint = output(None), fingerprint(None)
    except UnknownValueError as error:
        event(str(error))
        return
    for changed in range(LEAVES):
        if output(changed) != first_output:
            assert fingerprint(changed) != first_fingerprint, changed
