"""Pieces from npm behind the SDK's own Piece, Action and Trigger, so that nothing else tells them from native ones."""

from piecework.runner.npm.pieces import NpmPiece
from piecework.runner.npm.runtime import NpmRuntime

__all__ = ["NpmPiece", "NpmRuntime"]
