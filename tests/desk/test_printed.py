"""Papers through the API: what a browser is given, and what it may do with it."""

from __future__ import annotations

from io import BytesIO

from openpyxl import load_workbook
from pypdf import PdfReader

from desk.roles import Role
from tests.desk.house import Browser, DeskHouse
from tests.desk.test_answers import answered
from tests.desk.test_orders import NUMBER, opened
from tests.paperwork.answers.made_up import CONTACT, FULL
from tests.paperwork.printing.made_up import text_of

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


async def fetched(browser: Browser, path: str) -> tuple[int, str]:
    """Status, and the words of the PDF."""
    async with browser.session.get(browser.base + path) as answer:
        if answer.status != 200:
            return answer.status, ""
        return 200, text_of(await answer.read())


async def test_an_answer_record_is_printed_masked_and_whole_only_with_a_reason_that_is_kept(house: DeskHouse) -> None:
    await answered(house, "a-1", ("immunization", "ann"))
    async with house.browser(Role.AGENT) as ann, house.browser(Role.QUALITY) as quality:
        _, told = await ann.get("/api/v1/answers/a-1")
        await ann.ask("PUT", "/api/v1/answers/a-1", {"seq": told["seq"], **FULL})
        status, said = await fetched(quality, "/api/v1/answers/a-1/sheet.pdf")
        assert status == 200
        assert "接听记录单" in said
        assert "张*" in said
        assert "139****0042" in said
        assert CONTACT not in said
        assert (await fetched(quality, "/api/v1/answers/a-1/sheet.pdf?private=1"))[0] == 400
        _, said = await fetched(quality, "/api/v1/answers/a-1/sheet.pdf?private=1&reason=%E5%BD%92%E6%A1%A3")
        assert CONTACT in said
    (shown,) = [entry.deed for entry in await house.written() if entry.deed.what == "numbers_shown"]
    assert (shown.who, shown.reason) == ("desk:quality", "归档")
    async with house.browser(Role.ADMINISTRATOR) as other:
        assert (await fetched(other, "/api/v1/answers/a-1/sheet.pdf"))[0] == 403


async def test_a_work_order_is_printed_for_who_may_see_it(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief, house.browser(Role.AGENT) as ann:
        order = (await opened(chief))["order"]["number"]
        status, said = await fetched(chief, f"/api/v1/orders/{order}/sheet.pdf")
        assert status == 200
        assert f"转办单编号{order}" in said
        assert "食堂卫生" in said
        assert NUMBER not in said
        assert (await fetched(ann, f"/api/v1/orders/{order}/sheet.pdf"))[0] == 404


async def test_of_a_confidential_order_nobody_prints_what_they_may_not_read(house: DeskHouse) -> None:
    async with house.browser(Role.LEADER) as chief, house.browser(Role.AUDITOR) as auditor:
        order = (await opened(chief, line="hiv-counselling"))["order"]["number"]
        assert (await fetched(chief, f"/api/v1/orders/{order}/sheet.pdf"))[0] == 200
        assert (await fetched(auditor, f"/api/v1/orders/{order}/sheet.pdf"))[0] == 403
        assert (await auditor.get(f"/api/v1/orders/{order}/sheet.html"))[0] == 403
