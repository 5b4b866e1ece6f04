"""The generated pages of docs/reference, a file for each: functions from what the code says of itself to Markdown."""
