"""The site. What differs in public stands in publishconf.py."""

from pathlib import Path

from font_source_serif_pro import SourceSerifProSemibold

# ── Yours to change first ────────────────────────────────────────────────────
SITENAME = "Outcome Giraffe"
SITESUBTITLE = "Networking as the patient work of building trust"
AUTHOR = "TODO: your name"
TIMEZONE = "America/New_York"
DEFAULT_LANG = "en"

# Under this feeds name your stories: your domain or e-mail address, and a year when it was yours.
# Never change it once readers follow you: to them every story would be new again.
FEED_AUTHORITY = "outcome-giraffe.example,2026"

# A sentence for each topic's page and for search engines.
TOPICS = {
    "Trust": "How trust is built, kept and mended, mostly by small things that nobody counts.",
    "Conversations": "What to say, what to ask, and when to go home.",
    "Community": "Gatherings that people come back to: begin small, and let others carry them.",
    "Following up": "The note the next day, and the ones a year later.",
    "Introductions": "Bringing two people together, and what you owe those who do it for you.",
    "Career": "Work found through people: before you need it, while you look, and after.",
}
# Pages that the foot of each page links to instead of the menu, by slug.
FOOTER_PAGES = ["privacy"]

# ── What the plugins do; every key stands in the README.md of each ───────────
RELATED_STORIES = {"limit": 3}
CALLS_TO_ACTION = {"file": "calls_to_action.toml"}
IMAGES = {"widths": [480, 800, 1200, 1600], "font": SourceSerifProSemibold}
CHECKS = {"dictionary": "dictionary.txt", "authors": []}

# ── What may stand at the top of a post; all else is told as a mistake ───────
FRONT_MATTER_KEYS = [
    *("title", "date", "modified", "status", "summary", "category", "tags", "slug", "lang"),
    *("author", "authors", "translation", "template", "save_as", "url"),
    *("series", "related", "unrelated", "calls", "allow", "id", "aliases"),
]

# ── The colour of a page, as in theme/css/tokens.css; browsers frame it so ────
PAPER = {"light": "#fcf8f1", "dark": "#1b1713"}

# ── Where things are ─────────────────────────────────────────────────────────
SITEURL = "http://localhost:8000"
CACHE_PATH = ".cache"
PATH = "content"
OUTPUT_PATH = "output"
THEME = "theme"
# Pages hold the icon itself, which need not be asked for then.
THEME_TEMPLATES_OVERRIDES = [str(Path(__file__).with_name("theme") / "static")]
PLUGIN_PATHS = ["plugins"]
PLUGINS = [
    "incremental",  # the first: it sees what the others change
    *("posts", "engagement", "images", "navigation", "aliases", "site_files", "feeds"),
    "checks",  # the last: it gathers what the others tell
]
ARTICLE_PATHS = [""]
ARTICLE_EXCLUDES = ["static"]
PAGE_PATHS = ["pages"]
STATIC_PATHS = ["static", "images"]
EXTRA_PATH_METADATA = {"static/robots.txt": {"path": "robots.txt"}}
IGNORE_FILES = [".*", "*~", "#*#", "__pycache__"]

# ── Addresses: a folder a page, so that no address ends in .html ─────────────
SLUGIFY_SOURCE = "basename"
ARTICLE_URL = PAGE_URL = "{slug}/"
ARTICLE_SAVE_AS = PAGE_SAVE_AS = "{slug}/index.html"
ARTICLE_LANG_URL = PAGE_LANG_URL = "{lang}/{slug}/"
ARTICLE_LANG_SAVE_AS = PAGE_LANG_SAVE_AS = "{lang}/{slug}/index.html"
CATEGORY_URL = "topic/{slug}/"
CATEGORY_SAVE_AS = "topic/{slug}/index.html"
TAG_URL = "tag/{slug}/"
TAG_SAVE_AS = "tag/{slug}/index.html"
# C, C++ and C# are three tags.
TAG_REGEX_SUBSTITUTIONS = [
    (r"\+", "-plus"),
    ("#", "-sharp"),
    (r"[^\w\s-]", ""),
    (r"\A[-\s]+|[-\s]+\Z", ""),
    (r"[-\s]+", "-"),
]
INDEX_URL = ""
INDEX_SAVE_AS = "index.html"
ARCHIVES_URL = "archives/"
ARCHIVES_SAVE_AS = "archives/index.html"
CATEGORIES_URL = "topics/"
CATEGORIES_SAVE_AS = "topics/index.html"
TAGS_URL = "tags/"
TAGS_SAVE_AS = "tags/index.html"
AUTHOR_SAVE_AS = ""
SEARCH_URL = "search/"
SEARCH_SAVE_AS = "search/index.html"
FEEDS_URL = "feeds/"
FEEDS_SAVE_AS = "feeds/index.html"
DIRECT_TEMPLATES = ["index", "archives", "categories", "tags", "search", "feeds", "404"]
DEFAULT_PAGINATION = 12
PAGINATION_PATTERNS = [
    (1, "{url}", "{save_as}"),
    (2, "{base_name}/page/{number}/", "{base_name}/page/{number}/index.html"),
]
# Empty: a draft and a story dated ahead have no public address.
DRAFT_SAVE_AS = DRAFT_LANG_SAVE_AS = DRAFT_PAGE_SAVE_AS = DRAFT_PAGE_LANG_SAVE_AS = ""

# ── Feeds ────────────────────────────────────────────────────────────────────
FEED_ALL_ATOM = "feeds/all.atom.xml"
FEED_ALL_RSS = "feeds/all.rss.xml"
FEED_ALL_JSON = "feeds/all.json"
CATEGORY_FEED_ATOM = "feeds/topic/{slug}.atom.xml"
CATEGORY_FEED_RSS = "feeds/topic/{slug}.rss.xml"
TAG_FEED_ATOM = "feeds/tag/{slug}.atom.xml"
TAG_FEED_RSS = "feeds/tag/{slug}.rss.xml"
FEED_OPML = "feeds/topics.opml"
FEED_ICON = "theme/apple-touch-icon.png"
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TRANSLATION_FEED_ATOM = None
RSS_FEED_SUMMARY_ONLY = False
FEED_MAX_ITEMS = 20

# ── Text ─────────────────────────────────────────────────────────────────────
MARKDOWN = {
    "extensions": [
        "markdown.extensions.extra",
        "markdown.extensions.meta",
        "markdown.extensions.sane_lists",
        "markdown.extensions.toc",
    ],
    "output_format": "html",
}
TYPOGRIFY = True
FORMATTED_FIELDS: list[str] = []  # a summary is text
SUMMARY_MAX_LENGTH = 40
# Names of months come from the locale; two machines must agree.
LOCALE = ["C.UTF-8", "C"]
# Of a story it is made once, and shown on many pages.
DEFAULT_DATE_FORMAT = "%-d %B %Y"
JINJA_ENVIRONMENT = {
    "trim_blocks": True,
    "lstrip_blocks": True,
    "autoescape": True,  # everything is text until a template says |safe
    "auto_reload": False,  # a template need not be looked at again for every page of a build
}
