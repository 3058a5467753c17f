import pytest

from penstock.config import ProducerConfig
from penstock.environment import config_from_environment
from penstock.errors import ConfigurationError


def test_each_kind_of_value_is_read() -> None:
    config = config_from_environment(
        {
            "PENSTOCK_LINGER_SECONDS": "0.05",
            "PENSTOCK_CALL_RECORDS": "100",
            "PENSTOCK_ORDERED": "true",
            "PENSTOCK_RATE_LIMIT_PERCENT": "none",
            "PENSTOCK_PUT_TIMEOUT_SECONDS": "5",
            "PENSTOCK_WHEN_FULL": "drop_oldest",
            "PENSTOCK_SPOOL": "/var/spool/events",
            "AWS_REGION": "eu-west-1",
        }
    )
    assert config == ProducerConfig(
        linger_seconds=0.05,
        call_records=100,
        ordered=True,
        rate_limit_percent=None,
        put_timeout_seconds=5,
        when_full="drop_oldest",
        spool="/var/spool/events",
    )


def test_without_variables_there_are_the_defaults() -> None:
    assert config_from_environment({"HOME": "/"}) == ProducerConfig()


def test_what_is_like_no_option_is_left_alone() -> None:
    others = {"PENSTOCK_SERVICE_HOST": "10.0.0.7", "PENSTOCK_PORT_80_TCP": "tcp://10.0.0.7:80", "PENSTOCK_HOME": "/opt"}
    assert config_from_environment(others) == ProducerConfig()


@pytest.mark.parametrize(
    ("variable", "value", "names"),
    [
        ("PENSTOCK_LINGR_SECONDS", "1", "PENSTOCK_LINGER_SECONDS"),
        ("PENSTOCK_LINGER_SECONDS", "soon", "'soon'"),
        ("PENSTOCK_LINGER_SECONDS", "61", "from 0 to 60, not 61"),
        ("PENSTOCK_CALL_RECORDS", "1.5", "'1.5'"),
        ("PENSTOCK_CALL_RECORDS", "none", "'none'"),
        ("PENSTOCK_ORDERED", "perhaps", "'perhaps'"),
        ("PENSTOCK_WHEN_FULL", "panic", "'panic'"),
        ("PENSTOCK_SPOOL", "", "spool must be"),
    ],
)
def test_a_bad_variable_is_named_with_its_value(variable: str, value: str, names: str) -> None:
    with pytest.raises(ConfigurationError, match=variable) as caught:
        config_from_environment({variable: value})
    assert names in str(caught.value)
