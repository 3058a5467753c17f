"""What kind of world a seed is: with views or without, with botocore or without, crowded, tight."""

from typing import Final, NamedTuple

VIEWS_EVERY: Final = 20
"""One world of so many has views: such a world costs three to four times as much as another."""
BOTOCORE_EVERY: Final = 100
BOTOCORE_AT: Final = 33
"""One world of so many, and which of them, has boto3's own clients: each of their calls costs as much as ten."""
TIGHT_EVERY: Final = 4
"""One world of so many, the last of them, has small bounds: the others run as far as those of a deployment let them."""
CROWDED_EVERY: Final = 21
CROWDED_AT: Final = 9
"""One world of so many, and which of them, is crowded: its batches are large, and each event costs half as much. Some
of these worlds are also one or another of the above."""

EVENTS: Final = 266
"""That clients put in a run, all together, more or less."""
TIGHT_EVENTS: Final = 520
"""Where bounds are small, so that they are reached."""
CROWDED_EVENTS: Final = 4_000


class Kind(NamedTuple):
    """What a world has."""

    has_views: bool
    """Whether views are made."""
    has_botocore: bool
    """Whether clients of producers and functions are botocore's own."""
    is_tight: bool
    """Whether some of its bounds are small."""
    events: int

    @classmethod
    def of(cls, seed: int) -> "Kind":
        """Return the kind of a seed's world.

        >>> Kind.of(9).events
        4000
        """
        is_tight, is_crowded = seed % TIGHT_EVERY == TIGHT_EVERY - 1, seed % CROWDED_EVERY == CROWDED_AT
        return cls(
            has_views=seed % VIEWS_EVERY == 0,
            has_botocore=seed % BOTOCORE_EVERY == BOTOCORE_AT,
            is_tight=is_tight,
            events=CROWDED_EVENTS if is_crowded else TIGHT_EVENTS if is_tight else EVENTS,
        )
