"""Sub-flows: runs that steps of other runs begin, and what these hear of them (decision 16)."""
