"""An editor who reads everything before anyone else does: what is wrong, where, and what to do."""

from .receivers import register

__all__ = ["DEPENDS_ON", "register"]
# Settings that name what it reads besides content and theme.
DEPENDS_ON = ()
