"""What browsers, search engines and other programs read of a site.

In: Pelican's settings, the theme's css/style.css. Out: one stylesheet, sitemap.xml, robots.txt
and site.webmanifest.
"""

from .receivers import register

__all__ = ["DEPENDS_ON", "register"]
# Settings that name what it reads besides content and theme.
DEPENDS_ON = ()
