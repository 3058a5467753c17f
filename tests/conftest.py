"""What holds for all tests."""

from hypothesis import settings

# A deadline would measure the machine, which is shared, and not the code.
settings.register_profile("penstock", deadline=None)
# For `make fuzz`.
settings.register_profile("fuzz", deadline=None, max_examples=4_000, print_blob=True)
settings.load_profile("penstock")
