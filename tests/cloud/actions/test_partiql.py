"""PartiQL statements: one reading, or none."""

from __future__ import annotations

import pytest

from iamkit.cloud.actions.partiql import read_statement
from iamkit.cloud.calls import NotModelled


@pytest.mark.parametrize(
    ("text", "verb", "table", "index", "attributes"),
    [
        ('SELECT * FROM "Music"', "Select", "Music", None, ()),
        ("select a, b.c from Music where a = 'x';", "Select", "Music", None, ("a", "b")),
        ('SELECT a FROM "Music"."ByYear" WHERE "year" = 1999', "Select", "Music", "ByYear", ("a", "year")),
        ("SELECT a FROM Music.ByYear", "Select", "Music", "ByYear", ("a",)),
        ("INSERT INTO \"Music\" VALUE {'Artist': ?, 'n': 1}", "Insert", "Music", None, ("Artist", "n")),
        ("UPDATE \"Music\" SET a = 'x' REMOVE b WHERE Artist = ?", "Update", "Music", None, ("a", "b", "Artist")),
        ('DELETE FROM "Music" WHERE "Artist" = \'x\'', "Delete", "Music", None, ("Artist",)),
    ],
)
def test_statement_is_read(text: str, verb: str, table: str, index: str | None, attributes: tuple[str, ...]) -> None:
    """The verb, the table and the attributes come from the statement's own grammar."""
    read = read_statement(text)
    assert (read.verb, read.table, read.index, read.attributes) == (verb, table, index, attributes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DROP TABLE Music",
        "SELECT",
        "SELECT * FROM",
        "SELECT * FROM 'Music'",
        'SELECT "a FROM Secrets WHERE b" FROM "Music"',
        'SELECT * FROM "Music", "Secrets"',
        'SELECT * FROM "Music" AS m',
        'SELECT * FROM "Music" m',
        'SELECT * FROM "Mu/sic"',
        'SELECT * FROM "a.b"',
        'SELECT * FROM "Music" WHERE a = \' FROM "Secrets" \'',
        "SELECT * FROM \"Music\" WHERE a = 'it''s'",
        'SELECT * FROM "Music" -- WHERE',
        'SELECT * FROM "Music" /* x */',
        "SELECT * FROM (SELECT * FROM Secrets)",
        'SELECT * FROM "Music"; SELECT * FROM "Secrets"',
        "UPDATE Music SET a = 'x' WHERE b = 'SELECT x'",
        'INSERT "Music" VALUE {}',
        'SELECT * FROM "Music" JOIN "Secrets"',
        'EXISTS(SELECT * FROM "Music")',
        "SELECT * FROM Mus\u0131c",
    ],
)
def test_what_could_be_read_otherwise_is_not_modelled(text: str) -> None:
    """Comments, second sources, clauses inside of texts and names of other forms are refused."""
    with pytest.raises(NotModelled):
        read_statement(text)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("SELECT * FROM T WHERE pk = 'me'", ("me",)),
        ("SELECT * FROM T WHERE pk = 7 AND sk = 'x'", ("7",)),
        ("SELECT * FROM T WHERE pk = ?", ("first",)),
        ("SELECT * FROM T WHERE sk = ? AND pk = ?", ("second",)),
        ("SELECT * FROM T WHERE pk = 'me' OR pk = 'you'", ()),
        ("SELECT * FROM T WHERE NOT pk = 'me'", ()),
        ("SELECT * FROM T WHERE pk = 'me' AND pk = 'you'", ()),
        ("SELECT * FROM T WHERE pk IN ['me']", ()),
        ('SELECT * FROM T WHERE "a"."pk" = \'me\'', ()),
        ("SELECT * FROM T WHERE a.pk = 'me'", ()),
        ("SELECT pk FROM T", ()),
        ("UPDATE T SET pk = 'you' WHERE pk = 'me'", ("me",)),
        ("INSERT INTO T VALUE {'pk': 'me', 'm': {'pk': 'you'}}", ("me",)),
        ("INSERT INTO T VALUE {'m': {'pk': 'me'}, 'pk': 'you'}", ("you",)),
        ("INSERT INTO T VALUE {'pk': 'me', 'pk': 'you'}", ()),
        ("INSERT INTO T VALUE {'pk': ?}", ("first",)),
        ("INSERT INTO T VALUE ?", ()),
    ],
)
def test_partition_key_is_pinned_or_not(text: str, keys: tuple[str, ...]) -> None:
    """Only one value, in a condition that must hold, pins the partition key."""
    assert read_statement(text, ({"S": "first"}, {"S": "second"})).keys("pk") == keys
