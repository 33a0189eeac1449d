import unittest

try:
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from rocas.entrypoint.kept_outputs import MAX_CELL_CHARACTERS, MAX_NOTEBOOK_BYTES, KeptOutputs, serialised
except ImportError:
    raise unittest.SkipTest("nbformat is not installed: the image's own run of these tests has it") from None


def printing(text: str) -> object:
    return new_code_cell("print()", outputs=[new_output("stream", name="stdout", text=text)])


class KeptNotebook(unittest.TestCase):
    def test_keeps_a_bounded_amount_of_each_cell(self) -> None:
        kept = KeptOutputs()
        piece = {"text": "x" * (MAX_CELL_CHARACTERS // 2)}
        self.assertEqual([kept.keep(0, piece), kept.keep(0, piece), kept.keep(0, piece)], [True, True, False])
        self.assertTrue(kept.keep(1, piece))
        kept.cleared(0)
        self.assertTrue(kept.keep(0, piece))

    def test_loses_its_largest_outputs_first_where_it_is_too_large(self) -> None:
        notebook = new_notebook(cells=[printing("small"), printing("x" * MAX_NOTEBOOK_BYTES), printing("small")])
        content = serialised(notebook)
        self.assertLess(len(content), 10_000)
        self.assertEqual(content.count(b'"small"'), 2)
