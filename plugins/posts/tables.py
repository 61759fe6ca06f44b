"""Tables that a strict content security policy and the keyboard take."""

import re
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

_ALIGNED = re.compile(r"text-align: (left|center|right);")


class Tables(Extension):
    """Python-Markdown's: for ``style="text-align: right;"`` a cell gets ``class="align-right"``.

    A table gets ``tabindex="0"``: where it is wider than the page, arrow keys can scroll it.
    """

    def extendMarkdown(self, md: Markdown) -> None:
        """Work on the finished tree."""
        md.treeprocessors.register(_Cells(md), "alignment_classes", 0)


class _Cells(Treeprocessor):
    def run(self, root: Element) -> None:
        for table in root.iter("table"):
            table.set("tabindex", "0")
        for cell in (*root.iter("th"), *root.iter("td")):
            if aligned := _ALIGNED.fullmatch(cell.get("style", "")):
                del cell.attrib["style"]
                classes = [cell.get("class", ""), f"align-{aligned[1]}"]
                cell.set("class", " ".join(filter(None, classes)))
