from piecework.pieces.jira_cloud import issues, searching, triggers
from piecework.pieces.jira_cloud.piece import piece

__all__ = ["issues", "piece", "searching", "triggers"]
