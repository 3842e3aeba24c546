"""Plain text, Markdown, CSV and HTML: their structure is kept."""

import time
from pathlib import Path

import pytest

from ingestion.errors import Problem, Unreadable
from tests.ingestion.reading import found


def test_plain_text_has_paragraphs_and_items(tmp_path: Path) -> None:
    text = "We open at nine.\nWe close at five.\n\n\nBring:\n- a receipt,\n  or a copy\n• an ID\n1. yourself\n"
    assert found(tmp_path, text.encode()) == [
        ("paragraph", "We open at nine.\nWe close at five."),
        ("paragraph", "Bring:"),
        ("item", "- a receipt,\n  or a copy"),
        ("item", "• an ID"),
        ("item", "1. yourself"),
    ]


def test_markdown_has_headings_items_tables_and_code(tmp_path: Path) -> None:
    text = """Shop
====
# Hours #
> Open from nine
> to five.

Closed
------

- on Sunday
- in August

```sh
# no heading
- no item
```

| Day | From |
|:----|-----:|
| Monday | 9 |
| Friday | 10 |
###No heading.
"""
    assert found(tmp_path, text.encode()) == [
        ("heading1", "Shop"),
        ("heading1", "Hours"),
        ("paragraph", "Open from nine\nto five."),
        ("heading2", "Closed"),
        ("item", "- on Sunday"),
        ("item", "- in August"),
        ("paragraph", "# no heading\n- no item"),
        ("row", "Day | From"),
        ("row", "Day: Monday; From: 9"),
        ("row", "Day: Friday; From: 10"),
        ("paragraph", "###No heading."),
    ]


def test_rows_of_a_table_carry_the_names_of_its_columns(tmp_path: Path) -> None:
    text = 'name;price;note\nlamp;3,50;"two\nlines; quoted"\nbulb;;none\nspare;1;2;3\n'
    assert found(tmp_path, text.encode()) == [
        ("row", "name | price | note"),
        ("row", "name: lamp; price: 3,50; note: two lines; quoted"),
        ("row", "name: bulb; note: none"),
        ("row", "name: spare; price: 1; note: 2; 3"),
    ]


def test_rows_without_names_are_kept_as_they_are(tmp_path: Path) -> None:
    assert found(tmp_path, b"lamp,3.50\nbulb,1.20\n") == [("row", "lamp | 3.50"), ("row", "bulb | 1.20")]


def test_html_is_read_without_scripts_styles_and_templates(tmp_path: Path) -> None:
    page = """<!doctype html><html><head><title>T</title><style>p{color:red}</style><script>alert("<p>no</p>")</script></head>
    <body><h2>Opening <em>hours</em></h2><p>From nine
    to&nbsp;five&period;<br>Closed on Sunday.<noscript>no</noscript>
    <ul><li>Bring a receipt<li>or <b>a copy</b></ul><template><p>no</p></template>
    <pre>a
  b</pre><table><tr><th>Day<th>From</tr><tr><td>Monday<td><p>9</p></tr><tr><td>Friday<td></tr></table>Bye</body>"""
    assert found(tmp_path, page.encode()) == [
        ("heading2", "Opening hours"),
        ("paragraph", "From nine to five.\nClosed on Sunday."),
        ("item", "Bring a receipt"),
        ("item", "or a copy"),
        ("paragraph", "a\n  b"),
        ("row", "Day | From"),
        ("row", "Day: Monday; From: 9"),
        ("row", "Day: Friday"),
        ("paragraph", "Bye"),
    ]


def test_unclosed_tags_lose_no_text(tmp_path: Path) -> None:
    assert found(tmp_path, b"<html><head><p>One<div>Two<h1>Three<table><tr><td>Four") == [
        ("paragraph", "One"),
        ("paragraph", "Two"),
        ("heading1", "Three"),
        ("row", "Four"),
    ]


def test_a_broken_table_is_refused_with_the_line(tmp_path: Path) -> None:
    huge = b"name,note\nlamp,none\nbulb," + b"x" * 3_200_000
    with pytest.raises(Unreadable, match="damaged at line 3") as refused:
        found(tmp_path, huge)
    assert refused.value.problem is Problem.DAMAGED


@pytest.mark.parametrize(
    "text", ["[" * 500_000, "#" * 500_000, "# " * 250_000, "-" * 500_000, "|" * 500_000, "> " * 250_000, ".\n" * 250_000]
)
def test_no_markdown_takes_long(tmp_path: Path, text: str) -> None:
    started = time.process_time()
    assert found(tmp_path, f"# Title\n\n{text}".encode())[0] == ("heading1", "Title")
    assert time.process_time() - started < 3
