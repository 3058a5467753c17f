"""What holds for all tests."""

from hypothesis import settings

# A deadline would measure the machine, which is shared, and not the code.
settings.register_profile("penstock", deadline=None)
settings.load_profile("penstock")
