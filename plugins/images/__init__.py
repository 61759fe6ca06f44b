"""Pictures in stories that load fast and tell nothing of their maker, and cards for sharing."""

from .receivers import register

__all__ = ["register"]
