"""Incremental builds: what earlier builds have found out is not done again."""

from .receivers import register

__all__ = ["DEPENDS_ON", "register"]
# Settings that name what it reads besides content and theme.
DEPENDS_ON = ()
