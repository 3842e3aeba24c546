"""The benchmark's data, in small."""

from datetime import UTC, datetime
from functools import partial

from demo.bulk import copy_messages
from demo.chance import dice
from demo.conversations import Cast
from demo.generate import agents_of
from demo.load import Loader, open_connection
from demo.pool import LONG, pool
from demo.profiles import LUMEN
from demo.repeat import company, conversations, encoded, foundation
from demo.rows import Batch, Sizes
from settings import Settings

END = datetime(2026, 3, 2, 14, tzinfo=UTC)
SMALL = Sizes(agents=8, contacts=20, deals=12, conversations=200, messages=2_000)
FOUND = """
SELECT c.id, c.message_count, c.last_message_at, min(m.created_at) AS first
  FROM conversations c JOIN messages m ON m.conversation_id = c.id GROUP BY 1, 2, 3
"""


async def test_repeated_dialogues_arrive_as_they_were_meant(settings: Settings) -> None:
    dialogues = pool(Cast(LUMEN, agents_of("lumen", LUMEN)), 100, 10)
    batches, people = foundation(0, SMALL, END)
    connection = await open_connection(settings)
    loader = Loader(connection, settings, company(0).id)
    try:
        async with loader.transaction():
            await loader.bind()
            await loader.load(batches, lambda *_: None)
            talks = list(conversations(dice("talks"), dialogues, SMALL.conversations, people, END))
            await loader.load([Batch("conversations", [one.row for one in talks])], lambda *_: None)
            written = await loader.copy("messages", partial(copy_messages, connection, encoded(dice("messages"), talks)))
            found = {row["id"]: row for row in await connection.fetch(FOUND)}
    finally:
        await connection.close()

    assert written == SMALL.messages
    for row, dialogue in talks:
        assert found[row.id]["message_count"] == len(dialogue.messages)
        assert row.started_at < found[row.id]["first"] < found[row.id]["last_message_at"] <= (row.ended_at or END) <= END


def test_the_pool_has_the_mean_and_one_long_dialogue_in_a_hundred() -> None:
    lengths = [len(one.messages) for one in pool(Cast(LUMEN, agents_of("lumen", LUMEN)), 100, 10)]

    assert sum(lengths) == 1_000
    assert lengths.count(LONG) == 1
