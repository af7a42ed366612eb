"""Objects come out of a bucket into the inbox: each once, under its key; the answer lies under its unit and the key that was sent."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import boto3
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from etl.acts import collect as collecting
from etl.acts.collect import Collected, collect
from etl.acts.give_back import give_back
from etl.acts.outbox import renew_outbox
from etl.errors import StoreError, UsageError
from etl.pipeline import Stores, receive, take_in
from etl.store.bucket import Bucket, Door
from etl.store.incoming import path_of
from etl.store.letterbox import Letterbox, signed
from etl.store.outbox import UNKNOWN
from tests.conftest import AT, SAMPLES, store_at
from tests.objects import ObjectStore
from tests.unit.acts.test_decide import workbook

#: the units of the workbooks that are sent, by their code
SIN_HO = "108"

XLSX = (SAMPLES / "BC_KHCN_2021_NamNhun.xlsx").read_bytes()


class Post:
    """A bucket into which senders put workbooks, and in which they look for answers."""

    def __init__(self, objects: ObjectStore, place: Path) -> None:
        name = objects.bucket()
        self.incoming, self.outgoing = f"s3://{name}/den", f"s3://{name}/di"
        self.stores: Stores = store_at(place, **objects.environment())
        self.sent = self.stores.settings.bucket("ETL_INCOMING", self.incoming)
        self.answers: Bucket = self.stores.settings.bucket("ETL_OUTGOING", self.outgoing)

    def fetch(self) -> int:
        return collect(self.stores.settings, self.incoming).files

    def night(self, at: datetime = AT) -> None:
        self.fetch()
        for batch in receive(self.stores, [self.stores.settings.inbox], at):
            take_in(self.stores, batch, at)
        renew_outbox(self.stores)
        give_back(self.stores, self.outgoing, self.incoming)


@pytest.fixture
def post(objects: ObjectStore, tmp_path: Path) -> Post:
    return Post(objects, tmp_path / "data")


@pytest.mark.slow
def test_each_object_comes_once_with_its_folders_and_again_when_it_is_put_again(post: Post) -> None:
    post.sent.put("huyen-nam-nhun/BC 2021.xlsx", XLSX)
    post.sent.put("huyen-nam-nhun/ghi-chu.md", b"not a workbook")
    post.sent.put("huyen-nam-nhun/~$BC 2021.xlsx", b"somebody has it open")
    inbox = post.stores.settings.inbox

    assert (post.fetch(), post.fetch()) == (1, 0)
    assert [p.relative_to(inbox).as_posix() for p in inbox.rglob("*.xlsx")] == ["s3/huyen-nam-nhun/BC 2021.xlsx"]
    post.sent.put("huyen-nam-nhun/BC 2021.xlsx", XLSX + b"\1")
    assert (post.fetch(), post.fetch()) == (1, 0)
    assert (inbox / "s3/huyen-nam-nhun/BC 2021.xlsx").read_bytes()[-1:] == b"\1"


@pytest.mark.slow
def test_what_is_too_large_waits_and_keeps_nobody_else_waiting(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.sent.put("a.xlsx", XLSX)
    post.sent.put("b.xlsx", b"x" * (len(XLSX) + 1))
    monkeypatch.setattr(collecting, "LARGEST", len(XLSX))

    done = collect(post.stores.settings, post.incoming)
    assert (done.files, [sentence.split(": ")[1] for sentence in done.told]) == (1, [f"{post.incoming}/b.xlsx"])


@pytest.mark.slow
def test_the_answer_lies_under_its_unit_and_the_key_that_was_sent_and_is_renewed(post: Post) -> None:
    post.sent.put("huyen-sin-ho/BC, lần 1.xlsx", workbook("SinHo", "Biểu 02", {"G9": "không biết"}))
    post.sent.put("nam-nhun.xlsx", workbook("NamNhun", "Biểu 02", {}))
    post.night()
    told = post.answers.names()
    assert {name.rpartition("/")[0] for name in told} == {f"{SIN_HO}/huyen-sin-ho/BC, lần 1.xlsx", "112/nam-nhun.xlsx"}
    assert {f"{SIN_HO}/huyen-sin-ho/BC, lần 1.xlsx/bien-nhan.txt", "112/nam-nhun.xlsx/bien-nhan.txt"} <= set(told)
    assert any(name.startswith(f"{SIN_HO}/huyen-sin-ho/BC, lần 1.xlsx/") and name.endswith(".xlsx") for name in told)
    before = post.answers.listed()
    post.night()
    assert post.answers.listed() == before  # nothing is new: nothing is put

    post.sent.put("huyen-sin-ho/BC, lần 1.xlsx", workbook("SinHo", "Biểu 02", {}))
    post.night(AT + timedelta(days=1))
    receipt = post.answers.read(f"{SIN_HO}/huyen-sin-ho/BC, lần 1.xlsx/bien-nhan.txt")
    assert "Revision: 2" in receipt.decode("utf-8")
    assert "nam-nhun" not in receipt.decode("utf-8")


@pytest.mark.slow
def test_an_answer_to_what_was_nobodys_moves_to_the_unit_that_it_turns_out_to_be_of(post: Post) -> None:
    post.sent.put("bc.xlsx", b"not a workbook at all")
    post.night()
    assert {name.partition("/")[0] for name in post.answers.names()} == {UNKNOWN}

    post.sent.put("bc.xlsx", workbook("SinHo", "Biểu 02", {}))
    post.night(AT + timedelta(days=1))
    assert f"{SIN_HO}/bc.xlsx/bien-nhan.txt" in post.answers.names()
    # nobody else finds what was said of the one or the other
    assert {name.partition("/")[0] for name in post.answers.names()} <= {UNKNOWN, SIN_HO}
    assert not any(name.endswith(".xlsx") for name in post.answers.names(UNKNOWN))


#: what a stranger, or a careless script, may call an object; `BC` is a file and a folder
HOSTILE = (
    "../../etc/cron.d/x.xlsx", "a//b.xlsx", "/c.xlsx", "a/./d.xlsx", "a\\..\\e.xlsx", "BC.xlsx", "bc.XLSX", "BC.xlsx/f.xlsx",
    "g" * 900 + ".xlsx", "h/" * 300 + "x.xlsx", "\u202ei.xlsx", "%2e%2e%2fj.xlsx", "\x01.xlsx", "\x00.xlsx", "=k+&<l>.xlsx",
)  # fmt: skip


@pytest.mark.slow
def test_whatever_an_object_is_called_it_comes_once_into_the_inbox_and_keeps_no_other_waiting(
    post: Post, objects: ObjectStore
) -> None:
    client = boto3.client(
        "s3", endpoint_url=objects.endpoint, region_name="us-east-1",
        aws_access_key_id="etl", aws_secret_access_key="khong-bi-mat",
    )  # fmt: skip
    for number, key in enumerate(HOSTILE):
        client.put_object(Bucket=post.sent.bucket, Key=f"den/{key}", Body=XLSX + bytes([number]))
    post.sent.put("bc nam nhun.xlsx", XLSX)
    box, inbox = Letterbox(post.sent), post.stores.settings.inbox
    # hidden folders are no submissions, and `..` begins like one
    sent = [key for key in box.listed() if not any(part.startswith(".") for part in key.split("/"))]
    assert len(sent) > len(HOSTILE) - 2

    assert (collect(post.stores.settings, post.incoming), post.fetch()) == (Collected(len(sent)), 0)
    here = [path for path in inbox.parent.rglob("*") if path.is_file() and path.suffix.lower() == ".xlsx"]
    assert {path.read_bytes() for path in here} == {box.read(key) for key in sent}
    assert all(path.is_relative_to(inbox / "s3") for path in here)

    post.night()
    names = post.answers.names()
    assert {name.partition("/")[0] for name in names} == {"112"}
    assert len([name for name in names if name.endswith("bien-nhan.txt")]) == len(sent)


def test_a_request_is_signed_as_the_clients_of_aws_sign_it() -> None:
    door = Door("https://kho.vn", "ap-1", "AKIA", "khong-bi-mat", "tam-thoi")
    path, query = "/thu/a//b%20%2B%C3%A9.xlsx", "list-type=2&prefix=a%2F%2Fb"
    request = AWSRequest("GET", f"https://kho.vn{path}?{query}")
    request.context["timestamp"] = "20261129T090000Z"
    signer = S3SigV4Auth(Credentials("AKIA", "khong-bi-mat", "tam-thoi"), "s3", "ap-1")
    request.headers["X-Amz-Date"], request.headers["X-Amz-Security-Token"] = request.context["timestamp"], "tam-thoi"
    request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(b"").hexdigest()
    theirs = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)

    ours = signed(door, "kho.vn", path, query, "20261129T090000Z")
    assert ours["authorization"].endswith(f"Signature={theirs}")


@pytest.mark.slow
def test_a_bucket_that_is_not_there_is_told_with_its_name_and_no_secret(post: Post) -> None:
    with pytest.raises(StoreError, match="s3://khong-co/den") as told:
        collect(post.stores.settings, "s3://khong-co/den")
    assert "khong-bi-mat" not in str(told.value)
    with pytest.raises(UsageError, match="ETL_INCOMING"):
        collect(post.stores.settings, "den")
    with pytest.raises(UsageError, match="AWS_ACCESS_KEY_ID"):
        collect(replace(post.stores.settings, door=Door(post.sent.door.endpoint)), post.incoming)


@pytest.mark.parametrize(
    "key", ["../../etc/cron.d/x.xlsx", "a//b.xlsx", "/a.xlsx", "a/./b.xlsx", "a\\..\\b.xlsx", "\x01.xlsx", "é" * 400]
)
def test_no_key_leads_out_of_the_inbox_and_no_two_fall_together(key: str) -> None:
    path = path_of(key)
    assert not path.is_absolute()
    assert not {"..", "."} & set(path.parts)
    assert path != path_of("/".join(part for part in path.parts if not part.startswith("khoa-")))
    assert all(len(part.encode()) < 200 for part in path.parts)
