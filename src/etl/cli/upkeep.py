"""What proves and keeps the store: rebuild, verify, backup, restore."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from etl.cli.app import Json, app, open_stores, print_json


@app.command()
def rebuild(
    release: Annotated[int, typer.Argument(help="Số bản công bố / the release's number")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Thư mục để ghi; không ghi thì so với bản đang có / an empty folder")
    ] = None,
    as_json: Json = False,
) -> None:
    """Dựng lại một bản công bố từ kho lưu và sổ cái, giống từng byte. / Make a release again, the same to the byte."""
    from etl.acts.rebuild import rebuild as act

    done = act(open_stores(), release, out)
    if as_json:
        told = {"release": done.number, "folder": done.folder, "same": done.same, "differs": list(done.differs)}
        print_json(told | {"mended": list(done.mended)})
    else:
        for path in done.mended:
            typer.echo(f"Đã phục hồi / mended: {path}")
        for name in done.differs:
            typer.echo(f"KHÁC / DIFFERS: {name}")
        said = "giống từng byte / the same to the byte" if done.same else "KHÔNG giống / NOT the same"
        typer.echo(f"Bản {done.number} / release {done.number}: {said}: {done.folder}")
    raise typer.Exit(0 if done.same else 1)


@app.command()
def verify(
    quick: Annotated[
        bool, typer.Option("--quick", help="Chỉ kiểm tra mã băm, không dựng lại / hashes only, nothing is made again")
    ] = False,
    as_json: Json = False,
) -> None:
    """Kiểm tra mọi thứ đã lưu còn nguyên vẹn, và dựng lại được. / Is everything whole, and does every release come out again."""
    from etl.queries.verify import verify as check

    found = check(open_stores(), rebuild=not quick)
    print_json(found.as_json()) if as_json else typer.echo(found.text())
    raise typer.Exit(1 if found.faults else 0)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Khám hệ thống: thư mục, quyền, đĩa, sổ cái, Prefect, lịch, đêm qua; cần làm gì. / Is everything in order, and what to do."""
    from etl.cli.app import now
    from etl.queries.conditions import BAD
    from etl.queries.doctor import doctor as examine
    from etl.queries.doctor import doctor_text
    from etl.settings import Settings, find_root

    checks = examine(Settings.from_environment(os.environ, find_root()), now())
    print_json([check.as_json() for check in checks]) if as_json else typer.echo(doctor_text(checks))
    raise typer.Exit(1 if any(check.state == BAD for check in checks) else 0)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="Tệp .tar để ghi / the tar to write")]) -> None:
    """Sao lưu sổ cái, kho lưu, dữ liệu và các bản công bố. / Ledger, archive, rows and releases into one file."""
    from etl.acts.backup import backup as act

    done = act(open_stores(), file)
    typer.echo(f"{done.files} tệp / files: {done.file} ({done.file.stat().st_size} byte)")
    for path in done.missing:
        typer.echo(f"THIẾU / MISSING: {path}")
    raise typer.Exit(1 if done.missing else 0)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="Bản sao lưu / a backup")]) -> None:
    """Phục hồi từ bản sao lưu vào nơi trống. / Fill an empty place (ETL_DATA, ETL_DATABASE_URL) from a backup."""
    from etl.acts.backup import renew_index
    from etl.acts.backup import restore as act
    from etl.queries.verify import verify as check
    from etl.settings import Settings, find_root

    count = act(Settings.from_environment(os.environ, find_root()), file)
    stores = open_stores()
    renew_index(stores)
    typer.echo(f"Đã phục hồi {count} tệp. / {count} files came back.")
    found = check(stores, rebuild=False)
    typer.echo(found.text())
    raise typer.Exit(1 if found.faults else 0)
