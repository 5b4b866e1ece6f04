"""Amazon S3, and the many services that speak like it."""

from piecework.pieces.amazon_s3.bucket import try_connection
from piecework.sdk import CustomAuth, Piece, PieceCategory, SecretText, ShortText, StaticDropdown

REGIONS = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "af-south-1",
    "ap-east-1",
    "ap-south-1",
    "ap-south-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-central-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "me-central-1",
    "me-south-1",
    "sa-east-1",
]

AUTH = CustomAuth(
    fields={
        "accessKeyId": ShortText("Access Key ID", "Of a user that may do only what your flows need.", required=True),
        "secretAccessKey": SecretText("Secret Access Key", "Shown once, when the access key is made.", required=True),
        "bucket": ShortText("Bucket", "The bucket's name.", required=True),
        "endpoint": ShortText(
            "Endpoint", "The address of another service that speaks S3, such as MinIO; empty for Amazon.", required=False
        ),
        "region": StaticDropdown(
            "Region", "Other services mostly take us-east-1.", options={name: name for name in REGIONS}, required=True
        ),
    },
    validate=try_connection,
)

piece = Piece(
    "amazon-s3",
    display_name="Amazon S3",
    version="0.4.0",
    description="Keep files in Amazon S3 or a service that speaks like it.",
    categories=[PieceCategory.CONTENT_AND_FILES, PieceCategory.DEVELOPER_TOOLS],
    auth=AUTH,
)
