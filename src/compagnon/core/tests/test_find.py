"""Both databases give what a query means, whatever the words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compagnon.core.models import Task
from compagnon.core.search import CreateSearchIndex, SearchIndex, parse, tsearch
from compagnon.core.search import index as module
from compagnon.core.search.analysis import document

TABLE = "core_trial_search"


class Editor:
    """Runs a migration's statements in the test's own transaction, as Django's editor will not."""

    connection = connection

    def execute(self, sql: str) -> None:
        """Run a statement."""
        with connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.fixture
def index(db) -> Iterator[SearchIndex]:
    """An empty index, in the test's transaction."""
    operation = CreateSearchIndex(TABLE)
    operation.database_forwards("core", Editor(), None, None)
    yield SearchIndex(TABLE)
    operation.database_backwards("core", Editor(), None, None)


def found(index: SearchIndex, query: str) -> list[int]:
    """Give the keys found, by a filter on rows whose keys are 1 to 9."""
    condition = index.matches(parse(query))
    return list(Task.objects.filter(condition).order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def rows(index) -> SearchIndex:
    """Nine rows to find."""
    now = timezone.now()
    Task.objects.bulk_create(
        [Task(pk=number, path="x", run_after=now, enqueued_at=now) for number in range(1, 10)]
    )
    return index


def test_what_is_put_is_found_and_what_is_deleted_is_not(rows):
    rows.put(1, ["Imprimante en panne", "bourrage papier"])
    rows.put(2, ["Écran noir"])
    assert found(rows, "imprimantes") == [1]
    assert found(rows, "écrans -panne") == [2]
    rows.put(1, ["Souris"])
    assert found(rows, "imprimante") == []
    assert found(rows, "souris") == [1]
    rows.delete(1, 7)
    assert found(rows, "souris") == []
    rows.clear()
    assert found(rows, "écran") == []


def test_what_is_appended_is_found_with_what_was_there(rows):
    rows.append(1, ["imprimante bourrage"])
    rows.append(1, ["papiers"])
    rows.append(1, ["autres mots"])
    assert found(rows, "imprimante papier mot") == [1]
    assert found(rows, '"imprimante bourrage"') == [1]
    assert found(rows, '"bourrage papiers"') == []
    assert found(rows, '"autres mots"') == [1]


def test_a_document_that_only_grows_stays_within_bounds(rows):
    for turn in range(30):
        words = (f"{'a' * (each % 30 + 1)}{turn}b{each}" for each in range(3000))
        rows.append(1, [" ".join(words)])
    assert found(rows, "1000") == [1]


@pytest.mark.parametrize(
    "text",
    ["", "\x00", "'\" : | & ! ( ) <-> * \\", "a'b\"c:d\\e", "OR AND NOT NEAR(a b)", "w : s :*"],
)
def test_signs_that_databases_read_mean_nothing(rows, text):
    rows.put(1, [text, "imprimante"])
    assert found(rows, "imprimante") == [1]
    found(rows, text)
    found(rows, f"imprimante {text}")
    found(rows, f'"{text}')
    found(rows, f"-{text} imprimante")


def test_common_words_are_found_like_rare_ones(rows, monkeypatch):
    rows.put_many((number, [f"panne numéro {number}"]) for number in range(1, 9))
    rare = found(rows, "panne"), found(rows, "panne -3"), found(rows, '"panne numéro"')
    monkeypatch.setattr(module._engine(), "FEW", 2)
    common = found(rows, "panne"), found(rows, "panne -3"), found(rows, '"panne numéro"')
    assert rare == common == ([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4, 5, 6, 7, 8], [*range(1, 9)])


def test_a_word_that_the_planner_counts_many_times_is_not_gathered(rows, monkeypatch):
    rows.put_many((number, [f"panne numéro {number}"]) for number in range(1, 61))
    monkeypatch.setattr(tsearch, "MANY", 10)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {rows.table}")
    with CaptureQueriesContext(connection) as heard:
        assert rows.few(parse("panne"), 5) is None
    read = [one["sql"] for one in heard.captured_queries if one["sql"].startswith("SELECT")]
    assert len(read) == (0 if connection.vendor == "postgresql" else 1)
    assert rows.few(parse("panne 7"), 5) == [7]
    assert len(rows.few(parse("panne"), 60)) == 60


def test_the_filter_goes_with_any_other(rows, monkeypatch):
    rows.put_many((number, ["panne"]) for number in range(1, 9))
    for limit in (2, 2000):
        monkeypatch.setattr(module._engine(), "FEW", limit)
        condition = rows.matches(parse("pannes"))
        kept = Task.objects.filter(condition, pk__gt=5) | Task.objects.filter(pk=9)
        assert set(kept.values_list("pk", flat=True)) == {6, 7, 8, 9}
        nested = Task.objects.filter(pk__in=Task.objects.filter(condition).values("pk"))
        assert nested.count() == 8
        assert Task.objects.filter(~condition).count() == 1
        assert Task.objects.filter(Q(pk=9) | condition).order_by("-pk")[:2].count() == 2


def test_an_empty_query_finds_nothing(rows):
    rows.put(1, ["tout"])
    assert found(rows, "") == found(rows, "-tout") == []
    assert not Task.objects.filter(module.among([])).exists()


def test_only_a_plain_name_is_a_table():
    for name in ("", "a b", "a;drop", "A", "1a"):
        with pytest.raises(ValueError, match="name"):
            SearchIndex(name)


SAMPLE = """
réseau réseaux reseau imprimante imprimantes imprimer printer printers print le la de panne pannes
wi-fi wifi T-000123 000123 10.0.0.1 srv-par-01 jean.dupont@ex.fr KB5034441 m² état été bloqué
bloquée œuvre 文書 rendez-vous son x ab abc abcd
"""
WORDS = st.sampled_from(SAMPLE.split())
TEXTS = st.lists(st.lists(WORDS, max_size=8).map(" ".join), max_size=3)
CLAUSES = st.one_of(
    WORDS,
    WORDS.map("-{}".format),
    WORDS.map(lambda word: f"{word[:3]}*"),
    st.lists(WORDS, min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.lists(WORDS, min_size=2, max_size=2).map(lambda words: f'-"{" ".join(words)}"'),
)
QUERIES = st.lists(CLAUSES, min_size=1, max_size=3).map(" ".join)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(texts=st.lists(TEXTS, min_size=9, max_size=9), queries=st.lists(QUERIES, max_size=8))
def test_both_databases_give_what_the_query_means(rows, texts, queries):
    rows.clear()
    rows.put_many(enumerate(texts, 1))
    for query in queries:
        meant = [pk for pk, each in enumerate(texts, 1) if parse(query).finds(document(each))]
        assert found(rows, query) == meant, query
