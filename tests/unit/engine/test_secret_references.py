"""Which connections and variables a flow uses, and how one connection takes another's place."""

from piecework.engine.secret_references import connection_ids, steps_with_connection, variable_names, with_connection_replaced
from tests.unit.engine.trees import chain, code, piece, trigger


def test_names_are_found_in_expressions_alone() -> None:
    texts = "connections['no'] {{variables.X}} {{variables['Y']}}{{x.variables.Z}}"
    steps = chain(
        piece("step_1", input={"auth": "{{ connections.b-1.token }}", "text": texts}),
        code("step_2", input={"nested": [{"deep": '{{connections["a"].props}}'}]}),
    )
    tree = trigger(steps, input={"auth": "{{connections['a']}}"})
    assert connection_ids(tree) == ["a", "b-1"]
    assert variable_names(tree) == ["X", "Y"]
    assert steps_with_connection(tree, "a") == ["trigger", "step_2"]


def test_a_connection_is_replaced_wherever_it_is_used_and_nowhere_else() -> None:
    steps = chain(
        piece("step_1", input={"auth": "{{connections.old.token}} {{connections['older']}}", "text": "connections['old']"}),
        code("step_2", input={"kept": "{{connections['other']}}"}),
    )
    tree = trigger(steps, input={"auth": "{{connections['old']}}"})
    replaced = with_connection_replaced(tree, "old", "new one")
    assert connection_ids(replaced) == ["new one", "older", "other"]
    step = replaced["nextAction"]
    assert step["settings"]["input"]["auth"] == "{{connections['new one'].token}} {{connections['older']}}"
    assert step["settings"]["input"]["text"] == "connections['old']"
    assert step["nextAction"] is tree["nextAction"]["nextAction"]
    assert with_connection_replaced(tree, "nobody", "x") == tree
