"""Pages that have moved: their old addresses lead to the new ones, and a list says who is where."""

from .receivers import register

__all__ = ["DEPENDS_ON", "register"]
# Settings that name what it reads besides content and theme.
DEPENDS_ON = ()
