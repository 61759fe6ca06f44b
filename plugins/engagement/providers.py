"""Turn what the writer says of her newsletter provider into a form, or a mail link."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

Service = Literal["buttondown", "kit", "mailchimp", "mailto"]
NO_ADDRESS_YET = "https://todo.example/"
_MAIL_ADDRESS = re.compile(r"[\w.!#$%&'*+/=^`{|}~-]+@[\w-]+(\.[\w-]+)+")
# A message is one line, and a pasted form is many.
LETTERS_SHOWN = 70


@dataclass(frozen=True)
class Provider:
    """A table [provider.…] of calls_to_action.toml; ``problems_of`` says what is wrong with it.

    ``action`` is the https address of the provider's form, for mailto a mail address with
    or without ``mailto:``, or a placeholder that starts with ``TODO``. ``subject`` and
    ``message`` are plain text, for mailto alone.
    """

    name: str
    service: Service
    action: str
    subject: str = ""
    message: str = ""


@dataclass(frozen=True)
class Form:
    """What a form must post. All are plain text: escape them in HTML.

    ``action`` is an https address, ``email`` the name of the field for the mail address,
    ``hidden`` the names and values of hidden fields, ``honeypot`` the name of a text field
    that must be left empty ("" when the provider has none).
    """

    action: str
    email: str
    hidden: tuple[tuple[str, str], ...]
    honeypot: str


@dataclass(frozen=True)
class _FormRules:
    """What a provider's form is made of; ``honeypot`` takes the groups of ``address``."""

    address: re.Pattern[str]
    looks: str
    found: str
    email: str
    source: tuple[str, str]
    hidden: tuple[tuple[str, str], ...] = ()
    honeypot: str = ""


_FORMS: Mapping[str, _FormRules] = {
    "buttondown": _FormRules(
        address=re.compile(r"https://buttondown\.com/api/emails/embed-subscribe/[\w.-]+/?"),
        looks="https://buttondown.com/api/emails/embed-subscribe/USERNAME",
        found="USERNAME is what follows buttondown.com/ in your newsletter's own address",
        email="email",
        source=("metadata__story", "metadata__slot"),
        hidden=(("embed", "1"),),
    ),
    "kit": _FormRules(
        address=re.compile(r"https://app\.(?:kit|convertkit)\.com/forms/\d+/subscriptions/?"),
        looks="https://app.kit.com/forms/NUMBER/subscriptions",
        found="open the form in Kit, choose Embed and HTML: it stands after action=",
        email="email_address",
        source=("fields[story]", "fields[slot]"),
    ),
    "mailchimp": _FormRules(
        address=re.compile(
            r"https://[\w-]+\.us\d+\.list-manage\d?\.com/subscribe/post\?"
            r"(?=(?:\S*&)?u=(?P<u>\w+))(?=(?:\S*&)?id=(?P<id>\w+))[\w=&%.-]+"
        ),
        looks="https://X.usN.list-manage.com/subscribe/post?u=…&id=…",
        found="in Mailchimp choose Audience, Signup forms, Embedded form: it stands after action=",
        email="EMAIL",
        source=("STORY", "SLOT"),
        honeypot="b_{u}_{id}",
    ),
}


def problems_of(provider: Provider, where: str) -> list[str]:
    """Every problem of the provider, one line each: key, value, remedy.

    ``where`` names its table, e.g. ``calls_to_action.toml: provider.newsletter``. A
    placeholder, an action that starts with ``TODO:`` or ``TODO@``, is none.
    """
    problems = []
    if not provider.action.startswith(("TODO:", "TODO@")):
        wrong = (
            _mail_problems(provider) if provider.service == "mailto" else _form_problems(provider)
        )
        problems += [f"{where}.action: {_shown(provider.action)} {remedy}" for remedy in wrong]
    if provider.service != "mailto":
        problems += [
            f"{where}.{key}: {_shown(text)} does nothing with a form of {provider.service};"
            ' take the line out, or write service = "mailto"'
            for key, text in (("subject", provider.subject), ("message", provider.message))
            if text
        ]
    return problems


def form_of(provider: Provider, source: tuple[str, str] | None) -> Form | None:
    """The form that posts to a provider without problems; None for mailto.

    ``source`` is the story's slug and the slot's name, None to tell neither. For a
    placeholder the address is NO_ADDRESS_YET, and what comes from the address is left out.

    Where each field comes from, and what the writer must set up for the source:

    - buttondown: ``email``, ``embed`` = 1, and ``metadata__KEY`` for any key, also in a hidden
      input: https://docs.buttondown.com/building-your-subscriber-base (read 2026). Metadata
      is a feature of paid plans: https://docs.buttondown.com/metadata (read 2026); what a
      plan without it does to the fields is not written there. No field ``tag``: each story
      would become a tag.
    - kit: ``email_address`` and ``fields[KEY]`` as in the HTML that Kit hands out, which has
      no honeypot: https://help.kit.com/en/articles/4009572-form-embedding-basics (not read;
      taken from published embed codes). Custom fields Story and Slot, with the keys
      ``story`` and ``slot``, must exist first. Kit's API answers an unknown key with an
      error: https://developers.kit.com/api-reference/subscribers/create-a-subscriber (read
      2026); what its forms do is not written there. No ``tags[]``: it takes numbers only.
    - mailchimp: ``EMAIL`` and the honeypot ``b_U_ID``, with ``u`` and ``id`` from the address:
      https://mailchimp.com/help/host-your-own-signup-forms/ (not read; taken from published
      embed codes). Other fields are named for merge tags:
      https://mailchimp.com/developer/marketing/docs/merge-fields/ (read 2026), and a hidden
      one for the source is https://mailchimp.com/help/determine-webpage-signup-location/
      (not read). Text fields with the tags STORY and SLOT must exist to be kept, and no
      field but the mail address may be required. No ``tags``: it takes numbers only.
    """
    rules = _FORMS.get(provider.service)
    if rules is None:
        return None
    address = _repaired(provider.action)
    match = rules.address.fullmatch(address)
    return Form(
        action=address if match else NO_ADDRESS_YET,
        email=rules.email,
        hidden=rules.hidden + (tuple(zip(rules.source, source, strict=True)) if source else ()),
        honeypot=rules.honeypot.format(**match.groupdict()) if match else "",
    )


def mail_link_of(provider: Provider) -> str:
    """The ``mailto:`` address with subject and message, of a mailto provider without problems.

    Percent-encoded UTF-8 with %0D%0A for each new line:
    https://www.rfc-editor.org/rfc/rfc6068 sections 2 and 5.
    """
    texts = {"subject": provider.subject, "body": provider.message}
    query = urlencode(
        {name: _with_mail_newlines(text) for name, text in texts.items() if text},
        quote_via=quote,
        safe="",
    )
    address = quote(_mail_address(provider), safe="@")
    return f"mailto:{address}{'?' if query else ''}{query}"


def _form_problems(provider: Provider) -> list[str]:
    """What is wrong with the address of a form, and the remedy."""
    rules = _FORMS[provider.service]
    if "<" in provider.action:
        return [f"is HTML; give only the address between the quotes after action=: {rules.looks}"]
    if _MAIL_ADDRESS.fullmatch(_mail_address(provider)):
        return [f'is a mail address; write service = "mailto", or give {rules.looks}']
    problems = []
    address = _repaired(provider.action)
    if address.startswith("http://"):
        problems.append("must start with https://")
        # What else is wrong is told at once, too.
        address = address.replace("http://", "https://", 1)
    if not rules.address.fullmatch(address):
        problems.append(
            f"is not the address of a form of {provider.service}, which looks like"
            f" {rules.looks}; {rules.found}"
        )
    return problems


def _mail_problems(provider: Provider) -> list[str]:
    """What is wrong with a mail address, and the remedy."""
    if provider.action.startswith(("https://", "http://")):
        services = ", ".join(_FORMS)
        return [f"is no mail address; give one, or the service whose form it is: {services}"]
    if not _MAIL_ADDRESS.fullmatch(_mail_address(provider)):
        return ["is no mail address; give one like me@site.example, and nothing behind it"]
    return []


def _mail_address(provider: Provider) -> str:
    return provider.action.strip().removeprefix("mailto:")


def _repaired(address: str) -> str:
    """The address as a browser would read it in the embed code, where & is &amp;."""
    return re.sub(r"&(?:amp;)+", "&", address.strip())


def _with_mail_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _shown(text: str) -> str:
    """The text in quotes on one line, cut short."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= LETTERS_SHOWN else f'"{line[:LETTERS_SHOWN]}…"'
