"""Give every story its two next steps: a call to action, and the stories to read next.

In: RELATED_STORIES and CALLS_TO_ACTION in Pelican's settings, calls_to_action.toml in the
content folder. Out: article.related_stories, article.calls_to_action and
article.reading_minutes, default templates for them, and both in the feeds.
"""

from .receivers import register

__all__ = ["DEPENDS_ON", "register"]
# Settings that name what it reads besides content and theme.
DEPENDS_ON = ()
