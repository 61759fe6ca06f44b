"""Incremental builds: what earlier builds have found out is not done again."""

from .receivers import register

__all__ = ["register"]
