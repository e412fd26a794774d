"""Names of blobs lead nowhere else, and a place on S3 is read as it is written."""

import pytest

from bot.domain.blob_names import S3Place, file_of, name_of, read_place


def test_a_name_comes_back_from_its_file() -> None:
    assert file_of("sh_1-A") == "sh_1-A.age"
    assert name_of("sh_1-A.age") == "sh_1-A"


@pytest.mark.parametrize("file", ["sh_1", ".new-x", "a/b.age", ".age", "x.age.tmp"])
def test_what_is_no_blob_has_no_name(file: str) -> None:
    assert name_of(file) == ""


@pytest.mark.parametrize(
    ("text", "bucket", "prefix"),
    [
        ("s3://sealed-things", "sealed-things", ""),
        ("s3://sealed-things/", "sealed-things", ""),
        ("s3://a.b-c/one/two/", "a.b-c", "one/two/"),
        ("s3://abc/one", "abc", "one/"),
    ],
)
def test_a_place_is_a_bucket_and_a_prefix(text: str, bucket: str, prefix: str) -> None:
    place = read_place(text)
    assert place == S3Place(bucket=bucket, prefix=prefix)
    assert place.below("id").prefix == f"{prefix}id/"


@pytest.mark.parametrize(
    "text", ["", "abc", "s3://", "s3://A", "s3://ab", "https://abc", "s3://abc/a b"]
)
def test_another_text_is_no_place(text: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket"):
        read_place(text)
