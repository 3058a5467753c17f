"""What may happen to a call of a service between its caller and its answer."""

from enum import Enum


class Fault(Enum):
    """One way for a call to end."""

    NONE = "answered"
    THROTTLED = "refused with a throttle, not carried out"
    LOST_REQUEST = "timed out, not carried out"
    LOST_ANSWER = "carried out, but the answer timed out"
    REPEATED = "carried out, answer lost, repeated by the SDK"
