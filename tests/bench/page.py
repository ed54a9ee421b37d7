#!/usr/bin/env python3
"""page.py [--html FILE] RAW: one page of results from the lines that scripts/bench keeps; text to stdout, HTML to FILE.

Lines of RAW, by their first word:
  load NAME TITLE                    a load, in the order of the page
  metric LOAD KEY up|down LABEL      a figure of its rows, and which is better; a + before KEY: the HTML page has a picture of it
  machine WORD TEXT, version PEER TEXT
  row load=L case=C peer=P round=N KEY=VALUE... [error=WHY]
"""
import argparse
import sys

import html_page
import results
import text_page


def main():
    parser = argparse.ArgumentParser(usage="page.py [--html FILE] RAW")
    parser.add_argument("raw")
    parser.add_argument("--html", metavar="FILE")
    arguments = parser.parse_args()
    with open(arguments.raw, encoding="utf-8") as lines:
        run = results.read(lines)
    if not run.cells:
        sys.exit(f"{arguments.raw}: no rows")
    if arguments.html:
        with open(arguments.html, "w", encoding="utf-8") as out:
            out.write(html_page.make(run))
    sys.stdout.write(text_page.make(run))


if __name__ == "__main__":
    main()
