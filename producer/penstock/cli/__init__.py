"""The command line: ``penstock put``, ``penstock tail`` and ``penstock shards``.

Its libraries, click and rich, are the extra ``penstock[cli]``; nothing else of the SDK imports this package.
"""
