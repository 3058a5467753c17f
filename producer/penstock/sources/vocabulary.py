"""Invented words in several scripts, from which made-up hashtags, authors and posts are put together."""

# ruff: noqa: RUF001 - letters of several scripts, some of which look like Latin ones, are the point

from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from random import Random
from typing import Final, NamedTuple

from penstock.hashtags import normalise_hashtag

HASHTAGS: Final = 24_000
AUTHORS: Final = 50_000
_SENTENCES: Final = 500


class Script(NamedTuple):
    """How words of a script are made.

    Attributes:
        share: how many of the hashtags are in this script, of 1.
        syllables: what words are strung together from.
        lengths: how many syllables a word may have.
    """

    share: float
    syllables: tuple[str, ...]
    lengths: tuple[int, ...]


class Vocabulary(NamedTuple):
    """What made-up events are made of.

    Attributes:
        hashtags: normalised, each of them once, scripts mixed.
        authors: handles, each of them once.
        sentences: what posts and replies say.
    """

    hashtags: tuple[str, ...]
    authors: tuple[str, ...]
    sentences: tuple[str, ...]


def _joined(onsets: str, vowels: str, codas: str = "") -> tuple[str, ...]:
    """Every syllable of an onset, a vowel and now and then a coda: open syllables are easier to read."""
    endings = [""] * 3 * len(codas.split()) + codas.split()
    return tuple(map("".join, product(onsets.split(), vowels.split(), endings or [""])))


_LATIN: Final = Script(
    0.62, _joined("b br d dr f fl gl k l m n p r s st t tr v w z", "a e i o u", "l n r s"), (3, 3, 4)
)
_SCRIPTS: Final = (
    _LATIN,
    Script(0.10, _joined("б в г д к л м н п р с т", "а е и о у я", "л н р"), (2, 3, 3)),
    Script(
        0.08, tuple("あいうえおかきくけこさしすせそたちつてとなにぬねのはひふまみむめもやゆよらりるれろ"), (3, 4, 5)
    ),
    Script(0.05, tuple("アイウエオカキクケコサシスセソタチツテトナニヌネノマミムメモラリルレロ"), (3, 4, 5)),
    Script(0.06, tuple("가나다라마바사아자하고노도로모보소오조호구누두루무부수우주기니디리미비시이지"), (2, 3, 4)),
    Script(0.04, _joined("β γ δ κ λ μ ν π ρ τ", "α ε ι ο ω", "ν ρ"), (2, 3, 3)),
    Script(0.03, _joined("ب ت د ر س ل م ن ك", "ا و ي", "ن ر"), (2, 2, 3)),
    Script(0.02, _joined("क ग त द न प म र ल स", "ा ि ी ु े ो", "न र"), (2, 2, 3)),
)


@cache
def vocabulary() -> Vocabulary:
    """Make the vocabulary: always the same one, so that a hashtag keeps its name from seed to seed."""
    random = Random("vocabulary")  # noqa: S311 - made-up words guard no secret
    hashtags: list[str] = []
    for script in _SCRIPTS:
        hashtags.extend(islice(_words(script, random), round(HASHTAGS * script.share)))
    random.shuffle(hashtags)
    names = list(islice(_words(_LATIN, random), AUTHORS // 10))
    authors = tuple(f"{names[number % len(names)]}.{number}" for number in range(AUTHORS))
    sentences = tuple(" ".join(random.choices(names, k=random.randint(4, 24))) for _ in range(_SENTENCES))
    return Vocabulary(tuple(hashtags), authors, sentences)


def _words(script: Script, random: Random) -> Iterator[str]:
    """Yield words of a script without end, each once, as they look once normalised."""
    seen = set[str]()
    while True:
        word = normalise_hashtag("".join(random.choices(script.syllables, k=random.choice(script.lengths))))
        if word not in seen:
            seen.add(word)
            yield word
