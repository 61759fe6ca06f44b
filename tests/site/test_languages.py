"""Stories and pages in other languages than the site's."""

from collections.abc import Callable

from sites import SITEURL, SmallSite, post

ARABIC = "قصة عن الثقة"


def test_translations_lead_to_each_other_and_run_their_own_way(
    small_site: Callable[..., SmallSite],
) -> None:
    site = small_site(
        {
            "posts/a.md": post("Trust", "Words.", Slug="trust", Lang="en"),
            "posts/a-ar.md": post(ARABIC, f"{ARABIC}.", Slug="trust", Lang="ar"),
            "posts/b-ar.md": post(f"{ARABIC} 2", f"{ARABIC}.", Slug="alone", Lang="ar"),
            "pages/about.md": "Title: About\nSlug: about\nLang: en\n\nWe.\n",
            "pages/about-ar.md": f"Title: {ARABIC}\nSlug: about\nLang: ar\n\n{ARABIC}.\n",
        }
    )
    site.build()
    for english, arabic in (("trust", "ar/trust"), ("about", "ar/about")):
        for here, there, lang in ((english, arabic, "ar"), (arabic, english, "en")):
            page = " ".join(site.read(f"{here}/index.html").split())
            assert f'href="/blog/{there}/" hreflang="{lang}"' in page
            for each, other in ((english, "en"), (arabic, "ar")):
                assert f'hreflang="{other}" href="{SITEURL}/{each}/"' in page
    story = site.read("ar/trust/index.html")
    assert '<html lang="ar">' in story
    assert '<h1 class="p-name" dir="auto">' in story
    assert '<div class="story-body e-content" dir="auto"' in story
    assert "dir=" not in site.read("trust/index.html").split("</header>")[0]
    listed = site.read("index.html")
    assert listed.count('<h2 class="story-card-title p-name" lang="ar" dir="auto">') == 1
