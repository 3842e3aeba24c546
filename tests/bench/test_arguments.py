"""What the command line asks for."""

import pytest

from bench.arguments import CONTENDERS, ITEMS, read_arguments


def test_a_usual_run_is_whole_and_kept() -> None:
    asked = read_arguments([])
    assert (asked.memory, asked.postgraphile, asked.rounds, asked.seconds, asked.requests) == (False, False, 5, 2.0, 1_000_000)
    assert (asked.only, asked.items, asked.whole, asked.kept, asked.jobs) == (CONTENDERS, ITEMS, True, True, False)


@pytest.mark.parametrize(
    "words", ["--quick", "--only parley", "--items Q1", "--jobs --quick", "--postgraphile --quick", "--memory --requests 999999"]
)
def test_partial_runs_are_not_kept(words: str) -> None:
    assert not read_arguments(words.split()).kept


@pytest.mark.parametrize("words", ["--jobs", "--knowledge", "--memory", "--postgraphile", "--memory --requests 2000000"])
def test_whole_runs_of_their_own_are_kept(words: str) -> None:
    assert read_arguments(words.split()).kept


def test_a_quick_run_has_few_and_short_rounds() -> None:
    asked = read_arguments(["--quick"])
    assert (asked.rounds, asked.seconds) == (2, 0.7)


def test_beside_postgraphile_there_are_more_rounds_unless_told() -> None:
    assert [
        read_arguments(words.split()).rounds for words in ("--postgraphile", "--postgraphile --quick", "--postgraphile --rounds 7")
    ] == [20, 2, 7]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--only someone", "someone: known are ceiling, parley, usual"),
        ("--rounds 0", "must be above zero"),
        ("--requests 10", "must be at least 1,000"),
        ("--jobs --knowledge", "not allowed with argument --jobs"),
        ("--memory --jobs", "not allowed with argument --memory"),
        ("--memory --postgraphile", "not allowed with argument --memory"),
    ],
)
def test_what_makes_no_sense_ends_with_a_message(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_arguments(words.split())
    assert said in capsys.readouterr().err
