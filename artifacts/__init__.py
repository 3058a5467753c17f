"""Builds the package that each function of the template is deployed as, for Lambda and for this machine."""
