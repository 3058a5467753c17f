"""One run: warm up, send and measure, drain, and put the report together."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final, Protocol

from load.errors import LoadError
from load.generator.snapshot import Snapshot
from load.generator.team import Team, tasks
from load.generator.worker import Task
from load.measure.machine import Machine
from load.measure.probes import Visible
from load.measure.recorder import OverTime, Recorder
from load.report.model import Ending, Finding, Report
from load.runs.assembly import Gathered, assemble
from load.runs.census import Census
from load.runs.probing import Probing, monotonic_epoch
from load.runs.status import Status
from load.runs.stops import Stops
from load.runs.target import Insides, Target
from load.workload.arrivals import Arrivals
from load.workload.events import EventShape
from load.workload.profile import Profile, warmed
from local.errors import StackError
from penstock.config import ProducerConfig

LEAST_DRAIN_SECONDS: Final = 30.0
"""Workers wait that long for the outcomes of what they have sent even where nothing else is waited for."""
LAST_WORD_SECONDS: Final = 15.0
"""How long they may take to tell of it then."""
LISTEN_SECONDS: Final = 0.25
SHOW_SECONDS: Final = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class RunOptions:
    """What a run was asked for.

    Attributes:
        profile: of the measured time.
        warm_up_seconds: before it, at the profile's first rate.
        arrivals, shape, seed: of the events.
        processes: that send.
        producer: the SDK's options.
        stops: what ends the run before its time.
        probe_seconds: between two probes; none for no probes.
        settle_seconds: how long to wait in the end for what is on its way.
    """

    profile: Profile
    warm_up_seconds: float = 10.0
    arrivals: Arrivals = "poisson"
    shape: EventShape = field(default_factory=EventShape)
    seed: int = 0
    processes: int = 1
    producer: ProducerConfig = field(default_factory=ProducerConfig)
    stops: Stops = field(default_factory=Stops)
    probe_seconds: float | None = 0.2
    settle_seconds: float = 60.0

    @property
    def drain_seconds(self) -> float:
        """How long to wait in the end for the stream's outcomes, before all else."""
        return max(self.settle_seconds, LEAST_DRAIN_SECONDS)


class Wish(Protocol):
    """Whether the user wants the run to end."""

    @property
    def wanted(self) -> bool:
        """True from the first interrupt on. The second one raises `KeyboardInterrupt`."""


class Never:
    """The wish of nobody: what ends the run is its schedule, or an interrupt at once."""

    wanted = False


def run(options: RunOptions, target: Target, *, show: Callable[[Status], None], wish: Wish) -> Report:
    """Run, and return the report; after an interrupt, or when something broke down, that of what there was until then.

    Raises:
        LoadError: the generator broke down before anything was measured.
        Exception: of the target's own, if it broke down before that.
    """
    return _Run(options, target, show, wish).report()


class _Run:
    """The state of one run. Its clock tells seconds since the beginning of the measured time."""

    def __init__(self, options: RunOptions, target: Target, show: Callable[[Status], None], wish: Wish) -> None:
        self._options = options
        self._target = target
        self._show = show
        self._wish = wish
        self._name = f"{time.time_ns() // 1_000_000:x}"
        self._recorder = Recorder(options.profile.seconds)
        self._freshness = OverTime("s", options.profile.seconds, self._recorder.step)
        self._accepted_to_visible = OverTime("s", options.profile.seconds, self._recorder.step)
        self._answer = OverTime("s", options.profile.seconds, self._recorder.step)
        self._ages: list[float | None] = []
        self._machine = Machine()
        self._machine_busy: float | None = None
        self._measured = False
        self._insides = Insides({}, {})
        self._counted: int | None = None
        self._census: Census | None = None
        self._zero = 0.0
        self._warmed = options.warm_up_seconds
        self._began = time.monotonic()
        self._ready = 0.0
        self._ending: Ending = "time"
        self._broken: str | None = None
        self._shown = float("-inf")
        self._probing: Probing | None = None

    def report(self) -> Report:
        options = self._options
        warm = warmed(options.profile, options.warm_up_seconds)
        first = Task(
            worker=0,
            workers=1,
            profile=warm,
            warm_up_seconds=options.warm_up_seconds,
            arrivals=options.arrivals,
            shape=options.shape,
            seed=options.seed,
            name=self._name,
            address=self._target.address,
            producer=options.producer,
            drain_seconds=options.drain_seconds,
        )
        with Team(tasks(first, options.processes)) as team, ExitStack() as probes:
            begin = team.begin(self._start_census, self._lead)
            self._ready, self._zero = begin - self._began, begin + options.warm_up_seconds
            self._probing = self._start_probing(probes, team)
            try:
                self._send(team)
                self._drain(team)
                self._settle()
            except KeyboardInterrupt:
                self._end_measuring("interrupt")
            except Exception as error:  # of the generator's or the target's own: what was measured is not lost by it
                if self._clock() < 0:
                    raise
                self._break(error)
        self._ask_insides()
        return assemble(
            Gathered(
                profile=options.profile,
                warm_up_seconds=self._warmed,
                arrivals=options.arrivals,
                shape=options.shape,
                seed=options.seed,
                processes=options.processes,
                ending=self._ending,
                broken=self._broken,
                recorder=self._recorder,
                freshness=self._freshness,
                accepted_to_visible=self._accepted_to_visible,
                answer=self._answer,
                iterator_ages=tuple(self._ages),
                probes_lost=0 if self._probing is None else self._probing.lost(options.profile.seconds),
                probes_failure=None if self._probing is None else self._probing.failure,
                cores=self._machine.cores,
                machine_busy=self._machine_busy,
                ready=self._ready,
                target=self._target.name,
                local=self._target.local,
                configuration=dict(self._target.configuration),
                insides=self._insides,
                counted=self._counted,
                counting_failure=None if self._census is None else self._census.failure,
                stops=options.stops,
                spent=self._spent,
            )
        )

    def _clock(self) -> float:
        return time.monotonic() - self._zero

    def _lead(self) -> float:
        """Return how many seconds to wait, so that the measured time begins when the target wants it."""
        every = self._target.starts_every
        if every is None:
            return 0.0
        return -(time.time() + self._options.warm_up_seconds) % every

    def _start_census(self) -> None:
        if (api := self._target.api()) is not None:
            self._census = Census(api, time.time())

    def _start_probing(self, undo: ExitStack, team: Team) -> Probing | None:
        api = self._target.api()
        if api is None or self._options.probe_seconds is None:
            return None
        return undo.enter_context(
            Probing(
                team.put,
                api,
                name=self._name,
                interval=self._options.probe_seconds,
                seed=self._options.seed,
                epoch=monotonic_epoch(self._zero),
                clock=self._clock,
                first=-self._options.warm_up_seconds,
                visible=self._visible,
                answered=self._answer.record,
            )
        )

    def _visible(self, probe: Visible) -> None:
        self._freshness.record(probe.due, probe.seen - probe.due)
        self._accepted_to_visible.record(probe.due, probe.seen - probe.accepted)

    def _send(self, team: Team) -> None:
        """Send until the schedule's end, or until something ends it before."""
        begun = False
        while not team.done:
            self._hear(team)
            now = self._clock()
            if not begun and now >= 0:
                begun = True
                self._target.begin()
                self._machine.restart()
            self._look(now)
            if now >= self._recorder.seconds:
                break
            if early := self._early():
                self._end_measuring(early)
                return
            self._tell(self._phase(now))
        self._end_measuring("time")

    def _phase(self, now: float) -> str:
        if self._target.starts_every is not None and now < -self._options.warm_up_seconds:
            return "waiting, so that the measured time begins with a whole minute"
        if now >= 0:
            return "measuring"
        return "warming up" if self._options.warm_up_seconds else "about to begin"

    def _early(self) -> Ending | None:
        """Tell what ends the run before its time."""
        if self._wish.wanted:
            return "interrupt"
        seconds = self._clock() + self._options.warm_up_seconds
        return self._options.stops.ending(self._recorder.latest, seconds=seconds, sent=self._recorder.in_all.sent)

    @property
    def _spent(self) -> float:
        """Dollars, reckoned from what was sent."""
        seconds = self._recorder.seconds + self._warmed
        return self._options.stops.spent(seconds, self._recorder.in_all.sent)

    def _hear(self, team: Team) -> None:
        """Take in what workers tell."""
        for told in team.listen(LISTEN_SECONDS):
            if isinstance(told, Snapshot):
                self._recorder.take(told)
            elif self._probing is not None:
                self._probing.acknowledged(told, told.at - self._zero)

    def _look(self, now: float) -> None:
        """Look at the target once a step of the measured time."""
        while 0 <= len(self._ages) * self._recorder.step < min(now, self._recorder.seconds):
            self._ages.append(self._target.iterator_age())

    def _end_measuring(self, ending: Ending) -> None:
        if not self._measured:
            self._measured = True
            self._ending = ending
            now = self._clock()
            self._recorder.end(now)
            self._warmed = max(0.0, self._warmed + min(0.0, now))
            self._machine_busy = self._machine.busy()
            self._target.end()

    def _break(self, error: Exception) -> None:
        """Keep what was measured until something broke down, a part of the target or of the generator."""
        self._broken = str(error) if isinstance(error, LoadError | StackError) else f"{type(error).__name__}: {error}"
        self._end_measuring("failure")
        self._ending = "failure"

    @property
    def _patient(self) -> bool:
        """Whether the user wants what is on its way to be waited for: the wish that ended the sending leaves that."""
        return self._ending == "interrupt" or not self._wish.wanted

    def _drain(self, team: Team) -> None:
        if self._probing is not None:
            self._probing.stop_sending()
        team.stop()
        deadline = time.monotonic() + self._options.drain_seconds + LAST_WORD_SECONDS
        while self._patient and not team.done and time.monotonic() < deadline:
            self._hear(team)
            self._tell("waiting for the last answers of the stream")

    def _settle(self) -> None:
        """Wait for what is on its way, so that what takes longest is not left out."""
        deadline = time.monotonic() + self._options.settle_seconds
        while self._patient and self._probing is not None and self._probing.waiting and time.monotonic() < deadline:
            self._tell("waiting for the last probes to become visible")
            time.sleep(LISTEN_SECONDS)
        if self._census is not None:
            self._count(self._census, deadline)

    def _count(self, census: Census, deadline: float) -> None:
        """Ask how many events are counted, until all are."""

        def rest() -> bool:
            self._tell("waiting for the last events to be counted")
            time.sleep(LISTEN_SECONDS)
            return self._patient

        in_all = self._recorder.in_all.distinct
        probes = 0 if self._probing is None else self._probing.delivered
        found = census.settled(in_all + probes, rest=rest, clock=time.monotonic, deadline=deadline)
        others = round(in_all - self._recorder.latest.distinct) + probes
        self._counted = None if found is None else max(0, found - others)

    def _ask_insides(self) -> None:
        """Have the target tell what it measured; once the user wants an end, without waiting for it."""

        def wait(what: str) -> bool:
            self._tell(what)
            time.sleep(LISTEN_SECONDS)
            return not self._wish.wanted

        try:
            self._insides = self._target.insides(wait)
        except Exception as error:  # noqa: BLE001 - of the target's own, as above
            self._break(error)
        except KeyboardInterrupt:
            text = "what functions and tables did is not known: the run was ended while that was waited for"
            self._insides = Insides({}, {}, findings=(Finding(kind="limit", text=text),))

    def _tell(self, phase: str) -> None:
        now = self._clock()
        if now - self._shown < SHOW_SECONDS:
            return
        self._shown = now
        self._show(
            Status(
                phase=phase,
                at=max(0.0, now) if self._measured else now,  # what ended in its warm-up has no measured time to await
                seconds=self._recorder.seconds,
                totals=self._recorder.latest,
                scheduled_rate=self._options.profile.rate(now),
                rates=self._recorder.rates_before(now),
                put=self._recorder.put.quantiles,
                freshness=self._freshness.quantiles,
                schedule_error=self._recorder.schedule_error.quantiles,
                iterator_age=self._ages[-1] if self._ages else None,
                probes_waiting=0 if self._probing is None else self._probing.waiting,
            )
        )
