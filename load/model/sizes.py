"""How large the tables' items become, and what writing them costs, by the layout in `consumers.tables`."""

from dataclasses import dataclass
from math import ceil
from typing import Final

from consumers.views.lists.view import UNITS_A_SECOND
from consumers.views.windows import Window
from load.calibration.calibration import Calibration
from load.configuration import Configuration
from load.model.traffic import Traffic
from simulation.services.units import READ_UNIT_BYTES, WRITE_UNIT_BYTES

FINGERPRINT_BYTES: Final = 8
SEGMENT_BYTES: Final = 90
"""Of a segment besides fingerprints and counts: keys, names of attributes, nonce, times."""
BUCKET_BYTES: Final = 70
"""Of a bucket's item besides vector and counts."""


@dataclass(frozen=True)
class Sizes:
    """Sizes under one configuration and traffic."""

    calibration: Calibration
    configuration: Configuration
    traffic: Traffic

    def segment_bytes(self, events: float) -> float:
        """Return the bytes of a segment of so many events."""
        values = self.traffic.popularity.different(events * self.traffic.shape.hashtags)
        return SEGMENT_BYTES + FINGERPRINT_BYTES * events + self.calibration.counts.of(values)

    def segment_units(self, events: float) -> float:
        """Return the write units of a segment; on average, as sizes vary, a part of a unit counts as half of one."""
        return _expected_units(self.segment_bytes(events))

    def minute_units(self, events: float) -> float:
        """Return the write units of all items of a minute that counts so many events."""
        few, many = self._minute_items(events)
        return _expected_units(few) + self.configuration.buckets * _expected_units(many)

    def minute_reads(self, events: float) -> float:
        """Return the read units of the same items, read consistently."""
        few, many = self._minute_items(events)
        return ceil(few / READ_UNIT_BYTES) + self.configuration.buckets * ceil(many / READ_UNIT_BYTES)

    def largest_bucket_units(self, events: float) -> float:
        """Return the write units of one hashtag bucket of a minute."""
        return _expected_units(self._minute_items(events)[1])

    def minute_bytes(self, events: float) -> float:
        """Return the bytes of all items of a minute."""
        few, many = self._minute_items(events)
        return few + self.configuration.buckets * many

    def list_units(self, events: float) -> float:
        """Return the write units of a list that counts so many events."""
        return _expected_units(
            self.calibration.top_list.of(self.traffic.popularity.different(events * self.traffic.shape.hashtags))
        )

    def list_seconds(self, events: float) -> float:
        """Return how far apart two lists of five minutes are at least, by the budget that views keep."""
        return self.list_units(events) / UNITS_A_SECOND[Window.FIVE_MINUTES]

    def _minute_items(self, events: float) -> tuple[float, float]:
        """Return the bytes of the breakdown's item and of a hashtag bucket's."""
        vector = 1 + self.configuration.addresses_a_minute
        values = self.traffic.popularity.different(events * self.traffic.shape.hashtags) / self.configuration.buckets
        few = self.calibration.counts.of(0)
        return BUCKET_BYTES + vector + few, BUCKET_BYTES + vector + self.calibration.counts.of(values) - few + 20


def _expected_units(size: float) -> float:
    return max(1.0, size / WRITE_UNIT_BYTES + 0.5)
