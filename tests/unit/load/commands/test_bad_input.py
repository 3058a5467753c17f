"""What can't be used is refused in one line, with status 2."""

import sys
from pathlib import Path

import pytest

from load.__main__ import main


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["run", "--target", "moon"], "--target 'moon' is neither local nor stub"),
        (["run", "--target", "stub:999999999"], "--target stub:SHARDS has 1 to 10,000 shards, not 999999999"),
        (["run", "--target", f"stub:{5_000 * chr(57)}"], "has 1 to 10,000 shards, not 9999"),
        (["run", "--target", "stub:0"], "--target stub:SHARDS has 1 to 10,000 shards, not 0"),
        (["run", "--target", "stub:many"], "--target 'stub:many' is neither local nor stub"),
        (["run", "--profile", "missing.yaml"], "error: missing.yaml can't be read: No such file"),
        (["run", "--profile", "steady:0"], "the profile never sends anything"),
        (["run", "--set", "ShardCount"], "say NAME=VALUE"),
        (["run", "--set", "ShardCount=0"], "error: ShardCount must be 1"),
        (["run", "--set", "Sharts=2"], "there is no setting 'Sharts'"),
        (["run", "--event-bytes", "1000000"], "--event-bytes must be 160 to 20,000, not 1,000,000"),
        (["run", "--report", "/nowhere/report.json"], "/nowhere/report.json can't be written"),
        (["run", "--report", "/dev/null", "--page", "/dev/null", "--profile", "no"], "is no profile"),
        (["run", "--target", "stub:2", "--region", "x"], "--region belongs to --target stack:NAME, and this is"),
        (["run", "--role"], "--role belongs to --target stack:NAME, and this is --target local"),
        (["run", "--metrics-wait", "zz"], "--metrics-wait belongs to"),
        (["run", "--yes"], "--yes belongs to"),
        (["run", "--api-key", "k"], "--api-key belongs to"),
        (["run", "--prices", "prices.json"], "--prices belongs to --stop-cost"),
        (["run", "--no-probes", "--probe-interval", "1"], "--probe-interval has no effect with --no-probes"),
        (["run", "--target", "stub", "--set", "IngestWindowSeconds=4"], "--set IngestWindowSeconds has no effect on"),
        (
            ["run", "--target", "stub", "--set", "RollupBatchSize=9", "--stop-cost", "1", "--profile", "no"],
            "is no profile",
        ),
        (["run", "--target", "stub:2", "--set", "ShardCount=4"], "--set ShardCount has no effect on --target stub:2"),
        (["run", "--set", "table_mode=provisioned"], "--set table_mode has no effect on a run without --stop-cost"),
        (["run", "--set", "table_mode=provisioned", "--stop-cost", "1", "--profile", "no"], "is no profile"),
        (
            ["run", "--set", "StreamMode=ON_DEMAND", "--set", "ShardCount=3"],
            "--set ShardCount has no effect on a stream",
        ),
        (["simulate", "--set", "stream_mode=on-demand", "--set", "shards=3"], "--set shards has no effect on a stream"),
        (["cost", "--set", "StreamMode=ON_DEMAND", "--set", "shards=3"], "--set shards has no effect on a stream on"),
        (["run", "--set", "ShardCount=4", "--set", "shards=5"], "--set shards=5 and --set ShardCount=4 are about"),
        (["run", "--set", "StreamMode=ON_DEMAND", "--set", "stream_mode=provisioned"], "are about the same"),
        (["tune", "--within", "9", "--region", "x"], "--region belongs to --apply NAME"),
        (["tune", "--within", "9", "--yes"], "--yes belongs to --apply NAME"),
        (["calibrate", "new.json", "--region", "x"], "--region belongs to --from-logs NAME"),
        (["calibrate", "new.json", "--since", "2h"], "--since belongs to --from-logs NAME"),
        (["calibrate", "new.json", "--from-logs", "s", "--rounds", "2"], "--rounds is of what is measured here"),
        (["calibrate", "new.json", "--from-logs", "s", "--memory", "512"], "--memory is of this machine"),
        (["cost", "--on", "local"], "No such option '--on'"),
        (["compare", "missing.json", "missing.json"], "missing.json can't be read"),
        (["run", "--stop-cost", "nan"], "'nan' is no finite number"),
        (["run", "--stop-cost", "inf"], "'inf' is no finite number"),
        (["run", "--stop-errors", "nan"], "'nan' is no finite number"),
        (["run", "--probe-interval", "nan"], "'nan' is no finite number"),
        (["run", "--key-skew", "nan"], "--key-skew must be 0.01 to 3, not nan"),
        (["run", "--hashtag-skew", "nan"], "--hashtag-skew must be 0.01 to 3, not nan"),
        (["run", "--hashtags", "nan"], "--hashtags must be 0 to 20, not nan"),
        (["run", "--duplicates", "nan"], "--duplicates must be 0 to 0.9, not nan"),
        (["run", "--profile", "steady:nan"], "a rate is 0 to 10,000,000 events a second, not nan"),
        (["run", "--duration", "nan"], "'nan' is no time"),
        (["calibrate", "new.json", "--memory", "nan"], "'nan' is no finite number"),
        (["tune", "--within", "nan"], "the goal is above 0 s and at most 3,600 s, not nan"),
        (["tune", "--within", "9", "--percentile", "nan"], "the goal's percentile is 0.5 to below 1, not nan"),
        (["tune", "--within", "9", "--headroom", "nan"], "headroom is 0 to 9 (0.3 is 30 %), not nan"),
        (["dance"], "No such command 'dance'"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    arguments: list[str], why: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert why in refused(arguments, monkeypatch, capsys)


@pytest.mark.parametrize("arguments", [("run", "--target", "stack:x"), ("probe", "--stream", "x", "--url", "http://x")])
def test_an_address_of_aws_that_is_none_is_bad_input(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("ENDPOINT_URL", "nonsense"), ("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "y")):
        monkeypatch.setenv(f"AWS_{name}", value)
    said = refused([*arguments, "--region", "eu-central-1"], monkeypatch, capsys)
    assert "Invalid endpoint: nonsense. Set AWS_ENDPOINT_URL" in said


@pytest.mark.parametrize(
    "options",
    [("run", "--report", "--page"), ("tune", "--samconfig", "--report"), ("tune", "--page", "--samconfig")],
)
def test_two_outputs_go_to_two_files(
    options: tuple[str, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, link = tmp_path / "found", tmp_path / "link"
    link.symlink_to(path)
    command, one, other = options
    for again in (path, link):
        said = refused([command, one, str(path), other, str(again)], monkeypatch, capsys)
        assert f"{one} and {other} are both {again}: give each a file of its own" in said


def refused(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the line of what can't be used."""
    monkeypatch.setattr(sys, "argv", ["penstock-load", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out, errors = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1
    return errors
