"""``penstock-load probe``: do events come through, from the SDK to the reporting API, in time?"""

from typing import TYPE_CHECKING

import click

from load.commands.output import show
from load.commands.stack_options import region_option
from load.errors import InputError

if TYPE_CHECKING:
    from boto3.session import Session

    from load.runs.reporting_api import ReportingApi


@click.command()
@click.option("--stack", metavar="NAME", help="A deployed stack, found by its name.")
@click.option("--stream", metavar="NAME", help="Without a stack: the stream that events are put into …")
@click.option("--url", metavar="URL", help="… and the reporting API, where it asks for no sign-in.")
@region_option
@click.option("--within", default="60s", show_default=True, metavar="TIME", help="How long it may take.")
@click.option("--events", default=3, show_default=True, type=click.IntRange(1, 1000), help="Events, each sent twice.")
def probe(
    *, stack: str | None, stream: str | None, url: str | None, region: str | None, within: str, events: int
) -> None:
    """Send a few events to a stack, each twice, and ask for them until each is counted, and counted once.

    They have a hashtag of their own, which stays in the trends.

    Exit status: 0 when they came through in time, 1 when not, 2 for wrong input, 130 after Ctrl-C.

    \b
    Examples:
      penstock-load probe --stack penstock-staging --within 60s
      penstock-load probe --stream "$stream" --url http://127.0.0.1:8080
    """
    from load.runs.coming_through import come_through
    from load.runs.reporting_api import ReportingApi
    from load.stack.access import open_session, told
    from load.workload.parsing import parse_seconds
    from penstock import Producer

    seconds = parse_seconds(within)
    session = open_session(region)
    if stack is not None and stream is None and url is None:
        stream, api = _deployed(session, stack)
    elif stack is None and stream is not None and url is not None:
        api = ReportingApi(url)
    else:
        raise InputError("say where: --stack, or both --stream and --url")
    with told("reach the stream"):
        producer = Producer(stream, session=session)
    with producer:
        through = come_through(producer, api, events=events, within=seconds)
    show(
        f"{through.events} events, each sent twice, were counted once each {through.seconds:.1f} s later"
        f" (hashtag {through.hashtag})"
    )


def _deployed(session: "Session", name: str) -> "tuple[str, ReportingApi]":
    """Return a deployed stack's stream, and its API asked as someone may who does not sign in."""
    from load.runs.reporting_api import ReportingApi
    from load.stack.access import told
    from load.stack.callers import signer
    from load.stack.description import describe
    from load.stack.unsigned_api import UnsignedApi

    stack = describe(session, name, naming="name it by --stack, or --region")
    stream, url = stack.outputs["StreamName"], stack.outputs["ApiUrl"]
    if stack.sign_in == "IAM" and not stack.keys_wanted:
        return stream, ReportingApi(url, signer(session, stack.region))
    with told("reach API Gateway"):
        return stream, UnsignedApi(session.client("apigateway"), url)
