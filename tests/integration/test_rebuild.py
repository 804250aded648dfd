# SPDX-License-Identifier: MulanPSL-2.0
"""ipcasectl rebuild: what the database shows is the fold of the ledger; whatever is changed behind the
program's back is found, and what can be made anew is. Also generate, whose matters it proves."""
import contextlib

import pytest

import harness

MATTERS = 300
CLEAN = "everything is the fold of its ledger"


def generate(postgres, name, *more):
    return harness.ctl("generate", "--matters", MATTERS, "--seed", 7, "--until", "2026-06-30",
                       "--database", postgres.url(name, "ipcase_owner"), *more)


def rebuild(postgres, name, *more):
    return harness.ctl("rebuild", *more, "--database", postgres.url(name, "ipcase_owner"), check=False)


@pytest.fixture(scope="module")
def generated(postgres):
    name = "rebuild"
    postgres.copy_database(name, "ipcase_empty")
    generate(postgres, name)
    yield name
    postgres.drop_database(name)


@pytest.fixture
def database(postgres, generated):
    """A copy to damage."""
    name = "rebuild_copy"
    postgres.copy_database(name, generated)
    yield name
    postgres.drop_database(name)


def execute(postgres, name, *statements):
    """As the superuser, past triggers and foreign keys: what a program never does."""
    with contextlib.closing(postgres.connect(name)) as conn, conn.cursor() as cur:
        cur.execute("SET session_replication_role = replica")
        for sql in statements:
            cur.execute(sql)
            assert cur.rowcount > 0, sql


def test_generated_matters_are_the_fold_of_their_ledger(postgres, generated):
    done = rebuild(postgres, generated, "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{MATTERS} matters, ") and CLEAN in done.stdout


def test_generated_matters_are_a_mixture(postgres, generated):
    states = dict(postgres.query(generated, "SELECT state, count(*) FROM ipcase.matter GROUP BY 1"))
    assert {"verifying", "clue_filed", "declined", "investigating", "archived", "back_entered"} <= set(states)
    assert sum(states.values()) == MATTERS
    years = postgres.query(generated, "SELECT count(DISTINCT extract(year FROM opened_on)), max(opened_on)::text"
                           " FROM ipcase.matter")[0]
    assert years[0] >= 4 and years[1] <= "2026-06-30"


def test_the_database_agrees_with_the_digests(postgres, generated):
    assert postgres.query(generated, """
        SELECT count(*), count(*) FILTER (WHERE digest = ipcase.act_digest(before, a))
          FROM (SELECT x AS a, x.digest, lag(x.digest) OVER (PARTITION BY matter_id ORDER BY seq) AS before
                  FROM ipcase.act x) y""")[0] == postgres.query(
                      generated, "SELECT count(*), count(*) FROM ipcase.act")[0]


def test_numbers_have_no_gaps(postgres, generated):
    assert postgres.query(generated, """
        SELECT c.prefix FROM ipcase.number_counter c
         WHERE c.last <> (SELECT count(*) FROM ipcase.document d
                           WHERE d.number_key LIKE lower(c.prefix) || '|' || c.year || '|%%')""") == []


def test_the_same_seed_makes_the_same_ledger(postgres, generated, new_database):
    again = new_database(seeded=False)
    generate(postgres, again)
    for table, key in (("act", "matter_id, seq"), ("dossier", "matter_id"), ("clock", "matter_id, idx"),
                       ("rate_mark", "matter_id, seq"), ("matter_text", "matter_id"), ("document", "matter_id, seq")):
        sql = f"SELECT md5(string_agg(md5(t::text), '' ORDER BY {key})) FROM ipcase.{table} t"
        assert postgres.query(again, sql) == postgres.query(generated, sql), table


def test_more_can_be_generated_later(postgres, database):
    generate(postgres, database, "--seed", 8)
    done = rebuild(postgres, database, "--check")
    assert done.stdout.startswith(f"{2 * MATTERS} matters, ") and CLEAN in done.stdout


@pytest.mark.parametrize("table, sql", [
    ("matter", "UPDATE ipcase.matter SET title = title || '。' WHERE id = 7"),
    ("matter", "UPDATE ipcase.matter SET next_due_on = 'infinity', next_rule = '' WHERE id ="
               " (SELECT min(id) FROM ipcase.matter WHERE next_due_on <> 'infinity')"),
    ("matter", "UPDATE ipcase.matter SET version = version + 1 WHERE id = 9"),
    ("matter", "UPDATE ipcase.matter SET officer_id = NULL WHERE id = (SELECT max(id) FROM ipcase.matter"
               " WHERE officer_id IS NOT NULL)"),
    ("dossier", "UPDATE ipcase.dossier SET body = replace(body, 'version', 'verslon') WHERE matter_id = 7"),
    ("dossier", "DELETE FROM ipcase.dossier WHERE matter_id = 7"),
    ("clock", "UPDATE ipcase.clock SET due_on = due_on + 1 WHERE (matter_id, idx) ="
              " (SELECT matter_id, idx FROM ipcase.clock WHERE due_on IS NOT NULL ORDER BY 1, 2 LIMIT 1)"),
    ("clock", "UPDATE ipcase.clock SET due_at = due_at + interval '1 second' WHERE (matter_id, idx) ="
              " (SELECT matter_id, idx FROM ipcase.clock WHERE due_at IS NOT NULL ORDER BY 1, 2 LIMIT 1)"),
    ("clock", "DELETE FROM ipcase.clock WHERE (matter_id, idx) ="
              " (SELECT matter_id, max(idx) FROM ipcase.clock GROUP BY 1 ORDER BY 1 LIMIT 1)"),
    ("party", "UPDATE ipcase.party SET uscc = '123456789012345678' WHERE matter_id = 7"),
    ("party", "DELETE FROM ipcase.party WHERE matter_id = 7"),
    ("matter_text", "UPDATE ipcase.matter_text SET folded = folded || 'x' WHERE matter_id = 7"),
    ("matter_text", "UPDATE ipcase.matter_text SET grams = grams || '{zz}' WHERE matter_id = 7"),
    ("rate_mark", "UPDATE ipcase.rate_mark SET opened_on = opened_on - 1 WHERE matter_id = 7 AND known_until = 'infinity'"),
    ("rate_mark", "UPDATE ipcase.rate_mark SET known_from = known_from - interval '1 day' WHERE (matter_id, seq) ="
                  " (SELECT matter_id, max(seq) FROM ipcase.rate_mark GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1)"),
])
def test_a_changed_projection_is_found_and_made_anew(postgres, database, table, sql):
    execute(postgres, database, sql)
    found = rebuild(postgres, database, "--check")
    assert found.returncode == 1
    assert f": {table}" in found.stdout and "differences in 1 matters" in found.stdout, found.stdout
    # --check has changed nothing
    assert rebuild(postgres, database, "--check").stdout == found.stdout
    made = rebuild(postgres, database)
    assert made.returncode == 0 and "1 written anew" in made.stdout, made.stdout + made.stderr
    assert CLEAN in rebuild(postgres, database, "--check").stdout


@pytest.mark.parametrize("sql, says", [
    ("UPDATE ipcase.act SET payload = replace(payload::text, '。', '！')::json WHERE matter_id = 7 AND seq = 1", "act 1"),
    ("UPDATE ipcase.act SET happened_at = happened_at - interval '1 day' WHERE matter_id = 7 AND seq = 1", "act 1"),
    ("UPDATE ipcase.act SET actor_id = actor_id + 1 WHERE matter_id = 7 AND seq = 1", "act 1"),
    ("DELETE FROM ipcase.act WHERE (matter_id, seq) = (SELECT matter_id, 2 FROM ipcase.act WHERE seq = 3 LIMIT 1)",
     "act 2: is missing"),
    ("DELETE FROM ipcase.act WHERE matter_id = 7", "there are no acts"),
    ("UPDATE ipcase.act SET payload = '{}' WHERE matter_id = 7 AND seq = 1", "act 1"),
    ("UPDATE ipcase.act SET digest = sha256('x') WHERE matter_id = 7 AND seq = 1", "act 1"),
])
def test_a_damaged_ledger_is_told_and_never_papered_over(postgres, database, sql, says):
    before = postgres.query(database, "SELECT md5(string_agg(body, '' ORDER BY matter_id)) FROM ipcase.dossier")
    execute(postgres, database, sql)
    for more in (("--check",), ()):
        done = rebuild(postgres, database, *more)
        assert done.returncode == 1 and says in done.stdout, done.stdout
    assert postgres.query(database, "SELECT md5(string_agg(body, '' ORDER BY matter_id)) FROM ipcase.dossier") == before


def test_a_dropped_last_act_shows_in_the_projections(postgres, database):
    """The chain alone cannot tell that its end is gone; the projections do."""
    execute(postgres, database, "DELETE FROM ipcase.act WHERE (matter_id, seq) ="
            " (SELECT matter_id, max(seq) FROM ipcase.act GROUP BY 1 HAVING max(seq) > 3 ORDER BY 1 LIMIT 1)")
    done = rebuild(postgres, database, "--check")
    assert done.returncode == 1 and "dossier" in done.stdout and "version" in done.stdout


def test_one_matter_alone(postgres, database):
    execute(postgres, database, "UPDATE ipcase.matter SET title = 'x' WHERE id IN (7, 8)")
    assert "1 matters, " in rebuild(postgres, database, "--check", "--matter", 8).stdout
    assert rebuild(postgres, database, "--matter", 7).returncode == 0
    done = rebuild(postgres, database, "--check")
    assert "1 differences in 1 matters" in done.stdout and "matter 8: " in done.stdout


def test_every_difference_has_its_line(postgres, database):
    execute(postgres, database, "UPDATE ipcase.matter SET title = 'x', party = 'y' WHERE id IN (7, 8)")
    done = rebuild(postgres, database, "--check")
    assert len(done.stdout.splitlines()) == 5
    assert "4 differences in 2 matters" in done.stdout


def test_bad_arguments(postgres, generated):
    assert rebuild(postgres, generated, "--matter", "x").returncode == 2
    assert rebuild(postgres, generated, "extra").returncode == 2
    assert harness.ctl("generate", "--matters", "0", "--database", "x", check=False).returncode == 2
    assert harness.ctl("generate", "--matters", "5", "--until", "2020-01-01", "--database", "x",
                       check=False).returncode == 2
