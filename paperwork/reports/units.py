"""What the units of the register are called."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from paperwork.reports.reading import Reading
from records.paper_tables import registers


async def unit_names(reading: Reading) -> Mapping[str, str]:
    """Id → name as it stands now; a unit that is no more keeps its last one."""
    query = select(registers.c.id, registers.c.data).where(registers.c.register == "unit").order_by(registers.c.version)
    return {row["id"]: row["data"]["name"] for row in await reading.rows(query) if "name" in row["data"]}
