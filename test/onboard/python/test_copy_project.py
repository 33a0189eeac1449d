import os
from pathlib import Path

from rocas.entrypoint.copy_project import BadProject, copy_project
from rooted import RootedTest


class CopyProject(RootedTest):
    def setUp(self) -> None:
        super().setUp()
        self.source = self.places.root / "project"
        (self.source / "src").mkdir(parents=True)
        (self.source / "src/a.py").write_text("A = 1")

    def test_keeps_links_as_links_and_leaves_pipes_out(self) -> None:
        (self.source / "link").symlink_to("/etc/passwd")
        os.mkfifo(self.source / "pipe")
        copy_project(self.source, self.places.work)
        self.assertTrue((self.places.work / "link").is_symlink())
        self.assertFalse((self.places.work / "pipe").exists())
        self.assertEqual((self.places.work / "src/a.py").read_text(), "A = 1")

    def test_makes_the_copy_writable(self) -> None:
        (self.source / "src/a.py").chmod(0o444)
        copy_project(self.source, self.places.work)
        self.assertTrue((self.places.work / "src/a.py").stat().st_mode & 0o200)

    def test_links_virtual_environments(self) -> None:
        (self.source / "tools/.venv").mkdir(parents=True)
        (self.source / "tools/.venv/pyvenv.cfg").write_text("home = /usr/bin")
        copy_project(self.source, self.places.work)
        self.assertEqual(os.readlink(self.places.work / "tools/.venv"), str(self.source / "tools/.venv"))

    def test_refuses_an_image_without_a_project(self) -> None:
        with self.assertRaisesRegex(BadProject, "WORKDIR"):
            copy_project(Path("/"), self.places.work)
