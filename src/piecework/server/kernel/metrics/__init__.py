"""What the server counts about its own work, and how Prometheus reads it."""

from piecework.server.kernel.metrics.figures import Gauges, Histogram, Metrics, StepFigures

__all__ = ["Gauges", "Histogram", "Metrics", "StepFigures"]
