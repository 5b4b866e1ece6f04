"""What people see who open an approval link in a browser: the approval page (docs/decisions/0017)."""
