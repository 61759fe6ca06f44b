"""Pictures in stories that load fast and tell nothing of their maker, and cards for sharing."""

from .receivers import register

__all__ = ["DEPENDS_ON", "register"]
# Settings that name what it reads besides content and theme.
DEPENDS_ON = ("IMAGES.font",)
