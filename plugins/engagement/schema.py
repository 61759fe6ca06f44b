"""Turn a table that a person wrote (a dict from Python or TOML) into a checked dataclass."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from .errors import did_you_mean

T = TypeVar("T")

KINDS_IN_WORDS = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def parsed(
    cls: type[T], table: object, where: str, problems: list[str], **fixed: object
) -> T | None:
    """An instance of the dataclass ``cls`` from ``table``, or None when anything is wrong.

    Fields in ``fixed`` are not the person's to give.

    ``where`` names the table in messages, e.g. ``calls_to_action.toml: call.weekly-email``.
    Every problem is appended to ``problems``: unknown keys, missing keys, values of
    another type than the field's annotation (str, int, float, bool, a Literal, or a
    dataclass for a table within), and numbers below the field's ``metadata["least"]``.
    """
    if not isinstance(table, Mapping):
        problems.append(f"{where}: must be a table of keys and values, not {table!r}")
        return None
    found = len(problems)
    hints = get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls) if field.name not in fixed}  # type: ignore[arg-type]
    for key in table:
        if key not in fields:
            problems.append(f'{where}: unknown key "{key}"{did_you_mean(str(key), fields)}')
    values: dict[str, Any] = dict(fixed)
    for name, field in fields.items():
        if name in table and dataclasses.is_dataclass(hints[name]):
            values[name] = parsed(hints[name], table[name], f"{where}.{name}", problems)
        elif name in table:
            wrong = _what_is_wrong(table[name], hints[name], field.metadata)
            if wrong:
                problems.append(f"{where}.{name}: {wrong}")
            values[name] = table[name]
        elif field.default is dataclasses.MISSING:
            problems.append(f'{where}: "{name}" is missing; add {name} = …')
    return cls(**values) if len(problems) == found else None


def _what_is_wrong(value: object, hint: Any, metadata: Mapping[str, Any]) -> str:
    """What is wrong with the value, and the remedy; empty when nothing is."""
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        if value in choices:
            return ""
        return f'"{value}" is not one of the choices{did_you_mean(str(value), choices)}'
    expected = (int, float) if hint is float else hint
    # A bool is an int to Python, never to a person.
    if not isinstance(value, expected) or (isinstance(value, bool) and hint is not bool):
        return f"must be {KINDS_IN_WORDS[hint]}, not {value!r}"
    if isinstance(value, str) and not value.strip():
        return "is empty; give it a text, or take the line out"
    if "least" in metadata and isinstance(value, int | float) and value < metadata["least"]:
        return f"must be at least {metadata['least']}, not {value}"
    return ""
