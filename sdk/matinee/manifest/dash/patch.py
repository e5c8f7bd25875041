"""MPD patches: what changed in a live presentation since it was read, carried into its tree.

Source: ISO/IEC 23009-1, section 5.15, and RFC 5261, of whose selectors those are known that packagers write: steps by
name, each with a position or an attribute's value, and an attribute at the end.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from matinee.manifest.elements import MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, Element, read_elements, shown

MAX_OPERATIONS = 10_000
MAX_LOOKS = 1_000_000
"""How many elements all selectors of a patch together may look at."""

_NAME = r"(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)"
_PREDICATE = r"\[\s*(?:([0-9]{1,9})|@([A-Za-z_][\w.-]*)\s*=\s*(?:'([^']*)'|\"([^\"]*)\"))\s*\]"
_STEP = re.compile(rf"/{_NAME}((?:{_PREDICATE})*)")
_PREDICATES = re.compile(_PREDICATE)
_ATTRIBUTE = re.compile(r"/?@([A-Za-z_][\w.-]*)")


def apply_patch(mpd: Element, patch: bytes) -> None:
    """`mpd` is now as `patch` says. If this raises, it is worth nothing any more, and must be read anew.

    Raises ManifestInvalid if the patch is of another presentation or another state of it, breaks its format, or
    selects what is not there.
    """
    root = read_elements(patch)
    if root.name != "Patch":
        raise root.invalid(f"the root is {shown(root.name)}, not Patch")
    if root.get("mpdId") != mpd.get("id") or root.get("originalPublishTime") != mpd.get("publishTime"):
        raise root.invalid(
            f"it is for {shown(root.get('mpdId'))} as of {shown(root.get('originalPublishTime'))}, "
            f"this is {shown(mpd.get('id'))} as of {shown(mpd.get('publishTime'))}"
        )
    _Patching(mpd, root).run()
    if root.get("publishTime"):
        mpd.attributes["publishTime"] = root.get("publishTime")
    if _size(mpd) > MAX_ELEMENTS:
        raise root.invalid(f"with it the manifest has more than {MAX_ELEMENTS} elements")


class _Selected(NamedTuple):
    """What a selector leads to."""

    siblings: list[Element]
    """All of its name, itself among them."""
    at: int
    """Which of them it is."""
    attribute: str
    """Empty: the element itself."""
    depth: int

    @property
    def element(self) -> Element:
        return self.siblings[self.at]


class _Patching:
    """One patch on its way into the tree."""

    def __init__(self, mpd: Element, patch: Element) -> None:
        self._mpd = mpd
        self._patch = patch
        self._looks = MAX_LOOKS
        self._acts: dict[str, Callable[[Element, _Selected], None]] = {
            "add": self._add,
            "replace": self._replace,
            "remove": self._remove,
        }

    def run(self) -> None:
        """Everything is done, in the order of the document."""
        operations = [operation for name in self._acts for operation in self._patch.every(name)]
        if len(operations) > MAX_OPERATIONS:
            raise self._patch.invalid(f"it has more than {MAX_OPERATIONS} operations")
        for operation in sorted(operations, key=lambda operation: operation.order):
            self._acts[operation.name](operation, self._select(operation))

    def _add(self, operation: Element, selected: _Selected) -> None:
        parent, kind, place = selected.element, operation.get("type"), operation.get("pos")
        if selected.attribute:
            raise operation.invalid("nothing can be added to an attribute")
        if kind:
            self._set(operation, parent, name=kind.removeprefix("@"))
            return
        for name, added in operation.children.items():
            self._check_depth(operation, added, depth=selected.depth + (place not in ("before", "after")))
            if place in ("before", "after"):
                at = selected.at + (place == "after")
                if selected.element.name != name:
                    raise operation.invalid("what is added beside an element must be of its name")
                selected.siblings[at:at] = added
            elif place == "prepend":
                parent.children[name] = added + parent.every(name)
            else:
                parent.children.setdefault(name, []).extend(added)

    def _replace(self, operation: Element, selected: _Selected) -> None:
        if selected.attribute:
            self._set(operation, selected.element, name=selected.attribute)
            return
        replacements = operation.every(selected.element.name)
        if len(replacements) != 1 or len(operation.children) != 1:
            raise operation.invalid(f"what replaces a {selected.element.name} must be one as well")
        self._check_depth(operation, replacements, depth=selected.depth)
        selected.siblings[selected.at] = replacements[0]

    def _remove(self, operation: Element, selected: _Selected) -> None:
        if selected.attribute:
            selected.element.attributes.pop(selected.attribute, None)
        else:
            del selected.siblings[selected.at]

    def _set(self, operation: Element, element: Element, *, name: str) -> None:
        element.attributes[name] = operation.text
        if len(element.attributes) > MAX_ATTRIBUTES:
            raise operation.invalid(f"with it the {element.name} has more than {MAX_ATTRIBUTES} attributes")

    def _check_depth(self, operation: Element, added: list[Element], *, depth: int) -> None:
        if depth + max(map(_height, added)) > MAX_DEPTH:
            raise operation.invalid(f"with it the manifest has more than {MAX_DEPTH} levels")

    def _select(self, operation: Element) -> _Selected:
        """The element or attribute that `sel` names. Raises ManifestInvalid unless it is exactly one."""
        selector = operation.get("sel").strip()
        siblings, index, depth, at = [self._mpd], 0, 0, 0
        while step := _STEP.match(selector, at):
            if depth:
                siblings = siblings[index].every(step[1])
            found = self._matching(siblings, step)
            if len(found) != 1:
                raise operation.invalid(f"{shown(selector)} leads to {len(found)} elements")
            index, depth, at = found[0], depth + 1, step.end()
        attribute = _ATTRIBUTE.fullmatch(selector, at)
        if not depth or (at < len(selector) and attribute is None):
            raise operation.invalid(f"the selector {shown(selector)} is not understood")
        return _Selected(siblings, index, attribute[1] if attribute else "", depth)

    def _matching(self, siblings: list[Element], step: re.Match[str]) -> Sequence[int]:
        """The indexes of those that have the name and fulfil the predicates of `step`."""
        found: Sequence[int] = range(len(siblings) if siblings and siblings[0].name == step[1] else 0)
        for position, name, value, other_value in _PREDICATES.findall(step[2]):
            if position:
                found = found[int(position) - 1 : int(position)] if int(position) else ()
                continue
            self._looks -= len(found)
            if self._looks < 0:
                raise self._patch.invalid(f"its selectors look at more than {MAX_LOOKS} elements")
            found = [index for index in found if siblings[index].get(name, "\0") == (value or other_value)]
        return found


def _size(element: Element) -> int:
    return 1 + sum(_size(child) for children in element.children.values() for child in children)


def _height(element: Element) -> int:
    return 1 + max((_height(child) for children in element.children.values() for child in children), default=0)
