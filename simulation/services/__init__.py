"""AWS services in memory, with the semantics that their documentation promises and no more."""
