"""What reading one document may cost."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Times are in seconds, sizes in bytes unless said otherwise."""

    memory: int = 512 * MIB
    cpu: int = 60
    wall: float = 120.0
    pages: int = 2000
    # Characters of text, as the documented service has it.
    characters: int = 3 * MIB


@dataclass(frozen=True, slots=True)
class Chunking:
    """Sizes are in tokens of the embedding model. `tokenizer` is the path of its `tokenizer.json`; empty: the bundled model's."""

    size: int = 256
    overlap: int = 32
    tokenizer: str = ""

    def __post_init__(self) -> None:
        if not 16 <= self.size <= 8192:
            raise ValueError(f"a chunk has 16 to 8192 tokens, not {self.size}")
        if not 0 <= self.overlap <= self.size // 2:
            raise ValueError(f"the overlap is 0 to {self.size // 2} tokens, half of a chunk at most, not {self.overlap}")
