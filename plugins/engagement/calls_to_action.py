"""A call to action as templates see it, and its texts as safe HTML."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from markdown import Markdown
from markupsafe import Markup, escape

from .events import Event, in_words, next_start
from .providers import Form, Provider, form_of, mail_link_of

Kind = Literal["signup", "link", "event"]
_CODE = re.compile(r"<code>.*?</code>", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
# Between spaces a star is a star.
_MARK = re.compile(r"(?<!\s)\*\*|\*\*(?!\s)|(?<!\s)__|__(?!\s)|\]\(|`")
# Of the links in a body those to pages of this site, where the site's address is missing.
_OWN_ADDRESS = re.compile(r'<a\b[^>]*?href="(/[^"]*)')
_OWN_LINK = re.compile(r'<a\b[^>]*?href="(?=/)')


@dataclass(frozen=True)
class CallToAction:
    """One offer. Its texts are Markup: escaped, and safe to put into a page.

    ``url`` starts with ``https://`` or ``mailto:``, or with ``/`` for a page of this site. Of
    a signup it is the page to send readers to where a form cannot be; ``provider`` is where its
    form posts to. Only an event has ``event``.
    """

    name: str
    kind: Kind
    heading: str
    body: str
    button: str
    url: str
    consent: str = ""
    provider: Provider | None = None
    label: str = ""
    success_page: str = ""
    thanks: str = ""
    event: Event | None = None
    calendar: str = ""

    @property
    def when(self) -> str:
        """When the gathering takes place, in words; empty for other kinds."""
        return in_words(self.event) if self.event else ""

    def is_over(self, now: datetime) -> bool:
        """Whether it is a gathering that takes place no more."""
        return self.event is not None and next_start(self.event, now) is None

    def form(self, source: tuple[str, str] | None) -> Form | None:
        """The form to post, or None when there is none; ``source`` is a page's slug and slot."""
        return form_of(self.provider, source) if self.provider else None

    def url_at(self, siteurl: str) -> str:
        """``url`` as a link from a page whose site is at ``siteurl``."""
        return siteurl + self.url if self.url.startswith("/") else self.url

    @property
    def own_links(self) -> list[tuple[str, str]]:
        """Where on this site it leads: the key, and the address without what follows # or ?."""
        links = [("url", self.url), ("success_page", self.success_page)]
        links += [("body", link) for link in _OWN_ADDRESS.findall(self.body)]
        return [(key, re.split(r"[#?]", link)[0]) for key, link in links if link.startswith("/")]

    def button_url_at(self, siteurl: str) -> str:
        """Where the button leads on a page, when no form stands there."""
        if self.provider and self.provider.service == "mailto":
            return mail_link_of(self.provider)
        return self.url_at(siteurl)

    def body_at(self, siteurl: str) -> Markup:
        """The body as HTML, with links to pages of this site that start with ``siteurl``."""
        return Markup(_OWN_LINK.sub(rf"\g<0>{escape(siteurl)}", str(self.body)))


def with_safe_texts(call: CallToAction, typography: Callable[[str], str]) -> CallToAction:
    """The call with its texts as HTML; markup in them is shown, not obeyed."""

    def inline(text: str) -> Markup:
        # Quotes stay as they are, for typography to make curly.
        return Markup(typography(html.escape(text, quote=False)))

    return replace(
        call,
        heading=inline(call.heading),
        body=Markup(typography(body_html(call.body))),
        button=inline(call.button),
        consent=inline(call.consent),
        label=inline(call.label),
        thanks=inline(call.thanks),
        calendar=inline(call.calendar),
    )


def body_html(body: str) -> str:
    """The HTML of Markdown in which HTML is text."""
    return _markdown().convert(body)


def unclosed_mark(body: str) -> str:
    """The first mark in Markdown that has no partner, such as ``**``; empty when there is none."""
    markdown = _markdown()
    # What the writer wrote with a backslash stays unlike a mark.
    markdown.treeprocessors.deregister("unescape")
    found = _MARK.search(_TAG.sub("", _CODE.sub("", markdown.convert(body))))
    return found[0] if found else ""


def _markdown() -> Markdown:
    markdown = Markdown(output_format="html")
    markdown.preprocessors.deregister("html_block")
    markdown.inlinePatterns.deregister("html")
    return markdown
