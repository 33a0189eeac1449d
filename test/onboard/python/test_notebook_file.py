import json
import unittest
from typing import Any

from rooted import RootedTest

try:
    import nbformat  # noqa: F401

    from rocas.entrypoint.notebook_file import BadNotebook, find_notebook, read_notebook
except ImportError:
    raise unittest.SkipTest("nbformat is not installed: the image's own run of these tests has it") from None

CELL = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": "print(2^3)"}


def notebook(metadata: Any, **fields: Any) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": [CELL], **fields})


def older(language: str, version: int) -> str:
    cell = {"cell_type": "code", "input": "print(1)", "language": language, "outputs": []}
    return json.dumps({"nbformat": version, "metadata": {"name": ""}, "worksheets": [{"cells": [cell]}]})


class Reading(RootedTest):
    def read(self, content: str, name: str = "train.ipynb") -> Any:
        self.places.work.mkdir(exist_ok=True)
        (self.places.work / name).write_text(content, encoding="utf-8")
        return read_notebook(find_notebook(self.places.work, name), name)

    def test_refuses_a_notebook_of_another_language_by_its_name(self) -> None:
        for language, content in [
            ("R", notebook({"kernelspec": {"name": "python3", "language": "R"}})),
            ("julia", notebook({"language_info": {"name": "julia"}})),
            ("C#", notebook({"kernelspec": {"language": "C#"}, "language_info": {"name": "polyglot-notebook"}})),
            ("haskell", older("haskell", 3)),
            ("sql", notebook({"application/vnd.databricks.v1+notebook": {"language": "sql"}})),
            ("r", notebook({"kaggle": {"language": "r"}})),
            ("Python 2.7.18", notebook({"language_info": {"name": "python", "version": "2.7.18"}})),
            ("python2", notebook({"kernelspec": {"language": "python2"}})),
        ]:
            with self.subTest(language), self.assertRaisesRegex(BadNotebook, f"language '{language}'"):
                self.read(content)

    def test_reads_python_however_it_is_spelt_and_whatever_the_kernel_is_called(self) -> None:
        for metadata in [
            {"kernelspec": {"name": "conda-env-team-py", "language": "python"}},
            {"language_info": {"name": "Python 3"}},
            {"kernelspec": {"name": "ir"}, "language_info": {"name": "python3", "version": "3.12.1"}},
            {"kernelspec": None, "language_info": {"name": "ipython"}},
            {"kernelspec": "python", "language_info": {"name": 5, "version": 2.7}, "colab": {}, "kaggle": None},
            {"application/vnd.databricks.v1+notebook": {"language": "python"}, "orig_nbformat": 4},
            {},
        ]:
            with self.subTest(str(metadata)):
                self.assertEqual(self.read(notebook(metadata)).cells[0].source, "print(2^3)")

    def test_reads_older_formats(self) -> None:
        for version in (2, 3):
            with self.subTest(version):
                self.assertEqual(self.read(older("python", version)).cells[0].source, "print(1)")

    def test_reads_what_other_tools_leave_out(self) -> None:
        content = "\ufeff" + json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a = 1\n", "a"]}]})
        self.assertEqual(self.read(content).cells[0].source, "a = 1\na")

    def test_reads_a_number_that_is_no_json_as_none(self) -> None:
        read = self.read(notebook({"zoom": float("nan"), "widgets": [float("inf")]}))
        self.assertEqual((read.metadata.zoom, read.metadata.widgets), (None, [None]))

    def test_says_what_is_wrong_with_what_is_no_notebook(self) -> None:
        for content, words in [
            ("", "the file is empty"),
            ("<!DOCTYPE html>", "begins with '<!DOCTYPE html>'"),
            ("version https://git-lfs.github.com/spec/v1", "begins with 'version https://git-lfs"),
            ("[]", "no field nbformat"),
            ('{"nbformat": 4, "cells": [3]}', "is no notebook"),
            ('{"nbformat": 4, "cells": null}', "it has no list of cells"),
            ('{"nbformat": 4}', "it has no list of cells"),
            ('{"nbformat": 9, "cells": []}', "Unsupported nbformat version 9"),
        ]:
            with self.subTest(content), self.assertRaisesRegex(BadNotebook, words):
                self.read(content)

    def test_forgets_what_an_earlier_run_showed(self) -> None:
        shown = {**CELL, "outputs": [{"output_type": "stream", "name": "stdout", "text": "old"}], "execution_count": 7}
        cell = self.read(notebook({}, cells=[shown])).cells[0]
        self.assertEqual((cell.outputs, cell.execution_count), ([], None))

    def test_finds_a_name_whose_umlaut_is_written_as_two_characters(self) -> None:
        self.read(notebook({}), "U\u0308bung_1+2.ipynb")
        self.assertTrue(find_notebook(self.places.work, "\u00dcbung_1+2.ipynb").is_file())
