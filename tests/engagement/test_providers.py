"""Forms and mail links of newsletter providers."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from engagement.providers import Form, Provider, Service, form_of, mail_link_of, problems_of
from engagement.schema import parsed
from hypothesis import given
from hypothesis import strategies as st

WHERE = "calls.toml: provider.news"
SOURCE = ("rice-pudding", "end")
BUTTONDOWN = "https://buttondown.com/api/emails/embed-subscribe/ann"
KIT = "https://app.kit.com/forms/1234567/subscriptions"
MAILCHIMP = "https://ann.us21.list-manage.com/subscribe/post?u=1a2b&id=3c4d&f_id=5e6f"
FORMS: dict[Service, str] = {"buttondown": BUTTONDOWN, "kit": KIT, "mailchimp": MAILCHIMP}


def provider(service: Service, action: str, subject: str = "", message: str = "") -> Provider:
    return Provider("news", service, action, subject, message)


def mail(action: str = "ann@site.example", subject: str = "", message: str = "") -> Provider:
    return provider("mailto", action, subject, message)


def form(service: Service, action: str, source: tuple[str, str] | None = SOURCE) -> Form:
    found = form_of(provider(service, action), source)
    assert found is not None
    return found


def test_a_provider_comes_from_a_table() -> None:
    problems: list[str] = []
    table = {"service": "kit", "action": KIT}
    assert parsed(Provider, table, WHERE, problems, name="news") == provider("kit", KIT)
    assert problems == []


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (
            "buttondown",
            Form(
                BUTTONDOWN,
                "email",
                (("embed", "1"), ("metadata__story", "rice-pudding"), ("metadata__slot", "end")),
                "",
            ),
        ),
        (
            "kit",
            Form(
                KIT,
                "email_address",
                (("fields[story]", "rice-pudding"), ("fields[slot]", "end")),
                "",
            ),
        ),
        (
            "mailchimp",
            Form(
                MAILCHIMP,
                "EMAIL",
                (("STORY", "rice-pudding"), ("SLOT", "end")),
                "b_1a2b_3c4d",
            ),
        ),
    ],
)
def test_a_form_has_exactly_the_fields_of_its_provider(service: Service, expected: Form) -> None:
    assert form(service, FORMS[service]) == expected


@pytest.mark.parametrize("service", FORMS)
def test_without_a_source_only_its_fields_are_gone(service: Service) -> None:
    told = form(service, FORMS[service])
    silent = form(service, FORMS[service], None)
    assert replace(silent, hidden=told.hidden) == told
    assert silent.hidden == tuple(field for field in told.hidden if field[1] not in SOURCE)


def test_mail_has_no_form() -> None:
    assert form_of(mail(), SOURCE) is None


@pytest.mark.parametrize(
    ("service", "action"),
    [
        ("buttondown", BUTTONDOWN),
        ("buttondown", f"{BUTTONDOWN}-b.c_d/"),
        ("buttondown", f" {BUTTONDOWN}\n"),
        ("kit", KIT),
        ("kit", "https://app.convertkit.com/forms/1/subscriptions"),
        ("mailchimp", MAILCHIMP),
        ("mailchimp", "https://a-b.us2.list-manage1.com/subscribe/post?id=3c&u=1a"),
        ("mailto", "ann@site.example"),
        ("mailto", "mailto:ann.o'b+list@mail.site.example"),
        ("mailto", "jürgen@müller.example"),
        ("mailto", "TODO@outcome-giraffe.example"),
        *[(service, "TODO: the address") for service in (*FORMS, "mailto")],
    ],
)
def test_a_good_address_has_no_problem(service: Service, action: str) -> None:
    assert problems_of(provider(service, action), WHERE) == []


@pytest.mark.parametrize("amp", ["&amp;", "&amp;amp;"])
def test_an_address_from_html_is_repaired(amp: str) -> None:
    pasted = MAILCHIMP.replace("&", amp)
    assert problems_of(provider("mailchimp", pasted), WHERE) == []
    assert form("mailchimp", pasted) == form("mailchimp", MAILCHIMP)


@pytest.mark.parametrize("service", FORMS)
def test_a_placeholder_posts_nowhere_and_keeps_the_fields(service: Service) -> None:
    placeholder = form(service, "TODO: the address")
    real = form(service, FORMS[service])
    assert placeholder == replace(real, action="https://todo.example/", honeypot="")


NOT_OF = "is not the address of a form of"


@pytest.mark.parametrize(
    ("service", "action", "problem"),
    [
        ("buttondown", "https://buttondown.com/ann", f"{NOT_OF} buttondown, which looks like"),
        ("buttondown", BUTTONDOWN.removesuffix("ann"), "embed-subscribe/USERNAME; USERNAME is"),
        ("buttondown", BUTTONDOWN.replace("ann", "{username}"), f"{NOT_OF} buttondown"),
        ("buttondown", BUTTONDOWN.replace(".com", ".email"), "like https://buttondown.com/api"),
        ("buttondown", BUTTONDOWN.replace(".com", "-com"), f"{NOT_OF} buttondown"),
        ("buttondown", f"{BUTTONDOWN}/more", f"{NOT_OF} buttondown"),
        ("buttondown", KIT, f"{NOT_OF} buttondown"),
        ("kit", "https://ann.kit.com/1a2b3c", "/forms/NUMBER/subscriptions; open the form in Kit"),
        ("kit", "https://app.kit.com/forms/1234567", f"{NOT_OF} kit"),
        ("kit", "https://app.kit.com/forms/designers/1234567/edit", f"{NOT_OF} kit"),
        ("kit", "https://app.kit.com/forms/NUMBER/subscriptions", f"{NOT_OF} kit"),
        ("mailchimp", "http://eepurl.com/abc", "list-manage.com/subscribe/post?u=…&id=…; in Mail"),
        ("mailchimp", MAILCHIMP.replace("u=1a2b&", ""), f"{NOT_OF} mailchimp"),
        ("mailchimp", MAILCHIMP.replace("&id=3c4d", ""), f"{NOT_OF} mailchimp"),
        ("mailchimp", MAILCHIMP.replace("u=1a2b", "u="), f"{NOT_OF} mailchimp"),
        ("mailchimp", MAILCHIMP.replace("/post", ""), f"{NOT_OF} mailchimp"),
        ("mailchimp", MAILCHIMP.replace("/post", "/post-json"), f"{NOT_OF} mailchimp"),
        ("mailchimp", MAILCHIMP.replace(".us21", ""), f"{NOT_OF} mailchimp"),
        ("mailchimp", f'{MAILCHIMP}" method="post', f"{NOT_OF} mailchimp"),
        ("mailchimp", f'{MAILCHIMP}"', f"{NOT_OF} mailchimp"),
        ("kit", f'<form\n  action="{KIT}">', f'"<form action="{KIT}">" is HTML; give only the'),
        ("kit", "mailto:ann@site.example", 'is a mail address; write service = "mailto", or give'),
        ("kit", "ann@site.example", 'is a mail address; write service = "mailto", or give https'),
        ("mailto", KIT, "is no mail address; give one, or the service whose form it is: button"),
        ("mailto", "http://site.example/", "whose form it is: buttondown, kit, mailchimp"),
        ("mailto", "ann", '"ann" is no mail address; give one like me@site.example'),
        ("mailto", "ann@site", "is no mail address; give one like"),
        ("mailto", "Ann <ann@site.example>", "is no mail address; give one like"),
        ("mailto", "ann@site.example, bob@site.example", "is no mail address; give one like"),
        ("mailto", "mailto:ann@site.example?subject=Hello", "and nothing behind it"),
        ("kit", KIT.replace("https", "http"), "must start with https://"),
    ],
)
def test_each_problem_names_file_key_value_and_remedy(
    service: Service, action: str, problem: str
) -> None:
    problems = problems_of(provider(service, action), WHERE)
    assert any(problem in line for line in problems), problems
    assert all(line.startswith(f'{WHERE}.action: "{action[:3]}') for line in problems)
    assert not any("\n" in line for line in problems)


@pytest.mark.parametrize("service", FORMS)
def test_the_scheme_is_the_only_problem_of_a_right_address(service: Service) -> None:
    action = FORMS[service].replace("https", "http")
    (problem,) = problems_of(provider(service, action), WHERE)
    assert problem.startswith(f'{WHERE}.action: "{action[:50]}')
    assert problem.endswith(" must start with https://")


def test_a_long_value_is_cut_short() -> None:
    (problem,) = problems_of(mail("x" * 71), WHERE)
    assert problem.startswith(f'{WHERE}.action: "{"x" * 70}…" is no mail address')


@pytest.mark.parametrize("service", FORMS)
def test_a_form_takes_no_mail(service: Service) -> None:
    given_both = provider(service, FORMS[service], "Hi", "Hello!\nAnn")
    assert problems_of(given_both, WHERE) == [
        f'{WHERE}.{key}: "{text}" does nothing with a form of {service}; take the line out, or'
        ' write service = "mailto"'
        for key, text in (("subject", "Hi"), ("message", "Hello! Ann"))
    ]


def test_mail_takes_subject_and_message() -> None:
    assert problems_of(mail(subject="Hi", message="Hello"), WHERE) == []


def test_every_problem_is_told_at_once() -> None:
    wrong = provider("kit", "http://site.example/", "Hi", "Hello")
    keys = [re.match(r"calls.toml: provider.news.(\w+): ", p) for p in problems_of(wrong, WHERE)]
    assert [key and key[1] for key in keys] == ["action", "action", "subject", "message"]


@pytest.mark.parametrize("service", FORMS)
def test_a_wrong_address_is_never_posted_to(service: Service) -> None:
    assert form(service, "https://elsewhere.example/").action == "https://todo.example/"


@pytest.mark.parametrize(
    ("given_provider", "link"),
    [
        (mail(), "mailto:ann@site.example"),
        (mail("mailto:ann@site.example"), "mailto:ann@site.example"),
        (mail(" mailto:ann@site.example\n"), "mailto:ann@site.example"),
        (mail(subject="Count me in"), "mailto:ann@site.example?subject=Count%20me%20in"),
        (mail(message="a\nb\r\nc"), "mailto:ann@site.example?body=a%0D%0Ab%0D%0Ac"),
        (mail(subject="1&2", message='"3"=4?'), "?subject=1%262&body=%223%22%3D4%3F"),
        (mail(subject="Grüße +/#%"), "?subject=Gr%C3%BC%C3%9Fe%20%2B%2F%23%25"),
        (mail("a&b+c@site.example"), "mailto:a%26b%2Bc@site.example"),
        (mail("TODO: mine?"), "mailto:TODO%3A%20mine%3F"),
    ],
)
def test_a_mail_link_is_encoded(given_provider: Provider, link: str) -> None:
    whole = link.startswith("mailto:")
    assert mail_link_of(given_provider) == (link if whole else f"mailto:ann@site.example{link}")


@given(subject=st.text(), message=st.text())
def test_a_mail_program_reads_what_was_written(subject: str, message: str) -> None:
    link = mail_link_of(mail(subject=subject, message=message))
    assert re.fullmatch(r"[A-Za-z0-9_.~%:@?=&-]+", link)
    parts = urlsplit(link)
    told = {"subject": subject, "body": message}
    assert (parts.scheme, unquote(parts.path)) == ("mailto", "ann@site.example")
    assert {
        name: values[0].replace("\r\n", "\n") for name, values in parse_qs(parts.query).items()
    } == {name: text.replace("\r\n", "\n") for name, text in told.items() if text}
