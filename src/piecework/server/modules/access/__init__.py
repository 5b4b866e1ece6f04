"""Access: whose a token is, and which projects he may enter."""
