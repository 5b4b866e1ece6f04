"""Names and values of other versions of the wire (spec/env.md, "Retired"), so that whoever brings an old one is told what to write."""

RETIRED_NAMES = {
    "AP_FLOW_WORKER_CONCURRENCY": "AP_WORKER_CONCURRENCY",
    "AP_SCHEDULED_WORKER_CONCURRENCY": "AP_WORKER_CONCURRENCY",
    "AP_QUEUE_MODE": "AP_REDIS_TYPE",
    "AP_MAX_CONCURRENT_JOBS_PER_PROJECT": "AP_DEFAULT_CONCURRENT_JOBS_LIMIT",
    "AP_SANDBOX_RUN_TIME_SECONDS": "AP_FLOW_TIMEOUT_SECONDS",
    "AP_CODE_SANDBOX_TYPE": "AP_EXECUTION_MODE",
    "AP_CONFIG_PATH": "AP_DATA_DIR",
    "AP_CACHE_BASE_PATH": "AP_DATA_DIR",
}
"""Names that are not read any more, and the setting that has taken their place."""

RETIRED_VALUES = {
    ("AP_EXECUTION_MODE", "SANDBOXED"): "SANDBOX_PROCESS",
    ("AP_DB_TYPE", "SQLITE3"): "EMBEDDED",
    ("AP_DB_TYPE", "PGLITE"): "EMBEDDED",
    ("AP_FILE_STORAGE_LOCATION", "DB"): "LOCAL",
}
"""Values that a setting no longer takes, and what to write instead."""

WITHOUT_EFFECT = {
    "AP_EDITION": "there is one edition",
    "AP_QUEUE_UI_ENABLED": "the queue has no dashboard of its own",
    "AP_QUEUE_UI_USERNAME": "the queue has no dashboard of its own",
    "AP_QUEUE_UI_PASSWORD": "the queue has no dashboard of its own",
    "AP_RUNS_METADATA_UPDATE_CONCURRENCY": "run rows are written by the journal's one writer",
    "AP_WORKER_GROUP_ID": "workers are not grouped",
    "AP_PROJECT_WORKER": "workers are not grouped",
    "AP_WORKER_QUEUE": "workers are not grouped",
    "AP_REUSE_SANDBOX": "sandbox children are always kept warm",
    "AP_PREWARM_CACHE_ON_STARTUP": "there is no cache to warm",
    "AP_PRE_WARM_CACHE": "there is no cache to warm",
    "AP_USE_CDN_FOR_BUNDLES": "pieces are not fetched from a CDN",
    "AP_ISSUE_ARCHIVE_DAYS": "there are no issues",
    "AP_AI_CREDIT_USD_VALUE": "there are no credits",
    "AP_CLOUD_AUTH_ENABLED": "OAuth applications are your own",
    "AP_SCIM_DEFAULT_PROJECT_ROLE": "there is no SCIM",
    "AP_S3_USE_IRSA": "credentials are given by name",
    "AP_ALLOW_DISPOSABLE_EMAILS": "e-mail addresses are not judged",
    "AP_ZEROBOUNCE_API_KEY": "e-mail addresses are not judged",
    "AP_TURNSTILE_SITE_KEY": "sign-up has no captcha",
    "AP_TURNSTILE_SECRET_KEY": "sign-up has no captcha",
    "AP_ALLOWED_EMBED_ORIGINS": "the builder is not embedded",
    "AP_LOAD_TRANSLATIONS_FOR_DEV_PIECES": "pieces speak English",
    "AP_TOOL_SEARCH_ENABLED": "there are no agents",
    "AP_OPENAI_API_KEY": "there are no agents",
    "AP_MODEL_CATALOG_URL": "there are no agents",
    "AP_LOG_FILE": "logs go to standard output",
    "AP_LOG_SAMPLE_RATE_INFO": "every message is written",
    "AP_LOG_KEEP_SLOW_MS": "every message is written",
    "AP_SENTRY_DSN": "errors go to the log",
    "AP_PAGE_ONCALL_WEBHOOK": "errors go to the log",
    "AP_CANARY_APP_URL": "there is no canary",
    "AP_IS_CANARY_APP": "there is no canary",
}
"""Names of the wire that are known and mean nothing here, and why."""
