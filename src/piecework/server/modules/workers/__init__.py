"""Worker machines: who executes runs."""
