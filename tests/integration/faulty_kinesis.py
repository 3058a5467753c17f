"""A Kinesis that fails as it is told to: whole calls, and single records of PutRecords."""

import json
from random import Random
from typing import Any, Final

from tests.integration.faulty_services import Answer, Call, Fault, FaultyServices, Plan

__all__ = ["RECORD_CODES", "Fault", "FaultyKinesis", "Plan"]

RECORD_CODES: Final = ("ProvisionedThroughputExceededException", "InternalFailure")


class FaultyKinesis(FaultyServices):
    """Refuses single records too; `seen` counts their errors beside the faults."""

    def carry_out(self, call: Call, random: Random) -> Answer:
        """Have the services carry a call out but for the records that are refused."""
        if not call.headers["X-Amz-Target"].endswith(".PutRecords") or not self.plan.records:
            return super().carry_out(call, random)
        request = json.loads(call.body)
        drawn = [
            random.choice(RECORD_CODES) if random.random() < self.plan.records else None for _ in request["Records"]
        ]
        self.count(code for code in drawn if code)
        taken = [record for record, code in zip(request["Records"], drawn, strict=True) if code is None]
        accepted: list[dict[str, Any]] = []
        headers = {"Content-Type": "application/x-amz-json-1.1"}
        if taken:
            answer = super().carry_out(call._replace(body=json.dumps({**request, "Records": taken}).encode()), random)
            if answer.status != 200:
                return answer
            headers, accepted = answer.headers, json.loads(answer.body)["Records"]
        answers = iter(accepted)
        records = [{"ErrorCode": code, "ErrorMessage": f"{code}."} if code else next(answers) for code in drawn]
        body = json.dumps({"FailedRecordCount": len(drawn) - len(taken), "Records": records}).encode()
        return Answer(200, headers, body)
