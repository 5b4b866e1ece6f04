"""Users: identities (a person with an e-mail address and a password) and their membership of a platform."""
