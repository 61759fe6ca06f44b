"""Pages that have moved: their old addresses lead to the new ones, and a list says who is where."""

from .receivers import register

__all__ = ["register"]
