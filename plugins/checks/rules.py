"""Every rule by its name; docs/checks.md has a line with examples for each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """How bad what breaks the rule is, and whether front matter can switch it off for a post."""

    severity: str
    can_be_allowed: bool = True


HARD = Rule("error", can_be_allowed=False)
ERROR = Rule("error")
WARNING = Rule("warning")
RULES = {
    # What a file must be to become a post: the plugin "posts".
    "bad-address": HARD,
    "bad-date": HARD,
    "bad-status": HARD,
    "encoding": HARD,
    "front-matter": HARD,
    "no-date": HARD,
    "no-template": HARD,
    "no-title": HARD,
    "not-markdown": HARD,
    "same-address": HARD,
    "symlink": HARD,
    "too-much": HARD,
    "unreadable": HARD,
    "unusable": HARD,
    # Front matter.
    "allow": HARD,
    "ambiguous-date": ERROR,
    "bad-title": ERROR,
    "duplicate-key": HARD,
    "far-date": WARNING,
    "front-matter-end": ERROR,
    "long-summary": WARNING,
    "long-title": WARNING,
    "modified-first": ERROR,
    "no-summary": WARNING,
    "odd-address": WARNING,
    "unknown-author": WARNING,
    "unknown-key": HARD,
    "unknown-language": ERROR,
    # Topics and tags.
    "near-name": WARNING,
    "same-name": ERROR,
    "tag-address": HARD,
    "tag-list": ERROR,
    # The words.
    "control-character": HARD,
    "double-word": WARNING,
    "empty-body": ERROR,
    "empty-link": ERROR,
    "footnote": ERROR,
    "list-start": WARNING,
    "only-picture": WARNING,
    "raw-html": ERROR,
    "repeated-id": ERROR,
    "second-h1": ERROR,
    "skipped-heading": WARNING,
    "spelling": WARNING,
    "template-markup": ERROR,
    "unbalanced-html": ERROR,
    "unclosed-code": ERROR,
    "uneven-table": ERROR,
    "vague-link": WARNING,
    # Links and pictures: with the plugin "images".
    "alt-file-name": WARNING,
    "dead-link": ERROR,
    "external-link": WARNING,
    "foreign-picture": ERROR,
    "no-alt": ERROR,
    "picture": HARD,
    # Invitations and related stories: the plugin "engagement".
    "engagement": HARD,
    # Ids in feeds and old addresses: the plugins "feeds" and "aliases".
    "bad-alias": HARD,
    "bad-id": HARD,
    "no-id": WARNING,
    # pelicanconf.py, as every plugin checks its own part.
    "settings": HARD,
    # Things around.
    "hidden-file": WARNING,
    "orphan-file": WARNING,
    "unread-file": WARNING,
    "windows-name": WARNING,
}
# What a draft may break: there it is a warning.
UNFINISHED = ("bad-title", "empty-body")
