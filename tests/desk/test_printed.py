"""Papers through the API: what a browser is given, and what it may do with it."""

from __future__ import annotations

from io import BytesIO

from openpyxl import load_workbook
from pypdf import PdfReader

from desk.roles import Role
from tests.desk.house import DeskHouse

LINE = {
    "name": "预防接种咨询热线",
    "number": "12320",
    "institution": "示例市疾病预防控制中心",
    "liaison_a": {"name": "联络员甲", "office_phone": "022-00000001"},
}


async def test_a_register_is_printed_as_its_form(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as leader:
        entry = {"entry": LINE, "reason": "登记"}
        assert (await leader.ask("PUT", "/api/v1/registers/line/immunization", entry))[0] == 200
        async with leader.session.get(leader.base + "/api/v1/registers/line/immunization/sheet.pdf") as answer:
            assert answer.status == 200
            assert answer.content_type == "application/pdf"
            assert answer.headers["Content-Disposition"].startswith('inline; filename="paper.pdf"; filename*=UTF-8')
            said = PdfReader(BytesIO(await answer.read())).pages[0].extract_text()
        assert "热线登记表" in said
        assert "示例市疾病预防控制中心" in said
        async with leader.session.get(leader.base + "/api/v1/registers/line/immunization/agents.xlsx") as answer:
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert load_workbook(BytesIO(await answer.read())).active["A2"].value == "编号"


async def test_a_page_may_wear_its_own_style_and_nothing_else(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as leader:
        await leader.ask("PUT", "/api/v1/registers/line/immunization", {"entry": LINE, "reason": "登记"})
        status, page, answer = await leader.ask("GET", "/api/v1/registers/line/immunization/sheet.html")
        assert status == 200
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "预防接种咨询热线" in page
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert policy.endswith("frame-ancestors 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_line_that_is_not_registered_has_no_form(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as leader:
        status, told = await leader.get("/api/v1/registers/line/nobody/sheet.pdf")
        assert (status, told["error"]) == (404, "not_found")
