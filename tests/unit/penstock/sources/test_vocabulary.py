import unicodedata

from penstock.events import SocialEvent
from penstock.sources.vocabulary import vocabulary


def test_there_are_more_than_20_000_hashtags_as_an_event_holds_them() -> None:
    hashtags = vocabulary().hashtags
    assert len(set(hashtags)) == len(hashtags) >= 20_000
    for start in range(0, len(hashtags), 60):
        some = list(hashtags[start : start + 60])
        event = SocialEvent(
            kind="post", platform="bluesky", author="ann", created_at="2026-05-01T12:00:00Z", hashtags=some
        )
        assert event.hashtags == some


def test_they_are_words_in_several_scripts() -> None:
    hashtags = vocabulary().hashtags
    scripts = {unicodedata.name(hashtag[0]).split()[0] for hashtag in hashtags}
    assert scripts == {"LATIN", "CYRILLIC", "HIRAGANA", "KATAKANA", "HANGUL", "GREEK", "ARABIC", "DEVANAGARI"}
    assert all(unicodedata.category(character)[0] in "LM" for hashtag in hashtags for character in hashtag)
    assert max(map(len, hashtags)) <= 20


def test_authors_are_many_and_each_is_one() -> None:
    authors = vocabulary().authors
    assert len(set(authors)) == len(authors) == 50_000


def test_it_is_made_once() -> None:
    assert vocabulary() is vocabulary()
