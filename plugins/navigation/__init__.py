"""Ways through the blog: a story's headings, its neighbours in time, its place in a series."""

from .receivers import register

__all__ = ["DEPENDS_ON", "register"]
# Settings that name what it reads besides content and theme.
DEPENDS_ON = ()
