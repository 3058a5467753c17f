"""The search index: hashtags by prefix, most used first, from a day's counts.

`nodes` cuts counts into nodes and says which of them answer a prefix; `item` is their form in the table; `view` makes
generations of them, and `reader` reads what a prefix needs of the newest.
"""
