"""What a Markdown file must be to become a post, and when it becomes public.

Titles and summaries are text. A story dated ahead stays a draft until its day. A post
that cannot be used stops the build with its reason, or is left out with ``KEEP_GOING``.
"""

from .receivers import register

__all__ = ["DEPENDS_ON", "register"]
# Settings that name what it reads besides content and theme.
DEPENDS_ON = ()
