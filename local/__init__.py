"""The template's stack on one machine."""
