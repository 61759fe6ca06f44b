"""Read an export of Ghost: JSON (Settings, Import/Export there)."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from .exported import Export, ExportedPost, ImportProblem, moment

# Ghost writes this for its own address.
OWN = "__GHOST_URL__"
PUBLIC = ("published", "scheduled")


def read(file: Path) -> Export:
    """The posts and pages in the file. Raises ImportProblem when it is no such export."""
    try:
        whole = json.loads(file.read_text("utf-8-sig"))
        data = whole["db"][0]["data"] if "db" in whole else whole["data"]
        tags = {each["id"]: str(each["name"]) for each in data.get("tags") or ()}
        of_post: dict[object, list[tuple[int, str]]] = defaultdict(list)
        for each in data.get("posts_tags") or ():
            if each["tag_id"] in tags:
                place = int(each.get("sort_order") or 0)
                of_post[each["post_id"]].append((place, tags[each["tag_id"]]))
        posts = [
            _post(each, [name for _, name in sorted(of_post[each["id"]])]) for each in data["posts"]
        ]
    except RecursionError:
        raise ImportProblem(f"{file} is no export of Ghost: it is nested too deeply") from None
    except ValueError as error:
        raise ImportProblem(f"{file} is no JSON: {error}") from None
    except (KeyError, TypeError, AttributeError, IndexError):
        raise ImportProblem(f"{file} is no export of Ghost: it holds no posts") from None
    return Export(posts, "", frozenset({OWN}))


def _post(given: dict[str, Any], tags: list[str]) -> ExportedPost:
    # Tags that begin with # are Ghost's own, and no reader sees them.
    shown = [name for name in tags if not name.startswith("#")]
    slug = str(given.get("slug") or "")
    notes = []
    closed = given.get("visibility", "public") != "public"
    if closed:
        notes.append("only members could read it, so it is a draft here")
    if not given.get("html"):
        notes.append("not converted: it holds no HTML")
    picture = given.get("feature_image")
    if picture:
        notes.append(f"its picture for sharing is left out: {picture}")
    return ExportedPost(
        identity=f"ghost-{given['id']}",
        title=str(given.get("title") or ""),
        slug=slug,
        html=str(given.get("html") or "").replace(OWN, ""),
        address=f"/{slug}/",
        date=moment(given.get("published_at")),
        draft=closed or given.get("status") not in PUBLIC,
        page=given.get("type") == "page" or given.get("page") in (1, True),
        topic=shown[0] if shown else "",
        tags=shown[1:],
        summary=str(given.get("custom_excerpt") or ""),
        notes=notes,
    )
