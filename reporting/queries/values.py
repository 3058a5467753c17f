"""Values as clients send them, and as events hold them."""

from penstock.hashtags import normalise_hashtag


def normalise(dimension: str, value: str) -> str:
    """Return a value as events hold it: a hashtag normalised, a language reduced to its primary tag.

    >>> normalise("hashtag", "#Café"), normalise("lang", "pt-BR")
    ('café', 'pt')
    """
    if dimension == "hashtag":
        return normalise_hashtag(value)
    if dimension == "lang":
        return value.partition("-")[0].lower()
    return value
