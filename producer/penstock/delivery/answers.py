"""What becomes of the records of a PutRecords call when its answer comes."""

from collections import defaultdict

from penstock.backoff import Backoff
from penstock.config import ProducerConfig
from penstock.delivery.calls import MALFORMED, Answer, CallFailure, PutRecords, PutRecordsAnswer, RecordAnswer
from penstock.delivery.departures import Departures
from penstock.delivery.giving_back import GivingBack
from penstock.delivery.ledger import Ledger
from penstock.delivery.outcomes import PutResult
from penstock.delivery.record import Record
from penstock.delivery.rerouting import Rerouting
from penstock.delivery.verdicts import explain, explain_throttling, incurable, throttled
from penstock.errors import DeliveryError, RequestRefusedError, ThrottledError


class Answers:
    """Settles records, or has them sent again.

    Args:
        config: options.
        ledger: the book of events without an outcome.
        departures: where records wait.
        rerouting: takes what was acknowledged or has lost its lane.
        giving_back: takes what has lived too long.
        backoff: how long records wait for another try.
        epoch: what makes seconds since the Unix epoch of the clock's.
    """

    def __init__(
        self,
        config: ProducerConfig,
        *,
        ledger: Ledger,
        departures: Departures,
        rerouting: Rerouting,
        giving_back: GivingBack,
        backoff: Backoff,
        epoch: float,
    ) -> None:
        self._config = config
        self._ledger = ledger
        self._departures = departures
        self._rerouting = rerouting
        self._giving_back = giving_back
        self._backoff = backoff
        self._epoch = epoch

    def take(self, call: PutRecords, answer: Answer, now: float) -> None:
        """Take the answer to a call, or its failure."""
        if isinstance(answer, CallFailure):
            self._call_failed(call, answer, now)
        elif isinstance(answer, PutRecordsAnswer) and len(answer.records) == len(call.records):
            self._call_answered(call, answer, now)
        else:
            self._call_failed(call, CallFailure(MALFORMED, "the answer does not fit the call", None), now)

    def _call_answered(self, call: PutRecords, answer: PutRecordsAnswer, now: float) -> None:
        shares: defaultdict[str, float] = defaultdict(self._backoff.draw)
        throttled_records = []
        for record, result in zip(call.records, answer.records, strict=True):
            if record not in self._ledger:  # it has been abandoned
                continue
            code = result.error_code
            self._note_attempt(record, call, code, now)
            if code is None:
                self._departures.accepted(record)
                self._rerouting.written(record, PutResult(result.shard_id, result.sequence_number, record.attempts))
            elif self._is_to_be_repeated(record, result, code):
                # What failed together for one shard comes back together: it makes few calls then, not many.
                share = shares[record.lane.shard_id]
                if throttled(code):
                    self._departures.throttled(record, call_started=call.started, share=share, now=now)
                    throttled_records.append(record)
                else:
                    self._retry(record, share, now)
        self._departures.put_back(throttled_records)

    def _is_to_be_repeated(self, record: Record, result: RecordAnswer, code: str) -> bool:
        self._ledger.note_error(record, code)
        kind = incurable(code)
        if kind is not None:
            self._fail(record, kind, explain(kind, code, result.error_message), code)
            return False
        return not self._is_settled(record, code, result.error_message)

    def _call_failed(self, call: PutRecords, failure: CallFailure, now: float) -> None:
        records = [record for record in call.records if record in self._ledger]
        for record in records:
            self._note_attempt(record, call, failure.code, now)
        kind = incurable(failure.code, failure.status)
        if kind is None:
            share = self._backoff.draw()
            for record in records:
                if not self._is_settled(record, failure.code, failure.message):
                    self._retry(record, share, now)
        elif kind is RequestRefusedError and len(call.records) > 1:
            # One record may be to blame: the others should not share its fate, so each has a call of its own.
            for record in records:
                record.alone = True
            left = [record for record in records if not self._giving_back.expire_answered(record)]
            self._departures.put_back([record for record in left if not self._is_moved(record)])
        else:
            for record in records:
                self._fail(record, kind, explain(kind, failure.code, failure.message), failure.code)

    def _is_settled(self, record: Record, code: str, message: str) -> bool:
        """Settle, or move, a record that is not to be tried again as it is; tell whether that is so."""
        if throttled(code):
            if self._config.fail_if_throttled:
                self._fail(record, ThrottledError, explain_throttling(code, message), code)
                return True
        else:
            record.maybe_written = True
        if self._giving_back.expire_answered(record):
            return True
        self._ledger.retry(record)
        return self._is_moved(record)

    def _is_moved(self, record: Record) -> bool:
        if not self._rerouting.is_stray(record):
            return False
        self._rerouting.move(record)
        return True

    def _retry(self, record: Record, share: float, now: float) -> None:
        self._departures.retry(record, now + self._backoff.seconds(record.tries, share))

    def _fail(self, record: Record, kind: type[DeliveryError], message: str, code: str) -> None:
        self._ledger.fail(record, kind, message, code)
        self._departures.done(record)

    def _note_attempt(self, record: Record, call: PutRecords, code: str | None, now: float) -> None:
        record.note_attempt(started_at=call.started + self._epoch, seconds=now - call.started, error_code=code)
