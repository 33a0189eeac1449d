from __future__ import annotations

import hashlib
from pathlib import Path

from rocas.fetch import BadContent, fetch_mount
from rocas.mounts import Mount, MountedFile
from listener import Listener
from rooted import RootedTest

CONTENT = b"5.1,3.5\n"


def mount(name: str = "a.csv", content: bytes = CONTENT, folder: str | None = "iris.first") -> Mount:
    file = MountedFile(name, len(content), hashlib.sha256(content).hexdigest())
    return Mount("d1", "iris", "first", folder, (file,))


class Fetching(RootedTest):
    def base(self) -> Path:
        return self.places.datasets

    def test_keeps_what_the_record_says_and_links_its_name(self) -> None:
        with Listener(lambda *_: (200, CONTENT)) as listener:
            fetch_mount(listener.api, mount(), self.base())
        self.assertEqual((self.base() / "iris.first/a.csv").read_bytes(), CONTENT)
        self.assertEqual(listener.asked[0][:2], ("GET", "/records/d1/files/a.csv"))

    def test_asks_again_after_a_broken_download(self) -> None:
        answers = iter([(200, CONTENT[:3]), (503, {}), (200, CONTENT)])
        with Listener(lambda *_: next(answers)) as listener:
            fetch_mount(listener.api, mount(), self.base())
        self.assertEqual([file.name for file in (self.base() / "d1").iterdir()], ["a.csv"])

    def test_refuses_other_content(self) -> None:
        for wrong in (b"5.1,3.6\n", CONTENT + b"more"):
            with Listener(lambda *_: (200, wrong)) as listener, self.assertRaises(BadContent):
                fetch_mount(listener.api, mount(), self.base())
            self.assertFalse((self.base() / "d1/a.csv").exists())

    def test_keeps_files_in_their_folders(self) -> None:
        name = "variables/.config/größe=1.index"
        with Listener(lambda *_: (200, CONTENT)) as listener:
            fetch_mount(listener.api, mount(name), self.base())
        self.assertEqual((self.base() / "d1" / name).read_bytes(), CONTENT)
        self.assertIn("files/variables%2F.config%2Fgr%C3%B6%C3%9Fe%3D1.index", listener.asked[0][1])

    def test_takes_no_name_that_leads_elsewhere(self) -> None:
        for hostile in ("../a", "a/../b", "a/..", "/a", "a//b", "a/", "./a", "..", "", "a\0b"):
            with Listener(lambda *_: (200, CONTENT)) as listener, self.assertRaises(ValueError):
                fetch_mount(listener.api, mount(hostile), self.base())
        with Listener(lambda *_: (200, CONTENT)) as listener, self.assertRaises(ValueError):
            fetch_mount(listener.api, mount(folder="../x"), self.base())
