"""The trends table: counts by minute, hour and day, cut into buckets, and how far hours and days are complete.

A *bucket item* (`consumers.trends.item`) holds the counts of one bucket of one minute, hour or day. Each write is
conditional on the revision it was made from, so a writer never overwrites what it has not seen.

The *levels state* (`consumers.trends.state`) is one item, ``bucket = "rollup"``, ``start = "levels"``:

    v            N  format version
    closing      N  epoch seconds: hours before it are being summed or are summed
    closed       N  epoch seconds: hours before it are summed; readers take them from hour items
    day_closing  N  likewise for days, which are sums of hours
    day_closed   N
    a            N  newest arrival that was applied, epoch milliseconds; absent while there is none

An hour at or after `closed` is read from its minutes, a day at or after `day_closed` from its hours (and minutes). A
missing item means that nothing was counted.

The *sweep's cursor* is ``bucket = "rollup"``, ``start = "sweep"``, with ``v`` and ``hour`` (epoch seconds), the hour to
check next.
"""
