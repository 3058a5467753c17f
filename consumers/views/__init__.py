"""Views: read models beside minutes, hours and days, so that an answer costs the same however many events it counts.

See `docs/views.md`.
"""
