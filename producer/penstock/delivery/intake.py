"""Taking events into records."""

from penstock.aggregation import UserRecord
from penstock.config import ProducerConfig
from penstock.delivery.departures import Departures
from penstock.delivery.lanes import Lanes
from penstock.delivery.ledger import Ledger
from penstock.delivery.record import Record
from penstock.errors import EventTooLargeError


class Intake:
    """Puts an event into its lane's record, enters it in the book, and refuses one that is too large.

    Args:
        config: limits.
        lanes: where records are open.
        ledger: the book.
        departures: where new records wait.
    """

    def __init__(self, config: ProducerConfig, lanes: Lanes, ledger: Ledger, departures: Departures) -> None:
        self._config = config
        self._lanes = lanes
        self._ledger = ledger
        self._departures = departures

    def take(self, event: UserRecord) -> Record:
        """Return the record where the event is the last.

        Raises:
            InvalidEventError: if Kinesis takes no such keys.
        """
        record, charge = self._lanes.add(event)
        if record.record_bytes > self._config.max_record_bytes:
            message = (
                f"the event and its partition key have {record.record_bytes:,} bytes, a record at most "
                f"{self._config.max_record_bytes:,}: make it smaller, or raise max_record_bytes if the stream allows"
            )
            self._ledger.refuse(record, EventTooLargeError, message, None)
            self._departures.collect()  # the open aggregate that it has closed
            return record
        self._ledger.free -= charge
        if record.count == 1:
            self._ledger.open(record)
            self._departures.wait(record)
        return record
