"""Hashtags as they are counted: also for those who only ask for one, and need no model of an event."""

import unicodedata


def normalise_hashtag(hashtag: str) -> str:
    """Return the form under which a hashtag is counted: NFKC, leading ``#`` stripped, trimmed, casefolded.

    Normalising what is normalised changes nothing, so an event keeps its hashtags however often it is
    validated on its way: folding case can undo NFKC and uncover a ``#`` or a space, hence the loop
    (Unicode Standard, section 3.13, "toNFKC_Casefold").

    >>> normalise_hashtag(" #Straße")
    'strasse'
    """
    if hashtag.isascii():
        return hashtag.lstrip("# \t\n\r\v\f\x1c\x1d\x1e\x1f").rstrip().lower()
    while True:
        normal = unicodedata.normalize("NFKC", hashtag).strip()
        while normal.startswith("#"):
            normal = normal.lstrip("#").strip()
        normal = normal.casefold()
        if normal == hashtag:
            return normal
        hashtag = normal
