"""Judges every call of an AWS SDK client by the policy of the role whose function makes it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests.least_privilege.calls import rights
from tests.least_privilege.policy import Decision, Request, Statement, decide


class Guard:
    """Refuses what a role's policy does not allow, as AWS would, and remembers what was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, policies: Mapping[str, Sequence[Statement]]) -> None:
        """Judge calls from now on; those that are made under no role pass.

        Args:
            monkeypatch: Takes the guard away again.
            policies: The statements that speak of each role.
        """
        self.policies = dict(policies)
        self.asked: dict[str, set[Request]] = {role: set() for role in policies}
        self._role: str | None = None
        one_at_a_time = RLock()
        call = BaseClient._make_api_call  # type: ignore[attr-defined]

        def judged(client: Any, operation: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401 - botocore's signature
            if self._role is not None:
                self._judge(self._role, client.meta.service_model.service_name, operation, parameters)
            with one_at_a_time:  # moto is not safe for threads
                return call(client, operation, parameters)

        monkeypatch.setattr(BaseClient, "_make_api_call", judged)

    @contextmanager
    def acting(self, role: str) -> Iterator[None]:
        """Judge calls, also those of other threads, by a role's policy."""
        assert self._role is None, "one function at a time"
        self._role = role
        try:
            yield
        finally:
            self._role = None

    def _judge(self, role: str, service: str, operation: str, parameters: Mapping[str, Any]) -> None:
        for request in rights(service, operation, parameters):
            self.asked[role].add(request)
            decision = decide(self.policies[role], request)
            if decision is not Decision.ALLOWED:
                why = f"{role} may not {request.action} on {request.resource}: it is {decision.value}"
                raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": why}}, operation)
