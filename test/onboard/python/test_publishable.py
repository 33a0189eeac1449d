from __future__ import annotations

import io
import os
import socket
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from rocas.publishable import NotPublishable, publishable
from rocas.publisher import Publisher
from listener import Listener
from rooted import RootedTest


class PublishableFiles(RootedTest):
    def setUp(self) -> None:
        super().setUp()
        self.folder = self.places.root / "saved"
        self.folder.mkdir()

    def write(self, *names: str) -> None:
        for name in names:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)

    def names(self) -> list[str]:
        return list(publishable(self.folder).files)

    def test_are_those_of_all_folders_with_a_leading_dot_too(self) -> None:
        self.write("saved_model.pb", "variables/variables.index", ".gitattributes", "onnx/.config", "epoch=3 (a).ckpt")
        wanted = [".gitattributes", "epoch=3 (a).ckpt", "onnx/.config", "saved_model.pb", "variables/variables.index"]
        self.assertEqual(self.names(), wanted)

    def test_are_one_where_the_source_is_one(self) -> None:
        self.write("a/b")
        self.assertEqual(publishable(self.folder / "a/b").files, {"b": self.folder / "a/b"})

    def test_are_what_links_lead_to(self) -> None:
        self.write("a")
        elsewhere = self.places.root / "blobs"
        elsewhere.mkdir()
        (elsewhere / "0123").write_text("weights")
        (self.folder / "model.safetensors").symlink_to(elsewhere / "0123")
        (self.folder / "inner").symlink_to(elsewhere)
        self.assertEqual(self.names(), ["a", "inner/0123", "model.safetensors"])

    def test_are_not_links_that_lead_nowhere_or_round_in_a_circle(self) -> None:
        for target in (Path("gone"), self.folder, self.places.root):
            (self.folder / "link").symlink_to(target)
            with self.assertRaisesRegex(NotPublishable, "link"):
                publishable(self.folder)
            (self.folder / "link").unlink()

    def test_are_neither_sockets_nor_pipes(self) -> None:
        os.mkfifo(self.folder / "a pipe")
        with self.assertRaisesRegex(NotPublishable, "'a pipe' is neither a file"):
            publishable(self.folder)
        (self.folder / "a pipe").unlink()
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(self.folder / "a"))
            with self.assertRaisesRegex(NotPublishable, "'a' is neither a file"):
                publishable(self.folder)

    def test_have_names_that_are_text(self) -> None:
        (self.folder / os.fsdecode(b"a\xff")).write_text("x")
        with self.assertRaisesRegex(NotPublishable, "not in UTF-8"):
            publishable(self.folder)

    def test_are_published_under_their_paths_and_empty_folders_are_told(self) -> None:
        self.write("variables/a.index")
        (self.folder / "assets").mkdir()

        def answer(_: str, path: str, __: bytes) -> Any:
            uploads = [{"name": "variables/a.index", "url": "/uploads/v1/variables%2Fa.index"}]
            told = {"id": "v1", "model": "iris", "name": "fox", "state": "PENDING", "uploads": uploads}
            return 200, told if path == "/publish" else {"state": "READY"}

        with Listener(answer) as listener, redirect_stdout(io.StringIO()) as log:
            Publisher(src_path=self.folder, places=self.places, api=listener.api)()
        self.assertEqual(listener.asked[1][1:], ("/uploads/v1/variables%2Fa.index", b"variables/a.index"))
        self.assertIn("empty folders are not kept: assets", log.getvalue())
