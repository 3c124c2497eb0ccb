"""Walks the XML of Office documents: elements by local name, relations between members.

Strict and transitional documents differ in their namespaces only.
"""

import posixpath
from collections.abc import Collection, Iterable, Iterator

from lxml.etree import _Element as Element

from readers.archive import Archive

FIXED = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def tag(element: Element) -> str:
    """Name without the namespace."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: Element | None, name: str) -> str:
    """Give an attribute by its local name, empty where there is none."""
    if element is None:
        return ""
    return next((str(v) for k, v in element.items() if str(k).rpartition("}")[2] == name), "")


def relation(element: Element) -> str:
    """Give the id of an element's relation; it may have an ``id`` without a namespace as well."""
    return next((str(v) for k, v in element.items() if str(k).endswith("}id")), "")


def children(element: Element) -> Iterator[Element]:
    """Yield child elements; of two renderings of the same content only the first."""
    alternatives = tag(element) == "AlternateContent"
    for child in element.iterchildren("{*}*"):
        yield child
        if alternatives:
            return


def descend(element: Element, wanted: str, skipped: Collection[str]) -> Iterator[Element]:
    """Yield the nearest descendants of a kind, through what only wraps them."""
    for child in children(element):
        if tag(child) == wanted:
            yield child
        elif tag(child) not in skipped:
            yield from descend(child, wanted, skipped)


def row_line(cells: Iterable[str]) -> str:
    """Give a table row as one line, cells between tabs."""
    return "\t".join(" ".join(cell.split()) for cell in cells).rstrip("\t")


def relations(archive: Archive, member: str) -> dict[str, str]:
    """Map relation ids of a member to the members that they name; what is not there is left out."""
    folder, _, name = member.rpartition("/")
    described = f"{folder}/_rels/{name}.rels"
    if described not in archive.names:
        return {}
    targets = {}
    for relation in archive.xml(described).iterchildren("{*}Relationship"):
        target = posixpath.normpath(posixpath.join("/", folder, attribute(relation, "Target")))
        if attribute(relation, "TargetMode") != "External":
            targets[attribute(relation, "Id")] = target.lstrip("/")
    return {key: target for key, target in targets.items() if target in archive.names}
