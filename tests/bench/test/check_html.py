#!/usr/bin/env python3
"""check_html.py FILE: every element is closed, nothing is fetched from elsewhere, the pictures show what tests/data/bench/raw holds."""
import html.parser
import sys

EMPTY = {"meta", "br", "rect", "line"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.count, self.words, self.widths = [], {}, [], []

    def handle_starttag(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1
        for name, value in attrs:
            if name in ("src", "href") or "url(" in (value or ""):
                sys.exit(f"{tag} takes {value} from elsewhere")
        if tag == "rect":
            self.widths.append((dict(attrs)["class"], float(dict(attrs)["width"])))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            sys.exit(f"</{tag}> closes another element")

    def handle_data(self, data):
        self.words.append(data)


def main():
    page = Page()
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    page.feed(text)
    whole = "".join(page.words)
    assert not page.open, f"not closed: {page.open}"
    assert page.count["svg"] == 4, page.count  # two figures with pictures, two cases
    assert "prefers-color-scheme: dark" in text
    # Medians 300 and 100: the bars are as 3 to 1, whatever the view box is.
    ours, other = page.widths[0], page.widths[1]
    assert ours[0] == "bar ours" and abs(ours[1] / other[1] - 3) < 0.01, page.widths
    assert "error in 1 of 2: content differs" in whole and "error" in whole
    assert "<b>" not in whole and "&lt;" in text, "text of a row was taken for HTML"


main()
