"""Feeds that every reader accepts: RSS, Atom and JSON Feed, with entries that keep their ids.

In: FEED_AUTHORITY and the front matter's Id, besides Pelican's own settings for feeds.
Out: article.entry_id, feed_channels for templates, and the files.
"""

from .receivers import register

__all__ = ["DEPENDS_ON", "register"]
# Settings that name what it reads besides content and theme.
DEPENDS_ON = ()
