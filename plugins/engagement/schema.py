"""Turn a table that a person wrote (a dict from Python or TOML) into a checked dataclass."""

import dataclasses
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from .errors import did_you_mean

T = TypeVar("T")
# Those that no feed may hold.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

KINDS_IN_WORDS = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date like 2026-12-31, without quotes",
    datetime: "a date and time",
    list: 'a list like ["one", "two"]',
}


def parsed(
    cls: type[T], table: object, where: str, problems: list[str], **fixed: object
) -> T | None:
    """An instance of the dataclass ``cls`` from ``table``, or None when anything is wrong.

    Fields in ``fixed`` are not the person's to give. A field's key in the table is its name,
    or its ``metadata["key"]``.

    ``where`` names the table in messages, e.g. ``calls_to_action.toml: call.weekly-email``.
    Every problem is appended to ``problems``: unknown keys, missing keys, values of
    another type than the field's annotation (str, int, float, bool, date, a union of them, a
    Literal, ``tuple[str, ...]`` for a list, or a dataclass for a table within), and numbers
    below the field's ``metadata["least"]``.
    """
    if not isinstance(table, Mapping):
        problems.append(f"{where}: must be a table of keys and values, not {table!r}")
        return None
    found = len(problems)
    hints = get_type_hints(cls)
    fields = {
        field.metadata.get("key", field.name): field
        for field in dataclasses.fields(cls)  # type: ignore[arg-type]
        if field.name not in fixed
    }
    for key in table:
        if key not in fields:
            problems.append(f'{where}: unknown key "{key}"{did_you_mean(str(key), fields)}')
    values: dict[str, Any] = dict(fixed)
    for key, field in fields.items():
        hint = hints[field.name]
        if key in table and isinstance(hint, type) and dataclasses.is_dataclass(hint):
            values[field.name] = parsed(hint, table[key], f"{where}.{key}", problems)
        elif key in table:
            wrong = _what_is_wrong(table[key], hint, field.metadata)
            if wrong:
                problems.append(f"{where}.{key}: {wrong}")
            values[field.name] = _value(table[key])
        elif field.default is dataclasses.MISSING:
            problems.append(f'{where}: "{key}" is missing; add {key} = …')
    return cls(**values) if len(problems) == found else None


def _value(given: Any) -> Any:
    """The value as a frozen dataclass keeps it."""
    return tuple(given) if isinstance(given, list) else given


def _what_is_wrong(value: object, hint: Any, metadata: Mapping[str, Any]) -> str:
    """What is wrong with the value, and the remedy; empty when nothing is."""
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        if not isinstance(value, str):
            return f"must be {KINDS_IN_WORDS[str]}, not {value!r}"
        if value in choices:
            return ""
        return f'"{value}" is not one of the choices{did_you_mean(str(value), choices)}'
    if hint == tuple[str, ...]:
        kinds: tuple[type, ...] = (list,)
    else:
        # Of "date | None" the None is for a key that is not there.
        kinds = tuple(kind for kind in get_args(hint) or (hint,) if kind is not type(None))
    if not any(_is_a(kind, value) for kind in kinds):
        return f"must be {' or '.join(KINDS_IN_WORDS[kind] for kind in kinds)}, not {value!r}"
    if isinstance(value, list) and not all(
        isinstance(each, str) and each.strip() for each in value
    ):
        return f"must be {KINDS_IN_WORDS[list]}, not {value!r}"
    if isinstance(value, str) and not value.strip():
        return "is empty; give it a text, or take the line out"
    if isinstance(value, str) and (control := CONTROL.search(value)):
        return f"holds the control character {control[0]!r}; take it out"
    if "least" in metadata and isinstance(value, int | float) and value < metadata["least"]:
        return f"must be at least {metadata['least']}, not {value}"
    return ""


def _is_a(kind: type, value: object) -> bool:
    """Whether a person would say that the value is of that kind."""
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    # To Python a bool is an int, and a date with a time is a date; never to a person.
    return isinstance(value, kind) and not (
        (isinstance(value, bool) and kind is not bool)
        or (isinstance(value, datetime) and kind is date)
    )
