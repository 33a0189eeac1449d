import unittest

try:
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from rocas.entrypoint.kept_outputs import MAX_NOTEBOOK_BYTES, MAX_STREAM_CHARACTERS, KeptOutputs, serialised
except ImportError:
    raise unittest.SkipTest("nbformat is not installed: the image's own run of these tests has it") from None


def printing(text: str) -> object:
    return new_code_cell("print()", outputs=[new_output("stream", name="stdout", text=text)])


class KeptNotebook(unittest.TestCase):
    def test_leaves_a_large_output_out_alone_with_its_type_and_size(self) -> None:
        kept = KeptOutputs()
        figure = {"application/vnd.plotly.v1+json": {"x": "y" * 4_800_000}, "text/plain": "Figure()"}
        fitting, note = kept.fitting(figure)
        self.assertEqual(fitting, {"text/plain": "Figure()"})
        self.assertIn("application/vnd.plotly.v1+json (4.8 MB)", note)
        self.assertEqual(kept.fitting({"image/png": "small"}), ({"image/png": "small"}, ""))

    def test_keeps_the_beginning_of_a_stream_and_says_how_much_follows(self) -> None:
        kept, outs = KeptOutputs(), []
        kept.write(outs, "stdout", "begun\n" + "x" * MAX_STREAM_CHARACTERS)
        kept.write(outs, "stdout", "y" * 1_000)
        kept.settle()
        self.assertTrue(outs[0]["text"].startswith("begun\nx"))
        self.assertRegex(outs[0]["text"], r"\n\[Left out of this notebook: 1,\d{3} more characters of stdout.\]\n$")
        self.assertEqual(kept.fitting({"text/plain": "after"})[0], {"text/plain": "after"})

    def test_bounds_what_a_cell_that_shows_without_end_keeps(self) -> None:
        kept, outs = KeptOutputs(), []
        shown = [kept.fitting({"text/plain": "x" * 1_000}) for _ in range(10_000)]
        for _ in range(10_000):
            kept.write(outs, "stdout", "x")
            kept.write(outs, "stderr", "x")
        self.assertLess(sum(1 for fitting, _ in shown if fitting), 1_000)
        self.assertLess(sum(1 for _, note in shown if note), 100)
        self.assertLess(len(outs), 6_000)

    def test_keeps_a_progress_bar_as_it_is_at_last(self) -> None:
        kept, outs = KeptOutputs(), []
        for done in range(400):
            kept.write(outs, "stderr", f"\r{done} of 400")
        self.assertEqual([each["text"] for each in outs], ["399 of 400"])

    def test_counts_an_updated_display_once(self) -> None:
        kept = KeptOutputs()
        for _ in range(100):
            self.assertTrue(kept.fitting({"image/png": "x" * 100_000}, "display-1")[0])

    def test_loses_its_largest_outputs_first_where_it_is_too_large(self) -> None:
        notebook = new_notebook(cells=[printing("small"), printing("x" * MAX_NOTEBOOK_BYTES), printing("small")])
        content = serialised(notebook)
        self.assertLess(len(content), 10_000)
        self.assertEqual(content.count(b'"small"'), 2)
