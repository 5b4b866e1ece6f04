"""Native pieces: one folder each, named after the wire name, whose ``__init__`` exports ``piece``.

A piece imports ``piecework.sdk`` and, inside its functions, the libraries that it needs: the server shows the catalogue of all pieces
without loading any of them.
"""
