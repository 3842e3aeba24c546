"""The bundled model needs no key, no network and little memory, and it never stops the event loop."""

import asyncio
import json
import math
import subprocess
import sys
import time

import numpy as np
import pytest

from ingestion.embed import BundledEmbedder, printed
from ingestion.embed.embedder import WrongEmbedding, batches
from ingestion.embed.vectors import normalised

PASSAGES = [
    "The warranty of a lamp lasts for two years from the day of purchase.",
    "Parcels are delivered within three working days.",
    "You can return an item within fourteen days and get your money back.",
    "I pacchi vengono consegnati entro tre giorni lavorativi.",
    "La garanzia della lampada dura due anni dalla data di acquisto.",
]


@pytest.fixture(scope="module")
def model() -> BundledEmbedder:
    """One for all tests, as a process has it."""
    return BundledEmbedder()


async def test_vectors_have_256_dimensions_and_length_1(model: BundledEmbedder) -> None:
    vectors = await model.embed(PASSAGES)
    assert [(one.shape, one.dtype) for one in vectors] == [((256,), np.float32)] * 5
    assert [float(np.linalg.norm(one)) for one in vectors] == pytest.approx([1.0] * 5, abs=1e-6)
    assert model.dimension == 256


async def test_a_printed_vector_loses_nothing(model: BundledEmbedder) -> None:
    (vector,) = await model.embed(PASSAGES[:1])
    for each in (vector, np.array([1e-7, -3.4e38, 0.1, 1 / 3, 1.0], dtype=np.float32)):
        assert np.array_equal(np.array(json.loads(printed(each)), dtype=np.float32), each)


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("How long is the guarantee for lamps?", 0),
        ("When will my package arrive?", 1),
        ("Can I get a refund?", 2),
        ("Quanto dura la garanzia?", 4),
    ],
)
async def test_a_question_is_nearest_to_its_answer(model: BundledEmbedder, question: str, best: int) -> None:
    asked, *passages = await model.embed([question, *PASSAGES])
    assert int(np.argmax(np.stack(passages) @ asked)) == best


async def test_a_vector_does_not_depend_on_the_texts_beside_it(model: BundledEmbedder) -> None:
    (alone,) = await model.embed(PASSAGES[:1])
    among = await model.embed([*PASSAGES, "long " * 4000, *PASSAGES * 20])
    assert all(np.allclose(alone, among[at], atol=1e-6) for at in (0, 6, 101))


async def test_no_texts_give_no_vectors_and_blank_ones_are_refused(model: BundledEmbedder) -> None:
    assert await model.embed([]) == []
    with pytest.raises(ValueError, match="text 1 is blank"):
        await model.embed(["lamp", "\n"])


async def test_tokens_are_counted_as_the_model_counts_them(model: BundledEmbedder) -> None:
    assert model.tokens("ciao") == 2
    assert model.tokens("") == 0


async def test_several_callers_load_it_once() -> None:
    model = BundledEmbedder()
    answers = await asyncio.gather(*(model.embed([text]) for text in PASSAGES))
    assert [len(answer) for answer in answers] == [1] * 5


async def test_the_event_loop_goes_on_while_it_works(model: BundledEmbedder) -> None:
    await model.embed(["warm"])
    work = asyncio.create_task(model.embed([f"{number} {PASSAGES[number % 5] * 12}" for number in range(500)]))
    longest, last = 0.0, time.process_time()
    while not work.done():
        await asyncio.sleep(0)
        # Processor time of this process, since the machine may be busy with others.
        longest, last = max(longest, time.process_time() - last), time.process_time()
    assert len(await work) == 500
    assert longest < 0.05


def test_a_process_that_uses_it_stays_small_and_keeps_its_log() -> None:
    program = """
import asyncio, logging, re
from ingestion.embed import BundledEmbedder, printed
asyncio.run(BundledEmbedder().embed([f"{number} " + "The warranty of a lamp lasts for two years. " * 25 for number in range(1000)]))
peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
print(int(peak[1]) // 1024, logging.getLogger().handlers, logging.getLogger().level)
"""
    megabytes, rest = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split(" ", 1)
    assert int(megabytes) < 250
    assert rest == "[] 30\n"


def test_batches_are_bounded_by_their_padded_size() -> None:
    assert [len(batch) for batch in batches(["x" * 10] * 10, 4, 1000)] == [4, 4, 2]
    assert [len(batch) for batch in batches(["x" * 10] * 6, 100, 30)] == [3, 3]
    assert [len(batch) for batch in batches(["x", "x", "x" * 20, "x"], 100, 30)] == [2, 1, 1]
    assert list(batches(["è" * 100], 100, 30)) == [["è" * 100]]
    assert list(batches([], 100, 30)) == []


def test_vectors_are_normalised_even_when_their_squares_overflow() -> None:
    (huge,) = normalised(np.full((1, 4), 1e38, np.float32), 1, 4)
    assert huge.tolist() == pytest.approx([0.5] * 4)


@pytest.mark.parametrize("row", [[0.0, 0.0], [math.nan, 1.0], [math.inf, 1.0], [1.0, 2.0, 3.0]])
def test_what_has_no_direction_or_another_dimension_is_no_vector(row: list[float]) -> None:
    with pytest.raises(WrongEmbedding):
        normalised(np.asarray([row], np.float32), 1, 2)
