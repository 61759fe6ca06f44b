"""An editor who reads everything before anyone else does: what is wrong, where, and what to do."""

from .receivers import register

__all__ = ["register"]
