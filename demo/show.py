"""What `parley demo` shows while it fills."""

import asyncio

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from demo.fill import Filled, fill
from settings import Settings


def fill_with_progress(settings: Settings, scale: int) -> None:
    """Bring the demo company to `scale` times its size, with a bar for each table; says so when nothing was missing."""
    console = Console()
    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        filled = asyncio.run(fill(settings, scale=scale, progress=_Bars(bars).show))
    console.print(_summary(filled, scale), highlight=False)


class _Bars:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def show(self, table: str, done: int, total: int) -> None:
        """Move the table's bar."""
        if table not in self._tasks:
            self._tasks[table] = self._bars.add_task(table, total=total)
        self._bars.update(self._tasks[table], completed=done, total=total)


def _summary(filled: Filled, scale: int) -> str:
    if not filled.counts:
        return f"The demo company has {scale} times its size already; a larger --scale adds to it."
    return f"{sum(filled.counts.values()):,} rows in {filled.seconds:.1f} s"
