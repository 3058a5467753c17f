"""Exporting a producer's statistics: ``Producer("social-events", metrics=EmfExporter())``.

`EmfExporter` writes CloudWatch's embedded metric format, `OpenTelemetryExporter` feeds an OpenTelemetry meter (extra
``opentelemetry``). Anything else with the two methods of `Exporter` will do as well.
"""

from penstock.metrics.emf import EmfExporter
from penstock.metrics.exporter import Exporter
from penstock.metrics.opentelemetry import OpenTelemetryExporter

__all__ = ["EmfExporter", "Exporter", "OpenTelemetryExporter"]
