"""The live plan and everybody's drafts as the desk asks for them: see `desk.routing_api.Routing`."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import orjson

from desk.refusal import Refusal, bad
from desk.routing_port import REPLACED, Of, Wishing, Write, digest
from hotline.drafting.config_folder import changes, digest_of, plan_texts, test_tables, why_not_written
from hotline.drafting.draft import Draft, Ground, Source, Texts, Unfit, differing, part_of_the_plan
from hotline.drafting.drafts import Drafts
from hotline.drafting.told import WHY_NOT, draft_data, version_data
from hotline.drafting.workbench import Bench, Broken, Busy, Errors, Senseless, Workbench
from hotline.live import Live, Result
from hotline.settings import Settings
from hotline.versions import NoSuchVersion, Note
from routing.calendar import SHANGHAI
from routing.plan import Plan
from routing.reading.problem import Unreadable

MOST_TOLD = 20
"""Of errors, failing tests and changed files, a refusal names this many."""


class DeskRouting:
    """Is `desk.routing_api.Routing`. Close it."""

    def __init__(
        self,
        settings: Settings,
        live: Live,
        now: Callable[[], datetime],
        bench: Callable[[Settings], Bench] = Workbench,
    ) -> None:
        self._settings, self._live, self._now = settings, live, now
        self._drafts = Drafts(settings.var)
        self._quick, self._slow = bench(settings), bench(settings)  # nobody waits for a comparison to see a slip
        self._turn = asyncio.Lock()

    async def close(self) -> None:
        await self._quick.close()
        await self._slow.close()

    # ── what there is ───────────────────────────────────────────────────────

    def plan(self) -> Plan:
        """The live one."""
        return self._live.now.plan

    async def state(self) -> dict[str, Any]:
        """The live version, the config folder, and whose drafts there are."""
        live = self._live
        digest_now, folder, tables, drafts = await asyncio.to_thread(self._looked)
        texts, problems = folder
        why_not = self._why_not({**texts, **tables})
        same = not problems and texts == dict(live.now.published.files)
        folder_is = "live" if same else "set_aside" if live.set_aside else "refused" if live.refused else "other"
        return {
            "live": {
                "number": live.number,
                "mark": live.mark,
                "since": live.loaded.astimezone(SHANGHAI).isoformat(timespec="milliseconds"),
            },
            "folder": {"is": folder_is, "digest": digest_now, "problems": list(live.refused)[:MOST_TOLD]},
            "why_not": None if why_not is None else {"code": why_not, **WHY_NOT[why_not]},
            "drafts": [
                {"user": one.user, "changed": _wall(one.changed), "files": sorted(one.touched)} for one in drafts
            ],
        }

    async def files(self, user: str, of: Of) -> Mapping[str, str]:
        """The texts of the live plan, the config folder, one's draft, or a kept version. Raises Refusal."""
        match of:
            case "live":
                return await self._live_texts()
            case "draft":
                return (await self._own(user)).files
            case "folder":
                (texts, problems), tables = await asyncio.to_thread(
                    lambda: (plan_texts(self._live.config), test_tables(self._live.config))
                )
                if problems:
                    raise Refusal(409, "unreadable", f"the config folder cannot be read: {problems[0]}"[:400])
                return {**texts, **tables}
            case number:
                return await self._kept_texts(number)

    async def versions(self) -> list[dict[str, Any]]:
        """Every kept version, the newest first."""
        kept = await asyncio.to_thread(self._live.versions.listed)
        return [version_data(one, live=one.number == self._live.number) for one in reversed(kept)]

    # ── drafts ──────────────────────────────────────────────────────────────

    async def draft(self, user: str) -> dict[str, Any] | None:
        """One's draft, and what changed beneath it since it began."""
        found = await asyncio.to_thread(self._drafts.find, user)
        if found is None:
            return None
        return draft_data(found, behind=await self._behind(found))

    async def begin(self, user: str, of: Of, other: str | None, *, instead: bool) -> dict[str, Any]:
        """A new draft from the live plan, the config folder, a version, or another's draft. Raises Refusal."""
        async with self._turn:
            if not instead and await asyncio.to_thread(self._drafts.find, user) is not None:
                raise Refusal(409, "there_is_one", "you have a draft: discard it first, or say `instead`")
            at = datetime.now(UTC)
            if other is not None:
                theirs = await self._own(other)
                fresh = Draft(user, theirs.source, theirs.ground, theirs.base, theirs.files, at, at)
            else:
                files = dict(await self.files(user, of))
                kinds = {"live": Source.LIVE, "folder": Source.FOLDER}
                source = kinds.get(str(of), Source.VERSION)
                base = files if source is not Source.VERSION else dict(await self._live_texts())
                fresh = Draft(user, source, await self._ground(), base, files, at, at)
            return await self._keep(fresh)

    async def write(self, user: str, name: str, text: str | None, was: str | None) -> dict[str, Any]:
        """One file's new text; `was` is the digest of the text that the writer saw (None: no such file)."""
        async with self._turn:
            draft = await self._own(user)
            there = draft.files.get(name)
            if (None if there is None else digest(there)) != was:
                raise Refusal(409, "changed", "this file was changed in another window: load it again")
            try:
                fresh = draft.with_file(name, text, datetime.now(UTC))
            except Unfit as error:
                raise Refusal(409, "unfit", str(error), fields={"name": str(error)}) from None
            await asyncio.to_thread(self._drafts.keep, fresh)
            return {"digest": None if text is None else digest(text), "touched": fresh.touched}

    async def renew(self, user: str) -> dict[str, Any]:
        """Put one's draft on what is live now. Raises Refusal."""
        async with self._turn:
            draft = await self._own(user)
            ground, base = await self._ground(), await self._beneath(draft)
            fresh, both = draft.renewed(base, ground, datetime.now(UTC))
            return {**await self._keep(fresh), "both": list(both)}

    async def discard(self, user: str) -> None:
        async with self._turn:
            await asyncio.to_thread(self._drafts.forget, user)

    async def archive(self, user: str) -> bytes:
        """One's draft as a ZIP archive. Raises Refusal."""
        draft = await self._own(user)
        return await asyncio.to_thread(_zipped, draft)

    # ── what it would do ────────────────────────────────────────────────────

    async def check(self, user: str, of: Of) -> bytes:
        files = dict(await self.files(user, of))
        return await _in_our_words(self._quick, "check", files=files, today=self._today())

    async def test(self, user: str, of: Of) -> bytes:
        return await _in_our_words(self._slow, "test", files=dict(await self.files(user, of)))

    async def dial(self, user: str, of: Of, call: Wishing) -> bytes:
        files = dict(await self.files(user, of))
        at = call.at or self._now()
        return await _in_our_words(
            self._quick,
            "dial",
            **{"files": files, "at": at.isoformat(), "keys": call.keys, "scene": call.scene, "direct": call.direct},
        )

    async def draw(self, user: str, of: Of, at: datetime | None, *, yesterday: bool) -> bytes:
        files = dict(await self.files(user, of))
        midnight = datetime.combine(self._now().astimezone(SHANGHAI).date(), time(), SHANGHAI)
        foot = {"live": f"方案版本 {self._live.number}（{self._live.mark}）", "draft": f"草稿 {user}"}
        return await _in_our_words(
            self._slow,
            "draw",
            files=files,
            at=None if at is None else at.isoformat(),
            since=(midnight - timedelta(days=1)).isoformat() if yesterday else None,
            until=midnight.isoformat(),
            foot=foot.get(str(of), "" if of == "folder" else f"方案版本 {of}"),
        )

    async def compare(self, user: str, old: Of, new: Of) -> bytes:
        before, after = dict(await self.files(user, old)), dict(await self.files(user, new))
        if isinstance(old, int) or isinstance(new, int):  # a kept version has no tables: none has changed
            before, after = ({n: t for n, t in one.items() if part_of_the_plan(n)} for one in (before, after))
        return await _in_our_words(self._slow, "compare", old=before, files=after, since=self._now().isoformat())

    async def calendar(self, user: str, of: Of, days: int) -> bytes:
        files = dict(await self.files(user, of))
        return await _in_our_words(self._slow, "calendar", files=files, first=self._today(), days=days)

    # ── making it live ──────────────────────────────────────────────────────

    async def publish(self, user: str, why: str, despite: str | None, write: Write) -> dict[str, Any]:
        """Make one's draft live, by way of the config folder. `write` writes it down first. Raises Refusal."""
        async with self._turn:
            draft = await self._own(user)
            self._may_be_written(draft)
            behind = await self._behind(draft)
            if behind is not None:
                fields = dict([*behind["files"].items()][:MOST_TOLD])
                raise Refusal(409, "changed", "the live plan changed since your draft began", fields=fields)
            failing = await self._judged(draft, despite)
            await write({"version_before": self._live.number, "files": sorted(draft.touched), "failing": failing})
            old = await self._folder_texts()
            await self._put_by(old)
            change = changes(self._live.config, old, draft.files, self._settings.var)
            try:
                done = await self._live.publish(change.put, change.take_out, Note(user, why))
            except OSError as error:
                raise Refusal(409, "not_written", f"the config folder cannot be written: {error.strerror}") from None
            if done.result is Result.REFUSED:
                fields = {str(number): words[:300] for number, words in enumerate(done.problems[:MOST_TOLD])}
                raise Refusal(409, "refused", "the plan could not be made live; the old one goes on", fields=fields)
            await asyncio.to_thread(self._drafts.forget, user)
            return {
                "result": done.result.value,
                "number": done.number,
                "mark": done.mark,
                "warnings": list(done.warnings),
            }

    async def rollback(self, number: int | None) -> dict[str, Any]:
        """Make a kept version live. Raises Refusal."""
        async with self._turn:
            try:
                done = await self._live.rollback(number)
            except NoSuchVersion as error:
                raise Refusal(404, "not_found", str(error)) from None
        if done.result is Result.REFUSED:
            fields = {str(nth): words[:300] for nth, words in enumerate(done.problems[:MOST_TOLD])}
            raise Refusal(409, "refused", "that version could not be made live; this one goes on", fields=fields)
        return {
            "result": done.result.value,
            "number": done.number,
            "mark": done.mark,
            "warnings": list(done.warnings),
        }

    def _may_be_written(self, draft: Draft) -> None:
        why_not = self._why_not({**draft.base, **draft.files})
        if why_not is not None:
            raise Refusal(409, why_not, WHY_NOT[why_not]["en"])

    def _why_not(self, names: Mapping[str, object]) -> str | None:
        if not self._live.number:
            return "no_files"
        return why_not_written(self._live.config, names) if self._settings.web.publish else "set_so"

    async def _judged(self, draft: Draft, despite: str | None) -> int:
        """How many tables' rows fail though it is published. Raises Refusal."""
        verdict = await _loaded(self._slow, "judge", files=dict(draft.files), today=self._today())
        if verdict["errors"]:
            fields = {str(nth): words[:300] for nth, words in enumerate(verdict["errors"][:MOST_TOLD])}
            raise Refusal(409, "has_errors", "the draft has errors: they keep it from going live", fields=fields)
        failing = verdict["failing"]
        if failing and despite is None:
            fields = {str(nth): words[:300] for nth, words in enumerate(failing[:MOST_TOLD])}
            raise Refusal(409, "tests_fail", "test calls fail: mend them, or say in `despite` why not", fields=fields)
        return len(failing)

    async def _put_by(self, folder: Texts) -> None:
        """What somebody wrote into the config folder and was never live is kept, as a draft of nobody's."""
        if folder != await self._live_texts():
            at = datetime.now(UTC)
            kept = Draft(REPLACED, Source.FOLDER, await self._ground(), await self._live_texts(), folder, at, at)
            await asyncio.to_thread(self._drafts.keep, kept)

    # ── reading ─────────────────────────────────────────────────────────────

    async def _own(self, user: str) -> Draft:
        draft = await asyncio.to_thread(self._drafts.find, user)
        if draft is None:
            raise Refusal(404, "no_draft", "there is no draft: begin one")
        return draft

    async def _keep(self, draft: Draft) -> dict[str, Any]:
        await asyncio.to_thread(self._drafts.keep, draft)
        return draft_data(draft, behind=await self._behind(draft))

    async def _live_texts(self) -> Texts:
        if not self._live.now.published.files:
            raise Refusal(409, "no_files", "this hotline was not started from files")
        tables = await asyncio.to_thread(test_tables, self._live.config)
        return {**self._live.now.published.files, **tables}

    async def _folder_texts(self) -> dict[str, str]:
        config = self._live.config
        (texts, _), tables = await asyncio.to_thread(lambda: (plan_texts(config), test_tables(config)))
        return {**texts, **tables}

    async def _kept_texts(self, number: int) -> Texts:
        versions = self._live.versions
        try:
            published = await asyncio.to_thread(lambda: versions.read(versions.find(number)))
        except NoSuchVersion as error:
            raise Refusal(404, "not_found", str(error)) from None
        except Unreadable as error:
            raise Refusal(
                409, "unreadable", f"this version is no longer understood: {error.problems[0]}"[:400]
            ) from None
        return {**published.files, **await asyncio.to_thread(test_tables, self._live.config)}

    async def _ground(self) -> Ground:
        return Ground(self._live.number, self._live.mark, await asyncio.to_thread(digest_of, self._live.config))

    async def _beneath(self, draft: Draft) -> Texts:
        """What a draft of this kind would begin from now."""
        return await self.files(draft.user, "folder" if draft.source is Source.FOLDER else "live")

    async def _behind(self, draft: Draft) -> dict[str, Any] | None:
        """What changed beneath a draft; None when nothing did."""
        if not self._live.now.published.files:
            return None
        ground = await self._ground()
        if (ground.mark, ground.folder) == (draft.ground.mark, draft.ground.folder):
            return None
        files = differing(draft.base, await self._beneath(draft))
        return {"number": ground.number, "files": files}

    def _looked(self) -> tuple[str, tuple[dict[str, str], list[Any]], dict[str, str], list[Draft]]:
        config = self._live.config
        return digest_of(config), plan_texts(config), test_tables(config), list(self._drafts.listed())

    def _today(self) -> str:
        return self._now().astimezone(SHANGHAI).date().isoformat()


async def _in_our_words(bench: Bench, job: str, **asked: Any) -> bytes:
    """Raises Refusal."""
    try:
        return await bench.do(job, **asked)
    except Errors as error:
        raise Refusal(409, "has_errors", str(error)) from None
    except Senseless as error:
        raise bad(str(error)) from None
    except Busy as error:
        raise Refusal(503, "busy", str(error), {"Retry-After": "3"}) from None
    except Broken as error:
        raise Refusal(503, "not_done", str(error), {"Retry-After": "10"}) from None


async def _loaded(bench: Bench, job: str, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(await _in_our_words(bench, job, **asked))
    return found


def _zipped(draft: Draft) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(draft.files.items()):
            archive.writestr(name, text)
    return content.getvalue()


def _wall(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
