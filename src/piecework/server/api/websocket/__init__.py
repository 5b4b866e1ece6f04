"""socket.io at ``/api/socket.io``: what the server tells browsers as it happens, and what browsers ask for (spec/api.md §14)."""
