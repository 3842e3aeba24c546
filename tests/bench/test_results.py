"""results.md: what a run replaces and what it keeps."""

from bench import results

USUAL = "# Benchmark\n\n- today\n\n## R1: lists\n\ntable\n\n## Targets\n\n- met: R1\n"
LONG = "## Long run\n\n- yesterday\n- met: memory\n"
BESIDE = "## Beside PostGraphile\n\n- met: three times\n"
KNOWLEDGE = "## Knowledge base\n\n- met: found\n"


def test_a_usual_run_keeps_what_the_other_runs_found() -> None:
    old = results.with_section(results.with_section(USUAL.replace("today", "long ago"), LONG), BESIDE)
    new = results.with_kept(USUAL, results.with_section(old, KNOWLEDGE))
    assert new == f"{USUAL}\n{LONG}\n{BESIDE}\n{KNOWLEDGE}"


def test_a_usual_run_says_what_was_never_measured() -> None:
    new = results.sections(results.with_kept(USUAL, ""))
    assert new["## Long run"] == "## Long run\n\nNot measured yet: `make bench-memory`.\n\n"
    assert new["## Beside PostGraphile"] == "## Beside PostGraphile\n\nNot measured yet: `make bench-postgraphile`.\n\n"
    assert new["## Knowledge base"] == "## Knowledge base\n\nNot measured yet: `make bench-knowledge`.\n"


def test_a_run_of_its_own_replaces_its_section_and_no_other() -> None:
    old = results.with_kept(USUAL, f"{LONG}\n{BESIDE}\n{KNOWLEDGE}")
    new = results.with_section(old, "## Long run\n\n- MISSED: memory\n")
    assert new == old.replace("- yesterday\n- met: memory", "- MISSED: memory")


def test_a_run_of_its_own_can_be_the_first() -> None:
    assert results.with_section("", LONG) == f"# Benchmark\n\n{LONG}"


def test_a_usual_run_replaces_all_its_sections() -> None:
    assert "## R9" not in results.with_kept(USUAL, USUAL.replace("R1", "R9"))


def test_what_is_kept_stays_as_it_is_over_many_runs() -> None:
    once = results.with_kept(USUAL, f"{LONG}\n{BESIDE}\n{KNOWLEDGE}")
    assert results.with_kept(USUAL, once) == once
