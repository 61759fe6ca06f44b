"""Ways through the blog: a story's headings, its neighbours in time, its place in a series."""

from .receivers import register

__all__ = ["register"]
