"""Which probe has become visible, by the counts of few hashtags."""

from load.measure.probes import HASHTAGS, ProbeBook


def test_a_probe_is_visible_when_its_hashtags_count_first_reaches_it() -> None:
    book = ProbeBook("t")
    hashtag = book.hashtags[0]
    book.accepted(hashtag, due=1.0, at=1.2)
    book.accepted(hashtag, due=2.0, at=2.2)
    assert book.counted({hashtag: 0}, 3.0) == []
    (first,) = book.counted({hashtag: 1}, 4.0)
    assert (first.due, first.accepted, first.seen) == (1.0, 1.2, 4.0)
    assert book.counted({hashtag: 1}, 5.0) == []
    (second,) = book.counted({hashtag: 2}, 6.0)
    assert (second.due, second.seen, book.waiting) == (2.0, 6.0, 0)


def test_hashtags_are_told_apart() -> None:
    book = ProbeBook("t")
    one, other = book.hashtags[:2]
    book.accepted(one, due=1.0, at=1.0)
    book.accepted(other, due=2.0, at=2.0)
    (seen,) = book.counted({one: 0, other: 1}, 3.0)
    assert (seen.due, book.waiting) == (2.0, 1)


def test_a_count_that_runs_ahead_of_the_acknowledgement_is_looked_at_again() -> None:
    book = ProbeBook("t")
    hashtag = book.hashtags[3]
    assert book.counted({hashtag: 1}, 1.0) == []
    book.accepted(hashtag, due=0.5, at=1.1)
    (seen,) = book.counted({hashtag: 1}, 1.3)
    assert seen.seen == 1.3


def test_no_more_hashtags_are_used_than_one_question_may_name() -> None:
    assert len(set(ProbeBook("t").hashtags)) == HASHTAGS == 10
