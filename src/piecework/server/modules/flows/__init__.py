"""Flows: what people draw, in versions; editing, publishing, and the reads that webhooks and the worker live on."""
