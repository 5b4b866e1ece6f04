"""Retention: what runs leave behind goes after AP_EXECUTION_DATA_RETENTION_DAYS; the runs themselves stay in the list (spec/model.md §4)."""
