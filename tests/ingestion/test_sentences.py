"""Sentences end where people end them, in English and Italian."""

import time

import pytest

from ingestion.sentences import sentences


def split(text: str) -> list[str]:
    """The sentences of a whole text."""
    return [text[start:end] for start, end in sentences(text, 0, len(text))]


@pytest.mark.parametrize(
    "wanted",
    [
        ["We open at nine.", "We close at five!", "Really?", "Yes…", "Come in."],
        ["Dr. Rossi and Mrs. Smith met J. R. Tolkien.", "They left."],
        ["See No. 5 and fig. 12 on p. 3.", "The answer is no.", "Then go."],
        ["It costs 3.50 euros, i.e. less than 4.00.", "Version 1.2.3 is out."],
        ["He arrived at 9 a.m. and left.", "Bring pens, paper etc. and come.", "We sell lamps, bulbs etc.", "Come in."],
        ["“It works.”", "She said (quietly.)", "Then she left."],
        ["Why? he asked.", "Wait... what?", "Nothing."],
        ["Il sig. Bianchi e la dott.ssa Verdi, cfr. art. 12, pag. 3.", "Il prezzo è di 1.250,50 euro."],
        ["L'avv. Neri lavora per la Rossi S.p.A. dal 2019.", "Perché?", "«Non lo so.»", "È così."],
        ["Vendiamo lampade, ecc. e altro.", "Spedizione il 3 sett. 2026 alle ore 9.30.", "Grazie."],
        ["1. Open the box.", "2. Take the lamp."],
        ["今日は晴れです。", "明日は\uff1f", "雨です。"],
        ["No end at all"],
    ],
    ids=lambda wanted: wanted[0][:24],
)
def test_sentences_are_found(wanted: list[str]) -> None:
    joint = "" if wanted[0].endswith("。") else "\n" if wanted[0].startswith("1.") else " "
    assert split(joint.join(wanted)) == wanted


def test_places_are_in_the_whole_text() -> None:
    text = "Not this. One.  Two. Not this."
    assert list(sentences(text, 10, 20)) == [(10, 14), (16, 20)]


def test_blank_text_has_no_sentences() -> None:
    assert split(" \n ") == []


@pytest.mark.parametrize("text", ["." * 500_000 + "x", ". " * 250_000, '."' * 250_000 + "x", "a" * 500_000, "?!" * 250_000 + "x"])
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    assert "".join(split(text)).replace(" ", "") == text.replace(" ", "")
    assert time.process_time() - started < 3
