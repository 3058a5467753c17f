"""Rules of AWS's documentation: each is one test, which runs against the simulation and against moto.

Where moto differs, the rule says how: the test then has to fail with moto, and `docs/moto-gaps.md` says so, too.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import pytest
from botocore.exceptions import ClientError

Test = TypeVar("Test", bound=Callable[..., Any])

DIFFERS = (AssertionError, AttributeError, ClientError, KeyError, pytest.fail.Exception)
"""How a test ends where a service does not keep the rule."""


class Rule(NamedTuple):
    """A rule of the documentation."""

    page: str
    """Where it is documented."""
    moto: str | None
    """What moto does instead, if it does not keep it."""


RULES: list[Rule] = []
"""Of all test modules imported so far."""


def rule(page: str, *, moto: str | None = None) -> Callable[[Test], Test]:
    """Make a test of `aws` (see `worlds`) one of a rule."""
    RULES.append(Rule(page, moto))
    marks = [] if moto is None else [pytest.mark.xfail(reason=moto, strict=True, raises=DIFFERS)]
    return pytest.mark.parametrize("aws", ["simulation", pytest.param("moto", marks=marks)], indirect=True)


def refused(code: str) -> Any:  # noqa: ANN401 - pytest's context
    """Expect a call to be refused with an error code."""
    return pytest.raises(ClientError, match=rf"\({code}\)")
