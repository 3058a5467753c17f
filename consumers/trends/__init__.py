"""The trends table: counts by minute, hour and day, cut into buckets, and how far hours and days are complete.

Its items are those that `consumers.tables` lists. A bucket item's write is conditional on the revision it was made
from, so a writer never overwrites what it has not seen. An hour at or after the state's `closed` is read from its
minutes, a day at or after `day_closed` from its hours (and minutes). A missing item means that nothing was counted.
"""
