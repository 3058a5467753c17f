"""Reading a stream as it grows: all its shards, through splits and merges, within the limits of GetRecords."""
