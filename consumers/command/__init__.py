"""What operators' command lines share, as `consumers.redrive` and `reporting.hidden` have them.

No function imports it, nor its libraries.
"""
