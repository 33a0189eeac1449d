import unittest

try:
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    from rocas.entrypoint.parameters import BadParameters, inject_parameters
except ImportError:
    raise unittest.SkipTest("nbformat is not installed: the image's own run of these tests has it") from None

HOSTILE = {
    "quote": '"; rm -rf ~; "',
    "lines": "'\n__import__('os').system('id')\n#\r\u2028",
    "half": "\ud800",
    "truth": True,
    "nothing": None,
    "nested": {"a'b": [1, 2.5, False, None, {"c": "\\"}]},
    "large": 10**40,
    "infinite": float("inf"),
}


class Injection(unittest.TestCase):
    def test_gives_each_value_back_exactly(self) -> None:
        notebook = new_notebook(cells=[new_code_cell("a = 1")])
        inject_parameters(notebook, HOSTILE)
        found: dict[str, object] = {}
        exec(notebook.cells[0].source, {}, found)
        self.assertEqual(found, HOSTILE)

    def test_follows_the_cell_that_is_tagged(self) -> None:
        tagged = new_code_cell("a = 1", metadata={"tags": ["parameters"]})
        notebook = new_notebook(cells=[new_code_cell(""), tagged, new_code_cell("")])
        inject_parameters(notebook, {"a": 2})
        self.assertEqual(notebook.cells[2].metadata.tags, ["injected-parameters"])
        nbformat.validate(notebook)

    def test_replaces_what_was_injected_before(self) -> None:
        notebook = new_notebook(cells=[new_code_cell("")])
        inject_parameters(notebook, {"a": 2})
        inject_parameters(notebook, {"a": 3})
        self.assertEqual([cell.source for cell in notebook.cells], ["# Parameters\na = 3", ""])

    def test_writes_no_cell_ids_into_an_older_notebook(self) -> None:
        notebook = new_notebook(cells=[], nbformat_minor=4)
        inject_parameters(notebook, {"a": 2})
        self.assertNotIn("id", notebook.cells[0])

    def test_refuses_what_is_no_variable(self) -> None:
        for name in ("a b", "1a", "class", "a=1;b", "a\nb", ""):
            with self.assertRaises(BadParameters):
                inject_parameters(new_notebook(), {name: 1})
