"""Sample data: what a step gave when it was tried, for the steps after it to refer to."""
