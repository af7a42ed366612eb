"""What a release says of itself: what it is, how to read it, and on what it rests."""

from __future__ import annotations

from etl.model.decisions import WAIVER
from etl.model.figures import NOT_REPORTED, OFFICIAL, PROVISIONAL
from etl.model.findings import WAIVED
from etl.model.releases import ReleaseContent
from etl.report import words
from etl.report.titles import Titles
from etl.report.words import Text, word


def subtitle(content: ReleaseContent) -> Text:
    """'Bản tạm tính số 3 · số ước tính · 2020–2021 · lập lúc 20:15 ngày 24/11/2026'; official figures need no word."""
    kind, period, made = word(words.KINDS, content.kind), words.period(content.period), words.moment(content.created_at)
    stage = word(words.STAGES, content.stage)
    said = (
        Text("", "")
        if content.stage == OFFICIAL
        else Text(f" · số {stage.vi.lower()}", f" · {stage.en.lower()} figures")
    )
    return Text(
        f"{kind.vi} số {content.number}{said.vi} · {period.vi} · lập lúc {made.vi}",
        f"{kind.en} no. {content.number}{said.en} · {period.en} · made on {made.en}",
    )


def standing(content: ReleaseContent) -> Text:
    """Whether the release may be cited, in a sentence; where its figures are not the last word, that too."""
    said = Text(
        "Số liệu chưa được duyệt chính thức, có thể thay đổi. Không trích dẫn như số liệu chính thức.",
        "The figures are not approved yet and may change. Do not cite them as official.",
    )
    if content.kind == "official":
        said = Text("Số liệu đã được duyệt để công bố.", "The figures were approved for publication.")
    if content.stage == OFFICIAL:
        return said
    vi, en = word(words.STAGES, content.stage)
    return Text(
        f"{said.vi} Đây là số {vi.lower()}, sẽ được thay bằng số chính thức.",
        f"{said.en} They are {en.lower()} and will be replaced by official figures.",
    )


def notes(content: ReleaseContent, titles: Titles) -> list[tuple[Text, Text]]:
    """(label, text) pairs for the sheet and the section of notes."""
    return [*_reading(content, titles), *_basis(content)]


def _reading(content: ReleaseContent, titles: Titles) -> list[tuple[Text, Text]]:
    unit = titles.unit(content.report.unit)
    lines = [
        (Text("Bản công bố", "Release"), _two(subtitle(content), standing(content))),
        (Text("Phạm vi", "Scope"), Text(f"{unit}: {content.report.title_vi}", f"{unit}: {content.report.title_en}")),
        (
            Text("Độ đầy đủ", "Coverage"),
            Text(
                "“15/16 báo cáo” nghĩa là đã nhận 15 trong 16 báo cáo mà lịch yêu cầu (đơn vị × biểu × kỳ); "
                "đơn vị còn thiếu được nêu tên. Đơn vị khai không phát sinh được coi là đã báo cáo.",
                "“15/16 reports” means that 15 of the 16 reports that the calendar asks for (unit × form × period) were "
                "accepted; those missing are named. A unit that declares nothing to report has reported.",
            ),
        ),
        *((Text(f"“{s.vi}”", f"“{s.en}”"), words.STATUS_MEANINGS[code]) for code, s in words.STATUSES.items()),
        (
            Text("Cách tính", "Method"),
            Text(
                "Đối tượng do nhiều đơn vị cùng kê khai chỉ được tính một lần, trừ khi tên chỉ tiêu nói khác. Tỷ lệ là tổng "
                "tử số chia cho tổng mẫu số. Số còn thiếu không bao giờ được thay bằng 0 hay bằng ước lượng.",
                "What several units list counts once, unless the indicator says otherwise. A ratio divides summed parts by "
                "summed wholes. What is missing is never replaced by zero or by an estimate.",
            ),
        ),
    ]
    if any(form.synthetic for form in content.reference.forms.values()):
        lines.append(
            (
                Text("Biểu mẫu", "Forms"),
                Text(
                    "Các biểu dùng cho bản này là biểu làm việc, không phải biểu do Nhà nước ban hành.",
                    "The forms behind this release are working forms, not official ones.",
                ),
            )
        )
    return [*lines, (Text("Số liệu chưa trọn", "Not final"), _open(content)), *waivers(content)]


def waivers(content: ReleaseContent) -> list[tuple[Text, Text]]:
    """The waivers that let something count, each with who signed it and why, and on how many findings it was used."""
    used = [f for f in content.findings if f.decision == WAIVED]
    lines = []
    for decision in sorted(content.reference.decided.values(), key=lambda d: d.id):
        about = decision.finding
        own = [
            f for f in used
            if (f.code, f.form) == (about.value, about.form) and about.unit in (None, f.unit)
            and about.period in (None, f.period)
        ]  # fmt: skip
        if about.code == WAIVER and own:
            until_vi, until_en = (
                (f", đến {about.expected}", f", until {about.expected}") if about.expected else ("", "")
            )
            lines.append((
                Text(f"Miễn luật {about.value}", f"Rule {about.value} waived"),
                Text(
                    f"{about.message_vi}{until_vi}. {decision.by}: {decision.reason}. Dùng cho {len(own)} phát hiện.",
                    f"{about.message_en}{until_en}. {decision.by}: {decision.reason}. Used on {len(own)} findings.",
                ),
            ))  # fmt: skip
    return lines


def _open(content: ReleaseContent) -> Text:
    """How many of the report's own figures are not final."""
    own = list(content.figures.of_unit(content.report.unit))
    provisional = sum(figure.status == PROVISIONAL for figure in own)
    empty = sum(figure.status == NOT_REPORTED for figure in own)
    return Text(
        f"{provisional} số tạm tính, {empty} số chưa có báo cáo trong {len(own)} số liệu của đơn vị lập báo cáo.",
        f"{provisional} provisional and {empty} not reported, of {len(own)} figures of the reporting province or unit.",
    )


def _basis(content: ReleaseContent) -> list[tuple[Text, Text]]:
    reference = content.reference
    previous = f"{content.previous}" if content.previous is not None else ""
    lines = [
        (Text("Bản công bố trước", "Release before"), Text(previous or "không có", previous or "none")),
        (Text("Vị trí trong sổ cái", "Ledger position"), Text.same(str(content.ledger_position))),
        (Text("Dữ liệu tham chiếu (sha256)", "Reference data (sha256)"), Text.same(reference.hash)),
        (Text("Bộ quy tắc kiểm tra (sha256)", "Expectation suites (sha256)"), Text.same(reference.suite_hash)),
        (Text("Phiên bản phần mềm", "Version"), Text.same(content.version)),
    ]
    return [(label, text) for label, text in lines if text.vi]


def _two(first: Text, second: Text) -> Text:
    return Text(f"{first.vi}. {second.vi}", f"{first.en}. {second.en}")
