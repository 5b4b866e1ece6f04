"""Files: run logs, sample data, payloads, pictures, in the database, compressed where that helps."""
