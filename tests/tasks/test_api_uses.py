"""API misuse: one test of an iterator allows one use of it, and a content view may be set in another method."""

from __future__ import annotations

import pytest

from trustgen.tasks.llm.robustness.api_misuse.used import verdict

TOKEN, NEXT, VIEW = "StringTokenizer.nextToken", "Iterator.next", "Activity.findViewById"


@pytest.mark.parametrize(
    ("body", "label"),
    [
        ("while (t.hasMoreTokens()) { a(t.nextToken()); b(t.nextToken()); }", "misuse"),
        ("while (t.hasMoreTokens()) { a(t.nextToken(), t.nextToken()); }", "misuse"),
        ("while (t.hasMoreTokens()) { a(t.nextToken()); if (t.hasMoreTokens()) b(t.nextToken()); }", "pass"),
        ("if (t.hasMoreTokens()) { a(t.nextToken()); if (t.hasMoreTokens()) c(); b(t.nextToken()); }", "misuse"),
        ("if (t.hasMoreTokens()) a(t.nextToken()); if (t.hasMoreTokens()) b(t.nextToken());", "pass"),
        ("if (!t.hasMoreTokens()) return; a(t.nextToken()); b(t.nextToken());", "misuse"),
        (
            "if (!t.hasMoreTokens()) return; a(t.nextToken()); if (!t.hasMoreTokens()) return; b(t.nextToken());",
            "pass",
        ),
        ("while (t.hasMoreTokens()) { if (x) { a(t.nextToken()); } else { b(t.nextToken()); } }", "pass"),
        ("while (t.hasMoreTokens()) { if (x) { a(t.nextToken()); continue; } b(t.nextToken()); }", "pass"),
        ("while (t.hasMoreTokens()) { if (x) { a(t.nextToken()); } b(t.nextToken()); }", "misuse"),
        (
            "while (t.hasMoreTokens()) switch (k) { case 1: a(t.nextToken()); break; default: b(t.nextToken()); }",
            "pass",
        ),
        ("while (t.hasMoreTokens()) switch (k) { case 1 -> a(t.nextToken()); default -> b(t.nextToken()); }", "pass"),
        ("while (t.hasMoreTokens() && !t.nextToken().equals(s)) { b(); }", "pass"),
        ("while (t.hasMoreTokens() && !t.nextToken().equals(s)) { b(t.nextToken()); }", "misuse"),
        ("if (t.hasMoreTokens() && t.nextToken().equals(s) && t.nextToken().equals(u)) { b(); }", "misuse"),
        ("boolean more = t.hasMoreTokens(); if (more) { a(t.nextToken()); }", "pass"),
        ("boolean more = t.hasMoreTokens(); if (more) { a(t.nextToken()); b(t.nextToken()); }", "misuse"),
        ("if (t.countTokens() == 2) { a(t.nextToken()); b(t.nextToken()); }", "pass"),
        ("if (t.countTokens() == 2) { a(t.nextToken()); b(t.nextToken()); c(t.nextToken()); }", "misuse"),
        ("if (t.countTokens() < 3) throw new X(); a(t.nextToken()); b(t.nextToken()); c(t.nextToken());", "pass"),
        ("int n = t.countTokens(); for (int i = 0; i < n; i++) { r[i] = t.nextToken(); }", "pass"),
        ("int n = t.countTokens(); if (n >= 2) { a(t.nextToken()); b(t.nextToken()); }", "pass"),
        ("int n = t.countTokens(); if (n > 0) { a(t.nextToken()); b(t.nextToken()); }", "misuse"),
        ("if (t.countTokens() >= 3) { for (int i = 0; i < 3; i++) { r[i] = t.nextToken(); } }", "pass"),
        ("if (t.hasMoreTokens()) { for (int i = 0; i < 3; i++) { r[i] = t.nextToken(); } }", "misuse"),
        ("if (t.hasMoreTokens()) { do { a(t.nextToken()); } while (t.hasMoreTokens()); }", "pass"),
        ("if (t.hasMoreTokens()) { a(u.nextToken()); }", "misuse"),
        ("while (t.hasMoreTokens() && u.hasMoreTokens()) { a(t.nextToken(), u.nextToken()); }", "pass"),
        ("while (t.hasMoreTokens()) { a(t.nextElement()); b(t.nextToken()); }", "misuse"),
        ("try { a(t.nextToken()); b(t.nextToken()); } catch (NoSuchElementException e) { c(); }", "pass"),
        ("a(t.hasMoreTokens() ? t.nextToken() : s); b(t.hasMoreTokens() ? t.nextToken() : s);", "pass"),
        ("a(t.hasMoreTokens() ? t.nextToken() : s); b(t.nextToken());", "misuse"),
    ],
)
def test_a_test_of_a_tokenizer_allows_one_token(body: str, label: str) -> None:
    assert verdict(TOKEN, f"void f(StringTokenizer t, StringTokenizer u, String s) {{ {body} }}") == label


@pytest.mark.parametrize(
    ("body", "label"),
    [
        ("while (i.hasNext()) { k(i.next(), i.next()); }", "misuse"),
        ("while (i.hasNext()) { k(i.next()); if (!i.hasNext()) break; k(i.next()); }", "pass"),
        ("if (!l.isEmpty()) { k(i.next()); }", "pass"),
        ("if (!l.isEmpty()) { k(i.next()); k(i.next()); }", "misuse"),
        ("if (l.size() > 1) { k(i.next()); k(i.next()); }", "pass"),
        ("for (; i.hasNext(); i.next()) { n++; }", "pass"),
        ("for (; i.hasNext(); i.next()) { k(i.next()); }", "misuse"),
        ("while (i.hasNext() && j.hasNext()) { k(i.next(), j.next()); }", "pass"),
    ],
)
def test_a_test_of_an_iterator_allows_one_step(body: str, label: str) -> None:
    code = "void a(List<A> l, Iterator<A> j) {{ Iterator<A> i = l.iterator(); {} }}"
    assert verdict(NEXT, code.format(body)) == label


ACTIVITY = "public class Main extends {above} {{ TextView t; {body} }} {more}"
CREATE = "protected void onCreate(Bundle b) {{ super.onCreate(b); {} }}"


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (CREATE.format("setContentView(R.layout.a);") + " void show() { t = findViewById(R.id.t); }", "pass"),
        (" void show() { t = findViewById(R.id.t); } " + CREATE.format("setContentView(R.layout.a);"), "pass"),
        (CREATE.format("setContentView(R.layout.a); show();") + " void show() { t = findViewById(R.id.t); }", "pass"),
        (CREATE.format("show(); setContentView(R.layout.a);") + " void show() { t = findViewById(R.id.t); }", "misuse"),
        (CREATE.format("lay(); t = findViewById(R.id.t);") + " void lay() { setContentView(R.layout.a); }", "pass"),
        (CREATE.format("t = findViewById(R.id.t); lay();") + " void lay() { setContentView(R.layout.a); }", "misuse"),
        (CREATE.format("t = findViewById(R.id.t);") + " void onStart() { setContentView(R.layout.a); }", "misuse"),
        (CREATE.format("super.setContentView(R.layout.a); t = findViewById(R.id.t);"), "pass"),
        (CREATE.format("t = findViewById(R.id.t);"), "misuse"),
        ("void show() { t = findViewById(R.id.t); }", "misuse"),
        (CREATE.format("setContentView(R.layout.a);") + " View v = findViewById(R.id.v);", "misuse"),
        ("Main() { super(R.layout.a); } " + CREATE.format("t = findViewById(R.id.t);"), "pass"),
        ("Main() { super(); } " + CREATE.format("t = findViewById(R.id.t);"), "misuse"),
        (
            CREATE.format("setContentView(R.layout.a); wire();")
            + " void wire() { k.on(new Click() { public void onClick(View v) { t = findViewById(R.id.t); } }); }",
            "pass",
        ),
        ("class B extends Activity { void c() { setContentView(1); } } void show() { findViewById(1); }", "misuse"),
    ],
)  # fmt: skip
def test_a_content_view_set_in_another_method_counts(body: str, label: str) -> None:
    assert verdict(VIEW, ACTIVITY.format(above="AppCompatActivity", body=body, more="")) == label


@pytest.mark.parametrize(
    ("above", "more", "body", "label"),
    [
        ("Base", "class Base extends Activity { void onCreate(Bundle b) { setContentView(R.layout.a); } }",
         CREATE.format("t = findViewById(R.id.t);"), "pass"),
        ("Base", "class Base extends Activity { void onCreate(Bundle b) { log(); } }",
         CREATE.format("t = findViewById(R.id.t);"), "misuse"),
        ("Base", "class Base extends Activity { void onCreate(Bundle b) { setContentView(R.layout.a); } }",
         "void onCreate(Bundle b) { t = findViewById(R.id.t); super.onCreate(b); }", "misuse"),
        ("ToolbarActivity", "", CREATE.format("t = findViewById(R.id.t);"), "pass"),
        ("ToolbarActivity", "", "void onCreate(Bundle b) { t = findViewById(R.id.t); }", "misuse"),
    ],
)  # fmt: skip
def test_a_content_view_set_by_the_class_above_counts(above: str, more: str, body: str, label: str) -> None:
    assert verdict(VIEW, ACTIVITY.format(above=above, body=body, more=more)) == label
