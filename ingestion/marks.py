"""The marks that structure a text, beyond those of ASCII."""

DASHES = "–—"  # noqa: RUF001  # the dashes that lists begin with are meant
BULLETS = f"•◦▪‣∙●○■□➢✓{DASHES}"
# What may stand before the first and after the last letter of a sentence.
OPENERS = f"\"'“‘«([{{*_¿¡-{DASHES}"  # noqa: RUF001  # typographic quotes are meant
CLOSERS = "\"'”’»)]}*_"  # noqa: RUF001  # typographic quotes are meant
WIDE_CLOSERS = "」』）"  # noqa: RUF001  # they are Chinese and Japanese
# Sentences end with these, and without a space after them.
WIDE_STOPS = "。！？"  # noqa: RUF001  # they are Chinese and Japanese
