"""Flow runs: their list, their logs, retry, cancel, archive, waitpoints. Driving them is the worker's business."""
