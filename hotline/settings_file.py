"""`settings.yaml` as YAML 1.2: its values, and the line where each was written.

YAML 1.1 readers turn `8:30` into 510 and `no` into False and let a doubled key win in silence; this one does not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode


class SettingsError(ValueError):
    """The settings are not usable; the text says where and why, one problem a line."""


class SettingsFile:
    """One settings file; a missing one is as good as an empty one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def values(self) -> dict[str, Any]:
        """The file's top-level mapping. Raises SettingsError as `FILE:LINE: …` when there is none to be had."""
        try:
            values = YAML(typ="safe", pure=True).load(self._text())
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            what = "the key is there twice" if isinstance(error, DuplicateKeyError) else error.problem
            raise SettingsError(f"{self.path}:{line}: {what}") from error
        except YAMLError as error:
            raise SettingsError(f"{self.path}:1: {str(error).splitlines()[0]}") from error
        if values is None:
            return {}
        if not isinstance(values, dict):
            raise SettingsError(f"{self.path}:1: expected `name: value` lines")
        return values

    def line(self, loc: tuple[str | int, ...]) -> int | None:
        """The line (from 1) of the innermost part of `loc` that is written in the file; None when none of it is."""
        node: Node | None = YAML(typ="safe", pure=True).compose(self._text())
        line = None
        for part in loc:
            found = _child(node, part)
            if found is None:
                break
            line, node = found
        return line

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{self.path}:1: cannot be read: {error}") from error


def _child(node: Node | None, part: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        value = node.value[part]
        return value.start_mark.line + 1, value
    return None
