"""Errors of the domain as they travel: `{"code": ..., "params": ...}` under the status that the code has (spec/api.md §0)."""

from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    """The wire's error codes that this server gives."""

    AUTHENTICATION = "AUTHENTICATION"
    AUTHORIZATION = "AUTHORIZATION"
    DOES_NOT_MEET_BUSINESS_REQUIREMENTS = "DOES_NOT_MEET_BUSINESS_REQUIREMENTS"
    DOMAIN_NOT_ALLOWED = "DOMAIN_NOT_ALLOWED"
    EMAIL_AUTH_DISABLED = "EMAIL_AUTH_DISABLED"
    EMAIL_IS_NOT_VERIFIED = "EMAIL_IS_NOT_VERIFIED"
    ENGINE_OPERATION_FAILURE = "ENGINE_OPERATION_FAILURE"
    ENTITY_NOT_FOUND = "ENTITY_NOT_FOUND"
    EXISTING_USER = "EXISTING_USER"
    FEATURE_DISABLED = "FEATURE_DISABLED"
    FLOW_OPERATION_INVALID = "FLOW_OPERATION_INVALID"
    FLOW_OPERATION_IN_PROGRESS = "FLOW_OPERATION_IN_PROGRESS"
    FLOW_RUN_RETRY_OUTSIDE_RETENTION = "FLOW_RUN_RETRY_OUTSIDE_RETENTION"
    INVALID_API_KEY = "INVALID_API_KEY"
    INVALID_APP_CONNECTION = "INVALID_APP_CONNECTION"
    INVALID_BEARER_TOKEN = "INVALID_BEARER_TOKEN"  # noqa: S105
    INVALID_CLAIM = "INVALID_CLAIM"
    INVALID_CLOUD_CLAIM = "INVALID_CLOUD_CLAIM"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    INVALID_OR_EXPIRED_JWT_TOKEN = "INVALID_OR_EXPIRED_JWT_TOKEN"  # noqa: S105
    INVALID_OTP = "INVALID_OTP"
    INVITATION_ONLY_SIGN_UP = "INVITATION_ONLY_SIGN_UP"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    PIECE_SYNC_NOT_SUPPORTED = "PIECE_SYNC_NOT_SUPPORTED"
    PROJECT_EXTERNAL_ID_ALREADY_EXISTS = "PROJECT_EXTERNAL_ID_ALREADY_EXISTS"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    SANDBOX_CAPACITY_EXCEEDED = "SANDBOX_CAPACITY_EXCEEDED"
    SESSION_EXPIRED = "SESSION_EXPIRED"
    SIGN_UP_DISABLED = "SIGN_UP_DISABLED"
    TEST_TRIGGER_FAILED = "TEST_TRIGGER_FAILED"
    TRIGGER_UPDATE_STATUS = "TRIGGER_UPDATE_STATUS"
    USER_IS_INACTIVE = "USER_IS_INACTIVE"
    VALIDATION = "VALIDATION"


_CODES_BY_STATUS = {
    401: (ErrorCode.INVALID_API_KEY, ErrorCode.INVALID_BEARER_TOKEN, ErrorCode.INVALID_CREDENTIALS, ErrorCode.AUTHENTICATION),
    402: (ErrorCode.QUOTA_EXCEEDED, ErrorCode.FEATURE_DISABLED),
    403: (
        ErrorCode.PERMISSION_DENIED,
        ErrorCode.AUTHORIZATION,
        ErrorCode.SIGN_UP_DISABLED,
        ErrorCode.SESSION_EXPIRED,
        ErrorCode.EMAIL_IS_NOT_VERIFIED,
        ErrorCode.USER_IS_INACTIVE,
        ErrorCode.DOMAIN_NOT_ALLOWED,
        ErrorCode.EMAIL_AUTH_DISABLED,
        ErrorCode.INVITATION_ONLY_SIGN_UP,
    ),
    404: (ErrorCode.ENTITY_NOT_FOUND,),
    409: (
        ErrorCode.EXISTING_USER,
        ErrorCode.FLOW_OPERATION_IN_PROGRESS,
        ErrorCode.PROJECT_EXTERNAL_ID_ALREADY_EXISTS,
        ErrorCode.VALIDATION,
    ),
    410: (ErrorCode.INVALID_OTP, ErrorCode.FLOW_RUN_RETRY_OUTSIDE_RETENTION),
    422: (ErrorCode.DOES_NOT_MEET_BUSINESS_REQUIREMENTS,),
    429: (ErrorCode.SANDBOX_CAPACITY_EXCEEDED,),
}
_STATUS_BY_CODE = {code: status for status, codes in _CODES_BY_STATUS.items() for code in codes}


class ApError(Exception):
    """What a caller asked for cannot be done. `params` travels as it is; codes without a status of their own answer 400."""

    def __init__(self, code: ErrorCode, params: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {params}")
        self.code = code
        self.params = params

    @property
    def status(self) -> int:
        """The HTTP status under which this error is answered."""
        return _STATUS_BY_CODE.get(self.code, 400)


def entity_not_found(entity_type: str, entity_id: str, message: str | None = None) -> ApError:
    """The 404 for a row that is not there; `entity_type` is the wire's name of its kind, such as `folder`."""
    params = {"entityId": entity_id, "entityType": entity_type}
    return ApError(ErrorCode.ENTITY_NOT_FOUND, params if message is None else {**params, "message": message})


def not_authorized(message: str, **details: str) -> ApError:
    """The 403 for somebody who may not do this."""
    return ApError(ErrorCode.AUTHORIZATION, {"message": message, **details})


def invalid(message: str) -> ApError:
    """The 409 VALIDATION for a request whose parts do not fit together or do not fit what is there."""
    return ApError(ErrorCode.VALIDATION, {"message": message})
