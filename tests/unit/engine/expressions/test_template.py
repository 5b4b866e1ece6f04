from piecework.engine.expressions.template import split_template


def expressions(text: str) -> tuple[str, ...]:
    return split_template(text).expressions


def test_plain_text_is_one_text() -> None:
    assert split_template("no { tokens } here") == (("no { tokens } here",), ())


def test_texts_surround_expressions() -> None:
    assert split_template("a {{ x }}b{{y}}") == (("a ", "b", ""), ("x", "y"))


def test_one_token_may_have_white_space_around() -> None:
    assert split_template(" \n{{x}}\ufeff ").is_one_token
    assert not split_template("{{x}}.").is_one_token
    assert not split_template("{{x}}{{y}}").is_one_token
    assert not split_template("plain").is_one_token


def test_object_literals_are_legal_inside() -> None:
    assert expressions("{{ f({a: 1}) }}") == ("f({a: 1})",)
    assert expressions("{{ f({a: {{b: 1}} }) }}") == ("f({a: {{b: 1}} })",)


def test_quotes_do_not_hide_braces() -> None:
    assert split_template("{{ '}}' }}") == (("", "' }}"), ("'",))


def test_braces_are_taken_in_pairs_from_the_left() -> None:
    assert split_template("{{{a}}}") == (("", "}"), ("{a",))


def test_an_opening_that_never_closes_leaves_the_rest_as_it_is() -> None:
    assert split_template("{{a}} {{ b {{c}}") == (("", " {{ b {{c}}"), ("a",))
    assert expressions("{{") == ()
    assert expressions("{{ {a: {b: 1}") == ()


def test_a_formula_is_plain_text() -> None:
    text = "ap-formula-v1::{add({{step_1.x}}; 1)}::ap-formula-v1"
    assert split_template(text) == ((text,), ())
    assert split_template(f"before {text} {{{{x}}}}").expressions == ()
    assert expressions("ap-formula-v1::{ {{x}}") == ("x",)
    assert expressions("ap-formula-v1:: {{x}}") == ("x",)
