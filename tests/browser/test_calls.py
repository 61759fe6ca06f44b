"""Calls to action in a real browser: what they send, and whether everybody can use them."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Request, Route, expect
from sites import NOW, SITEURL, SmallSite, post

from tools import build as build_module

BUTTONDOWN = "https://buttondown.com/api/emails/embed-subscribe/ann"
KIT = "https://app.kit.com/forms/1234567/subscriptions"
MAILCHIMP = "https://ann.us21.list-manage.com/subscribe/post?u=1a2b&id=3c4d&f_id=5e6f"
ANN = "ann@site.example"
# Letters that nothing breaks, as a writer's words may have.
LONG = "Donaudampfschifffahrtsgesellschaft"
LABEL = f"Your address at the {LONG}"
CONSENT = "One email a week. Leave whenever you like."
THANKS = "You are on the list."


def signup(service: str, action: str, success_page: str) -> str:
    """A provider, and a call of the same name that signs up there."""
    return f"""
[provider.{service}]
service = "{service}"
action = "{action}"

[call.{service}]
kind = "signup"
provider = "{service}"
heading = "More from {service}, the {LONG}?"
body = "Once a week, with *bonus insights* and [a page](/subscribe/)."
button = "Count me in, {LONG}"
url = "/subscribe/"
label = "{LABEL}"
consent = "{CONSENT}"
success_page = "{success_page}"
thanks = "{THANKS}"
"""


CALLS = f"""
{signup("buttondown", BUTTONDOWN, "/thanks/")}
{signup("kit", KIT, "/thanks/")}
{signup("mailchimp", MAILCHIMP, "/welcome/")}

[call.talk]
kind = "link"
heading = "A talk about flour"
body = "It is on the page about me."
button = "See the talk"
url = "/about/"

[call.table]
kind = "event"
heading = "The long table"
body = "Your lunch and your company."
button = "Get the invitation"
url = "/subscribe/"
starts = "2026-01-07 12:00"
time_zone = "America/New_York"
repeats = "weekly"
minutes = 60
address = "https://meet.example/{LONG}"
calendar = "Add it to your calendar"
consent = "Nobody is counted."

[[placement]]
call = "buttondown"
slot = "end"

[[placement]]
call = "buttondown"
slot = "page"
priority = 1

[[placement]]
call = "kit"
slot = "page"

[[placement]]
call = "buttondown"
slot = "listing"

[[placement]]
call = "buttondown"
slot = "404"

[[placement]]
call = "mailchimp"
slot = "footer"
"""
PARAGRAPH = "Bread takes a night, and the night does all of the work. " * 7
CONTENT: dict[str, str | bytes] = {
    "calls_to_action.toml": CALLS,
    "posts/trust/bread.md": post("Bread"),
    "posts/trust/dough.md": post("Dough", Calls="kit@end"),
    "posts/trust/yeast.md": post("Yeast", Calls="mailchimp@end"),
    "posts/trust/everything.md": post(
        "A long story with everything",
        "\n\n".join(
            [
                "First, [flour](https://site.example/flour).",
                "[[cta talk]]",
                *[PARAGRAPH] * 3,
                f"Then [water](https://site.example/water). {PARAGRAPH}",
                "## And then",
                f"Then [salt](https://site.example/salt). {PARAGRAPH}",
                *[PARAGRAPH] * 3,
            ]
        ),
        Calls="table@middle",
    ),
    "pages/about.md": "Title: About\n\nI bake.",
    "pages/subscribe.md": "Title: Subscribe\n\nHere.\n\n[[cta buttondown]]\n\nThat is all.",
    "pages/thanks.md": "Title: Thank you\nStatus: hidden\nCalls: none\n\nThank you.",
    "pages/welcome.md": "Title: Welcome\nStatus: hidden\nCalls: none\n\nWelcome.",
}
# The slots on each kind of page, in the order in which they stand there.
SLOTS = {
    "/everything/": ["text", "middle", "end", "footer"],
    "/subscribe/": ["text", "page", "footer"],
    "/": ["listing", "footer"],
    "/no/such/page/": ["404", "footer"],
}

Make = Callable[..., SmallSite]
NewPage = Callable[..., Page]
Serve = Callable[[Any, str], str]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> str:
    """Where the site above is served, under its sub-path."""
    folder = tmp_path_factory.mktemp("calls")
    site = SmallSite(folder / "content", folder / "output")
    site.write(CONTENT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", NOW)
        site.build()
    return serve(site.output, urlsplit(SITEURL).path)


def requests_to(page: Page, action: str, success_page: str) -> list[Request]:
    """The requests that will come to a service, which then sends people to the success page."""
    requests: list[Request] = []

    def answer(route: Route) -> None:
        requests.append(route.request)
        route.fulfill(status=303, headers={"Location": success_page})

    page.route(re.compile(f"{re.escape(action)}$"), answer)
    return requests


def fields_of(request: Request) -> list[tuple[str, str]]:
    """What a request posts, sorted."""
    assert request.post_data is not None
    return sorted(parse_qsl(request.post_data, keep_blank_values=True, strict_parsing=True))


def call_in(page: Page, slot: str) -> Locator:
    return page.locator(f'.call-to-action[data-slot="{slot}"]')


def tab_stops(page: Page) -> list[dict[str, Any]]:
    """What Tab reaches in the story and in calls, in order, with its outline and its place."""
    page.evaluate("document.activeElement.blur()")
    stops = []
    while True:
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const element = document.activeElement, style = getComputedStyle(element);
                return element === document.body ? null : {
                    name: (element.labels?.[0] ?? element).innerText.replaceAll("\\u00a0", " "),
                    top: element.getBoundingClientRect().top + scrollY,
                    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
                    call: element.closest(".call-to-action")?.dataset.slot,
                    story: element.closest(".story-body") !== null,
                };
            }"""
        )
        if stop is None:
            return stops
        if stop["call"] or stop["story"]:
            stops.append(stop)


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize(
    ("story", "action", "fields"),
    [
        (
            "bread",
            BUTTONDOWN,
            {"email": ANN, "embed": "1", "metadata__story": "bread", "metadata__slot": "end"},
        ),
        ("dough", KIT, {"email_address": ANN, "fields[story]": "dough", "fields[slot]": "end"}),
        ("yeast", MAILCHIMP, {"EMAIL": ANN, "b_1a2b_3c4d": "", "STORY": "yeast", "SLOT": "end"}),
    ],
    ids=["buttondown", "kit", "mailchimp"],
)
def test_a_reader_signs_up_with_the_keyboard_alone(
    new_page: NewPage,
    address: str,
    story: str,
    action: str,
    fields: dict[str, str],
    javascript: bool,
) -> None:
    page = new_page(provider=action, java_script_enabled=javascript)
    requests = requests_to(page, action, f"{address}/thanks/")
    page.goto(f"{address}/{story}/")
    field = call_in(page, "end").get_by_role("textbox")
    for _ in range(page.locator("a").count()):
        page.keyboard.press("Tab")
        if field.evaluate("field => field === document.activeElement"):
            break
    page.keyboard.type(ANN)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/thanks/")
    (request,) = requests
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert fields_of(request) == sorted(fields.items())


def test_the_button_sends_what_enter_sends(new_page: NewPage, address: str) -> None:
    page = new_page(provider=KIT)
    requests = requests_to(page, KIT, f"{address}/thanks/")
    page.goto(f"{address}/subscribe/")
    call_in(page, "page").get_by_role("textbox").fill(ANN)
    call_in(page, "page").get_by_role("button").click()
    page.wait_for_url(f"{address}/thanks/")
    assert [fields_of(request) for request in requests] == [
        [("email_address", ANN), ("fields[slot]", "page"), ("fields[story]", "subscribe")]
    ]


def test_the_source_is_kept_back_where_the_writer_says_so(
    small_site: Make, monkeypatch: pytest.MonkeyPatch, serve: Serve, new_page: NewPage
) -> None:
    given = build_module.site_settings
    monkeypatch.setattr(
        build_module,
        "site_settings",
        lambda conf, **options: {
            **given(conf, **options),
            "CALLS_TO_ACTION": {"tell_source": False},
        },
    )
    site = small_site(CONTENT)
    site.build()
    address = serve(site.output, "/blog")
    page = new_page(provider=BUTTONDOWN)
    requests = requests_to(page, BUTTONDOWN, f"{address}/thanks/")
    page.goto(f"{address}/bread/")
    call_in(page, "end").get_by_role("textbox").fill(ANN)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/thanks/")
    assert [fields_of(request) for request in requests] == [[("email", ANN), ("embed", "1")]]


def test_the_field_for_robots_is_there_for_nobody_else(page: Page, address: str) -> None:
    page.goto(f"{address}/yeast/")
    call = call_in(page, "end")
    trap = call.locator('[name="b_1a2b_3c4d"]')
    expect(trap).to_have_value("")
    expect(trap).to_be_hidden()
    expect(call.get_by_role("textbox")).to_have_count(1)
    stops = [stop["name"] for stop in tab_stops(page) if stop["call"]]
    assert stops == ["a page", LABEL, f"Count me in, {LONG}"]


def test_a_wrong_address_is_refused_in_words_and_goes_nowhere(
    new_page: NewPage, address: str
) -> None:
    page = new_page(provider=BUTTONDOWN)
    requests = requests_to(page, BUTTONDOWN, f"{address}/thanks/")
    page.goto(f"{address}/bread/")
    field, button = (call_in(page, "end").get_by_role(role) for role in ("textbox", "button"))
    for wrong in ("", "ann", "ann@"):
        field.fill(wrong)
        button.click()
        expect(field).to_be_focused()
        message = field.evaluate("field => field.validationMessage")
        assert len(message.split()) > 2, wrong
    # Had one of them been sent, the page would be another one now.
    field.fill(ANN)
    button.click()
    page.wait_for_url(f"{address}/thanks/")
    assert [dict(fields_of(request))["email"] for request in requests] == [ANN]


def test_a_form_says_what_it_wants(page: Page, address: str) -> None:
    page.goto(f"{address}/bread/")
    call = page.get_by_role("complementary", name="More from buttondown, the")
    field = call.get_by_role("textbox", name=LABEL, exact=True)
    for words in (LABEL, CONSENT):
        expect(call.get_by_text(words)).to_be_visible()
    expect(field).to_have_accessible_description(CONSENT)
    expect(field).to_have_attribute("type", "email")
    expect(field).to_have_attribute("autocomplete", "email")
    expect(field).to_have_attribute("required", "")
    expect(call.get_by_role("button", name=f"Count me in, {LONG}", exact=True)).to_be_visible()
    call.get_by_text(LABEL).click()
    expect(field).to_be_focused()


def test_fingers_find_every_field_button_and_link(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(f"{address}/everything/")
    # Those in a body are within a sentence, and as high as its line.
    targets = page.locator(".call-to-action :is(a, button, input):not(.call-to-action-body *)")
    boxes = targets.evaluate_all(
        """all => all.flatMap(each => [...each.getClientRects()].map(
            box => [each.innerText, box.width, box.height]))"""
    )
    assert len(boxes) == 8
    assert not [box for box in boxes if min(box[1:]) < 24]


def test_the_keyboard_goes_through_a_story_as_it_is_read(page: Page, address: str) -> None:
    page.goto(f"{address}/everything/")
    stops = tab_stops(page)
    signup = ["a page", LABEL, f"Count me in, {LONG}"]
    event = [f"https://meet.example/{LONG}", "Get the invitation", "Add it to your calendar"]
    assert [(stop["call"], stop["name"]) for stop in stops] == [
        (None, "flour"),
        ("text", "See the talk"),
        (None, "water"),
        *(("middle", name) for name in event),
        (None, "salt"),
        *(("end", name) for name in signup),
        *(("footer", name) for name in signup),
    ]
    tops = [stop["top"] for stop in stops]
    assert tops == sorted(tops)
    assert not [stop["name"] for stop in stops if stop["outline"] < 2], "the focus is not visible"


@pytest.mark.parametrize("path", SLOTS)
def test_nothing_is_cut_off_on_a_narrow_screen_with_wide_spacing(
    new_page: Callable[..., Page], address: str, path: str
) -> None:
    # The policy of the page forbids the style that widens the spaces.
    page = new_page(bypass_csp=True)
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(address + path)
    too_wide = """() => [document.documentElement,
            ...document.querySelectorAll(".call-to-action, .call-to-action *")]
        .filter(each => getComputedStyle(each).display !== "inline")
        .filter(each => each.scrollWidth > each.clientWidth)
        .map(each => each.outerHTML.slice(0, 99))"""
    assert page.evaluate(too_wide) == []
    page.add_style_tag(
        content="""* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
            word-spacing: 0.16em !important } p { margin-block-end: 2em !important }"""
    )
    assert page.evaluate(too_wide) == []


@pytest.mark.parametrize("path", SLOTS)
def test_axe_finds_nothing(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    calls = page.locator(".call-to-action")
    assert calls.evaluate_all("all => all.map(each => each.dataset.slot)") == SLOTS[path]
    levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    options = {
        "runOnly": levels,
        "rules": {"target-size": {"enabled": True}},
        "resultTypes": ["violations"],
    }
    # Two are enough: colours do not depend on the width.
    for scheme, width in (("light", 320), ("dark", 1280)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        found = Axe().run(page, options=options)
        assert found.violations_count == 0, f"{scheme}, {width}: {found.generate_report()}"


def test_those_who_have_signed_up_are_thanked_and_not_asked_again(page: Page, address: str) -> None:
    def is_asked(path: str, slot: str) -> bool:
        page.goto(address + path)
        call = call_in(page, slot)
        asked = call.get_by_role("textbox").is_visible()
        thanked = call.get_by_text(THANKS).is_visible()
        assert asked != thanked
        return asked

    of_thanks = [
        ("/bread/", "end"),
        ("/dough/", "end"),
        ("/about/", "page"),
        ("/", "listing"),
        ("/no/such/page/", "404"),
    ]
    others = [("/bread/", "footer"), ("/yeast/", "end"), ("/subscribe/", "text")]
    assert all(is_asked(*place) for place in [*of_thanks, *others])
    assert page.context.storage_state(indexed_db=True) == {"cookies": [], "origins": []}
    page.goto(f"{address}/thanks/?added-by=the-service")
    assert not any(is_asked(*place) for place in of_thanks)
    assert all(is_asked(*place) for place in others)
    assert page.context.storage_state(indexed_db=True) == {
        "cookies": [],
        "origins": [
            {
                "origin": address.removesuffix("/blog"),
                "localStorage": [{"name": "signed up: /blog/thanks/", "value": "1"}],
                "indexedDB": [],
            }
        ],
    }


@pytest.mark.parametrize(
    "forbidden",
    [
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no') }})",
        "Object.defineProperty(window, 'localStorage', {value: null})",
        "Storage.prototype.setItem = () => { throw new DOMException('no') }",
    ],
    ids=["no access", "none there", "no room"],
)
def test_where_storage_is_forbidden_the_form_stays(
    page: Page, address: str, forbidden: str
) -> None:
    page.add_init_script(forbidden)
    page.goto(f"{address}/thanks/")
    page.goto(f"{address}/bread/")
    expect(call_in(page, "end").get_by_role("textbox")).to_be_visible()
    expect(call_in(page, "end").get_by_text(THANKS)).to_be_hidden()


def test_the_only_script_is_small_and_holds_nothing_up(page: Page, address: str) -> None:
    page.goto(f"{address}/bread/")
    scripts = page.locator("script[src]")
    expect(scripts).to_have_count(1)
    expect(scripts).to_have_attribute("defer", "")
    source = scripts.evaluate("script => script.src")
    assert source == f"{address}/engagement/signups.js"
    assert len(page.request.get(source).body()) <= 1024


def test_a_mail_link_needs_no_script_and_promises_no_thanks(
    small_site: Make, serve: Serve, page: Page
) -> None:
    mail = signup("mailto", "ann+list@site.example", "/thanks/").replace(
        'service = "mailto"',
        'service = "mailto"\nsubject = "Count me in & me"\nmessage = "Please.\\n100 %, Ann"',
    )
    placement = '[[placement]]\ncall = "mailto"\nslot = "end"\n'
    pages = {name: text for name, text in CONTENT.items() if name.startswith("pages/")}
    site = small_site(
        {
            **pages,
            "calls_to_action.toml": mail + placement,
            "posts/trust/bread.md": post("Bread"),
            "pages/subscribe.md": "Title: Subscribe\n\nHere.\n\n[[cta mailto]]\n\nThat is all.",
        }
    )
    site.build()
    pages = [name for name in site.files() if name.endswith(".html")]
    assert [name for name in pages if "<script src" in site.read(name)] == []
    assert not [name for name in site.files() if name.startswith("engagement/")]
    address = serve(site.output, "/blog")
    for path, slot in (("/bread/", "end"), ("/subscribe/", "text")):
        page.goto(address + path)
        call = call_in(page, slot)
        expect(call.get_by_text(CONSENT)).to_be_visible()
        expect(page.get_by_text(THANKS)).to_have_count(0)
        expect(call.get_by_role("textbox")).to_have_count(0)
        link = call.get_by_role("link", name="Count me in")
        parts = urlsplit(link.evaluate("link => link.href"))
        assert (parts.scheme, unquote(parts.path)) == ("mailto", "ann+list@site.example")
        assert parse_qs(parts.query, strict_parsing=True) == {
            "subject": ["Count me in & me"],
            "body": ["Please.\r\n100 %, Ann"],
        }


def test_no_call_is_printed(page: Page, address: str) -> None:
    for path, slots in SLOTS.items():
        page.emulate_media(media="screen")
        page.goto(address + path)
        expect(page.locator(".call-to-action:visible")).to_have_count(len(slots))
        page.emulate_media(media="print")
        expect(page.locator(".call-to-action:visible")).to_have_count(0)
        expect(page.locator("h1")).to_be_visible()


def test_field_and_buttons_have_a_border_when_colours_are_forced(page: Page, address: str) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(f"{address}/everything/")
    bordered = page.locator(".call-to-action-button, .call-to-action input:visible")
    expect(bordered).to_have_count(6)
    for each in bordered.all():
        style, width, colour, behind = each.evaluate(
            """each => { const style = getComputedStyle(each); return [
                style.borderStyle, parseFloat(style.borderWidth), style.borderColor,
                getComputedStyle(document.body).backgroundColor ] }"""
        )
        assert style == "solid"
        assert width >= 1
        assert colour != behind
