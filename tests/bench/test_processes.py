"""What the kernel tells of processes."""

import os
import subprocess
import sys
import time

from bench.processes import TICK, cpu_seconds, resident_bytes, stat_fields


def test_fields_of_a_process_with_an_odd_name_are_found() -> None:
    assert stat_fields("12 (a) b (c) S 1 2 3\n") == ["S", "1", "2", "3"]


def test_a_process_that_has_ended_used_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait(10)
    assert (cpu_seconds(child.pid), resident_bytes(child.pid)) == (0.0, 0)


def test_cpu_time_counts_the_process_and_its_children() -> None:
    burn = "import time\nwhile time.process_time() < 0.2: pass\nprint('done', flush=True)\ninput()"
    before, own = cpu_seconds(os.getpid()), time.process_time()
    with subprocess.Popen([sys.executable, "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "done\n"
        living = cpu_seconds(os.getpid()) - before
        assert cpu_seconds(child.pid) >= 0.2 - 2 * TICK
        child.communicate("\n", timeout=10)
    waited_for = cpu_seconds(os.getpid()) - before
    own = time.process_time() - own
    assert living >= 0.2 - 4 * TICK
    assert own + 0.2 - 4 * TICK <= waited_for <= own + 2


def test_resident_memory_counts_what_a_process_holds() -> None:
    hold = "import os\nheld = os.urandom(50_000_000)\nprint('held', flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        assert 50e6 < resident_bytes(child.pid) < 100e6
        child.communicate("\n", timeout=10)
