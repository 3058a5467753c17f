"""Strips: some values' counts in each part of a frame of time, so that one value's are read without all the others.

A bucket item of a minute has the counts of thousands of values, of which a question about one needs one. Strips are the
same counts turned round: for each hour, all values with their counts by minute, cut by a hash of the value into strips
of about 6 KB. See docs/views.md.
"""
