"""Wounds: a document with a place that is not as it was. Which place, and what stands there, are numbers."""

import re

HOSTILE_VALUES = (
    *("", "0", "1", "-1", "2147483648", "4294967296", "9223372036854775807", "18446744073709551615", "9" * 40),
    *("INF", "NaN", "1e308", "0.0000001", "PT0S", "P200Y", "PT9999999999999S", "0-0", "9-1", "2147483648-"),
    *("$Time$", "$Number%099d$", "$Bandwidth$$RepresentationID$", "%s%(x)d", "\u0661"),
    *("../" * 50, "http://[", "//", "?"),
)


def replaced(document: bytes, start: int, length: int) -> bytes:
    """Digits for some of the bytes."""
    at = start % len(document)
    return document[:at] + str(length).encode() + document[at + length % 40 :]


def revalued(document: bytes, start: int, length: int) -> bytes:
    """Another value for an attribute or a text: the XML stays well-formed, so that the damage reaches the reader."""
    values = list(re.finditer(rb'(?<==")[^"]*(?=")|(?<=>)[^<>]+(?=</)', document))
    value = values[start % len(values)]
    hostile = HOSTILE_VALUES[length % len(HOSTILE_VALUES)].encode()
    return document[: value.start()] + hostile + document[value.end() :]


def repeated(document: bytes, start: int, length: int) -> bytes:
    """An element without children, some more times, or gone."""
    elements = list(re.finditer(rb"<[A-Za-z:]+( [^<>]*)?/>", document))
    element = elements[start % len(elements)]
    return document[: element.start()] + element[0] * (length % 5) + document[element.end() :]


def moved(document: bytes, start: int, length: int) -> bytes:
    """An attribute to another element."""
    attributes = list(re.finditer(rb' [a-zA-Z]+="[^"]*"', document))
    one, other = sorted((attributes[start % len(attributes)], attributes[length % len(attributes)]), key=re.Match.start)
    return b"".join((document[: one.start()], document[one.end() : other.start()], one[0], document[other.start() :]))
